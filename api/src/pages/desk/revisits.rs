//! Asking residents again after closing (回访).

use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use chrono::{DateTime, Utc};
use minyi_domain::{calendar::local_date, revisit::Outcome, rights::Permission};
use minyi_store::Revisit;
use serde::Deserialize;
use uuid::Uuid;

use super::{person, view::Person};
use crate::{
    auth::{SignedIn, SignedInForm},
    deputies::revisits::{RevisitRequest, read_done},
    pages::{
        layout::Layout,
        page::{Page, html, see_other},
        words::day,
    },
    paging::{read_cursor, write_cursor},
    problem::Problem,
    state::State,
};

const PAGE_LENGTH: i64 = 20;

/// The list.
#[derive(Template)]
#[template(path = "desk/revisits.html")]
struct RevisitsView {
    layout: Layout,
    person: Option<Person>,
    csrf: String,
    done: bool,
    recorded: bool,
    /// May register for a resident.
    may_enter: bool,
    items: Vec<Item>,
    next: Option<String>,
}

struct Item {
    id: Uuid,
    submission_id: Uuid,
    number: String,
    text: String,
    place: String,
    site: String,
    reason: &'static str,
    due: String,
    /// `bad`, `warn`, `good` or empty.
    tone: &'static str,
    result: String,
    /// It is not solved: the matter is to be registered anew.
    again: bool,
    note: String,
}

impl Item {
    fn new(revisit: Revisit, now: DateTime<Utc>) -> Self {
        let today = local_date(now);
        let outcome = revisit.outcome();
        let satisfied = match revisit.satisfied {
            Some(true) => "，满意",
            Some(false) => "，不满意",
            None => "",
        };
        let overdue = outcome.is_none() && revisit.due_at < now;
        let due = day(local_date(revisit.due_at), today);
        Self {
            reason: revisit.reason.zh(),
            due: if overdue {
                format!("已超期，应在 {due} 前")
            } else {
                format!("{due} 前")
            },
            tone: match outcome {
                None if overdue => "bad",
                None => "",
                Some(Outcome::Solved) => "good",
                Some(Outcome::Unsolved | Outcome::Unreachable) => "warn",
            },
            result: outcome.map_or_else(String::new, |outcome| format!("{}{satisfied}", outcome.zh())),
            again: outcome == Some(Outcome::Unsolved),
            id: revisit.id,
            submission_id: revisit.submission_id,
            number: revisit.number,
            text: revisit.text,
            place: revisit.place,
            site: revisit.site_name,
            note: revisit.note.unwrap_or_default(),
        }
    }
}

#[derive(Deserialize)]
struct Part {
    state: Option<String>,
    cursor: Option<String>,
    /// A result has just been written.
    recorded: Option<String>,
}

#[get("/revisits")]
pub async fn show_revisits(
    state: State,
    page: Page,
    signed_in: SignedIn,
    part: web::Query<Part>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Revisit)?;
    let done = read_done(part.state.as_deref())?;
    let cursor = read_cursor(part.cursor.as_deref())?;
    let (scope, now) = (signed_in.actor.scope(), state.now());
    let found = state
        .ask(move |store| store.revisits(&scope, done, cursor, PAGE_LENGTH))
        .await?;
    let word = if done { "done" } else { "open" };
    let view = RevisitsView {
        layout: page.layout("回访 · 民意码办理台"),
        person: Some(person(&signed_in, "/desk/revisits")),
        csrf: signed_in.csrf_token(),
        done,
        recorded: part.recorded.is_some(),
        may_enter: signed_in.actor.role.may(Permission::EnterForResident),
        items: found.items.into_iter().map(|revisit| Item::new(revisit, now)).collect(),
        next: found
            .next
            .map(|next| format!("/desk/revisits?state={word}&cursor={}", write_cursor(next))),
    };
    html(StatusCode::OK, &view)
}

#[derive(Deserialize)]
struct Sent {
    csrf: String,
    way: Option<String>,
    outcome: Option<String>,
    satisfied: Option<String>,
    note: Option<String>,
}

#[post("/revisits/{id}")]
pub async fn record_form(
    state: State,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    signed_in.must(Permission::Revisit)?;
    let sent = form.into_inner();
    let missing = || Problem::field("/outcome", "required", "请选怎么回访的，以及结果。");
    let request = RevisitRequest {
        way: sent.way.and_then(|word| word.parse().ok()).ok_or_else(missing)?,
        outcome: sent.outcome.and_then(|word| word.parse().ok()).ok_or_else(missing)?,
        satisfied: sent.satisfied.and_then(|word| word.parse().ok()),
        note: sent.note,
    };
    state.record_revisit(signed_in.actor, id.into_inner(), &request).await?;
    Ok(see_other("/desk/revisits?state=done&recorded=1"))
}
