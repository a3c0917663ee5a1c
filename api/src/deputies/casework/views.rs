use chrono::{DateTime, Utc};
use minyi_store::{InfoRequest, Kin, TransferView};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A question to the resident, with what came back.
#[derive(Serialize, ToSchema)]
pub struct InfoRequestResponse {
    asked_by_name: String,
    question: String,
    asked_at: DateTime<Utc>,
    /// Until then the clock stands still.
    due_at: DateTime<Utc>,
    /// `null`: none yet, or none came.
    reply: Option<String>,
    /// When it was answered or lapsed; `null`: it is open.
    ended_at: Option<DateTime<Utc>>,
}

impl From<InfoRequest> for InfoRequestResponse {
    fn from(request: InfoRequest) -> Self {
        Self {
            asked_by_name: request.asked_by_name,
            question: request.question,
            asked_at: request.asked_at,
            due_at: request.due_at,
            reply: request.reply,
            ended_at: request.ended_at,
        }
    }
}

/// A submission that has to do with this one.
#[derive(Serialize, ToSchema)]
pub struct KinResponse {
    /// `merged_into` 并入该件；`taken_in` 该件并入本件；`split_from` 由该件拆分；`split_into` 拆分出该件
    kinship: &'static str,
    id: Uuid,
    number: String,
}

impl From<Kin> for KinResponse {
    fn from(kin: Kin) -> Self {
        Self {
            kinship: kin.kinship.as_str(),
            id: kin.id,
            number: kin.number,
        }
    }
}

/// A step in the chain of transfers.
#[derive(Serialize, ToSchema)]
pub struct TransferResponse {
    by_name: String,
    /// `null`: the station's staff.
    from_deputy: Option<String>,
    from_grid: String,
    /// `null`: the station's staff.
    to_deputy: Option<String>,
    to_grid: String,
    reason: String,
    /// It went back and forth, so the station has it (站长协调).
    bounced: bool,
    transferred_at: DateTime<Utc>,
}

impl From<TransferView> for TransferResponse {
    fn from(transfer: TransferView) -> Self {
        Self {
            by_name: transfer.by_name,
            from_deputy: transfer.from_deputy,
            from_grid: transfer.from_grid,
            to_deputy: transfer.to_deputy,
            to_grid: transfer.to_grid,
            reason: transfer.reason,
            bounced: transfer.bounced,
            transferred_at: transfer.transferred_at,
        }
    }
}
