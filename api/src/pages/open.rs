//! The public pages: what a station and a division let everybody read, and a released case.

mod view;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;
use minyi_domain::calendar::local_date;
use minyi_store::OpenPlace;
use serde::Deserialize;
use uuid::Uuid;

pub use view::CaseText;

use super::page::{Page, see_other};
use crate::{
    address::ClientAddress,
    open::{PAGE, join, tagged},
    pages::words::day,
    problem::Problem,
    state::State,
};
use view::{CaseView, PlaceView, definitions, figures, months};

/// Registers the routes under `/open`.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(show_station)
        .service(show_region)
        .service(show_case)
        .service(join_case);
}

/// A page that a cache may keep as long as it asks each time whether it still holds.
fn cacheable(request: &HttpRequest, view: &impl Template) -> Result<HttpResponse, Problem> {
    let body = view.render().map_err(Problem::internal)?;
    Ok(tagged(request, "text/html; charset=utf-8", body))
}

#[derive(Deserialize)]
struct From {
    cursor: Option<String>,
}

#[get("/stations/{id}")]
async fn show_station(
    state: State,
    page: Page,
    request: HttpRequest,
    id: web::Path<Uuid>,
    from: web::Query<From>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let (station, region) = state.find_open_station(id).await?;
    let place = OpenPlace::Station(id);
    let mut view = place_view(&state, &page, place, station.name.clone(), from.cursor.as_deref()).await?;
    view.station = Some(station);
    view.region = region;
    cacheable(&request, &view)
}

#[get("/regions/{code}")]
async fn show_region(
    state: State,
    page: Page,
    request: HttpRequest,
    code: web::Path<String>,
    from: web::Query<From>,
) -> Result<HttpResponse, Problem> {
    let code = code.into_inner();
    let name = state.find_open_region(code.clone()).await?;
    let place = OpenPlace::Region(code);
    let view = place_view(&state, &page, place, name, from.cursor.as_deref()).await?;
    cacheable(&request, &view)
}

async fn place_view(
    state: &State,
    page: &Page,
    place: OpenPlace,
    name: String,
    cursor: Option<&str>,
) -> Result<PlaceView, Problem> {
    let path = match &place {
        OpenPlace::Station(id) => format!("/open/stations/{id}"),
        OpenPlace::Region(code) => format!("/open/regions/{code}"),
    };
    let opened = state.open_place(place, cursor, PAGE).await?;
    let today = state.today();
    Ok(PlaceView {
        layout: page.public_layout(format!("{name} · 大家反映的事 · 民意码")),
        name,
        station: None,
        region: String::new(),
        next: opened.cases.next.map(|token| format!("{path}?cursor={token}")),
        cases: opened
            .cases
            .items
            .into_iter()
            .map(|case| view::item(case, today))
            .collect(),
        hearings: opened
            .hearings
            .into_iter()
            .map(|hearing| view::hearing(hearing, today))
            .collect(),
        figures: figures(&opened.numbers),
        months: months(&opened.numbers),
        definitions: definitions(),
        smallest: minyi_store::SMALLEST,
    })
}

#[derive(Deserialize)]
struct Arrival {
    /// Just joined: `1`, or `0` if that had been done before.
    joined: Option<String>,
}

#[get("/cases/{token}")]
async fn show_case(
    state: State,
    page: Page,
    request: HttpRequest,
    token: web::Path<String>,
    arrival: web::Query<Arrival>,
) -> Result<HttpResponse, Problem> {
    let case = state.find_open_case(&token).await?;
    let today = state.today();
    let view = CaseView {
        layout: page.public_layout(format!("{} · 民意码", case.title)),
        token: case.public_token.to_string(),
        support_count: case.support_count,
        joined: arrival.joined.is_some(),
        joined_before: arrival.joined.as_deref() == Some("0"),
        case: CaseText {
            title: case.title,
            text: case.text,
            answer: case.answer,
            kind: case.kind.zh(),
            state: case.state.zh(),
            station_id: case.site_id,
            station: case.site_name,
            submitted: day(local_date(case.submitted_at), today),
            answered: case.answered_at.map(|at| day(local_date(at), today)),
        },
    };
    cacheable(&request, &view)
}

#[post("/cases/{token}/support")]
async fn join_case(
    state: State,
    request: HttpRequest,
    token: web::Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let joined = join(&state, &request, &token, address).await?;
    let mut answer = see_other(&format!("/open/cases/{token}?joined={}", u8::from(joined.new)));
    if let Some(cookie) = joined.cookie {
        answer.add_cookie(&cookie).map_err(Problem::internal)?;
    }
    Ok(answer)
}
