//! The steps that tell somebody something and change nothing else of a submission: reminders, what is late, what goes up. They
//! ask and write for many submissions with as many statements as for one.

use std::{
    borrow::Borrow,
    collections::{HashMap, HashSet},
    hash::Hash,
};

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    calendar::WorkCalendar,
    deadlines::{Step, next_daily},
    people::Level,
};
use serde_json::json;
use uuid::Uuid;

use super::{Daily, Due, Owner};
use crate::{
    Result, calendar,
    casework::Case,
    events::NewEvent,
    ids,
    notifications::{self, Told, Whom},
    schema::{deadline_steps, submissions},
    steps,
    submissions::EventKind,
};

/// A step whose time has come, with its submission; both are locked.
pub type Taken<'t> = (&'t Due, &'t Case);

/// Takes them. Nothing that one of them does decides whether another one is needed.
pub fn take(connection: &mut PgConnection, taken: &[Taken<'_>], now: DateTime<Utc>) -> Result<()> {
    if taken.is_empty() {
        return Ok(());
    }
    let known = Known::read(connection, taken, now)?;
    // In the order of the steps, so that a timeline shows them so.
    let mut event_ids: Vec<Uuid> = taken.iter().map(|_| ids::new(now)).collect();
    event_ids.sort_unstable();
    let mut written = Written::default();
    for (step, event_id) in taken.iter().zip(event_ids) {
        known.take(*step, event_id, now, &mut written);
    }
    written.write(connection, now)
}

/// Whom steps may tell, and when they come again.
struct Known {
    /// Who has to act, by the submission.
    handlers: HashMap<Uuid, Vec<Uuid>>,
    /// The heads of a site.
    heads: HashMap<Uuid, Vec<Uuid>>,
    /// The administrators nearest to a division.
    admins: HashMap<String, Vec<Uuid>>,
    /// Sites whose group is told.
    robots: HashSet<Uuid>,
    /// Residents' subscriptions, by the submission.
    residents: HashMap<Uuid, Vec<Uuid>>,
    /// Clocks that tell the head by a step of its own; those planned before there was one do not.
    with_head: HashSet<(Uuid, i16)>,
    calendar: WorkCalendar,
    digest_due: DateTime<Utc>,
}

impl Known {
    fn read(connection: &mut PgConnection, taken: &[Taken<'_>], now: DateTime<Utc>) -> Result<Self> {
        let site = |case: &Case| case.confidential_region.is_none().then_some(case.site_id);
        let handled = asked(taken, |step, case| [tells_handlers(step).then_some(case.id)]);
        let headed = asked(taken, |step, case| [site(case).filter(|_| may_tell_heads(step))]);
        let regions = asked(taken, |step, case| match step {
            Step::Escalate => [Some(nearest(case)), None],
            Step::EscalateCounty => [Some(nearest(case)), Some(county(case))],
            _ => [None, None],
        });
        let in_groups = asked(taken, |step, case| [site(case).filter(|_| is_late(step))]);
        let of_residents = asked(taken, |step, case| [tells_residents(step).then_some(case.id)]);
        let overdue = asked(taken, |step, case| [(step == Step::Overdue).then_some(case.id)]);
        Ok(Self {
            handlers: grouped(notifications::handling_each(connection, &handled)?),
            heads: grouped(notifications::heads_of_each(connection, &headed)?),
            admins: grouped(notifications::supervising_each(connection, &regions)?),
            robots: notifications::with_robot(connection, &in_groups)?.into_iter().collect(),
            residents: grouped(notifications::subscribed_to_each(connection, &of_residents)?),
            with_head: with_head(connection, &overdue)?,
            calendar: calendar::calendar(connection)?,
            digest_due: notifications::digest_due(connection, now)?,
        })
    }

    fn take(&self, (due, case): Taken<'_>, event_id: Uuid, now: DateTime<Utc>, written: &mut Written) {
        let event = |kind| NewEvent::new(case.id, kind, now).with_id(event_id);
        match due.step {
            Step::Overdue => {
                let mut accounts = of(&self.handlers, &case.id).to_vec();
                if !self.with_head.contains(&(case.id, due.clock)) {
                    accounts.extend(self.heads(case));
                }
                written.overdue.push(case.id);
                let tomorrow = next_daily(&self.calendar, now.max(due.due_at));
                written.daily.push(daily(due, 0, tomorrow));
                self.tell_all(case, event(EventKind::Overdue), accounts, now, written);
            }
            // Who is late, and the station, are told of all that is late in one message a day.
            Step::OverdueDaily => {
                let mut accounts = of(&self.handlers, &case.id).to_vec();
                accounts.extend(self.heads(case));
                let tomorrow = next_daily(&self.calendar, now);
                written.daily.push(daily(due, due.turn + 1, tomorrow));
                let event = event(EventKind::Reminded).internal();
                let at = self.digest_due;
                written.tell(case, event.with_data(json!({ "late": true })), accounts, (at, true));
            }
            Step::EscalateHead => {
                let event = event(EventKind::Escalated).internal();
                let event = event.with_data(json!({ "to": "station_head" }));
                self.tell(case, event, self.heads(case).to_vec(), now, written);
            }
            Step::Escalate => {
                written.escalated.push(case.id);
                let admins = of(&self.admins, nearest(case)).to_vec();
                self.tell_all(case, event(EventKind::Escalated), admins, now, written);
            }
            // To the county, unless the nearest administrators were the county's already.
            Step::EscalateCounty => {
                let told = of(&self.admins, nearest(case));
                let mut admins = of(&self.admins, county(case)).to_vec();
                admins.retain(|admin| !told.contains(admin));
                if !admins.is_empty() {
                    let event = event(EventKind::Escalated).with_data(json!({ "to": "county" }));
                    self.tell_all(case, event, admins, now, written);
                }
            }
            step => {
                let event = event(EventKind::Reminded);
                let event = match step {
                    Step::RemindHalf => event.internal().with_data(json!({ "half": true })),
                    _ => event,
                };
                let handlers = of(&self.handlers, &case.id).to_vec();
                self.tell(case, event, handlers, now, written);
            }
        }
    }

    /// A report on an official is not the station's.
    fn heads(&self, case: &Case) -> &[Uuid] {
        match case.confidential_region {
            None => of(&self.heads, &case.site_id),
            Some(_) => &[],
        }
    }

    /// Tells these accounts at once, and of what is late the station's group.
    fn tell(&self, case: &Case, event: NewEvent, accounts: Vec<Uuid>, now: DateTime<Utc>, written: &mut Written) {
        let (event_id, is_late) = (event.id, event.is_late());
        written.tell(case, event, accounts, (now, false));
        // The group hears of what is late; a report on an official is not the station's.
        if is_late && case.confidential_region.is_none() && self.robots.contains(&case.site_id) {
            written.told.push(Told {
                event_id,
                submission_id: case.id,
                whom: Whom::Group(case.site_id),
                due_at: now,
                in_digest: false,
            });
        }
    }

    /// As [`Self::tell`]; a reminder is between the clock and the handler, but of what goes wrong the resident learns too.
    fn tell_all(&self, case: &Case, event: NewEvent, accounts: Vec<Uuid>, now: DateTime<Utc>, written: &mut Written) {
        let event_id = event.id;
        self.tell(case, event, accounts, now, written);
        let residents = of(&self.residents, &case.id).iter().map(|subscription| Told {
            event_id,
            submission_id: case.id,
            whom: Whom::Resident(*subscription),
            due_at: now,
            in_digest: false,
        });
        written.told.extend(residents);
    }
}

/// What steps write.
#[derive(Default)]
struct Written {
    overdue: Vec<Uuid>,
    escalated: Vec<Uuid>,
    daily: Vec<Daily>,
    events: Vec<NewEvent>,
    told: Vec<Told>,
}

impl Written {
    /// The event, and a message for each of these accounts: when it goes out, and whether with others of the day.
    fn tell(&mut self, case: &Case, event: NewEvent, mut accounts: Vec<Uuid>, out: (DateTime<Utc>, bool)) {
        accounts.sort_unstable();
        accounts.dedup();
        let (event_id, (due_at, in_digest)) = (event.id, out);
        self.events.push(event);
        self.told.extend(accounts.into_iter().map(|account| Told {
            event_id,
            submission_id: case.id,
            whom: Whom::Account(account),
            due_at,
            in_digest,
        }));
    }

    fn write(self, connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
        if !self.overdue.is_empty() {
            let late = submissions::table.filter(submissions::id.eq_any(&self.overdue));
            let row = diesel::update(late);
            row.set(submissions::overdue_at.eq(now)).execute(connection)?;
        }
        if !self.escalated.is_empty() {
            let raised = submissions::table.filter(submissions::id.eq_any(&self.escalated));
            let row = diesel::update(raised);
            row.set(submissions::escalated_at.eq(now)).execute(connection)?;
        }
        steps::plan_daily(connection, &self.daily, now)?;
        NewEvent::insert_all(&self.events, connection)?;
        notifications::queue_told(connection, &self.told, now)?;
        if self.told.iter().any(|told| !told.in_digest) {
            notifications::wake(connection)?;
        }
        Ok(())
    }
}

fn daily(due: &Due, turn: i16, due_at: DateTime<Utc>) -> Daily {
    Daily {
        owner: Owner::submission(due.submission_id, due.clock),
        step: Step::OverdueDaily,
        turn,
        due_at,
    }
}

fn tells_handlers(step: Step) -> bool {
    matches!(
        step,
        Step::RemindHalf | Step::Remind | Step::Overdue | Step::OverdueDaily
    )
}

fn may_tell_heads(step: Step) -> bool {
    matches!(step, Step::Overdue | Step::OverdueDaily | Step::EscalateHead)
}

fn tells_residents(step: Step) -> bool {
    matches!(step, Step::Overdue | Step::Escalate | Step::EscalateCounty)
}

/// As [`NewEvent::is_late`] says it of what these steps write.
fn is_late(step: Step) -> bool {
    matches!(
        step,
        Step::Overdue | Step::EscalateHead | Step::Escalate | Step::EscalateCounty
    )
}

/// From which division the administrators are looked for.
fn nearest(case: &Case) -> &str {
    case.confidential_region.as_deref().unwrap_or(&case.region_code)
}

/// A report on an official is with the county already.
fn county(case: &Case) -> &str {
    let region = case.confidential_region.as_deref();
    region.unwrap_or_else(|| Level::County.division_of(&case.region_code))
}

/// What has to be asked for these steps, each once.
fn asked<'t, T: Ord, const N: usize>(taken: &[Taken<'t>], pick: impl Fn(Step, &'t Case) -> [Option<T>; N]) -> Vec<T> {
    let each = taken.iter().flat_map(|&(due, case)| pick(due.step, case));
    let mut asked: Vec<T> = each.flatten().collect();
    asked.sort_unstable();
    asked.dedup();
    asked
}

fn grouped<K: Eq + Hash>(rows: Vec<(K, Uuid)>) -> HashMap<K, Vec<Uuid>> {
    let mut groups = HashMap::<K, Vec<Uuid>>::new();
    for (key, id) in rows {
        groups.entry(key).or_default().push(id);
    }
    groups
}

fn of<'g, K, Q>(groups: &'g HashMap<K, Vec<Uuid>>, key: &Q) -> &'g [Uuid]
where
    K: Borrow<Q> + Eq + Hash,
    Q: Eq + Hash + ?Sized,
{
    groups.get(key).map(Vec::as_slice).unwrap_or_default()
}

/// Which clocks of these submissions have a step for the station's head.
fn with_head(connection: &mut PgConnection, submission_ids: &[Uuid]) -> Result<HashSet<(Uuid, i16)>> {
    if submission_ids.is_empty() {
        return Ok(HashSet::new());
    }
    let known: Vec<(Uuid, i16)> = deadline_steps::table
        .filter(deadline_steps::submission_id.eq_any(submission_ids))
        .filter(deadline_steps::handover_id.is_null())
        .filter(deadline_steps::promise_id.is_null())
        .filter(deadline_steps::step.eq(Step::EscalateHead.as_str()))
        .select((deadline_steps::submission_id, deadline_steps::clock))
        .load(connection)?;
    Ok(known.into_iter().collect())
}
