//! One submission: reading it, opening the contact data, answering.

pub mod acts;
mod answer;
pub mod content;
pub mod sorting;

use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use minyi_domain::rights::Permission;
use minyi_domain::{
    appointment::Side,
    calendar::local_date,
    handover::Channel,
    lifecycle::{self, Action, Party},
    people::Actor,
    routing::RouteReason,
};
use minyi_store::SubmissionDetail;
use serde::Deserialize;
use uuid::Uuid;

use self::{acts::TriageView, content::ContentSection};
use super::{
    handovers::handed,
    person, release,
    view::{Contact, SubmissionView},
};
use crate::{
    auth::{SignedIn, SignedInForm},
    deputies::handovers::hint,
    deputies::submissions::{ContactResponse, has_contact},
    pages::{
        meetings::MeetingsView,
        page::{Page, html, new_key, see_other},
        receipt::{answers, photos, view::Rating},
        timeline::lines,
        words::{day, due, ended, moment},
    },
    problem::Problem,
    state::{AppState, State},
};

pub use acts::act_form;
pub use answer::answer_form;
pub use content::look_form;
pub use sorting::choose_category;

#[derive(Deserialize)]
struct Arrival {
    /// The answer has just been sent.
    answered: Option<String>,
    /// The act that has just been done.
    done: Option<String>,
    /// Looking for somebody to transfer it to.
    q: Option<String>,
}

#[get("/submissions/{id}")]
pub async fn show_submission(
    state: State,
    page: Page,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
    arrival: web::Query<Arrival>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let detail = match state.find_submission(&signed_in.actor, id).await {
        Err(Problem::SubmissionUnknown) => return meeting_of(&state, &signed_in.actor, id).await,
        found => found?,
    };
    let contact = contact(&signed_in.actor, &detail);
    let Arrival { answered, done, q } = arrival.into_inner();
    let found = match &q {
        Some(_) => Some(TriageView::new(&state, &signed_in.actor, &detail, q).await?),
        None => None,
    };
    let mut view = view(&state, &page, &signed_in, detail, contact).await?;
    if let Some(found) = found {
        view.triage = found;
    }
    view.answered_now = answered.is_some();
    view.done = if view.answered_now {
        Some("答复已发出，居民马上能看到。")
    } else {
        acts::done(done.as_deref())
    };
    html(StatusCode::OK, &view)
}

/// The message about an appointment or a hearing leads here also somebody whose submission it is not: to the week of the
/// meeting, or to the hearing.
async fn meeting_of(state: &AppState, actor: &Actor, id: Uuid) -> Result<HttpResponse, Problem> {
    let scope = actor.scope();
    let found =
        move |store: &minyi_store::Store| Ok((store.day_of_meeting(&scope, id)?, store.hearing_about(&scope, id)?));
    match state.ask(found).await? {
        (Some(day), _) => Ok(see_other(&format!("/desk/meetings?from={day}"))),
        (None, Some(hearing)) => Ok(see_other(&format!("/desk/hearings/{hearing}"))),
        (None, None) => Err(Problem::SubmissionUnknown),
    }
}

#[derive(Deserialize)]
struct Csrf {
    csrf: String,
}

/// Opens the contact data; who did it stands in the timeline.
#[post("/submissions/{id}/contact")]
pub async fn show_contact(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Csrf>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    let id = id.into_inner();
    let detail = state.find_submission(&signed_in.actor, id).await?;
    let contact = match state.open_contact(&signed_in.actor, &detail).await? {
        Some(ContactResponse { name, phone }) => Contact::Shown {
            name: name.unwrap_or_default(),
            phone: phone.unwrap_or_default(),
        },
        None => Contact::None,
    };
    html(StatusCode::OK, &view(&state, &page, &signed_in, detail, contact).await?)
}

fn contact(actor: &Actor, detail: &SubmissionDetail) -> Contact {
    match (has_contact(detail), actor.role.may_see_contact(detail.standing())) {
        (false, _) => Contact::None,
        (true, true) => Contact::Hidden,
        (true, false) => Contact::NotForYou,
    }
}

fn assignee(detail: &SubmissionDetail) -> String {
    if detail.handled_above || detail.route_reason == RouteReason::Confidential {
        return "上级人大".to_owned();
    }
    let name = detail.assignee_name.clone();
    name.unwrap_or_else(|| "联络站工作人员".to_owned())
}

async fn view(
    state: &AppState,
    page: &Page,
    signed_in: &SignedIn,
    detail: SubmissionDetail,
    contact: Contact,
) -> Result<SubmissionView, Problem> {
    let (now, today, rules) = (state.now(), state.today(), state.rules_in_force().await?);
    let party = Party::of(signed_in.actor.role);
    let release = release::section(state, &signed_in.actor, detail.id).await?;
    let triage = TriageView::new(state, &signed_in.actor, &detail, None).await?;
    let assignee = assignee(&detail);
    let may_answer = party.is_some_and(|party| lifecycle::TABLE.next(detail.state, Action::Answer, party).is_ok())
        && detail.standing().leaves(Action::Answer, signed_in.actor.role);
    let offices = offices(state, &signed_in.actor, &detail).await?;
    let (sorting, likes) = sorting::sections(state, signed_in, detail.id, detail.sorting, today).await?;
    let card = |view| handed(view, now, today, &rules.calendar);
    Ok(SubmissionView {
        offices,
        triage,
        layout: page.layout(format!("{} · 民意码办理台", detail.number)),
        person: Some(person(signed_in, "/desk")),
        csrf: signed_in.csrf_token(),
        done: None,
        answered_now: false,
        assignee,
        id: detail.id,
        kind: detail.kind.zh(),
        state: detail.state.zh(),
        due: if detail.state == lifecycle::State::Closed {
            ended(
                detail.close_reason,
                detail.ratings.last().map(|rating| rating.satisfaction),
            )
        } else {
            due(detail.state, detail.answer_due_at, now, &rules.calendar)
        },
        content: ContentSection::new(
            detail.checks,
            &detail.photos,
            signed_in.actor.role.may(Permission::Release),
            today,
        ),
        photos: photos(state, &detail.photos),
        address: detail.address.unwrap_or_default(),
        position: detail
            .location
            .map(|place| format!("{:.6},{:.6}", place.latitude, place.longitude)),
        submitted: moment(detail.submitted_at, today),
        due_at: day(local_date(detail.answer_due_at), today),
        provisional: detail.answer_due_provisional,
        contact,
        answers: answers(state, detail.answers, today),
        ratings: detail.ratings.iter().map(|rating| Rating::new(rating, today)).collect(),
        timeline: lines(&detail.events, today),
        may_answer,
        may_propose: signed_in.actor.role.may(Permission::Propose) && detail.confidential_region.is_none(),
        may_hold: signed_in.actor.role.may(Permission::Hold),
        may_meet: detail.state != lifecycle::State::Closed && detail.route_reason != RouteReason::Confidential,
        handovers: detail.handovers.into_iter().map(card).collect(),
        proposals: detail.proposals.into_iter().map(|line| (line.id, line.title)).collect(),
        meetings: MeetingsView::new(detail.meetings, Side::Handler, now),
        back: format!("/desk/submissions/{}#meetings", detail.id),
        number: detail.number,
        text: detail.text,
        place: detail.place,
        site: detail.site_name,
        answer_key: new_key(),
        draft: String::new(),
        answer_error: None,
        release,
        sorting,
        likes,
    })
}

/// The street and town offices to which this person may hand it over now: id, name, why this one.
async fn offices(
    state: &AppState,
    actor: &Actor,
    detail: &SubmissionDetail,
) -> Result<Vec<(Uuid, String, String)>, Problem> {
    let party = Party::of(actor.role).filter(|party| *party == Party::Handler);
    let may = party.is_some_and(|party| lifecycle::TABLE.next(detail.state, Action::HandOver, party).is_ok());
    if !may || detail.confidential_region.is_some() {
        return Ok(Vec::new());
    }
    let candidates = state.office_candidates(actor, detail.id).await?;
    let direct = candidates
        .into_iter()
        .filter(|office| office.channel == Channel::Office);
    Ok(direct
        .map(|office| (office.id, office.name.clone(), hint(&office)))
        .collect())
}
