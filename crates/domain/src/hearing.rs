//! Answering many at one table (居民诉求答复活动、联动接访).

use chrono::{DateTime, Utc};

use crate::calendar::local_date;
use crate::words::words;

words! {
    /// What kind of meeting it is.
    Kind {
        Answering = "answering", "居民诉求答复活动";
        JointReception = "joint_reception", "联动接访";
    }
}

words! {
    /// Where a hearing stands.
    State {
        Planned = "planned", "已安排";
        Held = "held", "已举行";
        Cancelled = "cancelled", "已取消";
    }
}

/// Calendar days between the public notice and the day (提前三日公告).
pub const NOTICE_DAYS: i64 = 3;

/// Whether people hear early enough of a hearing at `starts_at` that is made known at `noticed_at`.
#[must_use]
pub fn is_noticed_in_time(noticed_at: DateTime<Utc>, starts_at: DateTime<Utc>) -> bool {
    (local_date(starts_at) - local_date(noticed_at)).num_days() >= NOTICE_DAYS
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn the_notice_counts_days_in_china() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        // 23:30 on the 20th in China.
        let noticed = at("2026-11-20T15:30:00Z");
        assert!(is_noticed_in_time(noticed, at("2026-11-22T16:00:00Z")));
        assert!(!is_noticed_in_time(noticed, at("2026-11-22T15:59:59Z")));
        assert!(!is_noticed_in_time(noticed, noticed));
    }
}
