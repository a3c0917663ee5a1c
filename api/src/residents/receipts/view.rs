//! What the holder of a receipt sees.

use actix_web::{HttpResponse, get, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{
    handover,
    lifecycle::State as Stage,
    submission::{Kind, Satisfaction},
};
use minyi_store::{AnswerView, EventView, HandoverView, RatingView, ReceiptView};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    address::ClientAddress,
    deputies::casework::InfoRequestResponse,
    offices::views::PromiseResponse,
    openapi::words,
    problem::Problem,
    residents::{codes::SiteResponse, photos::PhotoLinks},
    state::{AppState, State},
    timeline,
};

/// A submission as its resident sees it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "number": "20261121-ACDE347", "state": "answered", "state_name": "已答复，待评价", "kind": "problem",
    "text": "3 号院门口的路灯坏了半个多月，晚上老人出门看不清台阶。", "place": "杏林社区 3 号院", "grid_name": "杏林社区第二网格",
    "site": {"id": "019aa000-0000-7000-8000-00000000000a", "kind": "station", "name": "杏林社区代表联络站",
             "address": "杏林路 12 号", "hotline": "0000-12345678", "opening_hours": "工作日 9:00—17:00"},
    "submitted_at": "2026-11-21T01:00:00Z", "answer_due_at": "2026-11-27T15:59:59Z", "answer_due_provisional": false,
    "closed_at": null, "photos": [],
    "timeline": [{"kind": "registered", "text": "已登记", "data": {}, "occurred_at": "2026-11-21T01:00:00Z"}],
    "answers": [{"author_name": "李春兰", "text": "路灯今天已经修好，谢谢您提醒。", "kind": "answer", "photos": [], "answered_at": "2026-11-22T02:00:00Z"}],
    "ratings": [], "handovers": [], "promises": [], "may_rate": true, "declined": null, "may_ask_review": false, "info_requests": [], "split_into": [],
    "publish_consented": false, "public_url": null, "subscribed": false, "receipt_url": "https://my.example.gov.cn/r/ACDE3467KMNPRTVWXY34"
}))]
pub struct ReceiptResponse {
    number: String,
    #[schema(schema_with = words::state)]
    state: Stage,
    /// The state in Chinese.
    state_name: &'static str,
    #[schema(schema_with = words::kind)]
    kind: Kind,
    text: String,
    place: String,
    grid_name: String,
    site: SiteResponse,
    submitted_at: DateTime<Utc>,
    answer_due_at: DateTime<Utc>,
    answer_due_provisional: bool,
    closed_at: Option<DateTime<Utc>>,
    photos: Vec<PhotoLinks>,
    timeline: Vec<TimelineEntry>,
    answers: Vec<AnswerResponse>,
    ratings: Vec<RatingResponse>,
    /// Which office has it, or had it.
    handovers: Vec<ReceiptHandover>,
    promises: Vec<PromiseResponse>,
    /// There is an answer that waits for a rating.
    may_rate: bool,
    /// Why it was not taken and where to go instead, if it was not.
    declined: Option<DeclinedResponse>,
    /// It was not taken, and a review can be asked for.
    may_ask_review: bool,
    /// Questions of the handler; the one without `ended_at` is open.
    info_requests: Vec<InfoRequestResponse>,
    /// What was split off from it, each with a receipt of its own.
    split_into: Vec<SplitReceipt>,
    /// The resident agrees that it may be published; `PUT` and `DELETE …/publish-consent` change it.
    publish_consented: bool,
    /// Where it is published, if it is.
    public_url: Option<String>,
    /// Messages about it go to WeChat; `POST` and `DELETE …/subscription` change it.
    subscribed: bool,
    receipt_url: String,
}

/// Why something was not taken.
#[derive(Serialize, ToSchema)]
pub struct DeclinedResponse {
    name: String,
    /// Where to go instead.
    right_channel: String,
}

/// Another receipt of the same resident.
#[derive(Serialize, ToSchema)]
pub struct SplitReceipt {
    number: String,
    receipt: String,
    receipt_url: String,
}

/// A step in the timeline.
#[derive(Serialize, ToSchema)]
pub struct TimelineEntry {
    /// `registered`, `routed`, `notified`, `reminded`, `overdue`, `escalated`, `answered`, `rated`, `reopened`, `closed`;
    /// for those who handle the matter also `contact_viewed`.
    kind: &'static str,
    /// The step in Chinese.
    text: String,
    /// Depends on the kind.
    #[schema(value_type = Object)]
    data: serde_json::Value,
    /// Who did it, for those who handle the matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    by: Option<String>,
    occurred_at: DateTime<Utc>,
}

impl TimelineEntry {
    /// The same step with who did it: for internal eyes.
    #[must_use]
    pub fn by(self, by: Option<String>) -> Self {
        Self { by, ..self }
    }
}

/// An office that has the matter, or had it.
#[derive(Serialize, ToSchema)]
pub struct ReceiptHandover {
    office_name: String,
    #[schema(schema_with = words::handover_state)]
    state: handover::State,
    state_name: &'static str,
    handed_at: DateTime<Utc>,
    /// Until then the office answers the deputy.
    answer_due_at: DateTime<Utc>,
}

impl From<HandoverView> for ReceiptHandover {
    fn from(view: HandoverView) -> Self {
        Self {
            state_name: view.state.zh(),
            office_name: view.office_name,
            state: view.state,
            handed_at: view.handed_at,
            answer_due_at: view.answer_due_at,
        }
    }
}

/// An answer.
#[derive(Serialize, ToSchema)]
pub struct AnswerResponse {
    author_name: String,
    text: String,
    /// `answer` 答复；`decline` 不予受理并告知
    kind: &'static str,
    photos: Vec<PhotoLinks>,
    answered_at: DateTime<Utc>,
}

/// A rating; there may be one more after a reopening.
#[derive(Serialize, ToSchema)]
pub struct RatingResponse {
    /// 0 first, 1 after the reopening.
    round: i16,
    solved: bool,
    #[schema(schema_with = words::satisfaction)]
    satisfaction: Satisfaction,
    comment: Option<String>,
    rated_at: DateTime<Utc>,
}

impl From<EventView> for TimelineEntry {
    fn from(event: EventView) -> Self {
        let text = timeline::sentence(&event);
        Self {
            kind: event.kind.as_str(),
            by: None,
            text,
            data: event.data,
            occurred_at: event.occurred_at,
        }
    }
}

impl From<RatingView> for RatingResponse {
    fn from(rating: RatingView) -> Self {
        let RatingView {
            round,
            solved,
            satisfaction,
            comment,
            rated_at,
        } = rating;
        Self {
            round,
            solved,
            satisfaction,
            comment,
            rated_at,
        }
    }
}

impl AnswerResponse {
    /// An answer with links to its photos.
    pub fn new(state: &AppState, answer: AnswerView) -> Self {
        let photos = state.photo_links(&answer.photos);
        Self {
            author_name: answer.author_name,
            text: answer.text,
            kind: answer.kind.as_str(),
            photos,
            answered_at: answer.answered_at,
        }
    }
}

impl ReceiptResponse {
    fn new(state: &AppState, view: ReceiptView) -> Self {
        Self {
            state_name: view.state.zh(),
            receipt_url: state.receipt_url(&view.receipt),
            photos: state.photo_links(&view.photos),
            timeline: view.timeline.into_iter().map(Into::into).collect(),
            answers: view
                .answers
                .into_iter()
                .map(|answer| AnswerResponse::new(state, answer))
                .collect(),
            ratings: view.ratings.into_iter().map(Into::into).collect(),
            handovers: view.handovers.into_iter().map(Into::into).collect(),
            promises: view.promises.into_iter().map(Into::into).collect(),
            number: view.number,
            state: view.state,
            kind: view.kind,
            text: view.text,
            place: view.place,
            grid_name: view.grid_name,
            site: view.site.into(),
            submitted_at: view.submitted_at,
            answer_due_at: view.answer_due_at,
            answer_due_provisional: view.answer_due_provisional,
            closed_at: view.closed_at,
            may_rate: view.may_rate,
            declined: view.declined_as.map(|kind| DeclinedResponse {
                name: kind.name,
                right_channel: kind.right_channel,
            }),
            may_ask_review: view.may_ask_review,
            info_requests: view.info_requests.into_iter().map(Into::into).collect(),
            split_into: view
                .split_into
                .into_iter()
                .map(|kin| SplitReceipt {
                    receipt_url: state.receipt_url(&kin.receipt),
                    receipt: kin.receipt.to_string(),
                    number: kin.number,
                })
                .collect(),
            publish_consented: view.publish_consented,
            subscribed: view.subscribed,
            public_url: view
                .public_token
                .map(|token| state.url(&format!("/open/cases/{token}"))),
        }
    }
}

/// Follow a submission (查看回执)
#[utoipa::path(tag = "群众", params(("receipt" = String, Path, description = "as kept or typed; spaces, dashes and case do not matter")), responses(
    (status = 200, description = "the submission with its timeline and answers; photos are links for some minutes", body = ReceiptResponse),
    (status = 400, description = "`receipt_mistyped`：回执码输错了"),
    (status = 404, description = "`receipt_unknown`：没有这个回执"),
))]
#[get("/receipts/{receipt}")]
pub(super) async fn get_receipt(
    state: State,
    receipt: Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let view = state.find_by_receipt(&receipt, address).await?;
    let body = ReceiptResponse::new(&state, view);
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
