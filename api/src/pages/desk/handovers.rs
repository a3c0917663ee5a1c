//! What was handed over: the list, one handover, and everything that may be done with it (交办).

mod acts;
mod card;

pub use acts::{act_form, hand_over_form, keep_promise_form};
pub use card::{Handed, May, handed};

use actix_web::{HttpResponse, get, http::StatusCode, web};
use minyi_domain::rights::Permission;
use minyi_store::{HandoverFilter, HandoverItem};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    person,
    view::{HandoverLine, HandoverView, HandoversView, Promise, Source},
};
use crate::{
    auth::SignedIn,
    pages::{
        page::{Page, html},
        receipt::photos,
        words::{day, moment},
    },
    paging::{read_cursor, write_cursor},
    problem::Problem,
    state::State,
};

const PAGE_LENGTH: i64 = 20;

#[derive(Deserialize)]
struct Part {
    /// `all`: what is over too.
    show: Option<String>,
    cursor: Option<String>,
}

#[get("/handovers")]
pub async fn show_handovers(
    state: State,
    page: Page,
    signed_in: SignedIn,
    part: web::Query<Part>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let open_only = part.show.as_deref() != Some("all");
    let cursor = read_cursor(part.cursor.as_deref())?;
    let filter = HandoverFilter {
        states: Vec::new(),
        open_only,
    };
    let scope = signed_in.actor.scope();
    let found = state
        .ask(move |store| store.handovers(&scope, &filter, cursor, PAGE_LENGTH))
        .await?;
    let (now, today, rules) = (state.now(), state.today(), state.rules_in_force().await?);
    let line = |item: HandoverItem| HandoverLine {
        due: card::due(item.state, item.accept_due_at, item.answer_due_at, now, &rules.calendar),
        id: item.id,
        office: item.office_name,
        channel: item.channel.zh(),
        state: item.state.zh(),
        demand: item.demand,
        handed: moment(item.handed_at, today),
        number: item.number,
    };
    let show = if open_only { "" } else { "show=all&" };
    let view = HandoversView {
        layout: page.layout("交办 · 民意码办理台"),
        person: Some(person(&signed_in, "/desk/handovers")),
        open_only,
        items: found.items.into_iter().map(line).collect(),
        next: found
            .next
            .map(|next| format!("/desk/handovers?{show}cursor={}", write_cursor(next))),
    };
    html(StatusCode::OK, &view)
}

#[derive(Deserialize)]
struct Arrival {
    /// The act that has just been done.
    done: Option<String>,
}

#[get("/handovers/{id}")]
pub async fn show_handover(
    state: State,
    page: Page,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
    arrival: web::Query<Arrival>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let id = id.into_inner();
    let detail = state.find_handover(&signed_in.actor, id).await?;
    let (now, today, rules) = (state.now(), state.today(), state.rules_in_force().await?);
    let source = |submission: minyi_store::HandedSubmission| Source {
        photos: photos(&state, &submission.photos),
        id: submission.id,
        number: submission.number,
        kind: submission.kind.zh(),
        text: submission.text,
        place: submission.place,
        address: submission.address.unwrap_or_default(),
        submitted: moment(submission.submitted_at, today),
    };
    let promise = detail.promise.map(|promise| Promise {
        id: promise.id,
        due: day(promise.due_on, today),
        late: promise.overdue_at.is_some() && promise.kept_at.is_none(),
        kept: promise.kept_note.unwrap_or_default(),
        open: promise.kept_at.is_none(),
        text: promise.text,
    });
    let may = card::may(&detail.handover, &signed_in.actor);
    let partners = match (may.invite, detail.submissions.first()) {
        (true, Some(lead)) => state.office_candidates(&signed_in.actor, lead.id).await?,
        _ => Vec::new(),
    };
    let own = detail.handover.office_id;
    let view = HandoverView {
        layout: page.layout(format!("{} · 民意码办理台", detail.handover.office_name)),
        person: Some(person(&signed_in, "/desk/handovers")),
        csrf: signed_in.csrf_token(),
        done: arrival.done.is_some().then_some("已经办好。"),
        proposal_id: detail.handover.proposal_id,
        proposal: detail
            .proposal
            .map(|(title, number, text)| (title, number.unwrap_or_default(), text)),
        card: card::handed(detail.handover, now, today, &rules.calendar),
        may,
        partners: partners
            .into_iter()
            .filter(|office| office.id != own)
            .map(|office| (office.id, office.name))
            .collect(),
        sources: detail.submissions.into_iter().map(source).collect(),
        promise,
    };
    html(StatusCode::OK, &view)
}
