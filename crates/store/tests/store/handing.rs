//! Handing over to offices: every act, its refusals, and the clocks.

use std::thread;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use minyi_domain::{
    handover::{ResultClass, State},
    lifecycle,
    people::{Actor, Role},
    text::{AnswerText, ContactName, Demand, Note, OfficeText, Reason},
};
use minyi_store::{
    Approval, EventKind, HandoverFilter, HandoverView, NewHandover, OfficeAnswer, OfficePromise, Refusal, StepOutcome,
    SubmitReceipt,
    fixtures::{COUNTY, Deputy, Grid, TOWNSHIP},
};
use uuid::Uuid;

use crate::support::{World, connect, now, world};

mod clock;

pub fn demand() -> Demand {
    Demand::parse("请到现场查看并修好路灯").unwrap()
}

pub fn reason(text: &str) -> Reason {
    Reason::parse(text).unwrap()
}

pub fn note(text: &str) -> Note {
    Note::parse(text).unwrap()
}

fn day(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(n)
}

/// A submission that was handed over to a street office.
struct Handed {
    world: World,
    grid: Grid,
    deputy: Deputy,
    office: Actor,
    submission: Uuid,
    receipt: SubmitReceipt,
    id: Uuid,
}

fn handed() -> Handed {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (submission, receipt) = world.city.submit(&grid, deputy.route());
    world
        .store
        .subscribe_resident(&receipt.receipt, "resident-openid", now())
        .unwrap()
        .unwrap();
    let office_id = world.city.office(TOWNSHIP);
    let office = world.city.office_handler(office_id);
    let id = hand(&world, &deputy.actor, submission, office_id, now()).unwrap();
    Handed {
        world,
        grid,
        deputy,
        office,
        submission,
        receipt,
        id,
    }
}

fn hand(world: &World, actor: &Actor, id: Uuid, office_id: Uuid, at: DateTime<Utc>) -> Result<Uuid, Refusal> {
    let new = NewHandover {
        office_id,
        demand: &demand(),
        is_hard: false,
    };
    world.store.hand_over(actor, id, new, at).unwrap()
}

impl Handed {
    fn view(&self) -> HandoverView {
        let detail = self.world.store.handover(&self.deputy.actor.scope(), self.id).unwrap();
        detail.unwrap().handover
    }

    fn state(&self) -> lifecycle::State {
        let detail = self.world.store.submission(&self.deputy.actor.scope(), self.submission);
        detail.unwrap().unwrap().state
    }

    fn due(&self) -> DateTime<Utc> {
        let view = self.world.store.receipt(&self.receipt.receipt).unwrap().unwrap();
        view.answer_due_at
    }

    fn accept(&self, at: DateTime<Utc>) -> Result<(), Refusal> {
        let name = ContactName::parse("赵科长").unwrap();
        self.world
            .store
            .accept_handover(&self.office, self.id, &name, at)
            .unwrap()
    }

    fn answer(&self, result: ResultClass, at: DateTime<Utc>) -> Result<(), Refusal> {
        let text = OfficeText::parse("已派人修好，换了灯头").unwrap();
        let promise = note("年底前换完整条街的路灯");
        let promise = result.needs_promise().then_some(OfficePromise {
            text: &promise,
            due_on: NaiveDate::from_ymd_opt(2026, 12, 30).unwrap(),
        });
        let answer = OfficeAnswer {
            text: &text,
            result,
            promise,
        };
        self.world
            .store
            .answer_handover(&self.office, self.id, answer, at)
            .unwrap()
    }

    fn approve(&self, text: Option<&str>, at: DateTime<Utc>) -> Result<(), Refusal> {
        let text = text.map(|text| AnswerText::parse(text).unwrap());
        let approval = Approval {
            comment: None,
            answer: text.as_ref(),
        };
        let actor = &self.deputy.actor;
        self.world.store.approve_handover(actor, self.id, approval, at).unwrap()
    }

    fn kinds(&self) -> Vec<EventKind> {
        let view = self.world.store.receipt(&self.receipt.receipt).unwrap().unwrap();
        view.timeline.iter().skip(2).map(|event| event.kind).collect()
    }
}

pub fn run_due(world: &World, at: DateTime<Utc>) -> Vec<StepOutcome> {
    let ids = world.store.claim_due_steps(at, 100).unwrap();
    let run = |id| world.store.run_step(id, at).unwrap();
    ids.into_iter().map(run).collect()
}

#[test]
fn what_is_handed_over_is_signed_answered_approved_and_told_to_the_resident() {
    let handed = handed();
    assert_eq!(handed.state(), lifecycle::State::HandedOver);
    // Ten working days for the office and five for the deputy's judgement.
    assert_eq!(handed.due().to_rfc3339(), "2026-12-11T15:59:59+00:00");
    let told = format!("notifications WHERE account_id = '{}'", handed.office.account_id);
    assert_eq!(handed.world.count(&told), 1);

    assert_eq!(handed.accept(day(1)), Ok(()));
    assert_eq!(handed.view().responsible_name.as_deref(), Some("赵科长"));
    let text = AnswerText::parse("想直接答复").unwrap();
    let early = handed
        .world
        .store
        .answer(&handed.deputy.actor, handed.submission, &text, &[], day(1), day(16));
    assert_eq!(early.unwrap(), minyi_store::AnswerOutcome::OfficeOwes);

    assert_eq!(handed.answer(ResultClass::A, day(2)), Ok(()));
    assert_eq!(handed.approve(Some("路灯已经修好，谢谢您。"), day(3)), Ok(()));
    let view = handed.world.store.receipt(&handed.receipt.receipt).unwrap().unwrap();
    assert_eq!(view.state, lifecycle::State::Answered);
    assert_eq!(view.answers[0].text, "路灯已经修好，谢谢您。");
    assert_eq!(
        handed.kinds(),
        [
            EventKind::HandedOver,
            EventKind::HandoverAccepted,
            EventKind::HandoverAnswered,
            EventKind::HandoverDone,
            EventKind::Answered
        ]
    );
    assert_eq!(
        handed
            .world
            .count("deadline_steps WHERE done_at IS NULL AND step <> 'auto_close'"),
        0
    );
    assert!(matches!(handed.approve(None, day(4)), Err(Refusal::HandoverNotNow(_))));
}

#[test]
fn only_an_office_of_the_same_county_and_only_once() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, deputy.route());
    let unfit = Err(Refusal::TargetUnfit("office"));
    let county = world.city.office(COUNTY);
    assert_eq!(
        hand(&world, &deputy.actor, id, county, now()),
        unfit,
        "by the form only"
    );
    assert_eq!(
        hand(&world, &deputy.actor, id, Uuid::nil(), now()),
        Err(Refusal::TargetUnknown("office"))
    );
    let office = world.city.office(TOWNSHIP);
    let stranger = world.city.deputy();
    assert_eq!(hand(&world, &stranger.actor, id, office, now()), Err(Refusal::NotFound));
    let auditor = world.city.admin(COUNTY, Role::Auditor);
    assert_eq!(hand(&world, &auditor, id, office, now()), Err(Refusal::Forbidden));
    hand(&world, &deputy.actor, id, office, now()).unwrap();
    assert_eq!(hand(&world, &deputy.actor, id, office, now()), unfit);
    assert_eq!(world.count("handovers"), 1);
}

#[test]
fn what_is_refused_goes_back_with_the_days_that_were_left() {
    let handed = handed();
    let store = &handed.world.store;
    store
        .refuse_handover(&handed.office, handed.id, &reason("不属于我们管"), day(3))
        .unwrap()
        .unwrap();
    assert_eq!(handed.state(), lifecycle::State::Accepted);
    // Due on Wednesday 25 November when it was handed over on the Friday before: three working days were left.
    assert_eq!(handed.due().to_rfc3339(), "2026-11-26T15:59:59+00:00");
    assert_eq!(handed.view().refusal_reason.as_deref(), Some("不属于我们管"));
    let open = "deadline_steps WHERE done_at IS NULL";
    assert_eq!(handed.world.count(&format!("{open} AND handover_id IS NOT NULL")), 0);
    assert_eq!(handed.world.count(&format!("{open} AND handover_id IS NULL")), 5);
    assert!(matches!(handed.accept(day(3)), Err(Refusal::HandoverNotNow(_))));
}

#[test]
fn with_two_offices_it_goes_back_only_when_none_has_it() {
    let mut handed = handed();
    let second = handed.world.city.office(TOWNSHIP);
    let head = handed.world.city.staff(handed.grid.site_id, Role::StationHead);
    let other = hand(&handed.world, &head, handed.submission, second, day(1)).unwrap();
    let store = &handed.world.store;
    store
        .refuse_handover(&handed.office, handed.id, &reason("不属于我们管"), day(2))
        .unwrap()
        .unwrap();
    assert_eq!(handed.state(), lifecycle::State::HandedOver);
    store
        .withdraw_handover(&handed.deputy.actor, other, day(3))
        .unwrap()
        .unwrap();
    assert_eq!(handed.state(), lifecycle::State::Accepted);
}

#[test]
fn an_office_sees_and_moves_only_what_it_was_given() {
    let mut handed = handed();
    let foreign = handed.world.city.office(TOWNSHIP);
    let stranger = handed.world.city.office_handler(foreign);
    let store = &handed.world.store;
    assert_eq!(store.handover(&stranger.scope(), handed.id).unwrap(), None);
    assert_eq!(store.submission(&stranger.scope(), handed.submission).unwrap(), None);
    let name = ContactName::parse("钱科长").unwrap();
    assert_eq!(
        store.accept_handover(&stranger, handed.id, &name, day(1)).unwrap(),
        Err(Refusal::NotFound)
    );
    assert!(
        store
            .submission(&handed.office.scope(), handed.submission)
            .unwrap()
            .is_some()
    );
    // The deputy does not act for the office, the office does not judge itself.
    assert_eq!(
        store
            .accept_handover(&handed.deputy.actor, handed.id, &name, day(1))
            .unwrap(),
        Err(Refusal::Forbidden)
    );
    handed.accept(day(1)).unwrap();
    handed.answer(ResultClass::A, day(1)).unwrap();
    assert_eq!(
        store
            .approve_handover(&handed.office, handed.id, Approval::default(), day(1))
            .unwrap(),
        Err(Refusal::Forbidden)
    );
    let page = store
        .handovers(&stranger.scope(), &HandoverFilter::default(), None, 10)
        .unwrap();
    assert!(page.items.is_empty());
    let page = store
        .handovers(&handed.office.scope(), &HandoverFilter::default(), None, 10)
        .unwrap();
    assert_eq!(page.items.len(), 1);
}

#[test]
fn a_partner_is_invited_says_its_opinion_once_and_answers_nothing() {
    let mut handed = handed();
    handed.accept(day(1)).unwrap();
    let partner = handed.world.city.office("990102004");
    let helper = handed.world.city.office_handler(partner);
    let far = handed.world.city.office("99");
    let store = &handed.world.store;
    let invite = |office| store.invite_partner(&handed.office, handed.id, office, day(1)).unwrap();
    assert_eq!(invite(far), Err(Refusal::TargetUnfit("office")));
    let opinion = Demand::parse("我们负责邻镇那一段").unwrap();
    assert_eq!(
        store.opine(&helper, handed.id, &opinion, day(2)).unwrap(),
        Err(Refusal::NotFound)
    );
    invite(partner).unwrap();
    assert_eq!(invite(partner), Err(Refusal::Once));
    assert_eq!(store.opine(&helper, handed.id, &opinion, day(2)).unwrap(), Ok(()));
    assert_eq!(
        store.opine(&helper, handed.id, &opinion, day(2)).unwrap(),
        Err(Refusal::Once)
    );
    assert_eq!(
        store
            .extend_handover(&helper, handed.id, &reason("要等材料"), day(2))
            .unwrap(),
        Err(Refusal::Forbidden)
    );
    assert_eq!(handed.view().partners[0].opinion.as_deref(), Some("我们负责邻镇那一段"));
}

#[test]
fn a_confidential_case_is_never_handed_over() {
    use diesel::connection::SimpleConnection as _;
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, deputy.route());
    let office = world.city.office(TOWNSHIP);
    let admin = world.city.admin(COUNTY, Role::CountyAdmin);
    world
        .raw()
        .batch_execute(&format!(
            "UPDATE submissions SET route_reason = 'confidential', assignee_deputy_id = NULL, \
             confidential_region = '{COUNTY}'"
        ))
        .unwrap();
    assert_eq!(
        hand(&world, &admin, id, office, now()),
        Err(Refusal::TargetUnfit("submission"))
    );
    assert_eq!(hand(&world, &deputy.actor, id, office, now()), Err(Refusal::NotFound));
}

#[test]
fn an_answer_and_the_clock_at_once_do_not_wait_for_each_other() {
    let handed = handed();
    handed.accept(day(1)).unwrap();
    let store = connect(&handed.world.database, 4);
    let steps = store.claim_due_steps(day(21), 10).unwrap();
    thread::scope(|scope| {
        for step in steps {
            let store = &store;
            scope.spawn(move || store.run_step(step, day(21)).unwrap());
        }
        scope.spawn(|| handed.answer(ResultClass::A, day(21)).unwrap());
    });
    assert_eq!(handed.view().state, State::Answered);
}
