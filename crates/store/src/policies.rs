//! Deadline policies (办理时限): what is promised from a day on. A running clock keeps the policy it began with
//! until somebody has it computed again on purpose; what that would change can be seen before.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, NullableExpressionMethods, PgConnection,
    PgSortExpressionMethods, QueryDsl, Queryable, RunQueryDsl, TextExpressionMethods,
    dsl::{exists, sql},
    result::{DatabaseErrorKind, Error as DieselError},
    sql_types::{Bool, Nullable, Text},
    upsert::excluded,
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    calendar::local_date,
    deadlines::{Cover, LegalLimit, Policy, PolicyEntry, Unit, legal_limit},
    people::{PlaceScope, Scope},
    submission::{Kind, Urgency},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Act, By, Error, Result, Store, audit,
    calendar::{
        self, Hear,
        replan::{self, MovedClock},
    },
    ids,
    schema::{categories, deadline_policies, regions},
    word::MaybeWord,
};

/// A policy, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlinePolicy {
    /// `submission`, `office`, `intersession` or `proposal`.
    pub applies_to: String,
    /// Such as `answer`; which there are depends on what it applies to.
    pub step: String,
    /// `None`, only where it is narrowed: from this day on what covers more holds again.
    pub policy: Option<Policy>,
    pub effective_from: NaiveDate,
    pub narrowed: Narrowed,
}

/// What a policy is narrowed to; nothing: it is general. Which one holds for a matter says
/// [`Book`](minyi_domain::deadlines::Book).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Narrowed {
    pub kind: Option<Kind>,
    pub category_id: Option<Uuid>,
    pub urgency: Option<Urgency>,
    pub region_code: Option<String>,
}

/// A policy with the names of what it is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPolicy {
    pub policy: DeadlinePolicy,
    /// Path of the category.
    pub category: Option<String>,
    pub region: Option<String>,
}

/// Why a policy is not taken; nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyRefusal {
    /// There is no such step, or it has no such unit.
    NoStep,
    /// A general policy is replaced, never ended.
    NoLength,
    /// There is no such division, or it is not this person's; without a division: all of them together are not.
    Region,
    /// There is no such category.
    Category,
    /// Longer than the law allows.
    Law(LegalLimit),
}

/// What computing the running clocks again changes, or would change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recomputed {
    /// Clocks that run by a policy and whose date has not passed.
    pub examined: usize,
    /// Those whose date becomes another one.
    pub moved: usize,
    /// The first of these.
    pub first: Vec<MovedClock>,
}

/// Shown one by one; the rest is counted.
const MOST: usize = 200;

#[derive(Queryable)]
struct Row {
    applies_to: String,
    step: String,
    amount: Option<i16>,
    unit: MaybeWord<Unit>,
    effective_from: NaiveDate,
    kind: MaybeWord<Kind>,
    category_id: Option<Uuid>,
    urgency: MaybeWord<Urgency>,
    region_code: Option<String>,
    category: Option<String>,
    region: Option<String>,
}

impl Row {
    fn policy(&self) -> Option<Policy> {
        let (amount, unit) = self.amount.zip(self.unit.0)?;
        Some(Policy {
            amount: amount.unsigned_abs(),
            unit,
        })
    }

    fn listed(self) -> ListedPolicy {
        ListedPolicy {
            policy: DeadlinePolicy {
                policy: self.policy(),
                applies_to: self.applies_to,
                step: self.step,
                effective_from: self.effective_from,
                narrowed: Narrowed {
                    kind: self.kind.0,
                    category_id: self.category_id,
                    urgency: self.urgency.0,
                    region_code: self.region_code,
                },
            },
            category: self.category,
            region: self.region,
        }
    }

    fn entry(self) -> PolicyEntry {
        PolicyEntry {
            policy: self.policy(),
            applies_to: self.applies_to,
            step: self.step,
            cover: Cover {
                kind: self.kind.0,
                category: self.category,
                urgency: self.urgency.0,
                region_code: self.region_code,
            },
            effective_from: self.effective_from,
        }
    }
}

/// Everything that was ever set.
pub fn entries(connection: &mut PgConnection) -> Result<Vec<PolicyEntry>> {
    Ok(rows(connection, "")?.into_iter().map(Row::entry).collect())
}

/// Those that hold somewhere within `prefix`: general ones, and those of a division in it or around it.
fn rows(connection: &mut PgConnection, prefix: &str) -> Result<Vec<Row>> {
    let around = sql::<Nullable<Bool>>("starts_with(")
        .bind::<Text, _>(prefix.to_owned())
        .sql(", deadline_policies.region_code)");
    let here = deadline_policies::region_code
        .is_null()
        .or(deadline_policies::region_code.like(format!("{prefix}%")))
        .or(around);
    Ok(deadline_policies::table
        .left_join(categories::table)
        .left_join(regions::table)
        .filter(here)
        .order((
            deadline_policies::applies_to,
            deadline_policies::step,
            deadline_policies::urgency.asc().nulls_first(),
            categories::path.asc().nulls_first(),
            deadline_policies::kind.asc().nulls_first(),
            deadline_policies::region_code.asc().nulls_first(),
            deadline_policies::effective_from.desc(),
        ))
        .select((
            deadline_policies::applies_to,
            deadline_policies::step,
            deadline_policies::amount,
            deadline_policies::unit,
            deadline_policies::effective_from,
            deadline_policies::kind,
            deadline_policies::category_id,
            deadline_policies::urgency,
            deadline_policies::region_code,
            categories::path.nullable(),
            regions::name.nullable(),
        ))
        .load(connection)?)
}

impl Store {
    /// The policies of the past, the present and the future that hold in a scope: general ones first, and of each the latest
    /// first.
    pub fn deadline_policies(&self, scope: &PlaceScope) -> Result<Vec<ListedPolicy>> {
        let Some(prefix) = scope.prefix() else {
            return Ok(Vec::new());
        };
        let rows = rows(&mut *self.connection()?, prefix)?;
        Ok(rows.into_iter().map(Row::listed).collect())
    }

    /// Sets a policy; one of the same step, narrowing and day is replaced. Clocks that run keep theirs.
    pub fn set_deadline_policy(
        &self,
        by: &By,
        scope: &PlaceScope,
        new: &DeadlinePolicy,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), PolicyRefusal>> {
        let set = self.connection()?.transaction(|connection| {
            check(connection, scope, new, now)?;
            insert(connection, new, now)?;
            let act = Act::done(Action::DeadlinePolicySet, ObjectKind::DeadlinePolicy, &new.step);
            let narrowed = &new.narrowed;
            let detail = json!({
                "applies_to": new.applies_to, "amount": new.policy.map(|policy| policy.amount),
                "unit": new.policy.map(|policy| policy.unit.as_str()), "effective_from": new.effective_from,
                "kind": narrowed.kind, "category_id": narrowed.category_id, "urgency": narrowed.urgency,
                "region_code": narrowed.region_code,
            });
            let act = act.in_region(narrowed.region_code.clone()).with(detail);
            Ok(audit::record(connection, by, &act, now)?)
        });
        refused(set)
    }

    /// Whether this policy could be set today; it is not.
    pub(crate) fn try_policy(
        &self,
        scope: &PlaceScope,
        tried: &DeadlinePolicy,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), PolicyRefusal>> {
        let rolled_back = self.connection()?.transaction::<(), Stop, _>(|connection| {
            let today = of_today(tried, now);
            check(connection, scope, &today, now)?;
            insert(connection, &today, now)?;
            Err(Stop::Failed(Error::Database(DieselError::RollbackTransaction)))
        });
        match rolled_back {
            Err(Stop::Failed(Error::Database(DieselError::RollbackTransaction))) => Ok(Ok(())),
            stopped => refused(stopped),
        }
    }
}

/// Computes the running clocks of a scope again with the policies in force, and with `tried` as if it were in force today:
/// then nothing of it may be kept.
pub fn recompute(
    connection: &mut PgConnection,
    scope: &Scope,
    tried: Option<&DeadlinePolicy>,
    now: DateTime<Utc>,
    hear: &mut Hear<'_>,
) -> Result<Recomputed> {
    if let Some(tried) = tried {
        insert(connection, &of_today(tried, now), now)?;
    }
    let (examined, mut first) = replan::running(connection, scope, now, hear)?;
    let moved = first.len();
    first.truncate(MOST);
    Ok(Recomputed { examined, moved, first })
}

fn of_today(tried: &DeadlinePolicy, now: DateTime<Utc>) -> DeadlinePolicy {
    DeadlinePolicy {
        effective_from: local_date(now),
        ..tried.clone()
    }
}

/// What ends a transaction early.
enum Stop {
    Refused(PolicyRefusal),
    Failed(Error),
}

impl From<PolicyRefusal> for Stop {
    fn from(refusal: PolicyRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

fn refused<T>(done: std::result::Result<T, Stop>) -> Result<std::result::Result<T, PolicyRefusal>> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        // The table itself knows which steps there are.
        Err(Stop::Failed(Error::Database(DieselError::DatabaseError(DatabaseErrorKind::CheckViolation, _)))) => {
            Ok(Err(PolicyRefusal::NoStep))
        }
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Whether this person may set it, and the law allows it.
fn check(
    connection: &mut PgConnection,
    scope: &PlaceScope,
    new: &DeadlinePolicy,
    now: DateTime<Utc>,
) -> std::result::Result<(), Stop> {
    let narrowed = &new.narrowed;
    let region = narrowed.region_code.as_deref().unwrap_or_default();
    let known = region.is_empty() || diesel::select(exists(regions::table.find(region))).get_result(connection)?;
    if !scope.covers(region) || !known {
        return Err(PolicyRefusal::Region.into());
    }
    if let Some(category) = narrowed.category_id
        && !diesel::select(exists(categories::table.find(category))).get_result::<bool>(connection)?
    {
        return Err(PolicyRefusal::Category.into());
    }
    let Some(policy) = new.policy else {
        let is_general = *narrowed == Narrowed::default();
        return if is_general {
            Err(PolicyRefusal::NoLength.into())
        } else {
            Ok(())
        };
    };
    match legal_limit(&new.applies_to, &new.step) {
        Some(limit) if !limit.allows(policy, &calendar::calendar(connection)?, now) => {
            Err(PolicyRefusal::Law(limit).into())
        }
        _ => Ok(()),
    }
}

fn insert(connection: &mut PgConnection, new: &DeadlinePolicy, now: DateTime<Utc>) -> Result<()> {
    let amount = new
        .policy
        .map(|policy| i16::try_from(policy.amount).unwrap_or(i16::MAX));
    diesel::insert_into(deadline_policies::table)
        .values((
            deadline_policies::id.eq(ids::new(now)),
            deadline_policies::applies_to.eq(&new.applies_to),
            deadline_policies::step.eq(&new.step),
            deadline_policies::amount.eq(amount),
            deadline_policies::unit.eq(new.policy.map(|policy| policy.unit.as_str())),
            deadline_policies::effective_from.eq(new.effective_from),
            deadline_policies::kind.eq(new.narrowed.kind.map(Kind::as_str)),
            deadline_policies::category_id.eq(new.narrowed.category_id),
            deadline_policies::urgency.eq(new.narrowed.urgency.map(Urgency::as_str)),
            deadline_policies::region_code.eq(&new.narrowed.region_code),
        ))
        .on_conflict((
            deadline_policies::applies_to,
            deadline_policies::step,
            deadline_policies::kind,
            deadline_policies::category_id,
            deadline_policies::urgency,
            deadline_policies::region_code,
            deadline_policies::effective_from,
        ))
        .do_update()
        .set((
            deadline_policies::amount.eq(excluded(deadline_policies::amount)),
            deadline_policies::unit.eq(excluded(deadline_policies::unit)),
        ))
        .execute(connection)?;
    Ok(())
}
