use chrono::{DateTime, Days, TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use minyi_domain::{
    appointment::{Action, Side, State},
    people::Role,
    text::{Note, Reason},
    token::ReceiptToken,
};
use minyi_store::{
    AskedBy, EventKind, Refusal, Settling, SlotKey,
    fixtures::{Deputy, Grid},
};
use uuid::Uuid;

use crate::support::{World, connect, now, world};

/// A station with a deputy who is on duty today, and a submission of a resident who wants to meet.
fn station(world: &mut World) -> (Grid, Deputy) {
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.on_duty(grid.site_id, &deputy);
    (grid, deputy)
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Two in the afternoon.
fn two(deputy: &Deputy) -> SlotKey {
    SlotKey {
        starts_at: at("2026-11-20T06:00:00Z"),
        deputy: deputy.public_token.clone(),
    }
}

fn ask(world: &World, receipt: &ReceiptToken, key: &SlotKey) -> Result<Uuid, Refusal> {
    let note = Reason::parse("想当面说一说").unwrap();
    let by = AskedBy::Resident(receipt);
    world.store.ask_appointment(by, key, Some(&note), now()).unwrap()
}

fn act(action: Action) -> Settling {
    Settling {
        action,
        reason: Some(Reason::parse("那天要开会").unwrap()),
        record: Some(Note::parse("说了路灯的事，下周换灯").unwrap()),
        slot: None,
    }
}

#[test]
fn free_slots_are_what_is_left_of_the_duty_days() {
    let mut world = world();
    let (grid, deputy) = station(&mut world);
    let (_, receipt) = world.city.submit(&grid, deputy.route());
    let free = |world: &World| world.store.free_slots(grid.site_id, now()).unwrap();
    // It is ten in the morning: half past ten and eleven, and six in the afternoon.
    let slots = free(&world);
    assert_eq!(slots.len(), 8);
    assert_eq!(slots[0].starts_at, at("2026-11-20T02:30:00Z"));
    assert_eq!(
        slots[0].deputy_name.as_deref(),
        Some(deputy.actor.display_name.as_str())
    );
    assert_eq!(SlotKey::parse(&slots[0].key.to_string()), Some(slots[0].key.clone()));
    ask(&world, &receipt.receipt, &two(&deputy)).unwrap();
    assert!(free(&world).iter().all(|slot| slot.key != two(&deputy)));
    assert_eq!(free(&world).len(), 7);
    // A scheme of the site's own: Fridays in the evening, one at a time.
    let other = world.city.deputy();
    world.city.on_duty(grid.site_id, &other);
    let scheme = format!(
        "INSERT INTO slot_schemes VALUES ('{}', '{}', 5, 1140, 1200, 60, 1)",
        Uuid::new_v4(),
        grid.site_id
    );
    world.raw().batch_execute(&scheme).unwrap();
    let evening = free(&world);
    assert_eq!(evening.len(), 2, "{evening:?}");
    let (_, receipt) = world.city.submit(&grid, minyi_store::fixtures::TO_STAFF);
    ask(&world, &receipt.receipt, &evening[0].key).unwrap();
    assert!(free(&world).is_empty());
    let nowhere = world.city.site();
    assert!(world.store.free_slots(nowhere, now()).unwrap().is_empty());
}

#[test]
fn of_two_who_want_the_same_slot_at_once_one_gets_it() {
    let mut world = world();
    let (grid, deputy) = station(&mut world);
    let key = two(&deputy);
    for _ in 0..3 {
        let receipts = [(); 4].map(|()| world.city.submit(&grid, deputy.route()).1.receipt);
        let store = connect(&world.database, 4);
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let ask = |receipt| store.ask_appointment(AskedBy::Resident(receipt), &key, None, now());
            let threads: Vec<_> = receipts
                .iter()
                .map(|receipt| scope.spawn(move || ask(receipt).unwrap()))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(
            outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
            1,
            "{outcomes:?}"
        );
        let lost = outcomes
            .iter()
            .filter(|outcome| **outcome == Err(Refusal::TargetUnfit("slot")));
        assert_eq!(lost.count(), 3, "{outcomes:?}");
        world
            .raw()
            .batch_execute("UPDATE appointments SET state = 'cancelled', settled_at = asked_at")
            .unwrap();
    }
}

#[test]
fn asking_twice_is_one_and_another_time_needs_the_first_to_be_given_up() {
    let mut world = world();
    let (grid, deputy) = station(&mut world);
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    let receipt = receipt.receipt;
    let first = ask(&world, &receipt, &two(&deputy)).unwrap();
    assert_eq!(ask(&world, &receipt, &two(&deputy)), Ok(first));
    assert_eq!(world.count("events WHERE kind = 'appointment_asked'"), 1);
    let mut later = two(&deputy);
    later.starts_at += TimeDelta::minutes(30);
    assert_eq!(ask(&world, &receipt, &later), Err(Refusal::Once));
    later.starts_at += TimeDelta::minutes(7);
    let (_, other) = world.city.submit(&grid, deputy.route());
    assert_eq!(ask(&world, &other.receipt, &later), Err(Refusal::TargetUnknown("slot")));
    let staff = world.city.staff(grid.site_id, Role::StationStaff);
    let by = AskedBy::Handler(&staff, id);
    assert_eq!(
        world.store.ask_appointment(by, &two(&deputy), None, now()).unwrap(),
        Err(Refusal::Once)
    );
    let cancel = act(Action::Cancel);
    let settle = |receipt: &ReceiptToken| {
        world
            .store
            .settle_appointment_as_resident(receipt, first, &cancel, now())
    };
    assert_eq!(settle(&other.receipt).unwrap(), Err(Refusal::NotFound));
    assert_eq!(settle(&receipt).unwrap(), Ok(()));
    assert_eq!(settle(&receipt).unwrap(), Ok(()));
    assert_eq!(world.count("events WHERE kind = 'appointment_settled'"), 1);
    assert_ne!(ask(&world, &receipt, &two(&deputy)).unwrap(), first);
}

#[test]
fn the_station_confirms_and_records_and_the_foreign_station_sees_nothing() {
    let mut world = world();
    let (grid, deputy) = station(&mut world);
    let (_, receipt) = world.city.submit(&grid, deputy.route());
    world
        .store
        .subscribe_resident(&receipt.receipt, "resident", now())
        .unwrap()
        .unwrap();
    let id = ask(&world, &receipt.receipt, &two(&deputy)).unwrap();
    let told = "notifications JOIN events ON events.id = event_id WHERE events.kind = 'appointment_asked'
        AND template = 'deputy_new'";
    assert_eq!(world.count(told), 1);
    let settle =
        |world: &World, actor, action, at| world.store.settle_appointment(actor, id, &act(action), at).unwrap();
    let far = world.city.site_in("990102004");
    let stranger = world.city.staff(far, Role::StationHead);
    assert_eq!(
        settle(&world, &stranger, Action::Confirm, now()),
        Err(Refusal::NotFound)
    );
    let own = world
        .store
        .settle_appointment_as_resident(&receipt.receipt, id, &act(Action::Confirm), now());
    assert!(matches!(own.unwrap(), Err(Refusal::AppointmentNotNow(_))));
    assert_eq!(settle(&world, &deputy.actor, Action::Confirm, now()), Ok(()));
    assert_eq!(settle(&world, &deputy.actor, Action::Confirm, now()), Ok(()));
    assert_eq!(world.count("notifications WHERE template = 'resident_progress'"), 1);
    let too_early = settle(&world, &deputy.actor, Action::Hold, now());
    assert_eq!(too_early, Err(Refusal::TargetUnfit("date")));
    let staff = world.city.staff(grid.site_id, Role::StationStaff);
    assert_eq!(
        settle(&world, &staff, Action::Hold, now() + TimeDelta::hours(5)),
        Ok(())
    );
    let view = world.store.receipt(&receipt.receipt).unwrap().unwrap();
    assert_eq!(view.meetings.appointments[0].state, State::Held);
    assert!(view.meetings.active().is_none());
    assert_eq!(view.timeline.last().unwrap().kind, EventKind::AppointmentSettled);
}

#[test]
fn another_time_is_asked_of_the_resident() {
    let mut world = world();
    let (grid, deputy) = station(&mut world);
    let (_, receipt) = world.city.submit(&grid, deputy.route());
    let id = ask(&world, &receipt.receipt, &two(&deputy)).unwrap();
    let mut later = two(&deputy);
    later.starts_at += TimeDelta::hours(1);
    let moving = Settling {
        slot: Some(later.clone()),
        ..act(Action::Move)
    };
    let staff = world.city.staff(grid.site_id, Role::StationStaff);
    for _ in 0..2 {
        assert_eq!(
            world.store.settle_appointment(&staff, id, &moving, now()).unwrap(),
            Ok(())
        );
    }
    assert_eq!(world.count("events WHERE kind = 'appointment_asked'"), 2);
    let meetings = world.store.receipt(&receipt.receipt).unwrap().unwrap().meetings;
    let moved = meetings.active().unwrap();
    assert_eq!((moved.starts_at, moved.asked_by), (later.starts_at, Side::Handler));
    // The station cannot say yes for the resident.
    let forced = world
        .store
        .settle_appointment(&staff, id, &act(Action::Confirm), now())
        .unwrap();
    assert!(matches!(forced, Err(Refusal::AppointmentNotNow(_))));
    let yes = act(Action::Confirm);
    assert_eq!(
        world
            .store
            .settle_appointment_as_resident(&receipt.receipt, id, &yes, now())
            .unwrap(),
        Ok(())
    );
}

#[test]
fn a_deputy_taken_off_the_roster_shows_as_a_conflict() {
    let mut world = world();
    let (grid, deputy) = station(&mut world);
    let (_, receipt) = world.city.submit(&grid, deputy.route());
    ask(&world, &receipt.receipt, &two(&deputy)).unwrap();
    let day = (now() - TimeDelta::hours(10), now() + TimeDelta::hours(14));
    let scope = world.city.staff(grid.site_id, Role::StationStaff).scope();
    let agenda = |world: &World, scope| world.store.agenda(scope, day.0, day.1).unwrap();
    let before = agenda(&world, &scope);
    assert_eq!((before.duties.len(), before.appointments[0].conflict), (1, false));
    world.raw().batch_execute("DELETE FROM duties").unwrap();
    let after = agenda(&world, &scope);
    assert_eq!((after.duties.len(), after.appointments[0].conflict), (0, true));
    let far = world.city.site_in("990102004");
    let foreign = world.city.staff(far, Role::StationStaff).scope();
    assert!(agenda(&world, &foreign).appointments.is_empty());
    assert_eq!(agenda(&world, &deputy.actor.scope()).appointments.len(), 1);
}

#[test]
fn nobody_meets_about_what_is_closed_or_confidential() {
    let mut world = world();
    let (grid, deputy) = station(&mut world);
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    let confidential = format!(
        "UPDATE submissions SET route_reason = 'confidential', confidential_region = '990102',
         assignee_deputy_id = NULL WHERE id = '{id}'"
    );
    world.raw().batch_execute(&confidential).unwrap();
    assert_eq!(
        ask(&world, &receipt.receipt, &two(&deputy)),
        Err(Refusal::TargetUnfit("submission"))
    );
    let slots = world.store.free_slots_of_receipt(&receipt.receipt, now()).unwrap();
    assert_eq!(slots, Some(Vec::new()));
}

#[test]
fn postgres_itself_refuses_a_deputy_in_two_places_and_two_for_one_matter() {
    let mut world = world();
    let (grid, deputy) = station(&mut world);
    let ids = [(); 2].map(|()| world.city.submit(&grid, deputy.route()).0);
    let insert = |submission: Uuid, from: &str, state: &str| {
        let settled = if state == "asked" { "NULL" } else { "'2026-11-20'" };
        format!(
            "INSERT INTO appointments (id, submission_id, site_id, deputy_id, starts_at, ends_at, state, asked_by,
             asked_at, settled_at) VALUES ('{}', '{submission}', '{}', '{}', '{from}', '{from}'::timestamptz
             + interval '30 minutes', '{state}', 'resident', '2026-11-20', {settled})",
            Uuid::new_v4(),
            grid.site_id,
            deputy.id
        )
    };
    let mut raw = world.raw();
    raw.batch_execute(&insert(ids[0], "2026-11-20 06:00Z", "confirmed"))
        .unwrap();
    let overlapping = raw
        .batch_execute(&insert(ids[1], "2026-11-20 06:15Z", "asked"))
        .unwrap_err();
    assert!(
        overlapping.to_string().contains("appointments_one_at_a_time"),
        "{overlapping}"
    );
    let second = raw
        .batch_execute(&insert(ids[0], "2026-11-20 08:00Z", "asked"))
        .unwrap_err();
    assert!(second.to_string().contains("appointments_one_active"), "{second}");
    raw.batch_execute(&insert(ids[1], "2026-11-20 06:15Z", "held"))
        .unwrap_err();
    raw.batch_execute(&insert(ids[1], "2026-11-20 06:15Z", "cancelled"))
        .unwrap();
}

#[test]
fn a_slot_is_offered_for_thirty_days_and_prefers_the_own_deputy() {
    let mut world = world();
    let (grid, deputy) = station(&mut world);
    let other = world.city.deputy();
    world.city.on_duty(grid.site_id, &other);
    let (_, receipt) = world.city.submit(&grid, deputy.route());
    let of = |world: &World| {
        world
            .store
            .free_slots_of_receipt(&receipt.receipt, now())
            .unwrap()
            .unwrap()
    };
    assert!(of(&world).iter().all(|slot| slot.key.deputy == deputy.public_token));
    world
        .raw()
        .batch_execute(&format!("DELETE FROM duties WHERE deputy_id = '{}'", deputy.id))
        .unwrap();
    assert!(of(&world).iter().all(|slot| slot.key.deputy == other.public_token));
    assert_eq!(of(&world).len(), 8);
    for (days, slots) in [(30, 19), (31, 19)] {
        world.city.now = now() + Days::new(days);
        world.city.on_duty(grid.site_id, &other);
        assert_eq!(of(&world).len(), slots, "{days}");
    }
}
