use chrono::NaiveDate;
use minyi_domain::{
    calendar::end_of_day,
    lifecycle::State,
    text::{InfoReply, Question},
};
use minyi_store::{EventKind, Refusal};

use super::{case, days, detail, hours, not_now, state};
use crate::support::world;

#[test]
fn accepting_is_told_once_and_leaves_the_clock_alone() {
    let mut world = world();
    let (id, receipt, deputy) = case(&mut world);
    let (_, stranger) = world.city.grid_with_lead();
    assert_eq!(
        world.store.accept(&stranger.actor, id, hours(1)).unwrap(),
        Err(Refusal::NotFound)
    );
    world.store.accept(&deputy.actor, id, hours(1)).unwrap().unwrap();
    assert_eq!(state(&world, &receipt), State::Accepted);
    not_now(world.store.accept(&deputy.actor, id, hours(2)).unwrap());
    assert_eq!(world.count("deadline_steps WHERE done_at IS NULL AND clock = 0"), 5);
}

#[test]
fn what_is_left_at_a_pause_is_counted_as_it_was_promised() {
    for (unit, left, due) in [("working_days", 3, "2026-11-26"), ("calendar_days", 5, "2026-11-28")] {
        let mut world = world();
        world.execute(&format!(
            "INSERT INTO deadline_policies VALUES (gen_random_uuid(), 'answer', 7, '{unit}', '2026-11-01')"
        ));
        // From Friday to Wednesday; asked on Friday, answered on Monday.
        let (id, receipt, deputy) = case(&mut world);
        let question = Question::parse("是几号楼？").unwrap();
        let asked = world.store.ask_resident(&deputy.actor, id, &question, hours(1));
        asked.unwrap().unwrap();
        let kept = format!("submissions WHERE clock_days = {left} AND clock_unit = '{unit}'");
        assert_eq!(world.count(&kept), 1, "{unit}");
        let reply = InfoReply::parse("三号楼").unwrap();
        let given = world.store.give_info(&receipt.receipt, &reply, &[], days(3));
        let end = end_of_day(due.parse::<NaiveDate>().unwrap());
        assert_eq!(given.unwrap().unwrap(), end, "{unit}");
        assert_eq!(world.count(&kept), 1, "{unit}");
    }
}

#[test]
fn a_question_stops_the_clock_and_the_reply_lets_it_go_on() {
    let mut world = world();
    let (id, receipt, deputy) = case(&mut world);
    let question = Question::parse("是几号楼？").unwrap();
    world
        .store
        .ask_resident(&deputy.actor, id, &question, hours(1))
        .unwrap()
        .unwrap();
    assert_eq!(
        world.count("deadline_steps WHERE done_at IS NULL AND step <> 'info_lapse'"),
        0
    );
    let photo = world.city.photo();
    let reply = InfoReply::parse("三号楼").unwrap();
    let give = |at| world.store.give_info(&receipt.receipt, &reply, &[photo], at).unwrap();
    let due = give(days(4)).unwrap();
    assert!(due > receipt.answer_due_at, "{due}");
    not_now(give(days(4)));
    let detail = detail(&world, &deputy, id);
    assert_eq!((detail.state, detail.photos.len()), (State::Accepted, 1));
    assert_eq!(detail.info_requests[0].reply.as_deref(), Some("三号楼"));
    assert_eq!(detail.events.last().unwrap().kind, EventKind::InfoGiven);
}
