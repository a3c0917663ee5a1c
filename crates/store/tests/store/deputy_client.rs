//! How deputies come in, and what their client asks for: rules that the database holds.

use chrono::TimeDelta;
use diesel::{QueryableByName, RunQueryDsl, sql_types::Uuid as SqlUuid};
use minyi_domain::{people::Role, retention::DataClass};
use minyi_store::{
    BeginSending, BindOutcome, KeepOutcome, KeptAnswer, Keyed, NewBinding, NewInvitation, NewOneTimeCode, Phone,
    PushAnswer, Refusal, SendResult, Template,
};
use uuid::Uuid;

use crate::support::{BY, World, now, world};

const DIGEST: [u8; 32] = [1; 32];
const INDEX: [u8; 32] = [2; 32];

fn invitation(digest: [u8; 32], phone_index: Option<[u8; 32]>) -> NewInvitation {
    NewInvitation {
        digest,
        phone_index,
        now: now(),
        expires_at: now() + TimeDelta::days(7),
    }
}

fn phone() -> Phone {
    Phone {
        sealed: vec![9],
        index: INDEX,
    }
}

fn free(world: &World) {
    world.execute("UPDATE accounts SET wechat_openid = NULL");
}

#[test]
fn an_invitation_makes_the_account_and_is_used_once() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let head = world.city.staff(grid.site_id, Role::StationHead);
    world.execute(&format!("DELETE FROM accounts WHERE deputy_id = '{}'", deputy.id));
    let store = &world.store;
    store
        .invite_deputy(&BY, &head, deputy.id, &invitation(DIGEST, None))
        .unwrap()
        .unwrap();
    let account = store.use_invitation(DIGEST, now()).unwrap().unwrap();
    assert_eq!(store.actor(account).unwrap().unwrap().deputy_id, Some(deputy.id));
    assert_eq!(store.use_invitation(DIGEST, now()).unwrap(), None);
    // Not even by hand.
    let twice = "INSERT INTO invitation_uses SELECT id, 'code', now() FROM invitations";
    assert!(world.try_execute(twice).is_err());
}

#[test]
fn a_foreign_station_invites_nobody_and_a_deputy_at_home_elsewhere_is_foreign() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let other = world.city.site_in("990102004");
    let (own, foreign) = (
        world.city.staff(grid.site_id, Role::StationStaff),
        world.city.staff(other, Role::StationStaff),
    );
    let invite = |actor, digest: u8| {
        let new = invitation([digest; 32], None);
        world.store.invite_deputy(&BY, actor, deputy.id, &new).unwrap()
    };
    assert_eq!(invite(&foreign, 1), Err(Refusal::NotFound));
    assert!(invite(&own, 2).is_ok());
    // Whoever has a station of his own belongs to that one, whatever the grids.
    world.execute(&format!(
        "UPDATE deputies SET site_id = '{other}' WHERE id = '{}'",
        deputy.id
    ));
    assert_eq!(invite(&own, 3), Err(Refusal::NotFound));
    assert!(invite(&foreign, 4).is_ok());
    world.execute(&format!(
        "UPDATE deputies SET term_until = '2026-11-20' WHERE id = '{}'",
        deputy.id
    ));
    assert_eq!(invite(&foreign, 5), Err(Refusal::TargetUnfit("deputy")));
}

#[test]
fn a_phone_finds_the_account_by_invitation_until_it_ends_and_by_proof_for_good() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let head = world.city.staff(grid.site_id, Role::StationHead);
    free(&world);
    let store = &world.store;
    let new = invitation(DIGEST, Some(INDEX));
    store.invite_deputy(&BY, &head, deputy.id, &new).unwrap().unwrap();
    let account = deputy.actor.account_id;
    assert_eq!(store.account_by_phone(INDEX, now()).unwrap(), Some(account));
    assert_eq!(store.account_by_phone(INDEX, now() + TimeDelta::days(7)).unwrap(), None);
    let binding = NewBinding::Phone(account, phone());
    assert_eq!(
        store.bind_wechat(&binding, "o-1", now()).unwrap(),
        BindOutcome::Bound(account)
    );
    assert_eq!(
        store.account_by_phone(INDEX, now() + TimeDelta::days(9)).unwrap(),
        Some(account)
    );
    assert_eq!(store.bind_wechat(&binding, "o-2", now()).unwrap(), BindOutcome::Taken);
    assert_eq!(store.use_invitation(DIGEST, now()).unwrap(), None);
}

#[test]
fn five_wrong_tries_end_a_code_whatever_the_program_remembers() {
    let mut world = world();
    let deputy = world.city.deputy();
    let (store, account) = (&world.store, deputy.actor.account_id);
    let code = NewOneTimeCode {
        phone_index: INDEX,
        digest: DIGEST,
        now: now(),
    };
    assert!(!store.write_login_code(&code).unwrap());
    store.write_phone_code(account, &code).unwrap();
    assert_eq!(
        store.keep_phone(account, &phone(), [7; 32], now()).unwrap(),
        KeepOutcome::WrongCode
    );
    assert_eq!(
        store.keep_phone(account, &phone(), DIGEST, now()).unwrap(),
        KeepOutcome::Kept
    );
    assert!(store.write_login_code(&code).unwrap());
    for _ in 0..5 {
        assert_eq!(store.use_login_code(INDEX, [7; 32], now()).unwrap(), None);
    }
    assert_eq!(store.use_login_code(INDEX, DIGEST, now()).unwrap(), None);
    assert!(world.try_execute("UPDATE one_time_codes SET wrong_tries = 6").is_err());
    assert!(store.write_login_code(&code).unwrap());
    assert_eq!(store.use_login_code(INDEX, DIGEST, now()).unwrap(), Some(account));
    let codes = world.count("one_time_codes");
    assert_eq!(world.forget(DataClass::LoginCodes, now() + TimeDelta::days(2)), codes);
}

#[test]
fn only_deputies_have_a_phone() {
    let mut world = world();
    let site = world.city.site();
    world.city.staff(site, Role::StationStaff);
    let phone = "UPDATE accounts SET phone_sealed = '\\x01', phone_index = decode(repeat('01', 32), 'hex')";
    assert!(world.try_execute(phone).is_err());
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

fn message_of(world: &World, submission: Uuid) -> Uuid {
    let query = format!("SELECT id FROM notifications WHERE submission_id = '{submission}'");
    diesel::sql_query(query).get_result::<Id>(&mut world.raw()).unwrap().id
}

#[test]
fn the_ledger_of_pushes_follows_what_wechat_took_and_what_it_refused() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let account = deputy.actor.account_id;
    for _ in 0..2 {
        world
            .store
            .answer_push(account, Template::DeputyNew, PushAnswer::Accepted, now())
            .unwrap();
    }
    let mut send = |result: SendResult| {
        let (id, _) = world.city.submit(&grid, deputy.route());
        world.execute(&format!(
            "UPDATE notifications SET state = 'published', published_at = created_at
            WHERE submission_id = '{id}' AND state = 'waiting'"
        ));
        let message = message_of(&world, id);
        let BeginSending::Send(outgoing) = world.store.begin_sending(message, now()).unwrap() else {
            panic!()
        };
        let attempt = outgoing.attempt();
        world.store.finish_sending(&attempt, &result, now()).unwrap();
        // Told twice, counted once.
        world.store.finish_sending(&attempt, &result, now()).unwrap();
        world.store.push_permissions(account).unwrap()
    };
    let sent = SendResult::Sent {
        provider_message_id: None,
    };
    assert_eq!(send(sent.clone()), [(Template::DeputyNew, 1)]);
    let dead = |code| SendResult::Dead {
        code: Some(code),
        error: "refused".to_owned(),
    };
    assert_eq!(send(dead(47003)), [(Template::DeputyNew, 1)]);
    assert_eq!(send(dead(43101)), [(Template::DeputyNew, 0)]);
    // More than was allowed may arrive; the count never falls below nothing.
    assert_eq!(send(sent), [(Template::DeputyNew, 0)]);
    assert!(world.try_execute("UPDATE push_permissions SET remaining = -1").is_err());
}

#[test]
fn a_key_is_taken_by_one_and_free_again_when_nobody_came_back() {
    let mut world = world();
    let account = world.city.deputy().actor.account_id;
    let store = &world.store;
    let take = |digest: u8, at| store.take_key(account, "key-of-the-phone", [digest; 32], at).unwrap();
    assert_eq!(take(1, now()), Keyed::Fresh);
    assert_eq!(take(1, now()), Keyed::Running);
    assert_eq!(take(2, now()), Keyed::Reused);
    assert_eq!(take(1, now() + TimeDelta::minutes(1)), Keyed::Fresh);
    let kept = KeptAnswer {
        status: 201,
        content_type: "application/json".to_owned(),
        body: b"{}".to_vec(),
    };
    store.keep_answer(account, "key-of-the-phone", Some(&kept)).unwrap();
    assert_eq!(take(1, now() + TimeDelta::hours(1)), Keyed::Done(kept));
    assert_eq!(world.forget(DataClass::Repeats, now() + TimeDelta::days(8)), 1);
    assert_eq!(take(2, now()), Keyed::Fresh);
    store.keep_answer(account, "key-of-the-phone", None).unwrap();
    assert_eq!(take(3, now()), Keyed::Fresh);
}

#[test]
fn nobody_signs_in_for_a_day_that_is_not_on_the_roster() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let forged = format!(
        "INSERT INTO duty_sign_ins VALUES ('{}', '2026-11-20', '{}', '{}', '2026-11-20 02:00Z')",
        grid.site_id, deputy.id, grid.code_id
    );
    assert!(world.try_execute(&forged).is_err());
    world.city.on_duty(grid.site_id, &deputy);
    let late = forged.replace("02:00Z", "17:00Z");
    assert!(world.try_execute(&late).is_err());
    world.execute(&forged);
}
