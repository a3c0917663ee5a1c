use std::collections::BTreeSet;

use chrono::Days;
use minyi_domain::{calendar::local_date, people::Scope, routing::route, token::CodeToken};
use minyi_store::{CodeFilter, CodeState, Directory, NewCode, new_id};
use rand::{SeedableRng, rngs::StdRng};

use crate::support::{now, world};

#[test]
fn a_code_shows_its_place_and_the_deputies_of_the_day() {
    let mut world = world();
    let (grid, lead) = world.city.grid_with_lead();
    let (helper, off_duty) = (world.city.deputy(), world.city.deputy());
    world.city.assign(&grid, &helper, "assistant");
    world.city.assign(&grid, &off_duty, "assistant");
    world.city.on_duty(grid.site_id, &helper);
    let today = local_date(now());
    let page = world.store.code_page(&grid.token, today).unwrap().unwrap();
    assert_eq!(
        (page.code_id, page.state, page.site.id),
        (grid.code_id, CodeState::Active, grid.site_id)
    );
    let shown: Vec<_> = page
        .deputies
        .iter()
        .map(|deputy| (deputy.deputy_id, deputy.lead, deputy.on_duty))
        .collect();
    assert_eq!(
        shown,
        [
            (lead.id, true, false),
            (helper.id, false, true),
            (off_duty.id, false, false)
        ]
    );
    assert_eq!(
        page.deputies[0].public.name.as_deref(),
        Some(lead.actor.display_name.as_str())
    );
    assert_eq!(
        (&page.deputies[0].public.workplace, &page.deputies[0].public.phone),
        (&None, &None)
    );
    assert_eq!(route(&page.candidates()).deputy_id, Some(helper.id));

    let before = world
        .store
        .code_page(&grid.token, today - Days::new(11))
        .unwrap()
        .unwrap();
    assert!(before.deputies.is_empty());
}

#[test]
fn a_replaced_code_leads_to_the_end_of_the_chain() {
    let mut world = world();
    let (grid, _) = world.city.grid_with_lead();
    let mut rng = StdRng::seed_from_u64(99);
    let mut successor = grid.code_id;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let code = NewCode {
            id: new_id(now()),
            token: CodeToken::random(&mut rng),
            grid_id: grid.id,
            state: CodeState::Replaced,
            successor_id: Some(successor),
            created_at: now(),
        };
        successor = code.id;
        tokens.push(code.token.clone());
        world
            .store
            .import_directory(&Directory {
                codes: vec![code],
                ..Directory::default()
            })
            .unwrap();
    }
    for token in &tokens {
        let page = world.store.code_page(token, local_date(now())).unwrap().unwrap();
        assert_eq!(
            (page.state, page.successor.as_ref()),
            (CodeState::Replaced, Some(&grid.token))
        );
    }
    let unknown = CodeToken::random(&mut rng);
    assert!(world.store.code_page(&unknown, local_date(now())).unwrap().is_none());
    let sheets = world
        .store
        .sheets_of_site(&Scope::Site(grid.site_id), grid.site_id, local_date(now()));
    assert_eq!(sheets.unwrap().unwrap().len(), 1);
}

#[test]
fn scans_are_counted_by_day() {
    let mut world = world();
    let (grid, _) = world.city.grid_with_lead();
    let today = local_date(now());
    for (back, scans) in [(0, 2), (0, 1), (29, 3), (30, 1)] {
        let day = today - Days::new(back);
        world.store.count_scans(grid.code_id, day, scans).unwrap();
    }
    let page = world
        .store
        .codes_in(&Scope::Site(grid.site_id), &CodeFilter::default(), today, None, 10)
        .unwrap();
    assert_eq!(
        (page.items[0].scans_30_days, page.items[0].last_scan_on),
        (6, Some(today))
    );
}

#[test]
fn the_list_of_codes_goes_on_where_it_stopped() {
    let mut world = world();
    let site = world.city.site();
    let tokens: BTreeSet<_> = (0..7).map(|_| world.city.grid(site).token).collect();
    let (scope, today) = (Scope::Site(site), local_date(now()));
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = world
            .store
            .codes_in(&scope, &CodeFilter::default(), today, cursor.as_ref(), 3)
            .unwrap();
        assert!(page.items.len() <= 3);
        seen.extend(page.items.into_iter().map(|row| row.token));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 7);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), tokens);
}

#[test]
fn grids_that_nobody_leads_are_listed() {
    let mut world = world();
    let (led, _) = world.city.grid_with_lead();
    let (alone, helper) = (world.city.grid(led.site_id), world.city.deputy());
    world.city.assign(&alone, &helper, "assistant");
    let scope = Scope::Region("990102".to_owned());
    let page = world
        .store
        .grids_without_lead(&scope, local_date(now()), None, 10)
        .unwrap();
    assert_eq!(page.items.iter().map(|grid| grid.id).collect::<Vec<_>>(), [alone.id]);
    let before = local_date(now()) - Days::new(11);
    assert!(
        world
            .store
            .grids_without_lead(&scope, before, None, 1)
            .unwrap()
            .next
            .is_some()
    );
}

#[test]
fn a_deputys_page_shows_what_is_published() {
    let mut world = world();
    let (_, deputy) = world.city.grid_with_lead();
    let today = local_date(now());
    let page = world.store.deputy_page(&deputy.public_token, today).unwrap().unwrap();
    assert_eq!(page.public.name.as_deref(), Some(deputy.actor.display_name.as_str()));
    assert_eq!(page.public.phone, None);
    assert_eq!(page.grids.len(), 1);
    assert!(page.grids[0].1);
    assert!(
        world
            .store
            .deputy_page(&deputy.public_token, today - Days::new(500))
            .unwrap()
            .is_none()
    );
    assert!(world.store.deputy_page("nobody", today).unwrap().is_none());
}
