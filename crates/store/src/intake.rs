//! What the staff need to register for a resident (代为登记): the grids of their station and who answers there.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};
use minyi_domain::{people::Scope, routing::Candidate, submission::Channel, token::ReceiptToken};
use uuid::Uuid;

use crate::{
    GridRow, Result, SitePublic, Store,
    deputies::{self, DeputyInGrid},
    schema::{grids, sites, submissions},
    scope::{grids_in, not_ended, submissions_in},
    word::Word,
};

/// More grids than any station has.
const MOST_GRIDS: i64 = 500;

/// A grid in which the staff may register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeGrid {
    pub grid: GridRow,
    pub site: SitePublic,
    /// The grid's deputies of the day.
    pub candidates: Vec<Candidate>,
}

impl Store {
    /// The grids of a scope by their codes; those that have ended by this day take nothing new.
    pub fn intake_grids(&self, scope: &Scope, on: NaiveDate) -> Result<Vec<GridRow>> {
        let rows = grids::table
            .inner_join(sites::table)
            .filter(grids_in(scope))
            .filter(not_ended("grids.valid_until", on))
            .order(grids::code)
            .limit(MOST_GRIDS)
            .select(GridRow::as_select())
            .load(&mut *self.connection()?)?;
        Ok(rows)
    }

    /// One grid with its deputies of the day; `None` also when it lies outside the scope or has ended.
    pub fn intake_grid(&self, scope: &Scope, id: Uuid, on: NaiveDate) -> Result<Option<IntakeGrid>> {
        let mut connection = self.connection()?;
        let found: Option<(GridRow, SitePublic)> = grids::table
            .inner_join(sites::table)
            .filter(grids_in(scope))
            .filter(not_ended("grids.valid_until", on))
            .filter(grids::id.eq(id))
            .select((GridRow::as_select(), SitePublic::as_select()))
            .first(&mut *connection)
            .optional()?;
        let Some((grid, site)) = found else { return Ok(None) };
        let deputies = deputies::in_grids(&mut connection, &[id], on)?;
        let candidates = deputies
            .iter()
            .map(|(_, deputy)| DeputyInGrid::candidate(deputy))
            .collect();
        Ok(Some(IntakeGrid { grid, site, candidates }))
    }
}

/// What stands on the slip of what the staff registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeSlip {
    pub number: String,
    pub receipt: ReceiptToken,
    pub submitted_at: DateTime<Utc>,
    pub answer_due_at: DateTime<Utc>,
    pub answer_due_provisional: bool,
    pub place: String,
    pub site: SitePublic,
}

type SlipRow = (String, Word<ReceiptToken>, DateTime<Utc>, DateTime<Utc>, bool);

impl Store {
    /// The slip of a submission that the staff entered. A resident who scanned the code has the receipt alone, so for
    /// those it is `None`, as it is outside the scope.
    pub fn intake_slip(&self, scope: &Scope, id: Uuid) -> Result<Option<IntakeSlip>> {
        let found: Option<(SlipRow, String, SitePublic)> = submissions::table
            .inner_join(grids::table)
            .inner_join(sites::table)
            .filter(submissions_in(scope))
            .filter(submissions::id.eq(id))
            .filter(submissions::channel.ne(Channel::Code.as_str()))
            .select((
                (
                    submissions::number,
                    submissions::receipt,
                    submissions::submitted_at,
                    submissions::answer_due_at,
                    submissions::answer_due_provisional,
                ),
                grids::place,
                SitePublic::as_select(),
            ))
            .first(&mut *self.connection()?)
            .optional()?;
        Ok(found.map(|(row, place, site)| {
            let (number, Word(receipt), submitted_at, answer_due_at, answer_due_provisional) = row;
            IntakeSlip {
                number,
                receipt,
                submitted_at,
                answer_due_at,
                answer_due_provisional,
                place,
                site,
            }
        }))
    }
}
