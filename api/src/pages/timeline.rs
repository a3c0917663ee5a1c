//! The events of a submission as lines of a page.

use chrono::{NaiveDate, SecondsFormat};
use minyi_store::EventView;

use super::words::moment;
use crate::timeline::sentence;

/// One line of the timeline.
pub struct Line {
    pub words: String,
    /// For people.
    pub when: String,
    /// For programs (RFC 3339).
    pub iso: String,
}

/// All events, one line each.
pub fn lines(events: &[EventView], today: NaiveDate) -> Vec<Line> {
    let line = |event: &EventView| Line {
        words: sentence(event),
        when: moment(event.occurred_at, today),
        iso: event.occurred_at.to_rfc3339_opts(SecondsFormat::Secs, true),
    };
    events.iter().map(line).collect()
}
