//! What many people say (热点) as pages: the clusters with their trend and a map, and each with what belongs to it.

mod map;
mod view;

use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    web::{Path, Query},
};
use chrono::NaiveDate;
use minyi_domain::{calendar::local_date, people::Scope, rights::Permission};
use minyi_store::{Cluster, ClusterCase, ClusterFilter, ClusterOrder};
use serde::Deserialize;
use uuid::Uuid;

use super::person;
use crate::{
    auth::SignedIn,
    console::{
        clusters::{ClusterQuery, counties},
        ledger::given,
    },
    pages::page::{Page, html},
    paging::{read_cluster_cursor, read_cursor, write_cluster_cursor, write_cursor},
    problem::Problem,
    state::{AppState, State},
};
use map::Map;
use view::{CaseLine, Change, ClusterCard, ClusterView, ClustersView, Options, SiteLine, Spark};

const PAGE_LENGTH: i64 = 15;
const CASES: i64 = 30;

#[derive(Deserialize)]
struct After {
    cursor: Option<String>,
}

#[get("/clusters")]
pub async fn show_clusters(
    state: State,
    page: Page,
    signed_in: SignedIn,
    query: Query<ClusterQuery>,
    after: Query<After>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadNumbers)?;
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let cursor = read_cluster_cursor(after.cursor.as_deref())?;
    let (query, filter, wrong) = understood(query.into_inner(), today)?;
    let found = state
        .clusters(scope.clone(), filter.clone(), cursor, PAGE_LENGTH)
        .await?;
    let around = counties(&found.items);
    let ground = state.ask(move |store| store.site_positions(&around)).await?;
    let search = query.search();
    let sites = sites(found.items.iter());
    let view = ClustersView {
        layout: page.layout("热点 · 民意码办理台"),
        person: Some(person(&signed_in, "/desk/clusters")),
        from: filter.from.to_string(),
        to: filter.to.to_string(),
        before: filter.before().to_string(),
        options: options(&state, scope, &query, filter.order).await?,
        least: filter.least,
        site: given(query.site.as_ref()).map(str::to_owned),
        cards: found.items.iter().map(|cluster| card(cluster, &search)).collect(),
        map: Map::of(&sites, &ground),
        sites,
        next: found
            .next
            .map(|next| format!("/desk/clusters?{search}&cursor={}", write_cluster_cursor(next))),
        wrong,
    };
    html(status(&view.wrong), &view)
}

#[get("/clusters/{id}")]
pub async fn show_cluster(
    state: State,
    page: Page,
    signed_in: SignedIn,
    id: Path<Uuid>,
    query: Query<ClusterQuery>,
    after: Query<After>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadNumbers)?;
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let cursor = read_cursor(after.cursor.as_deref())?;
    let (query, filter, wrong) = understood(query.into_inner(), today)?;
    let id = id.into_inner();
    let found = state.cluster(scope, filter.clone(), id, cursor, CASES).await?;
    let search = query.search();
    let sites = sites(std::iter::once(&found.cluster));
    let view = ClusterView {
        layout: page.layout("热点 · 民意码办理台"),
        person: Some(person(&signed_in, "/desk/clusters")),
        from: filter.from.to_string(),
        to: filter.to.to_string(),
        card: card(&found.cluster, &search),
        map: Map::of(&sites, &found.ground),
        sites,
        cases: found.cases.items.iter().map(case).collect(),
        next: found
            .cases
            .next
            .map(|next| format!("/desk/clusters/{id}?{search}&cursor={}#cases", write_cursor(next))),
        back: format!("/desk/clusters?{search}"),
        wrong,
    };
    html(status(&view.wrong), &view)
}

/// A mistyped address shows the usual period and says so.
fn understood(query: ClusterQuery, today: NaiveDate) -> Result<(ClusterQuery, ClusterFilter, Vec<String>), Problem> {
    match query.filter(today) {
        Ok(filter) => Ok((query, filter, Vec::new())),
        Err(Problem::Invalid(errors)) => {
            let usual = ClusterQuery::default();
            let filter = usual.filter(today)?;
            Ok((usual, filter, errors.into_iter().map(|error| error.detail).collect()))
        }
        Err(problem) => Err(problem),
    }
}

fn status(wrong: &[String]) -> StatusCode {
    if wrong.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

async fn options(
    state: &AppState,
    scope: Scope,
    query: &ClusterQuery,
    order: ClusterOrder,
) -> Result<Vec<Options>, Problem> {
    let ask = move |store: &minyi_store::Store| Ok((store.divisions_below(&scope)?, store.categories()?));
    let (divisions, scheme) = state.ask(ask).await?;
    let categories = scheme.into_iter().filter(|row| row.level == 1 && row.active);
    let categories = categories.map(|row| (row.name.clone(), row.name)).collect();
    let sizes = [
        (ClusterOrder::Size, "件数多的在前"),
        (ClusterOrder::Growth, "增加多的在前"),
    ];
    let sizes = sizes.map(|(order, zh)| (order.as_str().to_owned(), zh.to_owned()));
    let all = vec![
        Options::new("region", "区域", Some("全部"), query.region.as_ref(), divisions),
        Options::new("category", "分类", Some("全部"), query.category.as_ref(), categories),
        Options::new("sort", "排序", None, Some(&order.as_str().to_owned()), sizes.into()),
    ];
    Ok(all.into_iter().filter(|options| !options.words.is_empty()).collect())
}

fn card(cluster: &Cluster, search: &str) -> ClusterCard {
    let categories = cluster.categories.iter().map(|(category, count)| {
        let name = category.as_deref().unwrap_or("没有分类");
        format!("{name} {count} 件")
    });
    ClusterCard {
        href: format!("/desk/clusters/{}?{search}", cluster.id),
        title: title(cluster),
        count: cluster.count,
        total: cluster.total,
        change: Change::of(cluster.count, cluster.before),
        before: cluster.before,
        open: cluster.open,
        answered: cluster.answered,
        overdue: cluster.overdue,
        spark: Spark::of(&cluster.weeks),
        categories: categories.collect::<Vec<_>>().join("、"),
        first: local_date(cluster.first_at).to_string(),
        last: local_date(cluster.last_at).to_string(),
        typical: cluster.typical.iter().map(case).collect(),
    }
}

fn title(cluster: &Cluster) -> String {
    match cluster.typical.first() {
        Some(typical) if cluster.words.is_empty() => typical.summary.chars().take(20).collect(),
        _ if cluster.words.is_empty() => format!("{} 起的相似民意", local_date(cluster.first_at)),
        _ => cluster.words.join("、"),
    }
}

fn case(case: &ClusterCase) -> CaseLine {
    CaseLine {
        id: case.id,
        number: case.number.clone(),
        state: case.state.zh(),
        summary: case.summary.chars().take(80).collect(),
        place: case.place.clone(),
        day: local_date(case.submitted_at).to_string(),
    }
}

/// The sites of some clusters, the most frequent first.
fn sites<'a>(clusters: impl Iterator<Item = &'a Cluster>) -> Vec<SiteLine> {
    let mut sites: Vec<SiteLine> = Vec::new();
    for place in clusters.flat_map(|cluster| &cluster.places) {
        let site = sites.iter_mut().find(|site| site.id == place.site_id);
        if let Some(site) = site {
            site.add(place);
        } else {
            sites.push(SiteLine::of(place));
        }
    }
    sites.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.name.cmp(&other.name)));
    sites
}
