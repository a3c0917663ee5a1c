//! A year's notice arrives while promises that were computed without it are running.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::{QueryDsl as _, QueryableByName, RunQueryDsl, sql_types};
use minyi_domain::{
    calendar::end_of_day,
    deadlines::{AnswerPlan, plan_handover},
    people::Role,
    submission::Satisfaction,
    text::{AnswerText, Demand, Question},
    token::ReceiptToken,
};
use minyi_store::{
    CalendarDay, CalendarYear, ClockEffect, ClockTask, NewHandover, Replanned,
    fixtures::{COUNTY, Deputy, Grid, TOWNSHIP},
};
use uuid::Uuid;

use minyi_domain::{deadlines::Matter, submission::Kind};

use crate::support::{BY, World, world};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Ten in the morning in China.
fn morning(day: &str) -> DateTime<Utc> {
    at(&format!("{day}T02:00:00Z"))
}

fn end(day: &str) -> DateTime<Utc> {
    end_of_day(day.parse::<NaiveDate>().unwrap())
}

/// An invented notice: 1 to 5 January are off, Saturday the 9th is worked.
fn notice() -> CalendarYear {
    let day = |n: u32, is_off| CalendarDay {
        name: "元旦".to_owned(),
        date: NaiveDate::from_ymd_opt(2027, 1, n).unwrap(),
        is_off,
    };
    let mut days: Vec<_> = (1..=5).map(|n| day(n, true)).collect();
    days.push(day(9, false));
    CalendarYear {
        year: 2027,
        papers: Vec::new(),
        days,
    }
}

fn plan(world: &World, start: DateTime<Utc>) -> AnswerPlan {
    world
        .store
        .rules(start)
        .unwrap()
        .rules(&Matter::new(Kind::Problem, TOWNSHIP))
        .plan(start)
}

/// Sends one in at `start` with the plan of the calendar that is known by now.
fn submit(world: &mut World, grid: &Grid, deputy: &Deputy, start: DateTime<Utc>) -> Uuid {
    let mut new = world.city.submission(grid, deputy.route());
    new.plan = plan(world, start);
    new.now = start;
    world.store.submit(&new).unwrap();
    new.id
}

/// The whole clock of a submission: the promise and the steps of its running round.
#[derive(Debug, PartialEq, Eq, QueryableByName)]
struct Running {
    #[diesel(sql_type = sql_types::Timestamptz)]
    due: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Bool)]
    provisional: bool,
    #[diesel(sql_type = sql_types::Timestamptz)]
    remind: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Timestamptz)]
    overdue: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Timestamptz)]
    escalate: DateTime<Utc>,
}

impl From<AnswerPlan> for Running {
    fn from(plan: AnswerPlan) -> Self {
        Self {
            due: plan.answer_due.at,
            provisional: plan.answer_due.provisional,
            remind: plan.remind_at.unwrap(),
            overdue: plan.answer_due.at,
            escalate: plan.escalate_at,
        }
    }
}

fn running(world: &World, id: Uuid) -> Running {
    diesel::sql_query(
        "SELECT answer_due_at AS due, answer_due_provisional AS provisional,
            max(due_at) FILTER (WHERE step = 'remind') AS remind,
            max(due_at) FILTER (WHERE step = 'overdue') AS overdue,
            max(due_at) FILTER (WHERE step = 'escalate') AS escalate
        FROM submissions s JOIN deadline_steps d ON d.submission_id = s.id AND d.clock = s.clock
        WHERE s.id = $1 GROUP BY s.id",
    )
    .bind::<sql_types::Uuid, _>(id)
    .get_result(&mut world.raw())
    .unwrap()
}

#[track_caller]
fn import(world: &World, now: DateTime<Utc>, (examined, moved, still_provisional): (usize, usize, usize)) {
    let replanned = world.store.import_calendar_year(&BY, &notice(), now).unwrap();
    assert_eq!(
        replanned,
        Replanned {
            examined,
            moved,
            still_provisional
        }
    );
}

fn run_due(world: &World, now: DateTime<Utc>) -> usize {
    let ids = world.store.claim_due_steps(now, 100).unwrap();
    for id in &ids {
        world.store.run_step(*id, now).unwrap();
    }
    ids.len()
}

#[test]
fn every_start_around_new_year_is_planned_as_if_the_year_had_been_known() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let now = morning("2026-12-31");
    // Every seven hours: all days of the week and times of the day, on both sides of "known".
    let starts: Vec<_> = (0..55)
        .map(|n| at("2026-12-15T02:00:00Z") + TimeDelta::hours(7 * n))
        .collect();
    let before: Vec<_> = starts
        .iter()
        .map(|start| {
            let id = submit(&mut world, &grid, &deputy, *start);
            (id, *start, running(&world, id))
        })
        .collect();
    let provisional = before.iter().filter(|(_, _, clock)| clock.provisional).count();
    assert!(provisional > 5 && provisional < starts.len() - 5);

    import(&world, now, (provisional, provisional, 0));
    for (id, start, before) in &before {
        let after = running(&world, *id);
        if before.provisional {
            assert_eq!(after, Running::from(plan(&world, *start)), "begun {start}");
        } else {
            assert_eq!(after, *before, "a firm promise keeps its clock: begun {start}");
        }
    }
    let steps = world.count("deadline_steps");
    import(&world, now + TimeDelta::days(1), (0, 0, 0));
    assert_eq!(world.count("deadline_steps"), steps);
}

#[test]
fn a_reopened_round_is_planned_from_its_reopening() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let id = submit(&mut world, &grid, &deputy, morning("2026-12-14"));
    let text = AnswerText::parse("已经修好").unwrap();
    let answered = morning("2026-12-16");
    let closes = answered + TimeDelta::days(15);
    world
        .store
        .answer(&deputy.actor, id, &text, &[], answered, closes)
        .unwrap();
    let reopened = morning("2026-12-30");
    world
        .store
        .rate(&receipt(&world, id), false, Satisfaction::Dissatisfied, None, reopened)
        .unwrap();
    assert_eq!(running(&world, id).due, end("2027-01-06"));

    import(&world, morning("2026-12-31"), (1, 1, 0));
    // 31 December, 6, 7, 8 January, and the Saturday.
    assert_eq!(running(&world, id).due, end("2027-01-09"));
    assert_eq!(running(&world, id), Running::from(plan(&world, reopened)));
}

fn receipt(world: &World, id: Uuid) -> ReceiptToken {
    use minyi_store::schema::submissions::dsl;
    let text: String = dsl::submissions
        .find(id)
        .select(dsl::receipt)
        .first(&mut world.raw())
        .unwrap();
    text.parse().unwrap()
}

#[test]
fn an_answered_submission_keeps_its_date() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let id = submit(&mut world, &grid, &deputy, morning("2026-12-30"));
    let before = running(&world, id);
    let text = AnswerText::parse("已经修好").unwrap();
    let now = morning("2026-12-31");
    world
        .store
        .answer(&deputy.actor, id, &text, &[], now, now + TimeDelta::days(15))
        .unwrap();
    import(&world, now, (0, 0, 0));
    assert_eq!(running(&world, id), before);
}

#[test]
fn a_step_on_its_way_waits_for_its_new_time_and_a_done_one_stays_done() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    // Due on Wednesday the 6th, half of the time over on the 4th, the reminder on the 5th.
    let id = submit(&mut world, &grid, &deputy, morning("2026-12-30"));
    assert_eq!(run_due(&world, morning("2027-01-05")), 2);
    let overdue = world.store.claim_due_steps(end("2027-01-06"), 10).unwrap();
    assert_eq!(overdue.len(), 2, "overdue, and the station's head");

    import(&world, morning("2027-01-06"), (1, 1, 0));
    let clock = running(&world, id);
    assert_eq!((clock.due, clock.overdue), (end("2027-01-09"), end("2027-01-09")));
    assert_eq!(clock.remind, at("2027-01-05T01:00:00Z"), "nobody is reminded twice");
    assert_eq!(run_due(&world, morning("2027-01-09")), 0);
    assert_eq!(
        run_due(&world, end("2027-01-09")),
        2,
        "what was on its way comes at its new time"
    );
}

#[test]
fn a_promise_never_moves_into_the_past() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    // Due on the 9th by the notice; the worker was away, so nobody was told that it is overdue.
    let id = submit(&mut world, &grid, &deputy, morning("2026-12-30"));
    assert_eq!(running(&world, id).due, end("2027-01-06"));
    import(&world, morning("2027-01-12"), (1, 1, 0));
    let clock = running(&world, id);
    assert_eq!((clock.due, clock.overdue), (end("2027-01-12"), end("2027-01-12")));
    assert_eq!(clock.escalate, end("2027-01-13"));
    assert!(!clock.provisional);
}

#[test]
fn a_promise_that_was_reported_overdue_stays_but_its_escalation_counts_the_holidays() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let id = submit(&mut world, &grid, &deputy, morning("2026-12-25"));
    assert_eq!(running(&world, id).due, end("2027-01-01"));
    assert_eq!(run_due(&world, morning("2027-01-02")), 4);
    assert_eq!(running(&world, id).escalate, end("2027-01-04"));

    import(&world, morning("2027-01-02"), (1, 0, 0));
    let clock = running(&world, id);
    assert_eq!((clock.due, clock.provisional), (end("2027-01-01"), false));
    assert_eq!(clock.escalate, end("2027-01-06"));
}

#[test]
fn a_clock_keeps_the_policies_it_began_with() {
    use diesel::connection::SimpleConnection as _;
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let id = submit(&mut world, &grid, &deputy, morning("2026-12-30"));
    let sql = "INSERT INTO deadline_policies VALUES (gen_random_uuid(), 'answer', 2, 'working_days', '2026-12-31')";
    world.raw().batch_execute(sql).unwrap();
    import(&world, morning("2026-12-31"), (1, 1, 0));
    assert_eq!(running(&world, id).due, end("2027-01-09"));
}

#[test]
fn what_needs_a_further_year_stays_provisional_and_does_not_move_twice() {
    use diesel::connection::SimpleConnection as _;
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let sql = "INSERT INTO deadline_policies VALUES (gen_random_uuid(), 'answer', 280, 'working_days', '2026-12-01')";
    world.raw().batch_execute(sql).unwrap();
    let id = submit(&mut world, &grid, &deputy, morning("2026-12-30"));
    import(&world, morning("2026-12-31"), (1, 1, 1));
    let clock = running(&world, id);
    import(&world, morning("2027-01-20"), (1, 0, 1));
    assert_eq!(running(&world, id), clock);
}

#[test]
fn what_waits_for_a_resident_in_working_days_moves_with_them_and_is_counted_before() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    for step in ["auto_close", "give_info"] {
        world.execute(&format!(
            "INSERT INTO deadline_policies VALUES (gen_random_uuid(), '{step}', 5, 'working_days', '2026-12-01')"
        ));
    }
    let (asked, answered) = (morning("2026-12-30"), morning("2026-12-31"));
    let county = world.city.admin(COUNTY, Role::CountyAdmin);
    let [to_add, to_rate] = [0, 1].map(|_| submit(&mut world, &grid, &deputy, morning("2026-12-28")));
    let question = Question::parse("是几号楼？").unwrap();
    let store = &world.store;
    store
        .ask_resident(&deputy.actor, to_add, &question, asked)
        .unwrap()
        .unwrap();
    let rules = |day| store.rules(day).unwrap().rules(&Matter::new(Kind::Problem, TOWNSHIP));
    let text = AnswerText::parse("已经修好").unwrap();
    let closes = rules(answered).auto_close_at(answered);
    store
        .answer(&deputy.actor, to_rate, &text, &[], answered, closes)
        .unwrap();

    let preview = || match world.clocks(&county, &ClockTask::PreviewYear(notice()), answered) {
        Ok(ClockEffect::Year(effect)) => effect,
        other => panic!("{other:?}"),
    };
    let seen = preview();
    assert_eq!((seen.submissions_moved, seen.moved.len()), (2, 2));
    let at = |step: &str, at: DateTime<Utc>| {
        world.count(&format!(
            "deadline_steps WHERE step = '{step}' AND due_at = '{at}' AND done_at IS NULL"
        ))
    };
    assert_eq!(at("auto_close", closes), 1, "nothing is changed by looking");

    import(&world, answered, (0, 0, 0));
    // 31 December, 6, 7, 8 January and the Saturday; for the answer one day more, the Monday.
    assert_eq!(at("info_lapse", end("2027-01-09")), 1);
    assert_eq!(at("auto_close", end("2027-01-11")), 1);
    assert_eq!(rules(answered).auto_close_at(answered), end("2027-01-11"));
    let asked_until = format!("info_requests WHERE due_at = '{}'", end("2027-01-09"));
    assert_eq!(world.count(&asked_until), 1);
    assert_eq!(preview().submissions_moved, 0);
}

#[test]
fn an_office_and_the_resident_behind_it_get_the_new_dates_too() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let office = world.city.office(TOWNSHIP);
    let start = morning("2026-12-28");
    let id = submit(&mut world, &grid, &deputy, start);
    let demand = Demand::parse("请修路灯").unwrap();
    let new = NewHandover {
        office_id: office,
        demand: &demand,
        is_hard: false,
    };
    let given = world.store.hand_over(&deputy.actor, id, new, start).unwrap().unwrap();
    let due = || {
        let found = world.store.handover(&deputy.actor.scope(), given).unwrap().unwrap();
        (found.handover.answer_due_at, found.handover.answer_due_provisional)
    };
    let before = due();
    assert!(before.1, "January is not announced");
    import(&world, morning("2026-12-29"), (0, 0, 0));

    let rules = world
        .store
        .rules(start)
        .unwrap()
        .rules(&Matter::new(Kind::Problem, TOWNSHIP));
    let plan = plan_handover(&rules.calendar, &rules.policies.office, false, start);
    assert_eq!(due(), (plan.answer.answer_due.at, false));
    assert_ne!(due().0, before.0);
    let resident = world.store.submission(&deputy.actor.scope(), id).unwrap().unwrap();
    assert_eq!(
        (resident.answer_due_at, resident.answer_due_provisional),
        (plan.resident_due.at, false)
    );
    for (step, at) in [
        ("handover_overdue", plan.answer.answer_due.at),
        ("handover_escalate", plan.answer.escalate_at),
        ("overdue", plan.resident_due.at),
    ] {
        let planned = format!("deadline_steps WHERE step = '{step}' AND due_at = '{at}' AND done_at IS NULL");
        assert_eq!(world.count(&planned), 1, "{step}");
    }
    import(&world, morning("2026-12-29"), (0, 0, 0));
    assert_eq!(due(), (plan.answer.answer_due.at, false));
}
