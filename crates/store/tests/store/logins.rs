use std::thread;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;
use minyi_domain::{people::Role, retention::DataClass};
use minyi_store::{
    By, LiveSession, RevokeReason, RotateOutcome,
    fixtures::{login, openid_of},
};
use uuid::Uuid;

use crate::support::{World, connect, now, world};

const HERE: By = By::command_line();

fn disable(world: &World, account: Uuid) {
    let disable = format!("UPDATE accounts SET disabled_at = now() WHERE id = '{account}'");
    world.raw().batch_execute(&disable).unwrap();
}

#[test]
fn the_fifth_failure_locks_for_a_quarter_of_an_hour() {
    let mut world = world();
    let id = world.city.admin("990102", Role::CountyAdmin).account_id;
    for _ in 0..4 {
        assert_eq!(
            world
                .store
                .record_login_failure(&HERE, id, "password", now())
                .unwrap()
                .locked_until,
            None
        );
    }
    let until = now() + TimeDelta::minutes(15);
    assert_eq!(
        world
            .store
            .record_login_failure(&HERE, id, "password", now())
            .unwrap()
            .locked_until,
        Some(until)
    );
    // A lock that is over begins a new count.
    assert_eq!(
        world
            .store
            .record_login_failure(&HERE, id, "password", until)
            .unwrap()
            .locked_until,
        None
    );
}

#[test]
fn a_success_forgets_the_failures_and_tries_at_once_are_all_counted() {
    let mut world = world();
    let actor = world.city.admin("990102", Role::CountyAdmin);
    let id = actor.account_id;
    for _ in 0..4 {
        world.store.record_login_failure(&HERE, id, "password", now()).unwrap();
    }
    let session = login(id, now(), now() + TimeDelta::days(1));
    world.store.open_cookie_session(&session, [9; 32]).unwrap();
    let store = connect(&world.database, 5);
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| store.record_login_failure(&HERE, id, "password", now()).unwrap());
        }
    });
    let account = world.store.account_by_openid(&openid_of(&actor)).unwrap().unwrap();
    assert!(account.is_locked(now()));
    assert!(!account.is_locked(now() + TimeDelta::minutes(15)));
}

#[test]
fn a_disabled_account_is_nobody() {
    let mut world = world();
    let id = world.city.admin("990102", Role::CountyAdmin).account_id;
    let session = world
        .store
        .open_token_session(&login(id, now(), now() + TimeDelta::days(30)), [1; 32])
        .unwrap();
    world
        .store
        .open_cookie_session(&login(id, now(), now() + TimeDelta::days(1)), [2; 32])
        .unwrap();
    assert!(world.store.token_session(session, now()).unwrap().is_some());
    disable(&world, id);
    assert_eq!(world.store.actor(id).unwrap(), None);
    assert_eq!(world.store.token_session(session, now()).unwrap(), None);
    assert_eq!(world.store.cookie_session([2; 32], true, now()).unwrap(), None);
    assert_eq!(
        world.store.rotate_refresh([1; 32], [3; 32], now()).unwrap(),
        RotateOutcome::Expired
    );
}

#[test]
fn a_refresh_token_works_once_and_a_second_use_ends_the_session() {
    let mut world = world();
    let account_id = world.city.admin("990102", Role::CountyAdmin).account_id;
    let session_id = world
        .store
        .open_token_session(&login(account_id, now(), now() + TimeDelta::days(30)), [1; 32])
        .unwrap();
    let rotate = |old, new| world.store.rotate_refresh([old; 32], [new; 32], now()).unwrap();
    assert_eq!(rotate(1, 2), RotateOutcome::Rotated { account_id, session_id });
    assert_eq!(rotate(2, 3), RotateOutcome::Rotated { account_id, session_id });
    assert_eq!(rotate(1, 4), RotateOutcome::Reused);
    // The thief's copy ended the session for everybody.
    assert_eq!(rotate(3, 5), RotateOutcome::Expired);
    assert_eq!(world.store.token_session(session_id, now()).unwrap(), None);
    assert_eq!(rotate(9, 10), RotateOutcome::Unknown);
}

#[test]
fn of_two_who_use_a_refresh_token_at_once_one_is_found_out() {
    let mut world = world();
    let account_id = world.city.admin("990102", Role::CountyAdmin).account_id;
    world
        .store
        .open_token_session(&login(account_id, now(), now() + TimeDelta::days(30)), [1; 32])
        .unwrap();
    let outcomes = thread::scope(|scope| {
        let rotate = |new: u8| {
            let store = world.store.clone();
            scope.spawn(move || store.rotate_refresh([1; 32], [new; 32], now()).unwrap())
        };
        [rotate(2), rotate(3)].map(|thread| thread.join().unwrap())
    });
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| **outcome == RotateOutcome::Reused)
            .count(),
        1
    );
}

#[test]
fn a_cookie_lives_while_it_is_used_and_until_logout() {
    let mut world = world();
    let actor = world.city.admin("990102", Role::CountyAdmin);
    let expires_at = now() + TimeDelta::hours(12);
    let session = world
        .store
        .open_cookie_session(&login(actor.account_id, now(), expires_at), [1; 32])
        .unwrap();
    let ask = |attended, minutes| {
        let at = now() + TimeDelta::minutes(minutes);
        world.store.cookie_session([1; 32], attended, at).unwrap()
    };
    let look = |minutes| ask(true, minutes);
    let whole = LiveSession {
        id: session,
        actor,
        needs: Vec::new(),
    };
    assert_eq!(look(14), Some(whole.clone()));
    assert_eq!(look(28), Some(whole.clone()));
    // What an open page asks by itself is answered, and keeps nothing alive.
    assert_eq!(ask(false, 42), Some(whole));
    assert_eq!(look(43), None);
    world
        .store
        .revoke_session(session, RevokeReason::Logout, now())
        .unwrap();
    assert_eq!(look(29), None);
    world.forget(DataClass::Sessions, expires_at + TimeDelta::days(6));
    assert_eq!(world.count("sessions"), 1, "a stolen old one is still recognised");
    world.forget(DataClass::Sessions, expires_at + TimeDelta::days(8));
    assert_eq!(world.count("sessions"), 0);
}

#[test]
fn passwords_can_be_changed() {
    let mut world = world();
    world.city.admin("990102", Role::CountyAdmin);
    let username = "user1";
    assert!(world.store.set_password(username, "another", now()).unwrap());
    let account = world.store.account_by_username(username).unwrap().unwrap();
    assert_eq!(account.password_hash.as_deref(), Some("another"));
    assert!(!world.store.set_password("nobody", "another", now()).unwrap());
}
