//! Correcting contact data by two persons.

use minyi_domain::people::{Role, Scope};
use minyi_store::{
    By, Corrected, DataDecision, DataKind, DataRefusal, Error, NewDataRequest, SealedCorrection,
    fixtures::{COUNTY, Deputy, Grid},
    new_id,
};
use uuid::Uuid;

use crate::support::{World, now, world};

const OLD: [u8; 32] = [3; 32];
const NEW: [u8; 32] = [4; 32];

fn submitted(world: &mut World, grid: &Grid, deputy: &Deputy) -> Uuid {
    let mut new = world.city.submission(grid, deputy.route());
    new.contact_name_sealed = Some(vec![1]);
    new.contact_phone_sealed = Some(vec![2]);
    new.phone_index = Some(OLD);
    world.store.submit(&new).unwrap();
    new.id
}

/// Seals by writing the submission's last byte behind.
fn reseal(_: Uuid, new: &SealedCorrection, submission: Uuid) -> Result<Corrected, Error> {
    let seal = |sealed: &Vec<u8>| [sealed.as_slice(), &submission.as_bytes()[15..]].concat();
    Ok(Corrected {
        name: new.name.as_ref().map(seal),
        phone: new.phone.as_ref().map(|phone| (seal(phone), NEW)),
    })
}

#[test]
fn a_correction_that_another_person_grants_changes_every_submission_of_the_person() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let ids = [(); 2].map(|()| submitted(&mut world, &grid, &deputy));
    let (asker, decider) = (
        world.city.admin(COUNTY, Role::CountyAdmin),
        world.city.admin(COUNTY, Role::CountyAdmin),
    );
    let by = By::command_line();
    let scope = Scope::Region(COUNTY.to_owned());
    let ask = |correction: Option<SealedCorrection>| {
        let new = NewDataRequest {
            id: new_id(now()),
            kind: DataKind::Correct,
            phone_index: OLD,
            reason: "本人到站，核对了身份证".to_owned(),
            correction,
            account_id: asker.account_id,
            now: now(),
        };
        world
            .store
            .ask_data_request(&by, &scope, &new)
            .map(|asked| asked.map(|()| new.id))
    };
    assert!(ask(None).is_err(), "a correction says what is to stand there");
    let phone_only = SealedCorrection {
        name: None,
        phone: Some(vec![9]),
    };
    let id = ask(Some(phone_only)).unwrap().unwrap();
    let decide = |account_id, reseal: &dyn Fn(Uuid, &SealedCorrection, Uuid) -> Result<Corrected, Error>| {
        let decision = DataDecision {
            granted: true,
            reason: "同意".to_owned(),
            account_id,
            now: now(),
        };
        world.store.decide_data_request(&by, &scope, id, &decision, reseal)
    };
    assert_eq!(decide(asker.account_id, &reseal).unwrap(), Err(DataRefusal::Own));
    let broken = |_: Uuid, _: &SealedCorrection, _: Uuid| Err(Error::Unknown("no such key".to_owned()));
    assert!(decide(decider.account_id, &broken).is_err());
    let waits = world.store.data_request(&scope, id).unwrap().unwrap();
    assert_eq!(
        (waits.decided_at, waits.new_phone_sealed),
        (None, Some(vec![9])),
        "nothing is half done"
    );

    assert_eq!(decide(decider.account_id, &reseal).unwrap(), Ok(()));
    for id in ids {
        let last = id.as_bytes()[15];
        assert_eq!(
            world.count(&format!(
                "submissions WHERE id = '{id}' AND contact_name_sealed = '\\x01' AND contact_phone_sealed = '\\x09{last:02x}'
                    AND phone_index = decode(repeat('04', 32), 'hex')"
            )),
            1,
            "the name stays, the phone is sealed for this submission"
        );
    }
    let proof = world.store.data_request(&scope, id).unwrap().unwrap();
    assert_eq!((proof.granted, proof.corrected), (Some(true), Some(2)));
    assert_eq!(
        (proof.new_name_sealed, proof.new_phone_sealed),
        (None, None),
        "forgotten once it is decided"
    );
    assert_eq!(
        world.count("audit_log WHERE action = 'personal_data_decided' AND detail ->> 'corrected' = '2'"),
        1
    );
    assert_eq!(ask(None).unwrap(), Err(DataRefusal::NothingHeld), "of the old number");
}

#[test]
fn only_a_correction_that_waits_has_something_to_put_there() {
    let world = world();
    let account = world.keeper();
    let insert = |kind: &str, name: &str| {
        world.try_execute(&format!(
            "INSERT INTO personal_data_requests
                (id, number, kind, phone_index, reason, asked_by_account_id, asked_at, new_name_sealed)
            VALUES (gen_random_uuid(), gen_random_uuid(), '{kind}', sha256('x'), '本人要求', '{account}', now(), {name})"
        ))
    };
    assert!(insert("freeze", "'\\x01'").is_err() && insert("correct", "NULL").is_err());
    insert("correct", "'\\x01'").unwrap();
    assert!(
        world
            .try_execute("UPDATE personal_data_requests SET new_name_sealed = NULL")
            .is_err()
    );
}
