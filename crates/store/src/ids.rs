use chrono::{DateTime, Utc};
use uuid::{Timestamp, Uuid, timestamp::context::NoContext};

/// An id for a new row: UUIDv7, ordered by the given time; the rest is random.
///
/// The one place of this crate that asks for randomness: an id carries no meaning, and no run is repeated by ids.
pub fn new(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
}

/// Two new ids in their order, for two rows of one instant of which one comes first.
pub fn pair(now: DateTime<Utc>) -> (Uuid, Uuid) {
    let (one, other) = (new(now), new(now));
    (one.min(other), one.max(other))
}
