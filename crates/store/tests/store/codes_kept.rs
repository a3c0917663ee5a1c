//! Codes made, hung up, replaced and watched.

use chrono::{Days, TimeDelta};
use minyi_domain::{
    calendar::local_date,
    people::{Actor, Role, Scope},
    retention::DataClass,
    text::{InstallationNote, Installer, Purpose, Reason},
    token::CodeToken,
};
use minyi_store::{
    AskedPurpose, CodeAct, CodeEventKind, CodeFilter, CodeRefusal, CodeState, MakeOutcome, NewInstallation, Refusal,
    Selection,
};
use rand::{SeedableRng, rngs::StdRng};

use crate::support::{BY, World, now, world};

fn asked(purpose: &str, count: i16) -> AskedPurpose {
    AskedPurpose {
        purpose: Purpose::parse(purpose).unwrap(),
        count,
    }
}

fn make(world: &World, actor: &Actor, selection: &Selection, asked: &[AskedPurpose], seed: u64) -> MakeOutcome {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut token = || CodeToken::random(&mut rng);
    world
        .store
        .make_codes(&BY, actor, selection, asked, Some(&mut token), now())
        .unwrap()
}

fn act(world: &World, actor: &Actor, token: &CodeToken, act: CodeAct) -> Result<Option<CodeToken>, CodeRefusal> {
    let mut rng = StdRng::seed_from_u64(4711);
    let mut new = || CodeToken::random(&mut rng);
    let reason = Reason::parse("贴纸破损").unwrap();
    let done = world
        .store
        .act_on_codes(
            (&BY, actor),
            std::slice::from_ref(token),
            act,
            Some(&reason),
            &mut new,
            // Events of one instant have no order.
            now() + TimeDelta::minutes(1),
        )
        .unwrap();
    done.map(|mut changes| changes.pop().unwrap().successor)
}

fn staff_of(world: &mut World) -> (minyi_store::fixtures::Grid, Actor) {
    let site = world.city.site();
    let grid = world.city.grid(site);
    let staff = world.city.staff(site, Role::StationStaff);
    (grid, staff)
}

#[test]
fn making_codes_again_makes_none_twice() {
    let mut world = world();
    let (grid, staff) = staff_of(&mut world);
    world.city.grid(grid.site_id);
    let site = Selection::Site(grid.site_id);
    let wanted = [asked("单元门", 3), asked("电梯", 1)];
    let tried = world
        .store
        .make_codes(&BY, &staff, &site, &wanted, None, now())
        .unwrap();
    let outcome = |missing, made| MakeOutcome::Made {
        grids: 2,
        asked: 8,
        missing,
        made,
    };
    assert_eq!(tried, outcome(8, 0), "only tried");
    assert_eq!(make(&world, &staff, &site, &wanted, 1), outcome(8, 8));
    assert_eq!(make(&world, &staff, &site, &wanted, 2), outcome(0, 0));
    let more = [asked("单元门", 4)];
    assert!(matches!(
        make(&world, &staff, &site, &more, 3),
        MakeOutcome::Made { made: 2, .. }
    ));
    assert_eq!(world.count("code_events WHERE kind = 'made'"), 10);
    let elsewhere = world.city.site();
    let stranger = world.city.staff(elsewhere, Role::StationStaff);
    assert_eq!(make(&world, &stranger, &site, &wanted, 4), MakeOutcome::NoGrids);
}

#[test]
fn two_who_make_the_same_codes_at_once_make_them_once() {
    let mut world = world();
    let (grid, staff) = staff_of(&mut world);
    let selection = Selection::Grid(grid.id);
    std::thread::scope(|scope| {
        for seed in 0..2 {
            let (world, staff, selection) = (&world, &staff, &selection);
            scope.spawn(move || make(world, staff, selection, &[asked("公告栏", 50)], seed));
        }
    });
    assert_eq!(world.count("codes WHERE purpose = '公告栏'"), 50);
    let twice = "INSERT INTO codes (id, token, grid_id, state, created_at, purpose, serial)
        SELECT gen_random_uuid(), 'ACDE3467KMNF', grid_id, 'active', created_at, purpose, serial
        FROM codes WHERE purpose = '公告栏' LIMIT 1";
    assert!(world.try_execute(twice).is_err(), "the database forbids a second one");
}

#[test]
fn a_replaced_code_leads_to_the_new_one_and_its_place_is_taken_over() {
    let mut world = world();
    let (grid, staff) = staff_of(&mut world);
    make(&world, &staff, &Selection::Grid(grid.id), &[asked("电梯", 1)], 1);
    let (scope, today) = (staff.scope(), local_date(now()));
    let filter = CodeFilter {
        purpose: Some("电梯".to_owned()),
        state: Some(CodeState::Active),
        ..CodeFilter::default()
    };
    let list = |filter: &CodeFilter| world.store.codes_in(&scope, filter, today, None, 10).unwrap().items;
    let old = list(&filter)[0].token.clone();
    let new = act(&world, &staff, &old, CodeAct::Replace).unwrap().unwrap();
    let now_there = list(&filter);
    assert_eq!(
        (now_there.len(), &now_there[0].token, now_there[0].serial),
        (1, &new, Some(1))
    );
    let page = world.store.code_page(&old, today).unwrap().unwrap();
    assert_eq!((page.state, page.successor), (CodeState::Replaced, Some(new.clone())));
    let record = world.store.code_record(&scope, &old, today).unwrap().unwrap();
    let kinds: Vec<_> = record.events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [CodeEventKind::Made, CodeEventKind::Replaced]);
    assert_eq!(record.events[1].reason.as_deref(), Some("贴纸破损"));
    let successor = world.store.code_record(&scope, &new, today).unwrap().unwrap();
    assert_eq!(successor.predecessor, Some(old.clone()));
    assert_eq!(
        act(&world, &staff, &old, CodeAct::Retire),
        Err(CodeRefusal::NotNow(old, CodeState::Replaced))
    );
}

#[test]
fn a_code_rests_and_comes_back_and_strangers_cannot_touch_it() {
    let mut world = world();
    let (grid, staff) = staff_of(&mut world);
    assert!(act(&world, &staff, &grid.token, CodeAct::Resume).is_err());
    act(&world, &staff, &grid.token, CodeAct::Suspend).unwrap();
    act(&world, &staff, &grid.token, CodeAct::Resume).unwrap();
    act(&world, &staff, &grid.token, CodeAct::Retire).unwrap();
    let elsewhere = world.city.site();
    let stranger = world.city.staff(elsewhere, Role::StationHead);
    assert_eq!(
        act(&world, &stranger, &grid.token, CodeAct::Suspend),
        Err(CodeRefusal::Unknown(grid.token.clone()))
    );
    let without_reason = "INSERT INTO code_events (id, code_id, kind, account_id, occurred_at)
        SELECT gen_random_uuid(), code_id, 'retired', account_id, occurred_at FROM code_events LIMIT 1";
    assert!(world.try_execute(without_reason).is_err());
    assert!(world.try_execute("DELETE FROM code_events").is_err(), "history stays");
}

#[test]
fn what_hangs_where_is_known_with_its_photo_until_it_is_taken_down() {
    let mut world = world();
    let (grid, staff) = staff_of(&mut world);
    let (photo, today) = (world.city.photo(), local_date(now()));
    let hung = |on, photo_id| NewInstallation {
        hung_on: on,
        hung_by: Installer::parse("张三").unwrap(),
        note: InstallationNote::parse("电梯左侧").unwrap(),
        photo_id,
    };
    let hang = |new: &NewInstallation| world.store.hang_code(&BY, &staff, &grid.token, new, now()).unwrap();
    hang(&hung(today - Days::new(5), Some(photo))).unwrap();
    assert_eq!(
        hang(&hung(today, Some(photo))),
        Err(Refusal::PhotoMissing(photo)),
        "a photo shows one place"
    );
    assert_eq!(
        hang(&hung(today - Days::new(9), None)),
        Err(Refusal::TargetUnfit("hung_on"))
    );
    hang(&hung(today, None)).unwrap();
    let record = || {
        world
            .store
            .code_record(&staff.scope(), &grid.token, today)
            .unwrap()
            .unwrap()
    };
    let installations = record().installations;
    assert_eq!(installations.len(), 2);
    assert_eq!(
        (installations[0].0.removed_on, installations[1].0.removed_on),
        (None, Some(today))
    );
    assert_eq!(installations[1].1.as_ref().map(|photo| photo.id), Some(photo));
    let row = record().row;
    assert_eq!(
        (
            row.hung_on,
            row.hung_by.as_deref(),
            row.hung_note.as_deref(),
            row.hung_photo
        ),
        (Some(today), Some("张三"), Some("电梯左侧"), None),
        "the photo shows the place before"
    );
    let reason = Reason::parse("墙面翻新").unwrap();
    world
        .store
        .take_code_down(
            &BY,
            &staff,
            &grid.token,
            (today, &reason),
            now() + TimeDelta::minutes(1),
        )
        .unwrap()
        .unwrap();
    let record = record();
    assert_eq!((record.row.hung_on, record.row.hung_by), (None, None));
    let last = record.events.last().unwrap();
    assert_eq!(
        (last.kind, last.reason.as_deref()),
        (CodeEventKind::TakenDown, Some("墙面翻新"))
    );
    let later = now() + TimeDelta::days(90);
    world
        .store
        .forget_photo(DataClass::Drafts, later, photo, |_| true)
        .unwrap();
    assert!(world.store.photo(photo).unwrap().is_some(), "it belongs to something");
}

#[test]
fn a_code_that_nobody_scans_is_found() {
    let mut world = world();
    let (grid, staff) = staff_of(&mut world);
    let (scope, later) = (staff.scope(), local_date(now()) + Days::new(40));
    let filter = CodeFilter {
        unscanned: true,
        ..CodeFilter::default()
    };
    let found = |on| world.store.codes_in(&scope, &filter, on, None, 10).unwrap().items.len();
    assert_eq!(found(local_date(now())), 0, "a new code has had no time");
    assert_eq!(found(later), 1);
    world.store.count_scans(grid.code_id, later - Days::new(3), 1).unwrap();
    assert_eq!(found(later), 0);
}

#[test]
fn a_sudden_crowd_is_an_alarm_for_those_of_the_place() {
    let mut world = world();
    let (grid, staff) = staff_of(&mut world);
    let today = local_date(now());
    world.execute(&format!(
        "INSERT INTO code_scans SELECT '{}', date '{today}' - day, 4 FROM generate_series(1, 28) AS day;
        INSERT INTO code_scans VALUES ('{0}', '{today}', 50)",
        grid.code_id
    ));
    let notice = || world.store.notice_unusual_scans(today, now()).unwrap();
    assert_eq!(notice(), 0);
    world.execute("UPDATE code_scans SET scans = 90 WHERE scans = 50");
    assert_eq!(
        (notice(), notice()),
        (1, 1),
        "noticed once, however often it is looked for"
    );
    let alarms = |scope: &Scope| {
        world
            .store
            .code_alarms(scope, today - Days::new(30), None, 10)
            .unwrap()
            .items
    };
    let seen = alarms(&staff.scope());
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].scans, seen[0].usual, &seen[0].token), (90, 4, &grid.token));
    assert!(alarms(&Scope::Region("990102004".to_owned())).is_empty());
    assert_eq!(seen[0].noticed_at - now(), TimeDelta::zero());
}

#[test]
fn the_list_of_codes_is_searched_by_what_people_know() {
    let mut world = world();
    let (grid, staff) = staff_of(&mut world);
    let find = |text: &str| {
        let filter = CodeFilter {
            text: Some(text.to_owned()),
            ..CodeFilter::default()
        };
        let found = world
            .store
            .codes_in(&staff.scope(), &filter, local_date(now()), None, 10);
        found.unwrap().items.len()
    };
    assert_eq!(find(&grid.token.grouped().to_lowercase()), 1);
    assert_eq!(find(&grid.token.as_str()[..5]), 1);
    assert_eq!(find("联络站"), 1);
    assert_eq!(find("没有这个地方"), 0);
}
