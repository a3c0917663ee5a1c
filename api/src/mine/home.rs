//! The first page.

use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::rights::Permission;
use minyi_store::{DutyDay, Home, HomeGrid, NextAppointment, Waiting};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{NO_STORE, pushes::PushesResponse};
use crate::{auth::SignedIn, problem::Problem, state::State};

/// What a person sees first.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "waiting": {"overdue": 1, "today": 0, "this_week": 2, "later": 3},
    "grids": [{"id": "019aa000-0000-7000-8000-000000000003", "name": "杏林社区第二网格", "place": "杏林社区 3 号院", "open": 2}],
    "next_duty": {"date": "2026-11-24", "site_id": "019aa000-0000-7000-8000-000000000004",
        "site_name": "杏林社区代表联络站", "today": false, "signed_in": false},
    "next_appointment": null, "unread_messages": 3,
    "pushes": {"remaining": 2, "words": "还能收到 2 条微信提醒。", "templates": [
        {"template_id": "aiXkXB5imt5s6EfCmoh65GyyhpTf4eCdJpMxasIq7mp", "kind": "deputy_new", "title": "待办提醒", "remaining": 2}
    ]}
}))]
pub struct HomeResponse {
    waiting: WaitingResponse,
    /// By name; only deputies have some.
    grids: Vec<HomeGridResponse>,
    /// Today included; `null`: not on the roster.
    next_duty: Option<DutyDayResponse>,
    next_appointment: Option<NextAppointmentResponse>,
    unread_messages: i64,
    pushes: PushesResponse,
}

/// Answers that are owed, by the day on which they are due; what waits for the resident is not among them.
#[derive(Serialize, ToSchema)]
pub struct WaitingResponse {
    overdue: i64,
    today: i64,
    /// After today, until Sunday.
    this_week: i64,
    later: i64,
}

/// A grid, with what is open in it for this deputy.
#[derive(Serialize, ToSchema)]
pub struct HomeGridResponse {
    id: Uuid,
    name: String,
    place: String,
    open: i64,
}

/// A day on the roster.
#[derive(Serialize, ToSchema)]
pub struct DutyDayResponse {
    date: NaiveDate,
    site_id: Uuid,
    site_name: String,
    today: bool,
    signed_in: bool,
}

/// An appointment that is agreed on.
#[derive(Serialize, ToSchema)]
pub struct NextAppointmentResponse {
    id: Uuid,
    submission_id: Uuid,
    starts_at: DateTime<Utc>,
    place: String,
}

impl DutyDayResponse {
    pub(super) fn new(duty: DutyDay, today: NaiveDate) -> Self {
        Self {
            today: duty.date == today,
            date: duty.date,
            site_id: duty.site_id,
            site_name: duty.site_name,
            signed_in: duty.signed_in,
        }
    }
}

impl HomeResponse {
    fn new(home: Home, pushes: PushesResponse, today: NaiveDate) -> Self {
        let Waiting {
            overdue,
            today: due_today,
            this_week,
            later,
        } = home.waiting;
        let grid = |HomeGrid { id, name, place, open }| HomeGridResponse { id, name, place, open };
        let appointment = |next: NextAppointment| NextAppointmentResponse {
            id: next.id,
            submission_id: next.submission_id,
            starts_at: next.starts_at,
            place: next.place,
        };
        Self {
            waiting: WaitingResponse {
                overdue,
                today: due_today,
                this_week,
                later,
            },
            grids: home.grids.into_iter().map(grid).collect(),
            next_duty: home.next_duty.map(|duty| DutyDayResponse::new(duty, today)),
            next_appointment: home.next_appointment.map(appointment),
            unread_messages: home.unread_messages,
            pushes,
        }
    }
}

/// What waits for me (我的首页)
#[utoipa::path(tag = "我的", security(("bearer" = [])), responses(
    (status = 200, description = "what waits, grids, duty, messages", body = HomeResponse),
))]
#[get("/me/home")]
pub async fn get_home(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let pushes = state.pushes(signed_in.actor.account_id).await?;
    let (actor, now) = (signed_in.actor, state.now());
    let home = state.ask(move |store| store.home(&actor, now)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(HomeResponse::new(home, pushes, state.today())))
}
