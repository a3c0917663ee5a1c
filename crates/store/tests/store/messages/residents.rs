//! What residents hear who asked to be told, until they want no more.

use minyi_domain::text::AnswerText;
use minyi_store::{Address, BeginSending, EventKind, Recipient, Refusal, SendResult, Template};

use super::{begin_due, minutes};
use crate::support::{World, now, world};

#[test]
fn the_resident_hears_of_the_answer() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    world
        .store
        .subscribe_resident(&receipt.receipt, "resident-openid", now())
        .unwrap();
    let text = AnswerText::parse("已经修好").unwrap();
    world
        .store
        .answer(&deputy.actor, id, &text, &[], minutes(1), minutes(999))
        .unwrap();
    let begun = begin_due(&world, minutes(1));
    let to_resident = begun.iter().find_map(|begun| match begun {
        BeginSending::Send(outgoing) if outgoing.template == Template::ResidentProgress => Some(outgoing),
        _ => None,
    });
    let outgoing = to_resident.unwrap();
    assert_eq!(
        (&outgoing.address, outgoing.event),
        (&Address::Openid("resident-openid".to_owned()), EventKind::Answered)
    );
    assert!(matches!(outgoing.recipient, Recipient::Resident(_)));
    assert_eq!(outgoing.receipt, receipt.receipt);
    assert_eq!(outgoing.event_at, minutes(1));
}

#[test]
fn a_resident_who_wants_no_more_gets_nothing_that_waits() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    let subscribe = |world: &World, openid: &str| {
        world
            .store
            .subscribe_resident(&receipt.receipt, openid, now())
            .unwrap()
            .unwrap();
    };
    let subscribed = |world: &World| world.store.receipt(&receipt.receipt).unwrap().unwrap().subscribed;
    let answer = |world: &World, minute: i64| {
        let text = AnswerText::parse("已经修好").unwrap();
        world
            .store
            .answer(&deputy.actor, id, &text, &[], minutes(minute), minutes(999))
            .unwrap();
    };
    let to_residents =
        |world: &World, more: &str| world.count(&format!("notifications WHERE subscription_id IS NOT NULL {more}"));
    subscribe(&world, "resident-openid");
    assert!(subscribed(&world));
    answer(&world, 1);
    let begun = begin_due(&world, minutes(1));
    let in_hand = begun.iter().find_map(|begun| match begun {
        BeginSending::Send(outgoing) if outgoing.template == Template::ResidentProgress => Some(outgoing.attempt()),
        _ => None,
    });
    answer(&world, 2);
    for _ in 0..2 {
        world
            .store
            .unsubscribe_resident(&receipt.receipt, minutes(3))
            .unwrap()
            .unwrap();
    }
    assert!(!subscribed(&world));
    let reason = "AND state = 'void' AND error = 'the resident wants no more messages'";
    assert_eq!((to_residents(&world, ""), to_residents(&world, reason)), (2, 1));
    // Whom it was for is forgotten, although the matter is not closed.
    assert_eq!(
        world.count("resident_subscriptions WHERE wechat_openid = 'resident-openid'"),
        0
    );

    // What was in hand and did not arrive is not tried again; what happens later is not written.
    let later = SendResult::Retry {
        at: minutes(4),
        code: None,
        error: "busy".to_owned(),
    };
    world
        .store
        .finish_sending(&in_hand.unwrap(), &later, minutes(3))
        .unwrap();
    assert_eq!(begin_due(&world, minutes(5)), [BeginSending::NoLongerNeeded]);
    answer(&world, 6);
    assert_eq!(to_residents(&world, ""), 2);

    subscribe(&world, "resident-openid");
    assert!(subscribed(&world));
    let unknown = world.city.submission(&grid, deputy.route()).receipt;
    assert_eq!(
        world.store.unsubscribe_resident(&unknown, now()).unwrap(),
        Err(Refusal::NotFound)
    );
}
