use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use minyi_domain::{
    calendar::CHINA,
    people::{Actor, Role},
    release::PublicCase,
    submission::Satisfaction,
    text::{AnswerText, Reason},
    token::{CaseToken, ReceiptToken},
};
use minyi_store::{
    NewRelease, OpenPlace, Refusal,
    fixtures::{COUNTY, Grid, TO_STAFF, TOWNSHIP},
};
use rand::{SeedableRng, rngs::StdRng};
use uuid::Uuid;

use crate::support::{World, now, world};

fn hours(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(n)
}

fn token(seed: u64) -> CaseToken {
    CaseToken::random(&mut StdRng::seed_from_u64(seed))
}

fn public(title: &str) -> NewRelease {
    NewRelease {
        public: PublicCase::parse(title, "门口的路灯坏了。", "已经修好了。").unwrap(),
        marks: Vec::new(),
        marks_seen: false,
    }
}

/// A case with an answer and, if wanted, the resident's consent.
struct Answered {
    id: Uuid,
    receipt: ReceiptToken,
    grid: Grid,
    actor: Actor,
}

fn answered(world: &mut World, consent: bool) -> Answered {
    let (grid, deputy) = world.city.grid_with_lead();
    let mut new = world.city.submission(&grid, deputy.route());
    new.publish_consent = consent;
    world.store.submit(&new).unwrap();
    let text = AnswerText::parse("已经修好了").unwrap();
    let ends = hours(400);
    world
        .store
        .answer(&deputy.actor, new.id, &text, &[], hours(1), ends)
        .unwrap();
    Answered {
        id: new.id,
        receipt: new.receipt,
        grid,
        actor: deputy.actor,
    }
}

fn release(world: &World, case: &Answered, title: &str, seed: u64) -> Result<CaseToken, Refusal> {
    let at = hours(2);
    world
        .store
        .release(&case.actor, case.id, &public(title), token(seed), at)
        .unwrap()
}

fn listed(world: &World, place: &OpenPlace) -> Vec<String> {
    let page = world.store.open_cases(place, None, 100).unwrap();
    page.items.into_iter().map(|case| case.title).collect()
}

#[test]
fn what_was_confirmed_is_read_by_station_and_division_and_nothing_else_is() {
    let mut world = world();
    let case = answered(&mut world, true);
    let other = answered(&mut world, true);
    let station = OpenPlace::Station(case.grid.site_id);
    assert!(listed(&world, &station).is_empty());
    let public_token = release(&world, &case, "路灯", 1).unwrap();
    assert_eq!(listed(&world, &station), ["路灯"]);
    assert_eq!(listed(&world, &OpenPlace::Region(COUNTY.to_owned())), ["路灯"]);
    assert!(listed(&world, &OpenPlace::Region("990102004".to_owned())).is_empty());
    assert!(listed(&world, &OpenPlace::Station(other.grid.site_id)).is_empty());
    let read = world.store.open_case(&public_token).unwrap().unwrap();
    assert_eq!(
        (read.text.as_str(), read.answer.as_str()),
        ("门口的路灯坏了。", "已经修好了。")
    );
    // The same again is nothing new; a correction keeps its address.
    assert_eq!(release(&world, &case, "路灯", 2).unwrap(), public_token);
    assert_eq!(world.count("events WHERE kind = 'released'"), 1);
    assert_eq!(release(&world, &case, "路灯修好了", 3).unwrap(), public_token);
    assert_eq!(listed(&world, &station), ["路灯修好了"]);
    assert_eq!(world.count("events WHERE kind = 'released'"), 2);
    let recent = |site, region, since| world.store.recent_cases(site, region, since).unwrap();
    let own = recent(case.grid.site_id, "990102004", hours(0));
    assert_eq!(own, [(public_token, "路灯修好了".to_owned())]);
    for region in [TOWNSHIP, COUNTY] {
        assert_eq!(recent(other.grid.site_id, region, hours(0)), own);
    }
    assert!(recent(other.grid.site_id, "990102004", hours(0)).is_empty());
    assert!(recent(other.grid.site_id, TOWNSHIP, hours(3)).is_empty());
}

#[test]
fn without_consent_or_answer_or_right_nothing_is_published() {
    let mut world = world();
    let case = answered(&mut world, false);
    assert_eq!(release(&world, &case, "路灯", 1), Err(Refusal::NoConsent));
    world
        .store
        .give_publish_consent(&case.receipt, hours(1))
        .unwrap()
        .unwrap();
    let (_, stranger) = world.city.grid_with_lead();
    let foreign = world.city.admin("990102004", Role::StreetAdmin);
    let auditor = world.city.admin(COUNTY, Role::Auditor);
    for (actor, refusal) in [
        (&stranger.actor, Refusal::NotFound),
        (&foreign, Refusal::NotFound),
        (&auditor, Refusal::Forbidden),
    ] {
        let tried = world
            .store
            .release(actor, case.id, &public("路灯"), token(1), hours(2))
            .unwrap();
        assert_eq!(tried, Err(refusal));
        let reason = Reason::parse("不合适").unwrap();
        assert!(
            world
                .store
                .withdraw_release(actor, case.id, &reason, hours(2))
                .unwrap()
                .is_err()
        );
    }
    let grid = case.grid.clone();
    let (id, open) = world.city.submit(&grid, TO_STAFF);
    world
        .store
        .give_publish_consent(&open.receipt, hours(1))
        .unwrap()
        .unwrap();
    let head = world.city.staff(grid.site_id, Role::StationHead);
    let early = world
        .store
        .release(&head, id, &public("路灯"), token(2), hours(2))
        .unwrap();
    assert_eq!(early, Err(Refusal::NotReleasable));
    assert!(world.store.publication(&foreign.scope(), case.id).unwrap().is_none());
    assert_eq!(world.count("releases"), 0);
}

#[test]
fn the_consent_taken_back_takes_the_case_off_at_once() {
    let mut world = world();
    let case = answered(&mut world, true);
    assert_eq!(world.count("events WHERE kind = 'publish_consented'"), 1);
    let first = release(&world, &case, "路灯", 1).unwrap();
    for _ in 0..2 {
        world
            .store
            .withdraw_publish_consent(&case.receipt, hours(3))
            .unwrap()
            .unwrap();
        assert!(world.store.open_case(&first).unwrap().is_none());
    }
    let kinds = "events WHERE kind IN ('publish_withdrawn', 'release_withdrawn') AND actor = 'resident'";
    assert_eq!(world.count(kinds), 2);
    assert_eq!(release(&world, &case, "路灯", 2), Err(Refusal::NoConsent));
    // Given once more, it is another address.
    for _ in 0..2 {
        world
            .store
            .give_publish_consent(&case.receipt, hours(2))
            .unwrap()
            .unwrap();
    }
    assert_eq!(world.count("events WHERE kind = 'publish_consented'"), 2);
    let second = release(&world, &case, "路灯", 3).unwrap();
    assert_ne!(first, second);
    assert!(world.store.open_case(&first).unwrap().is_none() && world.store.open_case(&second).unwrap().is_some());
    let reason = Reason::parse("居民来电要求").unwrap();
    world
        .store
        .withdraw_release(&case.actor, case.id, &reason, hours(4))
        .unwrap()
        .unwrap();
    let publication = world.store.publication(&case.actor.scope(), case.id).unwrap().unwrap();
    assert!(publication.live().is_none() && publication.is_allowed());
    assert_eq!(
        publication.release.unwrap().withdrawn_reason.as_deref(),
        Some("居民来电要求")
    );
}

#[test]
fn the_database_itself_refuses_what_may_never_be_public() {
    let mut world = world();
    let case = answered(&mut world, true);
    release(&world, &case, "路灯", 1).unwrap();
    let mut raw = world.raw();
    for forbidden in [
        "UPDATE submissions SET publish_consent_at = NULL",
        "UPDATE submissions SET confidential_region = '990102', route_reason = 'confidential', assignee_deputy_id = NULL",
        "UPDATE releases SET consented_at = consented_at - interval '1 hour'",
    ] {
        assert!(raw.batch_execute(forbidden).is_err(), "{forbidden}");
    }
    raw.batch_execute(
        "UPDATE releases SET withdrawn_at = released_at, withdrawn_reason = '撤下';
         UPDATE submissions SET confidential_region = '990102', route_reason = 'confidential', assignee_deputy_id = NULL",
    )
    .unwrap();
    let again = "UPDATE releases SET withdrawn_at = NULL, withdrawn_reason = NULL";
    assert!(raw.batch_execute(again).is_err());
    let above = world.city.admin(COUNTY, Role::CountyAdmin);
    let tried = world
        .store
        .release(&above, case.id, &public("路灯"), token(2), hours(5))
        .unwrap();
    assert_eq!(tried, Err(Refusal::NotReleasable));
}

#[test]
fn pages_go_on_behind_the_last_case() {
    let mut world = world();
    for seed in 0..5 {
        let case = answered(&mut world, true);
        release(&world, &case, &format!("第{seed}件"), seed).unwrap();
    }
    let place = OpenPlace::Region(TOWNSHIP.to_owned());
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = world.store.open_cases(&place, after.as_ref(), 2).unwrap();
        seen.extend(page.items.into_iter().map(|case| case.title));
        let Some(next) = page.next else { break };
        after = Some(next);
    }
    assert_eq!(seen, listed(&world, &place));
    assert_eq!(seen.len(), 5);
}

#[test]
fn a_browser_joins_once_and_only_what_is_public() {
    let mut world = world();
    let case = answered(&mut world, true);
    let public_token = release(&world, &case, "路灯", 1).unwrap();
    let join = |supporter: u8| world.store.support(&public_token, &[supporter; 32], hours(3)).unwrap();
    assert_eq!(join(1), Some((1, true)));
    assert_eq!(join(1), Some((1, false)));
    assert_eq!(join(2), Some((2, true)));
    assert_eq!(world.store.open_case(&public_token).unwrap().unwrap().support_count, 2);
    world
        .store
        .withdraw_publish_consent(&case.receipt, hours(4))
        .unwrap()
        .unwrap();
    assert_eq!(join(3), None);
    assert_eq!(
        world
            .store
            .publication(&case.actor.scope(), case.id)
            .unwrap()
            .unwrap()
            .support_count,
        2
    );
}

#[test]
fn small_counts_are_not_told_and_nobody_silent_counts_as_content() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let place = OpenPlace::Station(grid.site_id);
    let since = "2026-10-31T16:00:00Z".parse().unwrap();
    for n in 0..6 {
        let (id, receipt) = world.city.submit(&grid, deputy.route());
        if n == 5 {
            break;
        }
        let text = AnswerText::parse("已经修好了").unwrap();
        world
            .store
            .answer(&deputy.actor, id, &text, &[], hours(1), hours(400))
            .unwrap();
        if n < 4 {
            let content = Satisfaction::BasicallySatisfied;
            world
                .store
                .rate(&receipt.receipt, true, content, None, hours(2))
                .unwrap();
        }
    }
    let numbers = |at| world.store.open_numbers(&place, since, at).unwrap();
    let early = numbers(hours(3));
    assert_eq!((early.registered, early.answered, early.due), (Some(6), Some(5), None));
    assert_eq!((early.rated, early.solved, early.satisfied), (None, None, None));
    let month = now().with_timezone(&CHINA).date_naive().format("%Y-%m-01").to_string();
    assert_eq!(early.months.len(), 1);
    assert_eq!(
        (early.months[0].month.to_string(), early.months[0].registered),
        (month, Some(6))
    );
    // Six promises are over, five were kept.
    let late = numbers(now() + TimeDelta::days(9));
    assert_eq!((late.due, late.in_time), (Some(6), Some(5)));
    let none = OpenPlace::Region("990102004".to_owned());
    let elsewhere = world.store.open_numbers(&none, since, hours(3)).unwrap();
    assert_eq!((elsewhere.registered, elsewhere.months.len()), (None, 0));
}
