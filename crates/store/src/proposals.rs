//! Proposals (代表建议, 闭会期间代表建议): several submissions may become one; it goes to an office of the county, city
//! or province, and the answer flows back to every receipt.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    pg::Pg,
};
use minyi_domain::{handover::Channel, people::Scope};
use uuid::Uuid;

mod draft;
mod submit;
mod views;

pub use draft::{DraftChange, NewDraft};
pub(crate) use views::of_submission;
pub use views::{ProposalDeputy, ProposalDetail, ProposalItem, ProposalLine};

use crate::{
    casework::{Refusal, Ruling},
    schema::proposals,
    scope::proposals_in,
    word::Word,
};

/// A proposal under its lock.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = proposals, check_for_backend(Pg))]
struct Proposal {
    #[diesel(deserialize_as = Word<Channel>)]
    channel: Channel,
    region_code: String,
    number: Option<String>,
    title: String,
    submitted_at: Option<DateTime<Utc>>,
}

/// Locks a proposal in a scope; its submissions are to be locked before where the proposal is handed over.
fn lock(connection: &mut PgConnection, scope: &Scope, id: Uuid) -> Ruling<Proposal> {
    let found: Option<Proposal> = proposals::table
        .filter(proposals::id.eq(id))
        .filter(proposals_in(scope))
        .select(Proposal::as_select())
        .for_update()
        .first(connection)
        .optional()?;
    Ok(found.ok_or(Refusal::NotFound)?)
}
