//! What is forgotten after its time, and what never is.

use chrono::{DateTime, Months, TimeDelta, Utc};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{PlaceScope, Role},
    retention::DataClass,
    text::AnswerText,
};
use minyi_store::{
    Act, By,
    fixtures::{COUNTY, Deputy, Grid},
};
use uuid::Uuid;

use crate::support::{World, now, world};

mod runs;

/// Long after everything of the test was closed.
fn later() -> DateTime<Utc> {
    now() + Months::new(30)
}

/// A submission with contact data and a photo, by way of a grid.
fn submitted(world: &mut World, grid: &Grid, deputy: &Deputy) -> Uuid {
    let mut new = world.city.submission(grid, deputy.route());
    new.contact_name_sealed = Some(vec![1]);
    new.contact_phone_sealed = Some(vec![2]);
    new.phone_index = Some([3; 32]);
    new.photo_ids = vec![world.city.photo()];
    world.store.submit(&new).unwrap();
    new.id
}

/// The same, closed.
fn closed(world: &mut World, grid: &Grid, deputy: &Deputy) -> Uuid {
    let id = submitted(world, grid, deputy);
    let text = AnswerText::parse("已经修好").unwrap();
    let close_at = now() + TimeDelta::days(15);
    world
        .store
        .answer(&deputy.actor, id, &text, &[], now(), close_at)
        .unwrap();
    world.execute(&format!(
        "UPDATE submissions SET state = 'closed', closed_at = '{}', close_reason = 'no_rating' WHERE id = '{id}'",
        now()
    ));
    id
}

fn held(world: &World, id: Uuid) -> bool {
    world.count(&format!(
        "submissions WHERE id = '{id}' AND contact_phone_sealed IS NOT NULL AND phone_index IS NOT NULL"
    )) == 1
}

fn freeze(world: &World, id: Uuid) {
    world.execute(&format!(
        "UPDATE submissions SET frozen_at = '{}' WHERE id = '{id}'",
        now()
    ));
}

/// A request of the person that nobody has decided yet.
fn asked_of(world: &World, id: Uuid) {
    let (request, account) = (Uuid::new_v4(), world.keeper());
    world.execute(&format!(
        "INSERT INTO personal_data_requests (id, number, kind, phone_index, reason, asked_by_account_id, asked_at)
            VALUES ('{request}', '{request}', 'freeze', sha256('x'), '本人要求', '{account}', '2026-11-20');
        INSERT INTO personal_data_items VALUES ('{request}', '{id}')"
    ));
}

#[test]
fn a_period_stays_within_the_bounds_of_its_class_and_what_nobody_needs_is_cleared_daily() {
    let world = world();
    let keeper = world.keeper();
    let set = |class, amount, daily| {
        let set = (class, amount, daily);
        world
            .store
            .set_retention_period(&By::command_line(), keeper, set, now())
    };
    for &class in DataClass::ALL {
        let bounds = class.bounds();
        for amount in [bounds.least, bounds.most, bounds.usual] {
            set(class, amount, true).unwrap();
        }
        assert!(set(class, bounds.least - 1, true).is_err(), "{class}");
        assert!(set(class, bounds.most + 1, true).is_err(), "{class}");
        assert_eq!(
            set(class, bounds.usual, false).is_err(),
            class.is_always_daily(),
            "{class}"
        );
    }
    let periods = world.store.retention_periods().unwrap();
    let classes: Vec<DataClass> = periods.iter().map(|period| period.class).collect();
    assert_eq!(classes, DataClass::ALL);
    assert_eq!(periods[0].changed_by.as_deref(), Some("系统管理员"));
    assert!(!periods[0].daily && periods[5].daily);
}

#[test]
fn contact_data_goes_after_its_time_but_never_of_what_is_open_frozen_asked_about_or_still_promised() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let open = submitted(&mut world, &grid, &deputy);
    let [gone, frozen, asked, revisited, promised] = [(); 5].map(|()| closed(&mut world, &grid, &deputy));
    freeze(&world, frozen);
    asked_of(&world, asked);
    world.execute(&format!(
        "INSERT INTO revisits (id, submission_id, site_id, reason, created_at, due_at)
            VALUES (gen_random_uuid(), '{revisited}', '{}', 'sample', '2026-11-20', '2026-12-05');
        INSERT INTO hearings (id, site_id, region_code, title, kind, starts_at, ends_at, place, noticed_at, state,
                planned_by_account_id, planned_at)
            VALUES ('{hearing}', '{0}', '{1}', '答复会', 'answering', '2026-11-25', '2026-11-26', '活动室', '2026-11-20',
                'planned', '{2}', '2026-11-20');
        INSERT INTO promises (id, submission_id, hearing_id, text, promised_by, due_on, made_at)
            VALUES (gen_random_uuid(), '{promised}', '{hearing}', '年底换完', '某单位', '2030-12-30', '2026-11-20')",
        grid.site_id,
        grid.region_code,
        deputy.actor.account_id,
        hearing = Uuid::new_v4(),
    ));
    assert_eq!(
        world.forget(DataClass::Contact, now() + Months::new(24)),
        0,
        "not yet older"
    );
    let preview = world.store.retention_preview(&PlaceScope::Everywhere, later()).unwrap();
    assert_eq!((preview[0].found, preview[0].oldest), (1, Some(now())));
    assert_eq!(world.forget(DataClass::Contact, later()), 1);
    assert!(!held(&world, gone));
    for kept in [open, frozen, asked, revisited, promised] {
        assert!(held(&world, kept));
    }
    assert_eq!(world.forget(DataClass::Contact, later()), 0, "twice changes nothing");
    assert!(world.store.verify_timelines(|_| ()).unwrap().breaks.is_empty());
}

#[test]
fn the_database_itself_keeps_what_is_open_or_frozen() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (open, frozen) = (
        submitted(&mut world, &grid, &deputy),
        closed(&mut world, &grid, &deputy),
    );
    let free = closed(&mut world, &grid, &deputy);
    freeze(&world, frozen);
    for id in [open, frozen, free] {
        world.execute(&format!(
            "INSERT INTO resident_subscriptions VALUES (gen_random_uuid(), '{id}', 'openid-of-a-resident', '2026-11-20')"
        ));
    }
    for statement in [
        "UPDATE submissions SET contact_name_sealed = NULL WHERE id = '{id}'",
        "UPDATE submissions SET contact_name_sealed = NULL, contact_phone_sealed = NULL, phone_index = NULL
            WHERE id = '{id}'",
        "UPDATE resident_subscriptions SET wechat_openid = 'erased:' || id WHERE submission_id = '{id}'",
        "DELETE FROM photos WHERE submission_id = '{id}'",
        "UPDATE photos SET submission_id = NULL, position = NULL WHERE submission_id = '{id}'",
    ] {
        for id in [open, frozen] {
            let refused = world.try_execute(&statement.replace("{id}", &id.to_string()));
            assert!(
                refused.unwrap_err().to_string().contains("is open or frozen"),
                "{statement}"
            );
        }
        world.execute(&format!(
            "BEGIN; {}; ROLLBACK",
            statement.replace("{id}", &free.to_string())
        ));
    }
    // In one step with its thawing either.
    let thaw = "UPDATE submissions SET frozen_at = NULL, contact_name_sealed = NULL WHERE id = '{id}'";
    assert!(world.try_execute(&thaw.replace("{id}", &frozen.to_string())).is_err());
}

#[test]
fn photos_go_with_their_checks_but_not_of_what_is_public_or_frozen() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let open = submitted(&mut world, &grid, &deputy);
    let [gone, frozen, public] = [(); 3].map(|()| closed(&mut world, &grid, &deputy));
    freeze(&world, frozen);
    world.execute(&format!(
        "INSERT INTO content_checks (id, submission_id, photo_id, checker, state, due_at)
            SELECT gen_random_uuid(), submission_id, id, 'wechat', 'waiting', '2026-11-20' FROM photos
            WHERE submission_id = '{gone}';
        UPDATE submissions SET publish_consent_at = '2026-11-20' WHERE id = '{public}';
        INSERT INTO releases (submission_id, public_token, site_id, region_code, title, text, answer, digest, consented_at,
                released_by_account_id, released_at)
            SELECT id, '34679ACDEFGHJKMN', site_id, region_code, '路灯', '路灯坏了', '修好了', sha256('x'), '2026-11-20', '{}',
                '2026-11-20' FROM submissions WHERE id = '{public}'",
        deputy.actor.account_id
    ));
    let before = DataClass::Photos.due_before(24, later());
    let due = || world.store.due_photos(DataClass::Photos, before, 10).unwrap();
    let [photo] = due()[..] else { panic!("{:?}", due()) };
    assert_eq!(world.store.photo(photo).unwrap().unwrap().submission_id, Some(gone));
    let forget = |removed| {
        let forgotten = world.store.forget_photo(DataClass::Photos, before, photo, |_| removed);
        forgotten.unwrap()
    };
    assert!(!forget(false), "its files could not be removed");
    assert!(forget(true) && !forget(true));
    assert_eq!(world.count(&format!("content_checks WHERE photo_id = '{photo}'")), 0);
    for kept in [open, frozen, public] {
        assert_eq!(world.count(&format!("photos WHERE submission_id = '{kept}'")), 1);
    }
    let refused = world.try_execute(&format!("DELETE FROM photos WHERE submission_id = '{public}'"));
    assert!(refused.unwrap_err().to_string().contains("is published"));
}

#[test]
fn what_was_sent_forgets_where_it_went() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (open, gone) = (
        submitted(&mut world, &grid, &deputy),
        closed(&mut world, &grid, &deputy),
    );
    for id in [open, gone] {
        world.execute(&format!(
            "INSERT INTO resident_subscriptions VALUES (gen_random_uuid(), '{id}', 'openid-of-a-resident', '2026-11-20');
            UPDATE notifications SET state = 'dead', finished_at = '2026-11-20', error = 'user x@y.cn unknown',
                provider_message_id = 'm-1' WHERE submission_id = '{id}'"
        ));
    }
    let messages = world.count(&format!("notifications WHERE submission_id = '{gone}'"));
    assert_eq!(world.forget(DataClass::Messages, later()), messages + 1);
    let told = |id: Uuid| {
        world.count(&format!(
            "notifications WHERE submission_id = '{id}' AND (provider_message_id IS NOT NULL OR error LIKE '%x@y%')"
        ))
    };
    assert_eq!((told(gone), told(open) > 0), (0, true));
    let named = |id: Uuid| {
        world.count(&format!(
            "resident_subscriptions WHERE submission_id = '{id}' AND wechat_openid = 'openid-of-a-resident'"
        ))
    };
    assert_eq!((named(gone), named(open)), (0, 1));
    assert_eq!(world.forget(DataClass::Messages, later()), 0);
}

#[test]
fn the_audit_log_loses_its_beginning_and_stays_verifiable() {
    let mut world = world();
    let (one, other) = (
        world.city.admin(COUNTY, Role::CountyAdmin),
        world.city.admin(COUNTY, Role::CountyAdmin),
    );
    let act = |actor: &minyi_domain::people::Actor, at: &str| {
        let by = By::account(actor.account_id, std::net::Ipv4Addr::LOCALHOST.into());
        let act = Act::done(Action::SignedIn, ObjectKind::Account, actor.account_id);
        world.store.record_act(&by, &act, at.parse().unwrap()).unwrap();
    };
    // The third came late into its chain.
    for at in [
        "2020-01-01T00:00:00Z",
        "2020-01-02T00:00:00Z",
        "2026-11-20T00:00:00Z",
        "2020-01-03T00:00:00Z",
    ] {
        act(&one, at);
    }
    act(&other, "2020-01-01T00:00:00Z");
    assert_eq!(world.forget(DataClass::AuditLog, now()), 2);
    let left = |actor: &minyi_domain::people::Actor| {
        world.count(&format!("audit_log WHERE account_id = '{}'", actor.account_id))
    };
    assert_eq!((left(&one), left(&other)), (2, 1), "the last entry of a chain stays");
    assert_eq!(world.store.verify_audit_log().unwrap().1, 0);
}

#[test]
fn requests_are_kept_three_years_and_as_long_as_something_is_frozen_because_of_them() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (free, frozen) = (closed(&mut world, &grid, &deputy), closed(&mut world, &grid, &deputy));
    let (asker, decider) = (world.keeper(), deputy.actor.account_id);
    let decided = |submission: Uuid, at: &str| {
        let id = Uuid::new_v4();
        world.execute(&format!(
            "INSERT INTO personal_data_requests (id, number, kind, reason, asked_by_account_id, asked_at,
                    decided_by_account_id, decided_at, granted, decision_reason, erased, frozen)
                VALUES ('{id}', '{id}', 'freeze', '本人要求', '{asker}', '{at}', '{decider}', '{at}', true, '同意', 0, 1);
            INSERT INTO personal_data_items VALUES ('{id}', '{submission}')"
        ));
        id
    };
    let (old, holding, young) = (
        decided(free, "2020-01-01"),
        decided(frozen, "2020-01-01"),
        // Young for the database too, which goes by its own clock.
        decided(free, "2100-01-01"),
    );
    freeze(&world, frozen);
    assert_eq!(world.forget(DataClass::DataRequests, now()), 1);
    let kept = |id: Uuid| world.count(&format!("personal_data_requests WHERE id = '{id}'"));
    assert_eq!((kept(old), kept(holding), kept(young)), (0, 1, 1));
    let remove = format!(
        "DELETE FROM personal_data_items WHERE request_id = '{young}'; DELETE FROM personal_data_requests WHERE id = '{young}'"
    );
    assert!(world.try_execute(&remove).is_err());
}
