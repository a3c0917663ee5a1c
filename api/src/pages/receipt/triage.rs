//! What the resident has to do besides rating: answer a question, or ask for a review of a refusal.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, post, web};
use chrono::NaiveDate;
use minyi_domain::{calendar::local_date, submission::MAX_PHOTOS};
use minyi_store::ReceiptView;
use uuid::Uuid;

use super::{Moment, show};
use crate::{
    address::ClientAddress,
    auth::csrf::same_origin,
    pages::{
        page::{Page, new_key, see_other},
        words::{day, moment},
    },
    problem::Problem,
    residents::{
        multipart::{PHOTO_LIMIT_BYTES, next_field, read_field},
        receipts::{InfoGivenRequest, give_info, request_review},
    },
    state::{AppState, State},
};

const FIELD_LIMIT_BYTES: usize = 256 * 1024;
/// All fields of the form, nine photos, and nine that came before.
const MAX_FIELDS: usize = 24;

/// What was typed in answer to a question, and what is wrong with it.
#[derive(Default, PartialEq, Eq)]
pub struct Typed {
    pub text: String,
    /// Photos that have arrived already.
    pub photo_ids: Vec<Uuid>,
    pub key: String,
    pub error: Option<String>,
}

/// A question of the handler.
pub struct Question {
    pub by: String,
    pub text: String,
    pub asked: String,
    pub due: String,
    /// Empty: none came.
    pub reply: String,
}

/// The part of the receipt's page that is about triage.
pub struct TriageView {
    pub open: Option<Question>,
    /// Questions that are over.
    pub past: Vec<Question>,
    pub typed: Typed,
    /// Name of the kind under which it was not taken, and the right channel.
    pub declined: Option<(String, String)>,
    pub may_ask_review: bool,
    pub review_error: Option<String>,
    /// Number and receipt of what was split off.
    pub split: Vec<(String, String)>,
}

impl TriageView {
    /// Takes its part out of what was found.
    pub fn new(found: &mut ReceiptView, today: NaiveDate) -> Self {
        let requests = std::mem::take(&mut found.info_requests);
        let (past, open): (Vec<_>, Vec<_>) = requests.into_iter().partition(|request| request.ended_at.is_some());
        let question = |request: minyi_store::InfoRequest| Question {
            by: request.asked_by_name,
            text: request.question,
            asked: moment(request.asked_at, today),
            due: day(local_date(request.due_at), today),
            reply: request.reply.unwrap_or_default(),
        };
        let split = std::mem::take(&mut found.split_into).into_iter();
        Self {
            open: open.into_iter().map(question).next(),
            past: past.into_iter().map(question).collect(),
            typed: Typed {
                key: new_key(),
                ..Typed::default()
            },
            declined: found.declined_as.take().map(|kind| (kind.name, kind.right_channel)),
            may_ask_review: found.may_ask_review,
            review_error: None,
            split: split.map(|kin| (kin.number, kin.receipt.to_string())).collect(),
        }
    }
}

#[post("/{receipt}/info")]
pub async fn info_form(
    state: State,
    page: Page,
    request: HttpRequest,
    receipt: web::Path<String>,
    address: ClientAddress,
    parts: Multipart,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    let mut typed = read(&state, parts, address).await?;
    let reply = InfoGivenRequest {
        text: typed.text.clone(),
        photo_ids: typed.photo_ids.clone(),
    };
    let problem = match typed.error.take() {
        Some(detail) => Problem::field("/photo_ids", "photo_refused", detail),
        None => match give_info(&state, &receipt, reply, address).await {
            Ok(_) => return Ok(see_other(&format!("/r/{receipt}?given=1"))),
            Err(problem) => problem,
        },
    };
    let status = problem.status_code();
    typed.error = Some(match &problem {
        Problem::Invalid(errors) => errors.iter().map(|error| error.detail.as_str()).collect(),
        Problem::Refused(_) => problem.detail(),
        _ => return Err(problem),
    });
    if typed.key.is_empty() {
        typed.key = new_key();
    }
    let found = state.find_by_receipt(&receipt, address).await?;
    show(&state, &page, found, Moment::InfoRefused(typed), status)
}

/// Reads the form and keeps its photos. The key stands before the photos.
async fn read(state: &AppState, mut parts: Multipart, address: ClientAddress) -> Result<Typed, Problem> {
    let mut typed = Typed::default();
    for _ in 0..MAX_FIELDS {
        let Some(mut field) = next_field(&mut parts).await? else {
            break;
        };
        let name = field.name().unwrap_or_default().to_owned();
        if name == "photos" {
            let bytes = read_field(&mut field, PHOTO_LIMIT_BYTES).await?;
            if !bytes.is_empty() && typed.photo_ids.len() < MAX_PHOTOS {
                match state.keep_photo_once(&typed.key, bytes, address).await {
                    Ok(id) => typed.photo_ids.push(id),
                    Err(problem @ (Problem::Internal(_) | Problem::Unavailable(_) | Problem::RateLimited { .. })) => {
                        return Err(problem);
                    }
                    Err(problem) => typed.error = Some(format!("{}。{}", problem.title(), problem.detail())),
                }
            }
            continue;
        }
        let value = read_field(&mut field, FIELD_LIMIT_BYTES).await?;
        let value = String::from_utf8_lossy(&value).into_owned();
        match name.as_str() {
            "text" => typed.text = value,
            "idempotency_key" => typed.key = value,
            "photo_ids" => typed.photo_ids.extend(value.parse::<Uuid>()),
            _ => {}
        }
    }
    // The same picture chosen twice is shown once.
    typed.photo_ids.sort_unstable();
    typed.photo_ids.dedup();
    Ok(typed)
}

#[post("/{receipt}/review")]
pub async fn review_form(
    state: State,
    page: Page,
    request: HttpRequest,
    receipt: web::Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    match request_review(&state, &receipt, address).await {
        Ok(_) => Ok(see_other(&format!("/r/{receipt}?reviewed=1"))),
        Err(problem @ Problem::Refused(_)) => {
            let found = state.find_by_receipt(&receipt, address).await?;
            let why = Moment::ReviewRefused(problem.detail());
            show(&state, &page, found, why, problem.status_code())
        }
        Err(problem) => Err(problem),
    }
}
