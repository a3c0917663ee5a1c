//! The week of a station: duties, appointments, hearings (接待).

mod ics;

use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use chrono::{Datelike as _, Days, NaiveDate, NaiveTime};
use minyi_domain::{
    appointment::{Action, Side},
    calendar::{at_local_time, local_date},
    hearing,
    rights::Permission,
};
use minyi_store::{Agenda, Hearing};
use serde::Deserialize;
use uuid::Uuid;

use super::{person, view::Person};
use crate::{
    auth::{SignedIn, SignedInForm},
    deputies::appointments::SettleRequest,
    pages::{
        layout::Layout,
        meetings::{HearingLine, Meeting, MeetingsView, SlotDay, by_day, span},
        page::{Page, html, see_other},
        words::day,
    },
    problem::Problem,
    residents::meetings::AskRequest,
    state::State,
};

pub use ics::show_calendar;

/// The week.
#[derive(Template)]
#[template(path = "desk/meetings.html")]
struct WeekView {
    layout: Layout,
    person: Option<Person>,
    csrf: String,
    /// Where the forms lead back to.
    back: String,
    title: String,
    before: NaiveDate,
    after: NaiveDate,
    days: Vec<DayView>,
    more: bool,
}

struct DayView {
    day: String,
    duties: Vec<String>,
    meetings: Vec<Meeting>,
    hearings: Vec<HearingLine>,
}

#[derive(Deserialize)]
struct Week {
    /// A day of the week that is wanted.
    from: Option<NaiveDate>,
}

#[get("/meetings")]
pub async fn show_week(
    state: State,
    page: Page,
    signed_in: SignedIn,
    week: web::Query<Week>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    let (now, today) = (state.now(), state.today());
    let wanted = week.from.unwrap_or(today);
    let monday = wanted - Days::new(u64::from(wanted.weekday().num_days_from_monday()));
    let until = monday + Days::new(7);
    let scope = signed_in.actor.scope();
    let midnight = |day| at_local_time(day, NaiveTime::MIN);
    let (from, to) = (midnight(monday), midnight(until));
    let agenda = state.ask(move |store| store.agenda(&scope, from, to)).await?;
    let more = agenda.more;
    let view = WeekView {
        layout: page.layout("接待 · 民意码办理台"),
        person: Some(person(&signed_in, "/desk/meetings")),
        csrf: signed_in.csrf_token(),
        back: format!("/desk/meetings?from={monday}"),
        title: format!("{} 到 {}", day(monday, today), day(monday + Days::new(6), today)),
        before: monday - Days::new(7),
        after: until,
        days: days(agenda, monday, today, now),
        more,
    };
    html(StatusCode::OK, &view)
}

fn days(agenda: Agenda, monday: NaiveDate, today: NaiveDate, now: chrono::DateTime<chrono::Utc>) -> Vec<DayView> {
    let Agenda {
        duties,
        mut appointments,
        mut hearings,
        ..
    } = agenda;
    let of_day = |date: NaiveDate| {
        let here = appointments.extract_if(.., |meeting| local_date(meeting.starts_at) == date);
        let meetings = here.map(|meeting| Meeting::new(meeting, Side::Handler, now)).collect();
        let here = hearings.extract_if(.., |hearing| local_date(hearing.starts_at) == date);
        let hearings = here.map(|hearing| line(hearing, today)).collect();
        let duties = duties.iter().filter(|duty| duty.on_date == date);
        DayView {
            day: day(date, today),
            duties: duties
                .map(|duty| format!("{}（{}）", duty.deputy_name, duty.site_name))
                .collect(),
            meetings,
            hearings,
        }
    };
    monday.iter_days().take(7).map(of_day).collect()
}

/// A hearing in a list.
pub fn line(hearing: Hearing, today: NaiveDate) -> HearingLine {
    HearingLine {
        id: hearing.id,
        when: span(hearing.starts_at, hearing.ends_at, today),
        title: hearing.title,
        kind: hearing.kind.zh(),
        state: hearing.state.zh(),
        planned: hearing.state == hearing::State::Planned,
        place: hearing.place,
    }
}

#[derive(Deserialize)]
struct Act {
    csrf: String,
    action: String,
    reason: Option<String>,
    record: Option<String>,
    back: Option<String>,
}

/// Confirms, declines, cancels or records an appointment.
#[post("/appointments/{id}")]
pub async fn settle_form(
    state: State,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Act>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    signed_in.must(Permission::Hold)?;
    let Act {
        action,
        reason,
        record,
        back,
        ..
    } = form.into_inner();
    let action: Action = action
        .parse()
        .map_err(|_| Problem::field("/action", "unknown_action", "请按页面上的按钮操作。"))?;
    let request = SettleRequest {
        action,
        reason,
        record,
        slot: None,
    };
    state
        .settle_appointment(signed_in.actor, id.into_inner(), &request)
        .await?;
    let back = back.filter(|back| back.starts_with("/desk/"));
    Ok(see_other(back.as_deref().unwrap_or("/desk/meetings")))
}

/// Choosing a slot to propose, or another one.
#[derive(Template)]
#[template(path = "desk/case-meeting.html")]
struct ProposeView {
    layout: Layout,
    person: Option<Person>,
    csrf: String,
    id: Uuid,
    number: String,
    active: Option<Meeting>,
    days: Vec<SlotDay>,
    chosen: String,
}

#[get("/submissions/{id}/meeting")]
pub async fn show_propose(
    state: State,
    page: Page,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    let detail = state.find_submission(&signed_in.actor, id.into_inner()).await?;
    let slots = state.slots_of_submission(&signed_in.actor, detail.id).await?;
    let view = ProposeView {
        layout: page.layout("约居民见面 · 民意码办理台"),
        person: Some(person(&signed_in, "/desk")),
        csrf: signed_in.csrf_token(),
        id: detail.id,
        number: detail.number,
        active: MeetingsView::new(detail.meetings, Side::Handler, state.now()).active,
        days: by_day(slots, state.today()),
        chosen: String::new(),
    };
    html(StatusCode::OK, &view)
}

#[derive(Deserialize)]
struct Proposal {
    csrf: String,
    /// The appointment that is moved; without it a new one.
    appointment: Option<Uuid>,
    slot: Option<String>,
    note: Option<String>,
}

#[post("/submissions/{id}/meeting")]
pub async fn propose_form(
    state: State,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Proposal>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    signed_in.must(Permission::Hold)?;
    let (id, actor) = (id.into_inner(), signed_in.actor);
    let Proposal {
        appointment,
        slot,
        note,
        ..
    } = form.into_inner();
    match appointment {
        Some(appointment) => {
            let request = SettleRequest {
                action: Action::Move,
                reason: note,
                record: None,
                slot: slot.or_else(|| Some(String::new())),
            };
            state.settle_appointment(actor, appointment, &request).await?;
        }
        None => {
            let slot = slot.unwrap_or_default();
            state.propose_appointment(actor, id, &AskRequest { slot, note }).await?;
        }
    }
    Ok(see_other(&format!("/desk/submissions/{id}#meetings")))
}
