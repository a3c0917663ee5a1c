use chrono::NaiveDate;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, PgConnection,
    QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, pg::Pg,
};
use minyi_domain::{people::DeputyLevel, routing::Candidate};
use uuid::Uuid;

use crate::{
    Result, SitePublic, Store,
    schema::{deputies, duties, grid_assignments, grids, sites},
    word::Word,
};

/// What a deputy (代表) lets everybody read; an unpublished field is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeputyPublic {
    /// Stands in the address of the deputy's page.
    pub public_token: String,
    pub name: Option<String>,
    pub level: DeputyLevel,
    pub workplace: Option<String>,
    pub title: Option<String>,
    pub introduction: String,
    pub phone: Option<String>,
}

/// A deputy as one of a grid's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeputyInGrid {
    pub deputy_id: Uuid,
    pub public: DeputyPublic,
    /// 责任代表; otherwise 协助代表.
    pub lead: bool,
    /// On the roster of the grid's site on the day asked for (值班).
    pub on_duty: bool,
}

impl DeputyInGrid {
    /// The same deputy, as routing wants it.
    pub fn candidate(&self) -> Candidate {
        Candidate {
            deputy_id: self.deputy_id,
            lead: self.lead,
            on_duty: self.on_duty,
        }
    }
}

/// A deputy's public page (代表公示页).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeputyPage {
    pub public: DeputyPublic,
    pub site: Option<SitePublic>,
    /// Names of the grids that the deputy is assigned to on that day, with whether the deputy leads there.
    pub grids: Vec<(String, bool)>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = deputies, check_for_backend(Pg))]
pub struct DeputyRecord {
    id: Uuid,
    public_token: String,
    name: String,
    #[diesel(deserialize_as = Word<DeputyLevel>)]
    level: DeputyLevel,
    site_id: Option<Uuid>,
    workplace: String,
    title: String,
    introduction: String,
    office_phone: Option<String>,
    publishes_name: bool,
    publishes_workplace: bool,
    publishes_phone: bool,
}

impl DeputyRecord {
    fn public(self) -> DeputyPublic {
        let workplace = self.publishes_workplace.then_some(self.workplace);
        let title = self.publishes_workplace.then_some(self.title);
        let filled = |text: &String| !text.is_empty();
        DeputyPublic {
            public_token: self.public_token,
            name: self.publishes_name.then_some(self.name),
            level: self.level,
            workplace: workplace.filter(filled),
            title: title.filter(filled),
            introduction: self.introduction,
            phone: self.office_phone.filter(|_| self.publishes_phone),
        }
    }
}

impl Store {
    /// A deputy's page on one day; `None` also when the term is not running.
    pub fn deputy_page(&self, public_token: &str, on: NaiveDate) -> Result<Option<DeputyPage>> {
        let mut connection = self.connection()?;
        let record = deputies::table
            .filter(deputies::public_token.eq(public_token))
            .filter(deputies::term_from.le(on))
            .filter(deputies::term_until.is_null().or(deputies::term_until.gt(on)))
            .select(DeputyRecord::as_select())
            .first(&mut *connection)
            .optional()?;
        let Some(record) = record else {
            return Ok(None);
        };
        let site = match record.site_id {
            None => None,
            Some(id) => {
                let site = sites::table.find(id).select(SitePublic::as_select());
                site.first(&mut *connection).optional()?
            }
        };
        let grids: Vec<(String, String)> = grid_assignments::table
            .inner_join(grids::table)
            .filter(grid_assignments::deputy_id.eq(record.id))
            .filter(grid_assignments::valid_from.le(on))
            .filter(
                grid_assignments::valid_until
                    .is_null()
                    .or(grid_assignments::valid_until.gt(on)),
            )
            .order(grids::code)
            .select((grids::name, grid_assignments::role))
            .load(&mut *connection)?;
        let grids = grids.into_iter().map(|(name, role)| (name, role == "lead")).collect();
        Ok(Some(DeputyPage {
            public: record.public(),
            site,
            grids,
        }))
    }
}

/// Grid, role there, day on the roster if it is the day asked for.
type GridDeputyRecord = (Uuid, String, Option<NaiveDate>, DeputyRecord);

/// The deputies of the grids on one day, each with its grid, leads first.
pub fn in_grids(connection: &mut PgConnection, grid_ids: &[Uuid], on: NaiveDate) -> Result<Vec<(Uuid, DeputyInGrid)>> {
    let on_roster = duties::site_id
        .eq(grids::site_id)
        .and(duties::deputy_id.eq(deputies::id))
        .and(duties::on_date.eq(on));
    let rows: Vec<GridDeputyRecord> = grid_assignments::table
        .inner_join(grids::table)
        .inner_join(deputies::table)
        .left_join(duties::table.on(on_roster))
        .filter(grid_assignments::grid_id.eq_any(grid_ids))
        .filter(grid_assignments::valid_from.le(on))
        .filter(
            grid_assignments::valid_until
                .is_null()
                .or(grid_assignments::valid_until.gt(on)),
        )
        .filter(deputies::term_from.le(on))
        .filter(deputies::term_until.is_null().or(deputies::term_until.gt(on)))
        .order((grid_assignments::role.desc(), deputies::name, deputies::id))
        .select((
            grid_assignments::grid_id,
            grid_assignments::role,
            duties::on_date.nullable(),
            DeputyRecord::as_select(),
        ))
        .load(connection)?;
    let in_grid = |(grid_id, role, duty, record): GridDeputyRecord| (grid_id, in_grid(&role, duty, record));
    Ok(rows.into_iter().map(in_grid).collect())
}

/// A deputy with the role in a grid and, on duty, the day on the roster.
pub fn in_grid(role: &str, duty: Option<NaiveDate>, record: DeputyRecord) -> DeputyInGrid {
    DeputyInGrid {
        deputy_id: record.id,
        public: record.public(),
        lead: role == "lead",
        on_duty: duty.is_some(),
    }
}
