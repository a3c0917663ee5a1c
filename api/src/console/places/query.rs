//! Filters and pages of the lists.

use minyi_domain::{people::DeputyLevel, places::SiteKind, rights::Permission};
use minyi_store::{Page, PlaceAsk, PlaceCursor, PlaceFilter, Store};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    openapi::words,
    paging::{read_limit, read_text_cursor, write_text_cursor},
    problem::Problem,
    state::AppState,
};

/// Longer words are nobody's.
const MOST_TYPED: usize = 40;

/// Which ones; all must be met together. What a list does not have is passed over.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlaceQuery {
    /// A part of a name (of a grid also of its place, of a deputy also of the workplace), or the beginning of a code.
    #[param(example = "杏林")]
    pub q: Option<String>,
    /// What lies in this division: its code without trailing zeros.
    pub region: Option<String>,
    /// Only divisions right below this one; empty: the topmost of the person's own.
    pub below: Option<String>,
    /// Only sites of this kind.
    #[param(schema_with = words::site_kind)]
    pub kind: Option<SiteKind>,
    /// Only deputies of this level.
    #[param(schema_with = words::deputy_level)]
    pub level: Option<DeputyLevel>,
    /// Sites right below this one; grids and deputies of it.
    pub site: Option<Uuid>,
    /// `true`: only grids without a responsible deputy, deputies without a site, stations with fewer than three.
    #[serde(default)]
    pub holes: bool,
    /// `true`: with those that have ended.
    #[serde(default)]
    pub ended: bool,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<i64>,
}

impl PlaceQuery {
    /// As the store takes it.
    ///
    /// # Errors
    /// [`Problem::Invalid`].
    pub fn filter(&self) -> Result<PlaceFilter, Problem> {
        let typed = self.q.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
        if typed.is_some_and(|typed| typed.chars().count() > MOST_TYPED) {
            return Err(Problem::field("q", "too_long", format!("最多 {MOST_TYPED} 个字。")));
        }
        Ok(PlaceFilter {
            q: typed.map(str::to_owned),
            region: digits("region", self.region.as_deref())?.filter(|code| !code.is_empty()),
            below: digits("below", self.below.as_deref())?,
            kind: self.kind,
            level: self.level,
            site: self.site,
            holes: self.holes,
            ended: self.ended,
        })
    }
}

/// A code, or the beginning of one.
fn digits(name: &'static str, code: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(code) = code.map(str::trim) else {
        return Ok(None);
    };
    if code.len() > 15 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::field(name, "unknown_value", "代码只有数字。"));
    }
    Ok(Some(code.to_owned()))
}

/// A page as JSON.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PlacePage<T> {
    pub items: Vec<T>,
    /// `null`: this is the last page.
    pub next_cursor: Option<String>,
}

type List<T> = fn(&Store, &PlaceAsk) -> minyi_store::Result<Page<T, PlaceCursor>>;

impl AppState {
    /// A page of a list of places.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::Invalid`].
    pub async fn place_page<T, E>(
        &self,
        signed_in: &SignedIn,
        query: &PlaceQuery,
        list: List<T>,
    ) -> Result<PlacePage<E>, Problem>
    where
        T: Send + 'static,
        E: From<T>,
    {
        signed_in.must(Permission::Places)?;
        let ask = PlaceAsk {
            scope: signed_in.actor.place_scope(),
            filter: query.filter()?,
            cursor: read(query.cursor.as_deref())?,
            limit: read_limit(query.limit)?,
            today: self.today(),
        };
        let page = self.ask(move |store| list(store, &ask)).await?;
        Ok(PlacePage {
            items: page.items.into_iter().map(E::from).collect(),
            next_cursor: page
                .next
                .map(|next| write_text_cursor(&format!("{} {}", next.id, next.name))),
        })
    }
}

fn read(cursor: Option<&str>) -> Result<Option<PlaceCursor>, Problem> {
    let Some(text) = read_text_cursor(cursor)? else {
        return Ok(None);
    };
    let read = text.split_once(' ').and_then(|(id, name)| {
        Some(PlaceCursor {
            id: id.parse().ok()?,
            name: name.to_owned(),
        })
    });
    match read {
        Some(cursor) => Ok(Some(cursor)),
        None => Err(Problem::field(
            "cursor",
            "cursor_invalid",
            "cursor 不对，请用上一页返回的 next_cursor。",
        )),
    }
}
