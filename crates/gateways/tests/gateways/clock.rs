use chrono::{TimeDelta, TimeZone, Utc};
use minyi_gateways::clock::{Clock, random_bytes};

#[test]
fn a_manual_clock_moves_only_when_it_is_moved_and_with_all_its_clones() {
    let start = Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).unwrap();
    let clock = Clock::manual(start);
    let other = clock.clone();
    assert_eq!(clock.now(), start);
    other.advance(TimeDelta::hours(3));
    assert_eq!(clock.now(), start + TimeDelta::hours(3));
}

#[test]
fn ids_carry_the_time_of_their_clock_and_differ() {
    let clock = Clock::manual(Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).unwrap());
    let (first, second) = (clock.new_id(), clock.new_id());
    clock.advance(TimeDelta::milliseconds(1));
    let later = clock.new_id();
    assert_ne!(first, second);
    assert!(later > first && later > second);
    assert_eq!(first.get_version_num(), 7);
    assert_eq!(first.get_timestamp().unwrap().to_unix().0, 1_795_248_000);
}

#[test]
fn random_bytes_differ() {
    assert_ne!(random_bytes::<16>(), random_bytes::<16>());
}
