//! The ledger (台账) as a page: filters, the list, and the files that are made of it.

mod view;

use actix_web::{HttpResponse, get, http::StatusCode, web::Query};
use chrono::NaiveDate;
use minyi_domain::{
    calendar::{WorkCalendar, local_date},
    lifecycle::State as Stage,
    people::Actor,
    rates::Measure,
    rights::Permission,
    submission::{Channel, Kind, Satisfaction},
};
use minyi_store::LedgerRow;
use serde::Deserialize;

use super::person;
use crate::{
    auth::SignedIn,
    console::ledger::{LedgerQuery, days_used, given, is_true, sheet::shorten},
    pages::page::{Page, html},
    paging::{read_cursor, write_cursor},
    problem::Problem,
    state::{AppState, State},
};
use view::{Entry, Hidden, LedgerView, Options, Picker};

const PAGE_LENGTH: i64 = 30;

#[derive(Deserialize)]
struct After {
    cursor: Option<String>,
}

#[get("/ledger")]
pub async fn show_ledger(
    state: State,
    page: Page,
    signed_in: SignedIn,
    query: Query<LedgerQuery>,
    after: Query<After>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Ledger)?;
    let query = query.into_inner();
    let (scope, now, today) = (signed_in.actor.scope(), state.now(), state.today());
    let rules = state.rules_in_force().await?;
    // What cannot be read lets nothing through and is told.
    let pickers = pickers(&state, &signed_in.actor, &query).await?;
    let (mut total, mut rows, mut next, mut wrong) = (0, Vec::new(), None, Vec::new());
    match query.filter() {
        Ok(filter) => {
            let cursor = read_cursor(after.cursor.as_deref())?;
            let read = move |store: &minyi_store::Store| {
                let total = store.ledger_count(&scope, &filter, now)?;
                Ok((total, store.ledger(&scope, &filter, now, cursor, PAGE_LENGTH)?))
            };
            let (count, found) = state.ask(read).await?;
            (total, rows, next) = (count, found.items, found.next);
        }
        Err(Problem::Invalid(errors)) => wrong = errors.into_iter().map(|error| error.detail).collect(),
        Err(problem) => return Err(problem),
    }
    let search = query.search()?;
    let status = if wrong.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let view = LedgerView {
        layout: page.layout("台账 · 民意码办理台"),
        person: Some(person(&signed_in, "/desk/ledger")),
        wrong,
        total,
        from: given(query.from.as_ref()).unwrap_or_default().to_owned(),
        to: given(query.to.as_ref()).unwrap_or_default().to_owned(),
        number: given(query.q.as_ref()).unwrap_or_default().to_owned(),
        overdue: is_true(query.overdue.as_ref()),
        options: options(&query),
        pickers,
        narrowed: narrowed(&query),
        hidden: hidden(&query),
        entries: rows.into_iter().map(|row| entry(row, &rules.calendar)).collect(),
        next: next.map(|next| format!("/desk/ledger?{search}&cursor={}", write_cursor(next))),
        search,
        year: chrono::Datelike::year(&today),
    };
    html(status, &view)
}

fn options(query: &LedgerQuery) -> Vec<Options> {
    let channels = Channel::ALL.iter().map(|word| (word.as_str(), word.zh()));
    let kinds = Kind::ALL.iter().map(|word| (word.as_str(), word.zh()));
    let states = Stage::ALL.iter().map(|word| (word.as_str(), word.zh()));
    let ratings = Satisfaction::ALL.iter().map(|word| (word.as_str(), word.zh()));
    vec![
        Options::new("channel", "来源", query.channel.as_ref(), channels),
        Options::new("kind", "种类", query.kind.as_ref(), kinds),
        Options::new("state", "状态", query.state.as_ref(), states),
        Options::new("satisfaction", "评价", query.satisfaction.as_ref(), ratings),
    ]
}

/// Station, deputy and office by name.
async fn pickers(state: &AppState, actor: &Actor, query: &LedgerQuery) -> Result<Vec<Picker>, Problem> {
    let (actor, today) = (actor.clone(), state.today());
    let list = move |store: &minyi_store::Store| {
        let sites = store.sites_with_slots(&actor.scope(), today)?;
        Ok((sites, store.invitees(&actor, today)?))
    };
    let (sites, invitees) = state.ask(list).await?;
    Ok(vec![
        Picker::new("site", "联络站", query.site.as_ref(), sites),
        Picker::new("deputy", "代表", query.deputy.as_ref(), invitees.deputies),
        Picker::new("office", "承办单位", query.office.as_ref(), invitees.offices),
    ])
}

/// What came with a link of the numbers stays while the form is used.
fn hidden(query: &LedgerQuery) -> Vec<Hidden> {
    let all = [
        ("region", &query.region),
        ("region_exact", &query.region_exact),
        ("category", &query.category),
        ("measure", &query.measure),
        ("square", &query.square),
        ("cluster", &query.cluster),
    ];
    let fields = all.into_iter().filter_map(|(name, value)| {
        let value = given(value.as_ref())?.to_owned();
        Some(Hidden { name, value })
    });
    fields.collect()
}

/// The same in words.
fn narrowed(query: &LedgerQuery) -> Vec<String> {
    let places = [
        ("一个区域", &query.region),
        ("一个分类", &query.category),
        ("地图上的一格", &query.square),
        ("一个热点", &query.cluster),
    ];
    let places = places.into_iter().filter(|(_, value)| given(value.as_ref()).is_some());
    let measures = given(query.measure.as_ref()).unwrap_or_default().split(',');
    let measures = measures.filter_map(|word| word.parse::<Measure>().ok());
    places
        .map(|(words, _)| words.to_owned())
        .chain(measures.map(|measure| measure.zh().to_owned()))
        .collect()
}

fn entry(row: LedgerRow, calendar: &WorkCalendar) -> Entry {
    let say = |day: NaiveDate| day.to_string();
    Entry {
        days: days_used(&row, calendar)
            .map(|days| days.to_string())
            .unwrap_or_default(),
        id: row.id,
        number: row.number,
        registered: say(local_date(row.submitted_at)),
        channel: row.channel.zh(),
        kind: row.kind.zh(),
        grid: row.grid_name,
        site: row.site_name,
        category: row.category.unwrap_or_default(),
        summary: shorten(&row.summary),
        handler: row.handler.unwrap_or_else(|| "联络站".to_owned()),
        office: row.office.unwrap_or_default(),
        promised: say(local_date(row.promised_at)),
        answered: row.first_answered_at.map(|at| say(local_date(at))).unwrap_or_default(),
        state: row.state.zh(),
        overdue: row.overdue,
        result: row
            .declined_as
            .or_else(|| row.result.map(|result| result.zh().to_owned()))
            .unwrap_or_default(),
        rating: row
            .rating
            .map(|(_, satisfaction)| satisfaction.zh())
            .unwrap_or_default(),
    }
}
