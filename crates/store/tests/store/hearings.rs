use chrono::{DateTime, Days, TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use minyi_domain::{
    calendar::local_date,
    hearing::{Kind, State},
    people::{Actor, Role},
    text::{Address, ContactName, Note, OfficeText, Reason, Title},
    token::ReceiptToken,
};
use minyi_store::{
    EventKind, HearingChange, Minutes, NewHearing, OpenPlace, Promised, Refusal,
    fixtures::{Grid, TOWNSHIP},
};
use uuid::Uuid;

use crate::support::{BY, World, now, world};

struct Stage {
    world: World,
    grid: Grid,
    staff: Actor,
    submission: Uuid,
    receipt: ReceiptToken,
}

fn stage() -> Stage {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let staff = world.city.staff(grid.site_id, Role::StationHead);
    let (submission, receipt) = world.city.submit(&grid, deputy.route());
    world
        .store
        .subscribe_resident(&receipt.receipt, "resident", now())
        .unwrap()
        .unwrap();
    Stage {
        world,
        grid,
        staff,
        submission,
        receipt: receipt.receipt,
    }
}

fn hearing(starts_at: DateTime<Utc>, submission_ids: Vec<Uuid>) -> NewHearing {
    NewHearing {
        site_id: None,
        title: Title::parse("路灯问题答复会").unwrap(),
        kind: Kind::Answering,
        starts_at,
        ends_at: starts_at + TimeDelta::hours(2),
        place: Address::parse("社区活动室").unwrap(),
        urgent_reason: None,
        submission_ids,
        office_ids: Vec::new(),
        deputy_ids: Vec::new(),
    }
}

fn soon() -> DateTime<Utc> {
    now() + Days::new(3)
}

impl Stage {
    fn plan(&self, new: &NewHearing) -> Result<Uuid, Refusal> {
        self.world.store.plan_hearing(&BY, &self.staff, new, now()).unwrap()
    }

    fn planned(&self) -> Uuid {
        self.plan(&hearing(soon(), vec![self.submission])).unwrap()
    }

    fn hold(&self, id: Uuid, minutes: &Minutes, at: DateTime<Utc>) -> Result<(), Refusal> {
        self.world
            .store
            .hold_hearing(&BY, &self.staff, id, minutes, at)
            .unwrap()
    }

    fn minutes(&self, of: Uuid) -> Minutes {
        Minutes {
            text: OfficeText::parse("城管办答应下周换灯。").unwrap(),
            office_ids: Vec::new(),
            deputy_ids: Vec::new(),
            promises: vec![Promised {
                submission_id: of,
                text: Note::parse("换三盏路灯").unwrap(),
                promised_by: ContactName::parse("城管办").unwrap(),
                due_on: local_date(soon()) + Days::new(10),
            }],
        }
    }
}

#[test]
fn people_are_told_three_days_before_or_why_not() {
    let stage = stage();
    let tomorrow = hearing(now() + Days::new(1), vec![stage.submission]);
    assert_eq!(stage.plan(&tomorrow), Err(Refusal::TargetUnfit("date")));
    assert_eq!(stage.world.count("hearings"), 0);
    let urgent = NewHearing {
        urgent_reason: Some(Reason::parse("暴雨前要定下来").unwrap()),
        ..tomorrow
    };
    let id = stage.plan(&urgent).unwrap();
    assert_eq!(stage.plan(&urgent), Ok(id));
    let view = stage.world.store.receipt(&stage.receipt).unwrap().unwrap();
    assert_eq!(view.meetings.hearings[0].place, "社区活动室");
    assert_eq!(view.timeline.last().unwrap().kind, EventKind::HearingPlanned);
    assert_eq!(
        stage.world.count("notifications WHERE template = 'resident_progress'"),
        1
    );
    let past = NewHearing {
        title: Title::parse("昨天的会").unwrap(),
        starts_at: now() - TimeDelta::hours(1),
        ..urgent
    };
    assert_eq!(stage.plan(&past), Err(Refusal::TargetUnfit("date")));
    let late = "UPDATE hearings SET urgent_reason = NULL";
    let error = stage.world.raw().batch_execute(late).unwrap_err();
    assert!(error.to_string().contains("hearings_noticed_in_time"), "{error}");
}

#[test]
fn nothing_from_elsewhere_comes_to_the_table() {
    let mut stage = stage();
    let far_site = stage.world.city.site_in("990102004");
    let far_grid = stage.world.city.grid_in(far_site, "990102004");
    let far_deputy = stage.world.city.deputy();
    let (far, _) = stage.world.city.submit(&far_grid, far_deputy.route());
    let foreign = hearing(soon(), vec![stage.submission, far]);
    assert_eq!(stage.plan(&foreign), Err(Refusal::TargetUnknown("submission")));
    assert_eq!(stage.world.count("hearings"), 0);
    let elsewhere = NewHearing {
        site_id: Some(far_site),
        ..hearing(soon(), Vec::new())
    };
    assert_eq!(stage.plan(&elsewhere), Err(Refusal::TargetUnknown("site")));
    let nobody = NewHearing {
        deputy_ids: vec![far_deputy.id],
        ..hearing(soon(), Vec::new())
    };
    // In no grid and on no roster of this county.
    assert_eq!(stage.plan(&nobody), Err(Refusal::TargetUnknown("deputy")));
    let id = stage.planned();
    let stranger = stage.world.city.staff(far_site, Role::StationHead);
    assert!(stage.world.store.hearing(&stranger.scope(), id).unwrap().is_none());
    assert!(
        stage
            .world
            .store
            .hearings(&stranger.scope(), None, None, 5)
            .unwrap()
            .items
            .is_empty()
    );
    let change = HearingChange::default();
    let refused = stage
        .world
        .store
        .change_hearing(&BY, &stranger, id, &change, now())
        .unwrap();
    assert_eq!(refused, Err(Refusal::NotFound));
    let street = stage.world.city.admin(&stage.grid.region_code, Role::StreetAdmin);
    assert_eq!(
        stage
            .world
            .store
            .hearing(&street.scope(), id)
            .unwrap()
            .unwrap()
            .cases
            .len(),
        1
    );
}

#[test]
fn a_change_is_told_and_a_new_time_needs_notice_again() {
    let stage = stage();
    let id = stage.planned();
    let change = |change: HearingChange, at| {
        stage
            .world
            .store
            .change_hearing(&BY, &stage.staff, id, &change, at)
            .unwrap()
    };
    let told = || stage.world.count("events WHERE kind = 'hearing_planned'");
    assert_eq!(told(), 1);
    let place = HearingChange {
        place: Some(Address::parse("镇政府二楼").unwrap()),
        ..HearingChange::default()
    };
    assert_eq!(change(place.clone(), now()), Ok(()));
    assert_eq!(change(place, now()), Ok(()));
    assert_eq!(told(), 2);
    let earlier = HearingChange {
        starts_at: Some(now() + Days::new(2)),
        ..HearingChange::default()
    };
    assert_eq!(change(earlier, now()), Err(Refusal::TargetUnfit("date")));
    let without = HearingChange {
        remove_submissions: vec![stage.submission],
        ..HearingChange::default()
    };
    assert_eq!(change(without, now()), Ok(()));
    let view = stage.world.store.receipt(&stage.receipt).unwrap().unwrap();
    assert!(view.meetings.hearings.is_empty());
    assert_eq!(view.timeline.last().unwrap().data["off"], "removed");
    let cancel = HearingChange {
        cancel_reason: Some(Reason::parse("承办单位来不了").unwrap()),
        ..HearingChange::default()
    };
    assert_eq!(change(cancel.clone(), now()), Ok(()));
    assert_eq!(change(cancel, now()), Ok(()));
    let late = stage.hold(id, &stage.minutes(stage.submission), soon() + TimeDelta::hours(1));
    assert_eq!(late, Err(Refusal::Once));
}

#[test]
fn what_is_promised_at_the_table_has_a_clock() {
    let mut stage = stage();
    let (grid, deputy) = stage.world.city.grid_with_lead();
    let (other, _) = stage.world.city.submit(&grid, deputy.route());
    let id = stage.planned();
    let minutes = stage.minutes(stage.submission);
    assert_eq!(stage.hold(id, &minutes, now()), Err(Refusal::TargetUnfit("date")));
    let after = soon() + TimeDelta::hours(2);
    let not_there = stage.minutes(other);
    assert_eq!(
        stage.hold(id, &not_there, after),
        Err(Refusal::TargetUnfit("submission"))
    );
    assert_eq!(stage.hold(id, &minutes, after), Ok(()));
    assert_eq!(stage.hold(id, &minutes, after), Ok(()));
    let detail = stage.world.store.hearing(&stage.staff.scope(), id).unwrap().unwrap();
    assert_eq!((detail.hearing.state, detail.promises.len()), (State::Held, 1));
    assert_eq!(stage.world.count("deadline_steps WHERE promise_id IS NOT NULL"), 2);
    let view = stage.world.store.receipt(&stage.receipt).unwrap().unwrap();
    let kinds: Vec<_> = view.timeline.iter().map(|event| event.kind).collect();
    assert!(
        kinds.contains(&EventKind::HearingHeld) && kinds.contains(&EventKind::PromiseMade),
        "{kinds:?}"
    );
    let homeless = "UPDATE promises SET hearing_id = NULL";
    let error = stage.world.raw().batch_execute(homeless).unwrap_err();
    assert!(error.to_string().contains("promises_one_source"), "{error}");
}

#[test]
fn a_deputy_plans_at_a_station_of_the_own_grids_and_hard_matters_come_first() {
    let mut stage = stage();
    let (grid, deputy) = stage.world.city.grid_with_lead();
    let ids = [(); 3].map(|()| stage.world.city.submit(&grid, deputy.route()).0);
    let hard = format!("UPDATE submissions SET urgency = 'hard' WHERE id = '{}'", ids[1]);
    stage.world.raw().batch_execute(&hard).unwrap();
    let candidates = stage.world.store.hearing_candidates(&deputy.actor.scope(), 10).unwrap();
    assert_eq!((candidates.len(), candidates[0].id), (3, ids[1]));
    let new = hearing(soon(), vec![ids[1]]);
    let id = stage
        .world
        .store
        .plan_hearing(&BY, &deputy.actor, &new, now())
        .unwrap()
        .unwrap();
    let detail = stage.world.store.hearing(&deputy.actor.scope(), id).unwrap().unwrap();
    assert_eq!(detail.deputies[0].id, deputy.id);
    assert!(detail.hearing.site_name.is_some());
}

#[test]
fn an_invited_office_is_told_and_sees_its_hearings_and_changes_none() {
    let mut stage = stage();
    let (office, other) = (stage.world.city.office(TOWNSHIP), stage.world.city.office(TOWNSHIP));
    let own = stage.world.city.office_handler(office);
    let stranger = stage.world.city.office_handler(other);
    let new = NewHearing {
        office_ids: vec![office],
        ..hearing(soon(), vec![stage.submission])
    };
    let id = stage.plan(&new).unwrap();
    let told = |actor: &Actor| {
        let to = actor.account_id;
        stage.world.count(&format!(
            "notifications WHERE account_id = '{to}' AND template = 'deputy_deadline'"
        ))
    };
    assert_eq!((told(&own), told(&stranger)), (1, 0));

    let store = &stage.world.store;
    let seen = |actor: &Actor| store.hearings(&actor.scope(), None, None, 10).unwrap().items.len();
    assert_eq!((seen(&own), seen(&stranger)), (1, 0));
    let detail = store.hearing(&own.scope(), id).unwrap().unwrap();
    assert!(detail.cases.is_empty(), "the matter was not given to it");
    assert_eq!(store.hearing(&stranger.scope(), id).unwrap(), None);
    assert_eq!(store.hearing_about(&own.scope(), stage.submission).unwrap(), Some(id));
    assert_eq!(store.hearing_about(&stranger.scope(), stage.submission).unwrap(), None);

    let elsewhere = HearingChange {
        place: Some(Address::parse("街道三楼").unwrap()),
        ..HearingChange::default()
    };
    let change = |actor: &Actor, change| store.change_hearing(&BY, actor, id, change, now()).unwrap();
    assert_eq!(change(&own, &elsewhere), Err(Refusal::Forbidden));
    assert_eq!(change(&stage.staff, &elsewhere), Ok(()));
    assert_eq!(told(&own), 2);
    let further = HearingChange {
        office_ids: Some(vec![office, other]),
        ..HearingChange::default()
    };
    assert_eq!(change(&stage.staff, &further), Ok(()));
    assert_eq!((told(&own), told(&stranger)), (2, 1), "who knows it is not told again");
}

#[test]
fn everybody_reads_of_coming_hearings_with_the_names_that_are_public() {
    let mut stage = stage();
    let (_, deputy) = stage.world.city.grid_with_lead();
    let new = NewHearing {
        deputy_ids: vec![deputy.id],
        ..hearing(soon(), vec![stage.submission])
    };
    stage.plan(&new).unwrap();
    let open = |place: OpenPlace, at| stage.world.store.open_hearings(&place, at).unwrap();
    let here = || OpenPlace::Station(stage.grid.site_id);
    let coming = open(here(), now());
    assert_eq!((coming.len(), coming[0].place.as_str()), (1, "社区活动室"));
    assert_eq!(coming[0].deputies, std::slice::from_ref(&deputy.actor.display_name));
    assert_eq!(open(OpenPlace::Region(TOWNSHIP.to_owned()), now()).len(), 1);
    assert_eq!(open(OpenPlace::Region("990102004".to_owned()), now()), []);
    assert_eq!(open(here(), soon()), [], "what has begun is not coming");
    let hide = "UPDATE deputies SET publishes_name = false";
    stage.world.raw().batch_execute(hide).unwrap();
    assert!(open(here(), now())[0].deputies.is_empty());
}
