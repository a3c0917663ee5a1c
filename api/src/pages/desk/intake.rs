//! Registering for a resident from the paper form (代为登记).

mod view;

use actix_multipart::Multipart;
use actix_web::{HttpResponse, ResponseError as _, get, http::StatusCode, post, web};
use minyi_domain::{calendar::local_date, rights::Permission, submission::Channel};
use minyi_store::Refusal;
use uuid::Uuid;

use super::person;
use crate::{
    address::ClientAddress,
    auth::{SignedIn, SignedInForm, csrf},
    deputies::intake::{Entered, IntakeRequest, enter, slip},
    pages::{
        code::{
            sent,
            view::{FormView, kind_choices},
        },
        page::{Page, html, new_key, see_other},
        words::day,
    },
    problem::Problem,
    residents::multipart::{next_field, read_field},
    state::{AppState, State},
};
use view::{Choice, IntakeView, RegisteredView};

const TOKEN_LIMIT_BYTES: usize = 1024;

/// What the form has beside a resident's own.
#[derive(Default)]
struct Sent {
    form: FormView,
    channel: String,
    grid: String,
    kind: String,
}

#[get("/intake")]
pub async fn show_intake(state: State, page: Page, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::EnterForResident)?;
    let sent = Sent {
        form: FormView {
            idempotency_key: new_key(),
            ..FormView::default()
        },
        channel: Channel::Visit.as_str().to_owned(),
        ..Sent::default()
    };
    form(&state, &page, &signed_in, sent, StatusCode::OK).await
}

#[post("/intake")]
pub async fn enter_form(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    address: ClientAddress,
    parts: Multipart,
) -> Result<HttpResponse, Problem> {
    let (signed_in, mut sent) = read(&state, signed_in, parts, address).await?;
    signed_in.must(Permission::EnterForResident)?;
    let problem = match request(&mut sent) {
        Some(request) if sent.form.errors.is_empty() => {
            let key = sent.form.idempotency_key.clone();
            match enter(&state, &signed_in.actor, &key, request).await {
                Ok(Entered { id, .. }) => return Ok(see_other(&format!("/desk/intake/{id}"))),
                Err(problem) => problem,
            }
        }
        _ => Problem::Invalid(Vec::new()),
    };
    match &problem {
        Problem::Invalid(errors) if errors.is_empty() => {}
        Problem::IdempotencyKeyReused => {
            sent.form.idempotency_key = new_key();
            sent.form.photo_ids.clear();
            let words = "前一次的内容已经登记。要把改过的内容作为另一件登记，请再按一次“登记”；有照片的，请重新选。";
            sent.form.add_error("send", words.to_owned());
        }
        Problem::Refused(Refusal::TargetUnknown(_)) => sent.form.add_error("grid", problem.detail()),
        Problem::Invalid(_) | Problem::RateLimited { .. } => sent.form.add_problem(&problem),
        _ => return Err(problem),
    }
    form(&state, &page, &signed_in, sent, problem.status_code()).await
}

/// Number, receipt and slip of what has been entered.
#[get("/intake/{id}")]
pub async fn show_entered(
    state: State,
    page: Page,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::EnterForResident)?;
    let (scope, id, today) = (signed_in.actor.scope(), id.into_inner(), state.today());
    let found = state.ask(move |store| store.intake_slip(&scope, id)).await?;
    let found = found.ok_or(Problem::SubmissionUnknown)?;
    let view = RegisteredView {
        layout: page.layout(format!("{} · 已登记", found.number)),
        person: Some(person(&signed_in, "/desk/intake")),
        id,
        answer_by: day(local_date(found.answer_due_at), today),
        provisional: found.answer_due_provisional,
        receipt: found.receipt.grouped(),
        number: found.number,
        place: found.place,
    };
    html(StatusCode::OK, &view)
}

#[get("/intake/{id}/slip.pdf")]
pub async fn print_slip(state: State, signed_in: SignedIn, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::EnterForResident)?;
    slip(&state, &signed_in.actor, id.into_inner()).await
}

/// Reads the form. The token is its first field: nothing of a form from elsewhere is kept. The key stands before the
/// photos.
async fn read(
    state: &AppState,
    signed_in: SignedInForm,
    mut parts: Multipart,
    address: ClientAddress,
) -> Result<(SignedIn, Sent), Problem> {
    let mut token = next_field(&mut parts)
        .await?
        .filter(|field| field.name() == Some(csrf::FIELD));
    let claimed = match &mut token {
        Some(field) => read_field(field, TOKEN_LIMIT_BYTES).await?,
        None => return Err(Problem::CrossSite),
    };
    drop(token);
    let signed_in = signed_in.confirm(&String::from_utf8_lossy(&claimed))?;
    let mut sent = Sent::default();
    let Sent {
        form,
        channel,
        grid,
        kind,
    } = &mut sent;
    let other = |name: &str, value: String| match name {
        "channel" => *channel = value,
        "grid" => *grid = value,
        "kind" => *kind = value,
        _ => {}
    };
    sent::read_fields(state, &mut parts, form, address, other).await?;
    if form.idempotency_key.is_empty() {
        form.idempotency_key = new_key();
    }
    Ok((signed_in, sent))
}

/// The form as the API takes it; `None`: what was not chosen is among the errors.
fn request(sent: &mut Sent) -> Option<IntakeRequest> {
    let channel = sent.channel.parse::<Channel>().ok();
    let grid_id = sent.grid.parse::<Uuid>().ok();
    if channel.is_none() {
        sent.form.add_error("channel", "请选怎么反映的".to_owned());
    }
    if grid_id.is_none() {
        sent.form.add_error("grid", "请选网格".to_owned());
    }
    let said = sent.form.request(&sent.kind)?;
    Some(IntakeRequest {
        grid_id: grid_id?,
        channel: channel?,
        kind: said.kind,
        text: said.text,
        photo_ids: said.photo_ids,
        location: said.location,
        contact: said.contact,
    })
}

/// The form, empty or as it was sent.
async fn form(
    state: &AppState,
    page: &Page,
    signed_in: &SignedIn,
    sent: Sent,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let grids = state.ask(move |store| store.intake_grids(&scope, today)).await?;
    // A station with a single grid has nothing to choose.
    let only = grids.len() == 1;
    let grids = grids.into_iter().map(|grid| Choice {
        chosen: only || grid.id.to_string() == sent.grid,
        value: grid.id.to_string(),
        text: format!("{}（{}）", grid.place, grid.name),
    });
    let channels = [Channel::Visit, Channel::Phone, Channel::Letter].map(|channel| Choice {
        chosen: channel.as_str() == sent.channel,
        value: channel.as_str().to_owned(),
        text: channel.zh().to_owned(),
    });
    let view = IntakeView {
        layout: page.layout("代为登记 · 民意码办理台"),
        person: Some(person(signed_in, "/desk/intake")),
        csrf: signed_in.csrf_token(),
        grids: grids.collect(),
        channels: channels.into(),
        form: FormView {
            kinds: kind_choices(&sent.kind),
            ..sent.form
        },
    };
    html(status, &view)
}
