//! The clocks of a handover: extension, redoing, steps, promises.

use super::*;

#[test]
fn an_extension_is_granted_once_and_moves_both_dates() {
    let handed = handed();
    let extend = |at| {
        let reason = reason("要等材料到货");
        let store = &handed.world.store;
        store.extend_handover(&handed.office, handed.id, &reason, at).unwrap()
    };
    assert!(
        matches!(extend(day(1)), Err(Refusal::HandoverNotNow(_))),
        "first sign for it"
    );
    handed.accept(day(1)).unwrap();
    let (before, promised) = (handed.view().answer_due_at, handed.due());
    let due = extend(day(2)).unwrap();
    assert_eq!(due - before, TimeDelta::days(14));
    assert_eq!(handed.due() - promised, TimeDelta::days(14));
    assert_eq!(extend(day(3)), Err(Refusal::Once));
    let generations = "deadline_steps WHERE handover_id IS NOT NULL AND step = 'handover_overdue'";
    assert_eq!(handed.world.count(generations), 2);
    assert_eq!(handed.world.count(&format!("{generations} AND done_at IS NULL")), 1);
}

#[test]
fn what_does_not_satisfy_is_done_again_within_its_own_clock() {
    let handed = handed();
    handed.accept(day(1)).unwrap();
    handed.answer(ResultClass::D, day(10)).unwrap();
    let store = &handed.world.store;
    let comment = note("没有到现场看过");
    let due = store
        .send_back_handover(&handed.deputy.actor, handed.id, &comment, day(11))
        .unwrap()
        .unwrap();
    assert_eq!(due.to_rfc3339(), "2026-12-08T15:59:59+00:00");
    assert_eq!(handed.view().state, State::Redo);
    assert!(matches!(handed.approve(None, day(12)), Err(Refusal::HandoverNotNow(_))));
    handed.answer(ResultClass::A, day(12)).unwrap();
    handed.approve(None, day(13)).unwrap();
    let view = handed.view();
    let judged: Vec<_> = view.answers.iter().map(|answer| answer.satisfied).collect();
    assert_eq!(judged, [Some(false), Some(true)]);
    // The deputy answers later.
    assert_eq!(handed.state(), lifecycle::State::HandedOver);
    let text = AnswerText::parse("修好了").unwrap();
    store
        .answer(&handed.deputy.actor, handed.submission, &text, &[], day(14), day(29))
        .unwrap();
    assert_eq!(handed.state(), lifecycle::State::Answered);
}

#[test]
fn each_step_of_an_offices_clock_happens_once() {
    let mut handed = handed();
    handed.world.city.admin(TOWNSHIP, Role::StreetAdmin);
    let told = |kind: &str| {
        handed.world.count(&format!(
            "notifications JOIN events ON events.id = event_id WHERE template = 'deputy_deadline' AND kind = '{kind}'"
        ))
    };
    // Tuesday: the office should have signed.
    assert_eq!(run_due(&handed.world, day(5)), [StepOutcome::Done]);
    assert_eq!(told("handover_overdue"), 2, "the office and the street");
    handed.accept(day(5)).unwrap();
    // On the last Friday half of the office's ten working days is over, on Wednesday half of the residents' fifteen.
    assert_eq!(run_due(&handed.world, day(12)), [StepOutcome::Done; 2]);
    assert_eq!(told("reminded"), 2, "the office and the deputy");
    let store = connect(&handed.world.database, 4);
    let step = store.claim_due_steps(day(14), 10).unwrap();
    assert_eq!(step.len(), 1, "a reminder on Thursday");
    let outcomes: Vec<_> = thread::scope(|scope| {
        let run = || store.run_step(step[0], day(14)).unwrap();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(
        outcomes.iter().filter(|outcome| **outcome == StepOutcome::Done).count(),
        1
    );
    assert_eq!(told("reminded"), 3);
    assert_eq!(run_due(&handed.world, day(15)), [StepOutcome::Done; 2]);
    assert_eq!(told("handover_overdue"), 4, "the office and the deputy");
    assert_eq!(told("handover_escalated"), 1, "the office; the station has no head");
    // On Monday it is told again that it is late, and the street hears of it.
    assert_eq!(run_due(&handed.world, day(18)), [StepOutcome::Done; 2]);
    assert_eq!(told("handover_escalated"), 3);
    assert_eq!(handed.world.count("notifications WHERE in_digest"), 1);
    let view = handed.view();
    assert_eq!((view.overdue_at, view.state), (Some(day(15)), State::Accepted));
    handed.answer(ResultClass::A, day(18)).unwrap();
    // The residents' own clock runs beside it: reminded; overdue, with the head; escalated, and reminded daily; then the
    // deputy should have judged.
    for (n, steps) in [(20, 1), (22, 2), (25, 2), (26, 2)] {
        assert_eq!(
            run_due(&handed.world, day(n)),
            vec![StepOutcome::Done; steps],
            "day {n}"
        );
    }
    assert_eq!(told("judgement_overdue"), 1);
    assert_eq!(
        handed
            .world
            .count("deadline_steps WHERE handover_id IS NOT NULL AND done_at IS NULL"),
        0
    );
}

#[test]
fn what_is_promised_is_tracked_until_it_is_kept() {
    let mut handed = handed();
    let admin = handed.world.city.admin(TOWNSHIP, Role::StreetAdmin);
    let foreign = handed.world.city.office(TOWNSHIP);
    let stranger = handed.world.city.office_handler(foreign);
    handed.accept(day(1)).unwrap();
    handed.answer(ResultClass::B, day(2)).unwrap();
    handed.approve(Some("年底前换完。"), day(3)).unwrap();
    let promise = handed
        .world
        .store
        .receipt(&handed.receipt.receipt)
        .unwrap()
        .unwrap()
        .promises;
    assert_eq!(promise[0].text, "年底前换完整条街的路灯");
    // Closed without a rating long before.
    run_due(&handed.world, day(30));
    assert_eq!(handed.state(), lifecycle::State::Closed);
    assert_eq!(run_due(&handed.world, day(39)), [StepOutcome::Done], "reminded");
    assert_eq!(run_due(&handed.world, day(41)), [StepOutcome::Done], "overdue");
    let to = format!("notifications WHERE account_id = '{}'", admin.account_id);
    assert_eq!(handed.world.count(&to), 1);
    let store = &handed.world.store;
    let keep = |actor: &Actor| {
        let note = note("已经全部换完");
        store.keep_promise(actor, promise[0].id, &note, day(50)).unwrap()
    };
    assert_eq!(keep(&stranger), Err(Refusal::NotFound));
    assert_eq!(keep(&handed.office), Ok(()));
    assert_eq!(keep(&handed.office), Err(Refusal::Once));
    assert_eq!(handed.kinds().last(), Some(&EventKind::PromiseKept));
    let kept =
        "notifications JOIN events ON events.id = event_id WHERE kind = 'promise_kept' AND subscription_id IS NOT NULL";
    assert_eq!(handed.world.count(kept), 1);
}
