//! What everybody may read (公开): released cases and numbers of a station and of a division. Nothing here takes a scope,
//! because nothing here reads what was not released.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, IntoSql, NullableExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableExpression, SelectableHelper, TextExpressionMethods,
    dsl::sql,
    expression::SqlLiteral,
    pg::Pg,
    sql_types::{Array, BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{hearing, lifecycle::State, submission::Kind, token::CaseToken};
use uuid::Uuid;

use crate::{
    Page, Result, SitePublic, Store,
    page::one_more,
    prepared::Prepared,
    schema::{hearings, regions, releases, sites, submissions},
    scope::Condition,
    word::Word,
};

mod numbers;
mod support;

pub use numbers::{MonthNumbers, OpenNumbers, SMALLEST};

/// A place whose released cases are read together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OpenPlace {
    /// A site (联络站).
    Station(Uuid),
    /// A division and all within, by its code without trailing zeros.
    Region(String),
}

/// A released case (公开的事) as everybody reads it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = releases, check_for_backend(Pg))]
pub struct OpenCase {
    #[diesel(deserialize_as = Word<CaseToken>)]
    pub public_token: CaseToken,
    pub title: String,
    pub text: String,
    pub answer: String,
    #[diesel(select_expression = submissions::kind, deserialize_as = Word<Kind>)]
    pub kind: Kind,
    #[diesel(select_expression = submissions::state, deserialize_as = Word<State>)]
    pub state: State,
    pub site_id: Uuid,
    #[diesel(select_expression = sites::name)]
    pub site_name: String,
    #[diesel(select_expression = submissions::submitted_at)]
    pub submitted_at: DateTime<Utc>,
    #[diesel(select_expression = submissions::first_answered_at)]
    pub answered_at: Option<DateTime<Utc>>,
    pub released_at: DateTime<Utc>,
    /// How many others it concerns (附议).
    #[diesel(select_expression = sql::<BigInt>(SUPPORTS), select_expression_type = SqlLiteral<BigInt>)]
    pub support_count: i64,
}

/// A coming hearing (答复活动预告) as everybody reads it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = hearings, check_for_backend(Pg))]
pub struct OpenHearing {
    pub title: String,
    #[diesel(deserialize_as = Word<hearing::Kind>)]
    pub kind: hearing::Kind,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub place: String,
    /// `None`: of the whole division.
    #[diesel(select_expression = sites::name.nullable())]
    pub site_name: Option<String>,
    /// Those who publish their names.
    #[diesel(select_expression = sql::<Array<Text>>(NAMES), select_expression_type = SqlLiteral<Array<Text>>)]
    pub deputies: Vec<String>,
}

/// More is not shown in a public list of hearings.
const MOST_HEARINGS: i64 = 20;

const NAMES: &str = "ARRAY(SELECT name FROM deputies JOIN hearing_deputies ON deputy_id = deputies.id
    WHERE hearing_id = hearings.id AND publishes_name ORDER BY name, deputies.id)";

/// A station's hearings, and those of the whole divisions in which it lies; or those within a division.
fn coming_at<From: 'static>(place: &OpenPlace) -> Condition<From>
where
    hearings::region_code: SelectableExpression<From>,
{
    match place {
        OpenPlace::Station(id) => Box::new(
            sql::<Bool>("(hearings.site_id = ")
                .bind::<SqlUuid, _>(*id)
                .sql(" OR hearings.site_id IS NULL AND starts_with((SELECT region_code FROM sites WHERE id = ")
                .bind::<SqlUuid, _>(*id)
                .sql("), hearings.region_code))"),
        ),
        OpenPlace::Region(code) => Box::new(hearings::region_code.like(format!("{code}%"))),
    }
}

const SUPPORTS: &str = "(SELECT count(*) FROM supports WHERE supports.submission_id = releases.submission_id)";

/// Released, and the consent stands. The database sees to the latter; it is asked again, because it costs nothing.
fn live() -> SqlLiteral<Bool> {
    sql(
        "releases.withdrawn_at IS NULL AND submissions.publish_consent_at IS NOT NULL \
         AND submissions.confidential_region IS NULL",
    )
}

fn within<From: 'static>(place: &OpenPlace) -> Condition<From>
where
    releases::site_id: SelectableExpression<From>,
    releases::region_code: SelectableExpression<From>,
{
    match place {
        OpenPlace::Station(id) => Box::new(releases::site_id.eq(*id)),
        OpenPlace::Region(code) => Box::new(releases::region_code.like(format!("{code}%"))),
    }
}

const RECENT: &str = "WITH input (site, region, since) AS (VALUES (";

/// What lies within the division is asked only when nothing is here, and by the index of the divisions: `LIKE` cannot use
/// it when the statement is planned before the division is known. Behind the digits of a code comes `~`.
const RECENT_ON: &str = ")),
here AS MATERIALIZED (
    SELECT public_token, title, released_at FROM releases JOIN submissions ON submissions.id = submission_id
    WHERE withdrawn_at IS NULL AND publish_consent_at IS NOT NULL AND confidential_region IS NULL
        AND releases.site_id = (SELECT site FROM input) AND released_at >= (SELECT since FROM input)
    ORDER BY released_at DESC, public_token DESC LIMIT 3
),
around AS MATERIALIZED (
    SELECT submission_id, public_token, title, released_at FROM releases
    WHERE NOT EXISTS (SELECT FROM here) AND withdrawn_at IS NULL AND released_at >= (SELECT since FROM input)
        AND region_code ~>=~ (SELECT region FROM input) AND region_code ~<~ (SELECT region || '~' FROM input)
)
SELECT public_token, title FROM (
    SELECT * FROM here
    UNION ALL
    (SELECT public_token, title, released_at FROM around JOIN submissions ON submissions.id = submission_id
    WHERE publish_consent_at IS NOT NULL AND confidential_region IS NULL
    ORDER BY released_at DESC, public_token DESC LIMIT 3)
) AS recent ORDER BY released_at DESC, public_token DESC";

impl Store {
    /// A site's public data and its division.
    pub fn open_station(&self, id: Uuid) -> Result<Option<(SitePublic, String)>> {
        Ok(sites::table
            .find(id)
            .select((SitePublic::as_select(), sites::region_code))
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// A division's name.
    pub fn open_region(&self, code: &str) -> Result<Option<String>> {
        Ok(regions::table
            .find(code)
            .select(regions::name)
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// The released cases of a place, those published last first; the cursor is the last one's token.
    pub fn open_cases(
        &self,
        place: &OpenPlace,
        after: Option<&CaseToken>,
        limit: i64,
    ) -> Result<Page<OpenCase, CaseToken>> {
        let mut query = releases::table
            .inner_join(submissions::table)
            .inner_join(sites::table)
            .filter(live())
            .filter(within(place))
            .order((releases::released_at.desc(), releases::public_token.desc()))
            .limit(one_more(limit))
            .select(OpenCase::as_select())
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(
                sql::<Bool>(
                    "(releases.released_at, releases.public_token) < (
                    SELECT released_at, public_token FROM releases AS last WHERE last.public_token = ",
                )
                .bind::<Text, _>(after.as_str().to_owned())
                .sql(")"),
            );
        }
        let items = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(items, limit, |item: &OpenCase| item.public_token.clone()))
    }

    /// The coming hearings of a place, the next first, with the deputies who publish their names. A station's are also
    /// those of the whole divisions in which it lies.
    pub fn open_hearings(&self, place: &OpenPlace, now: DateTime<Utc>) -> Result<Vec<OpenHearing>> {
        Ok(hearings::table
            .left_join(sites::table)
            .filter(coming_at(place))
            .filter(hearings::state.eq(hearing::State::Planned.as_str()))
            .filter(hearings::starts_at.gt(now))
            .order((hearings::starts_at, hearings::id))
            .limit(MOST_HEARINGS)
            .select(OpenHearing::as_select())
            .load(&mut *self.connection()?)?)
    }

    /// What was published last at a site or, if that is nothing, in its division: token and title. At most three, not
    /// older than `since`.
    pub fn recent_cases(
        &self,
        site_id: Uuid,
        region_code: &str,
        since: DateTime<Utc>,
    ) -> Result<Vec<(CaseToken, String)>> {
        let binds = (
            site_id.into_sql::<SqlUuid>(),
            region_code.into_sql::<Text>(),
            since.into_sql::<Timestamptz>(),
        );
        let recent: Vec<(Word<CaseToken>, String)> =
            Prepared::<(Text, Text), _>::new(RECENT, binds, RECENT_ON).load(&mut *self.connection()?)?;
        Ok(recent.into_iter().map(|(Word(token), title)| (token, title)).collect())
    }

    /// One released case; `None` also when it is off again.
    pub fn open_case(&self, token: &CaseToken) -> Result<Option<OpenCase>> {
        Ok(releases::table
            .inner_join(submissions::table)
            .inner_join(sites::table)
            .filter(live())
            .filter(releases::public_token.eq(token.as_str()))
            .select(OpenCase::as_select())
            .first(&mut *self.connection()?)
            .optional()?)
    }
}
