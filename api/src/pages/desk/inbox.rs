//! The list of what came in.

use actix_web::{HttpResponse, get, http::StatusCode, web};
use chrono::{DateTime, Utc};
use minyi_domain::{
    calendar::{WorkCalendar, local_date},
    lifecycle,
    people::Scope,
    submission::Urgency,
};
use minyi_store::{InboxFilter, InboxItem};
use serde::Deserialize;

use super::{
    person,
    submission::acts,
    view::{InboxView, Item},
};
use crate::{
    auth::SignedIn,
    pages::{
        page::{Page, html},
        words::{due, ended, moment},
    },
    paging::{read_cursor, write_cursor},
    problem::Problem,
    state::State,
};

const PAGE_LENGTH: i64 = 20;

#[derive(Deserialize)]
struct Part {
    /// `all`: answered ones too.
    show: Option<String>,
    /// What has just been done with one that is out of sight now.
    done: Option<String>,
    cursor: Option<String>,
}

#[get("")]
pub async fn show_inbox(
    state: State,
    page: Page,
    signed_in: SignedIn,
    part: web::Query<Part>,
) -> Result<HttpResponse, Problem> {
    let open_only = part.show.as_deref() != Some("all");
    let cursor = read_cursor(part.cursor.as_deref())?;
    let filter = InboxFilter {
        open_only,
        ..InboxFilter::default()
    };
    let scope = signed_in.actor.scope();
    let blind = scope == Scope::Nothing;
    let found = state
        .ask(move |store| store.inbox(&scope, &filter, cursor, PAGE_LENGTH))
        .await?;
    let (now, rules) = (state.now(), state.rules_in_force().await?);
    let show = if open_only { "" } else { "show=all&" };
    let view = InboxView {
        layout: page.layout(if open_only {
            "待答复 · 民意码办理台"
        } else {
            "全部民意 · 民意码办理台"
        }),
        person: Some(person(&signed_in, "/desk")),
        blind,
        done: acts::done(part.done.as_deref()),
        open_only,
        summary: if open_only {
            "先到期的在前面。"
        } else {
            "新来的在前面。"
        },
        items: found
            .items
            .into_iter()
            .map(|item| entry(item, now, &rules.calendar))
            .collect(),
        next: found
            .next
            .map(|next| format!("/desk?{show}cursor={}", write_cursor(next))),
    };
    html(StatusCode::OK, &view)
}

fn entry(item: InboxItem, now: DateTime<Utc>, calendar: &WorkCalendar) -> Item {
    Item {
        id: item.id,
        kind: item.kind.zh(),
        reopened: item.state == lifecycle::State::Reopened,
        stage: matches!(item.state, lifecycle::State::Accepted | lifecycle::State::HandedOver).then(|| item.state.zh()),
        urgency: (item.urgency != Urgency::Normal).then(|| item.urgency.zh()),
        confidential: item.confidential,
        above: item.handled_above,
        due: if item.state == lifecycle::State::Closed {
            ended(item.close_reason, item.satisfaction)
        } else {
            due(item.state, item.answer_due_at, now, calendar)
        },
        text: item.text,
        place: item.place,
        submitted: moment(item.submitted_at, local_date(now)),
        photo_count: item.photo_count,
    }
}
