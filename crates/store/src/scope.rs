//! The one place where a [`Scope`] becomes SQL.

use chrono::NaiveDate;
use diesel::{
    BoolExpressionMethods, BoxableExpression, ExpressionMethods, SelectableExpression, TextExpressionMethods,
    dsl::sql,
    pg::Pg,
    sql_types::{Bool, Date, Text, Uuid as SqlUuid},
};
use minyi_domain::people::Scope;
use uuid::Uuid;

use crate::schema::{deputies, grids, regions, sites, submissions};

/// A condition for a query over `From`, which contains the table that the condition is about.
pub type Condition<From> = Box<dyn BoxableExpression<From, Pg, SqlType = Bool>>;

/// What has not ended by this day; `column` holds the first day on which it no longer is.
pub fn not_ended<From: 'static>(column: &str, on: NaiveDate) -> Condition<From> {
    let until = sql::<Bool>(&format!("coalesce({column} > ")).bind::<Date, _>(on);
    Box::new(until.sql(", true)"))
}

/// The submissions that the scope lets through.
pub fn submissions_in<From: 'static>(scope: &Scope) -> Condition<From>
where
    submissions::site_id: SelectableExpression<From>,
    submissions::region_code: SelectableExpression<From>,
{
    match scope {
        Scope::Nothing => Box::new(sql::<Bool>("false")),
        // A report on an official has no deputy and is not the station's.
        Scope::Deputy(deputy) => Box::new(sql::<Bool>("submissions.assignee_deputy_id = ").bind::<SqlUuid, _>(*deputy)),
        Scope::Site(site) => Box::new(
            submissions::site_id
                .eq(*site)
                .and(sql::<Bool>("submissions.confidential_region IS NULL")),
        ),
        Scope::Office(office) => Box::new(
            sql::<Bool>("submissions.confidential_region IS NULL AND submissions.id IN (")
                .sql(HANDED_OVER)
                .bind::<SqlUuid, _>(*office)
                .sql(" IN (handovers.office_id, handover_partners.office_id))"),
        ),
        Scope::Region(code) => Box::new(
            submissions::region_code.like(within(code)).and(
                sql::<Bool>(
                    "(submissions.confidential_region IS NULL OR starts_with(submissions.confidential_region, ",
                )
                .bind::<Text, _>(code.clone())
                .sql("))"),
            ),
        ),
    }
}

/// Digits of a county's code.
pub const COUNTY: usize = 6;

/// The submissions of a county, or of a part of it, by each division in it: so an index finds those of some days. By how
/// their codes begin it walks over every year of them. `None`: wider, with too many divisions in it.
pub fn division_by_division<From: 'static>(code: &str) -> Option<Condition<From>> {
    if code.len() < COUNTY {
        return None;
    }
    let of_them = sql::<Bool>("submissions.region_code = ANY (ARRAY(SELECT code FROM regions WHERE code LIKE ");
    Some(Box::new(of_them.bind::<Text, _>(within(code)).sql("))")))
}

/// What was handed over to an office, or to which it was invited; ends where the office comes.
const HANDED_OVER: &str = "SELECT submission_id FROM handover_submissions JOIN handovers ON handovers.id = handover_id
    LEFT JOIN handover_partners ON handover_partners.handover_id = handovers.id WHERE ";

/// The members of clusters that the scope lets through, by the same rule as in [`submissions_in`]. A report on an official
/// is a member of none.
pub fn members_in<From: 'static>(scope: &Scope) -> Condition<From> {
    match scope {
        Scope::Nothing => Box::new(sql::<Bool>("false")),
        Scope::Deputy(deputy) => Box::new(
            sql::<Bool>("cluster_members.submission_id IN (SELECT id FROM submissions WHERE assignee_deputy_id = ")
                .bind::<SqlUuid, _>(*deputy)
                .sql(")"),
        ),
        Scope::Site(site) => Box::new(sql::<Bool>("cluster_members.site_id = ").bind::<SqlUuid, _>(*site)),
        Scope::Office(office) => Box::new(
            sql::<Bool>("cluster_members.submission_id IN (")
                .sql(HANDED_OVER)
                .bind::<SqlUuid, _>(*office)
                .sql(" IN (handovers.office_id, handover_partners.office_id))"),
        ),
        Scope::Region(code) => Box::new(sql::<Bool>("cluster_members.region_code LIKE ").bind::<Text, _>(within(code))),
    }
}

/// The handovers that the scope lets through: those of which it lets a submission through. An office sees its own and
/// those to which it was invited.
pub fn handovers_in<From: 'static>(scope: &Scope) -> Condition<From> {
    const SUBMISSIONS: &str = "handovers.id IN (SELECT handover_id FROM handover_submissions
        JOIN submissions ON submissions.id = submission_id WHERE ";
    match scope {
        Scope::Office(office) => Box::new(
            sql::<Bool>(SUBMISSIONS)
                .sql("submissions.confidential_region IS NULL) AND ")
                .bind::<SqlUuid, _>(*office)
                .sql(OFFICES),
        ),
        scope => by_submissions(SUBMISSIONS, scope),
    }
}

/// The proposals that the scope lets through: those of which it lets a submission through, and those that the deputy
/// leads. An office sees those that were handed over to it.
pub fn proposals_in<From: 'static>(scope: &Scope) -> Condition<From> {
    const SUBMISSIONS: &str = "proposals.id IN (SELECT proposal_id FROM proposal_submissions
        JOIN submissions ON submissions.id = submission_id WHERE ";
    match scope {
        Scope::Deputy(deputy) => Box::new(
            sql::<Bool>("(proposals.lead_deputy_id = ")
                .bind::<SqlUuid, _>(*deputy)
                .sql(" OR ")
                .sql(SUBMISSIONS)
                .sql("submissions.assignee_deputy_id = ")
                .bind::<SqlUuid, _>(*deputy)
                .sql("))"),
        ),
        Scope::Office(office) => Box::new(
            sql::<Bool>("proposals.id IN (SELECT handovers.proposal_id FROM handovers WHERE ")
                .bind::<SqlUuid, _>(*office)
                .sql(OFFICES)
                .sql(")"),
        ),
        scope => by_submissions(SUBMISSIONS, scope),
    }
}

/// The offices that have to do with a handover.
const OFFICES: &str = " IN (SELECT handovers.office_id UNION ALL
    SELECT office_id FROM handover_partners WHERE handover_id = handovers.id)";

/// What has a submission that the scope lets through; `head` ends where the condition on the submission begins, inside
/// of one parenthesis. The same rule as in [`submissions_in`].
fn by_submissions<From: 'static>(head: &str, scope: &Scope) -> Condition<From> {
    let head = sql::<Bool>(head);
    match scope {
        Scope::Nothing | Scope::Office(_) => Box::new(sql::<Bool>("false")),
        Scope::Deputy(deputy) => Box::new(
            head.sql("submissions.assignee_deputy_id = ")
                .bind::<SqlUuid, _>(*deputy)
                .sql(")"),
        ),
        Scope::Site(site) => Box::new(
            head.sql("submissions.confidential_region IS NULL AND submissions.site_id = ")
                .bind::<SqlUuid, _>(*site)
                .sql(")"),
        ),
        Scope::Region(code) => Box::new(
            head.sql("submissions.region_code LIKE ")
                .bind::<Text, _>(within(code))
                .sql(
                    " AND (submissions.confidential_region IS NULL
                    OR starts_with(submissions.confidential_region, ",
                )
                .bind::<Text, _>(code.clone())
                .sql(")))"),
        ),
    }
}

/// The grids that the scope lets through; a deputy's are all that the deputy was ever assigned to.
pub fn grids_in<From: 'static>(scope: &Scope) -> Condition<From>
where
    grids::id: SelectableExpression<From>,
    grids::site_id: SelectableExpression<From>,
    grids::region_code: SelectableExpression<From>,
{
    match scope {
        Scope::Nothing | Scope::Office(_) => Box::new(sql::<Bool>("false")),
        Scope::Deputy(deputy) => Box::new(
            sql::<Bool>("grids.id IN (SELECT grid_id FROM grid_assignments WHERE deputy_id = ")
                .bind::<SqlUuid, _>(*deputy)
                .sql(")"),
        ),
        Scope::Site(site) => Box::new(grids::site_id.eq(*site)),
        Scope::Region(code) => Box::new(grids::region_code.like(within(code))),
    }
}

/// The sites that the scope lets through: those of which it lets a grid through, and a region's that have none.
pub fn sites_in<From: 'static>(scope: &Scope) -> Condition<From>
where
    sites::id: SelectableExpression<From>,
    sites::region_code: SelectableExpression<From>,
{
    match scope {
        Scope::Nothing | Scope::Office(_) => Box::new(sql::<Bool>("false")),
        Scope::Site(site) => Box::new(sites::id.eq(*site)),
        Scope::Deputy(deputy) => Box::new(
            sql::<Bool>(
                "sites.id IN (SELECT site_id FROM grids JOIN grid_assignments ON grid_id = grids.id WHERE deputy_id = ",
            )
            .bind::<SqlUuid, _>(*deputy)
            .sql(")"),
        ),
        Scope::Region(code) => Box::new(sites::region_code.like(within(code))),
    }
}

/// The divisions in which the scope lets something through. Everybody may know their names; who sees no submission still
/// sets up divisions, and finds all.
pub fn regions_in<From: 'static>(scope: &Scope) -> Condition<From>
where
    regions::code: SelectableExpression<From>,
{
    let of = |table: &str, id: Uuid| -> Condition<From> {
        Box::new(
            sql::<Bool>(&format!(
                "starts_with(regions.code, (SELECT region_code FROM {table} WHERE id = "
            ))
            .bind::<SqlUuid, _>(id)
            .sql("))"),
        )
    };
    match scope {
        Scope::Nothing => Box::new(sql::<Bool>("true")),
        Scope::Site(site) => of("sites", *site),
        Scope::Office(office) => of("offices", *office),
        Scope::Deputy(deputy) => Box::new(
            sql::<Bool>(
                "EXISTS (SELECT FROM grids JOIN grid_assignments ON grid_id = grids.id
                WHERE starts_with(grids.region_code, regions.code) AND deputy_id = ",
            )
            .bind::<SqlUuid, _>(*deputy)
            .sql(")"),
        ),
        Scope::Region(code) => Box::new(regions::code.like(within(code))),
    }
}

/// The deputies that the scope lets through: a station's are those who belong to it, and those who belong to no site and
/// are in one of its grids on `today`; a division's also those whom it looks after.
pub fn deputies_in<From: 'static>(scope: &Scope, today: NaiveDate) -> Condition<From>
where
    deputies::id: SelectableExpression<From>,
{
    const OWN: &str = "EXISTS (SELECT FROM sites WHERE sites.id = deputies.site_id AND ";
    const GRIDS: &str = ") OR deputies.site_id IS NULL AND EXISTS (SELECT FROM grid_assignments
        JOIN grids ON grids.id = grid_id WHERE grid_assignments.deputy_id = deputies.id AND grid_assignments.valid_from <= ";
    const UNTIL: &str = " AND coalesce(grid_assignments.valid_until > ";
    match scope {
        Scope::Nothing | Scope::Office(_) => Box::new(sql::<Bool>("false")),
        Scope::Deputy(deputy) => Box::new(deputies::id.eq(*deputy)),
        Scope::Site(site) => Box::new(
            sql::<Bool>("(")
                .sql(OWN)
                .sql("sites.id = ")
                .bind::<SqlUuid, _>(*site)
                .sql(GRIDS)
                .bind::<Date, _>(today)
                .sql(UNTIL)
                .bind::<Date, _>(today)
                .sql(", true) AND grids.site_id = ")
                .bind::<SqlUuid, _>(*site)
                .sql("))"),
        ),
        Scope::Region(code) => Box::new(
            sql::<Bool>("(deputies.region_code LIKE ")
                .bind::<Text, _>(within(code))
                .sql(" OR ")
                .sql(OWN)
                .sql("sites.region_code LIKE ")
                .bind::<Text, _>(within(code))
                .sql(GRIDS)
                .bind::<Date, _>(today)
                .sql(UNTIL)
                .bind::<Date, _>(today)
                .sql(", true) AND grids.region_code LIKE ")
                .bind::<Text, _>(within(code))
                .sql("))"),
        ),
    }
}

/// Region codes have no trailing zeros and only digits: what lies within begins with the same digits.
fn within(region_code: &str) -> String {
    format!("{region_code}%")
}

/// The accounts that the scope lets through, as a condition on `accounts`, and what stands in it as `$1`; `$2` is the day.
/// Deputies belong to a station as in [`deputies_in`]: to their own, and without one to those in whose grids they are.
pub fn accounts_in(scope: &Scope) -> (&'static str, String) {
    match scope {
        Scope::Nothing | Scope::Office(_) => ("$1 <> $1 AND $2 = $2", String::new()),
        Scope::Deputy(deputy) => ("accounts.deputy_id = $1::uuid AND $2 = $2", deputy.to_string()),
        Scope::Site(site) => (
            "(accounts.site_id = $1::uuid OR EXISTS (SELECT FROM deputies WHERE deputies.id = accounts.deputy_id
                AND (deputies.site_id = $1::uuid OR deputies.site_id IS NULL AND EXISTS (
                    SELECT FROM grid_assignments JOIN grids ON grids.id = grid_id
                    WHERE grid_assignments.deputy_id = deputies.id AND grids.site_id = $1::uuid
                    AND grid_assignments.valid_from <= $2
                            AND coalesce(grid_assignments.valid_until > $2, true)))))",
            site.to_string(),
        ),
        Scope::Region(code) => (
            "(accounts.region_code LIKE $1
                OR EXISTS (SELECT FROM sites WHERE sites.id = accounts.site_id AND sites.region_code LIKE $1)
                OR EXISTS (SELECT FROM offices WHERE offices.id = accounts.office_id AND offices.region_code LIKE $1)
                OR EXISTS (SELECT FROM deputies LEFT JOIN sites ON sites.id = deputies.site_id
                    WHERE deputies.id = accounts.deputy_id AND (sites.region_code LIKE $1
                        OR deputies.site_id IS NULL AND EXISTS (
                            SELECT FROM grid_assignments JOIN grids ON grids.id = grid_id
                            WHERE grid_assignments.deputy_id = deputies.id AND grids.region_code LIKE $1
                            AND grid_assignments.valid_from <= $2
                            AND coalesce(grid_assignments.valid_until > $2, true)))))",
            within(code),
        ),
    }
}
