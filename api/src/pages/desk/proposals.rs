//! Proposals by form (代表建议): the list, drafting from one or more submissions, changing, submitting.

mod form;
mod view;

use actix_web::{HttpResponse, ResponseError as _, get, http::StatusCode, post, web};
use minyi_domain::rights::Permission;
use minyi_store::{HearingCandidate, ProposalDeputy, ProposalItem};
use serde::Deserialize;
use uuid::Uuid;

use super::{hearings::form::Fields, person};
use crate::{
    auth::{SignedIn, SignedInForm},
    pages::{
        page::{Page, html, see_other},
        words::moment,
    },
    paging::{read_cursor, write_cursor},
    problem::Problem,
    state::{AppState, State},
};
use form::{change, draft, submission};
use view::{Choice, Choices, Line, ListView, NewProposalView, ProposalView};

const PAGE_LENGTH: i64 = 20;
/// Submissions that are offered to choose from.
const CANDIDATES: i64 = 50;

#[derive(Deserialize)]
struct Part {
    cursor: Option<String>,
}

#[get("/proposals")]
pub async fn show_proposals(
    state: State,
    page: Page,
    signed_in: SignedIn,
    part: web::Query<Part>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let cursor = read_cursor(part.cursor.as_deref())?;
    let found = state
        .ask(move |store| store.proposals(&scope, cursor, PAGE_LENGTH))
        .await?;
    let line = |item: ProposalItem| Line {
        id: item.id,
        title: item.title,
        channel: item.channel.zh(),
        region: item.region_name,
        lead: item.lead_name,
        number: item.number,
        when: moment(item.submitted_at.unwrap_or(item.drafted_at), today),
    };
    let view = ListView {
        layout: page.layout("代表建议 · 民意码办理台"),
        person: Some(person(&signed_in, "/desk/proposals")),
        may_propose: signed_in.actor.role.may(Permission::Propose),
        items: found.items.into_iter().map(line).collect(),
        next: found
            .next
            .map(|next| format!("/desk/proposals?cursor={}", write_cursor(next))),
    };
    html(StatusCode::OK, &view)
}

/// `case`, once or more: the submissions from whose pages the person comes.
#[get("/proposals/new")]
pub async fn show_draft(
    state: State,
    page: Page,
    signed_in: SignedIn,
    wanted: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Propose)?;
    let fields = Fields::new(wanted.into_inner());
    draft_page(&state, &page, &signed_in, &fields, None).await
}

#[post("/proposals")]
pub async fn draft_form(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::new(form.into_inner());
    let signed_in = signed_in.confirm(fields.text("csrf"))?;
    let drafted = match draft(&fields) {
        Ok(request) => state.draft_proposal(signed_in.actor.clone(), request).await,
        Err(problem) => Err(problem),
    };
    match drafted {
        Ok(id) => Ok(see_other(&format!("/desk/proposals/{id}?done=drafted"))),
        Err(problem @ (Problem::Invalid(_) | Problem::Refused(_))) => {
            draft_page(&state, &page, &signed_in, &fields, Some(problem)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn draft_page(
    state: &AppState,
    page: &Page,
    signed_in: &SignedIn,
    fields: &Fields,
    problem: Option<Problem>,
) -> Result<HttpResponse, Problem> {
    let choices = choices(state, signed_in, fields.ids("case"), &fields.ids("cosigner")).await?;
    let view = NewProposalView {
        layout: page.layout("起草建议 · 民意码办理台"),
        person: Some(person(signed_in, "/desk/proposals")),
        csrf: signed_in.csrf_token(),
        problem: problem.as_ref().map(why),
        level: fields.text("level").to_owned(),
        title: fields.text("title").to_owned(),
        text: fields.text("text").to_owned(),
        lead: fields.text("lead").to_owned(),
        is_deputy: signed_in.actor.deputy_id.is_some(),
        choices,
    };
    html(problem.map_or(StatusCode::OK, |problem| problem.status_code()), &view)
}

/// What may be chosen: submissions, those `chosen` among them, and the deputies of their county.
async fn choices(
    state: &AppState,
    signed_in: &SignedIn,
    chosen: Vec<Uuid>,
    cosigners: &[Uuid],
) -> Result<Choices, Problem> {
    let (scope, own) = (signed_in.actor.scope(), signed_in.actor.deputy_id);
    let wanted = chosen.clone();
    let list = move |store: &minyi_store::Store| {
        let mut cases: Vec<HearingCandidate> = store.hearing_candidates(&scope, CANDIDATES)?;
        let missing = wanted.iter().filter(|id| cases.iter().all(|case| case.id != **id));
        let mut further = Vec::new();
        for id in missing {
            further.extend(store.submission(&scope, *id)?);
        }
        cases.sort_by_key(|case| !wanted.contains(&case.id));
        let first = wanted.first().copied().or_else(|| cases.first().map(|case| case.id));
        let deputies = match first {
            Some(id) => store.possible_cosigners(&scope, id)?.unwrap_or_default(),
            None => Vec::new(),
        };
        Ok((further, cases, deputies))
    };
    let (further, cases, deputies) = state.ask(list).await?;
    let case = |id: Uuid, number: &str, place: &str, text: &str| Choice {
        chosen: chosen.contains(&id),
        id,
        text: format!("{number} {place}：{}", text.chars().take(60).collect::<String>()),
    };
    let further = further
        .iter()
        .map(|other| case(other.id, &other.number, &other.place, &other.text));
    let open = cases.iter().map(|one| case(one.id, &one.number, &one.place, &one.text));
    let deputy = |deputy: ProposalDeputy| Choice {
        chosen: cosigners.contains(&deputy.id),
        id: deputy.id,
        text: format!("{}（{}）", deputy.name, deputy.workplace),
    };
    Ok(Choices {
        cases: further.chain(open).collect(),
        deputies: deputies
            .into_iter()
            .filter(|deputy| Some(deputy.id) != own)
            .map(deputy)
            .collect(),
    })
}

#[derive(Deserialize)]
struct Arrival {
    /// The act that has just been done.
    done: Option<String>,
}

#[get("/proposals/{id}")]
pub async fn show_proposal(
    state: State,
    page: Page,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
    arrival: web::Query<Arrival>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let mut view = proposal_view(&state, &page, &signed_in, id.into_inner()).await?;
    view.done = match arrival.done.as_deref() {
        Some("drafted") => Some("草稿已经保存，提交以前可以随时修改。"),
        Some("changed") => Some("已修改。"),
        Some("submitted") => Some("已经提交，承办单位已收到。"),
        _ => None,
    };
    html(StatusCode::OK, &view)
}

/// `act`: `change` or `submit`.
#[post("/proposals/{id}/{act}")]
pub async fn proposal_form(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    path: web::Path<(Uuid, String)>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let (id, act) = path.into_inner();
    let fields = Fields::new(form.into_inner());
    let signed_in = signed_in.confirm(fields.text("csrf"))?;
    let actor = signed_in.actor.clone();
    let done = match act.as_str() {
        "change" => state
            .change_proposal(actor, id, change(&fields))
            .await
            .map(|()| "changed"),
        "submit" => {
            let submitted = match submission(&fields) {
                Ok(request) => state.submit_proposal(actor, id, request).await,
                Err(problem) => Err(problem),
            };
            submitted.map(|_| "submitted")
        }
        _ => return Err(Problem::NotFound),
    };
    match done {
        Ok(done) => Ok(see_other(&format!("/desk/proposals/{id}?done={done}"))),
        Err(problem @ (Problem::Invalid(_) | Problem::Refused(_))) => {
            let mut view = proposal_view(&state, &page, &signed_in, id).await?;
            if act == "change" {
                view.title = fields.text("title").to_owned();
                view.text = fields.text("text").to_owned();
            }
            view.problem = Some(why(&problem));
            html(problem.status_code(), &view)
        }
        Err(problem) => Err(problem),
    }
}

async fn proposal_view(state: &AppState, page: &Page, signed_in: &SignedIn, id: Uuid) -> Result<ProposalView, Problem> {
    let detail = state.find_proposal(&signed_in.actor, id).await?;
    let may_propose = signed_in.actor.role.may(Permission::Propose);
    let cases: Vec<Uuid> = detail.submissions.iter().map(|(id, _)| *id).collect();
    let cosigners: Vec<Uuid> = detail.cosigners.iter().map(|deputy| deputy.id).collect();
    let offices = state.proposal_offices(&signed_in.actor, &detail).await?;
    let choices = if may_propose && detail.submitted_at.is_none() {
        choices(state, signed_in, cases, &cosigners).await?
    } else {
        Choices::default()
    };
    let layout = page.layout(format!("{} · 民意码办理台", detail.title));
    let head = person(signed_in, "/desk/proposals");
    Ok(ProposalView::new(
        layout,
        (head, signed_in.csrf_token()),
        detail,
        (may_propose, offices, choices),
        state.today(),
    ))
}

fn why(problem: &Problem) -> String {
    match problem.errors() {
        [] => problem.detail(),
        errors => errors.iter().map(|error| error.detail.as_str()).collect(),
    }
}
