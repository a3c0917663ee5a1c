//! Appointments, hearings and slots as both sides see them.

use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{
    appointment::{Action, Side, possible},
    calendar::{CHINA, local_date},
    hearing,
};
use minyi_store::{Appointment, FreeSlot, HearingNotice, Meetings};
use uuid::Uuid;

use super::words::day;

/// `11月26日（周四）09:00—09:30`.
pub fn span(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, today: NaiveDate) -> String {
    format!("{}{}", day(local_date(starts_at), today), hours(starts_at, ends_at))
}

fn hours(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> String {
    let time = |at: DateTime<Utc>| at.with_timezone(&CHINA).format("%H:%M").to_string();
    format!("{}—{}", time(starts_at), time(ends_at))
}

/// The free slots of a day.
pub struct SlotDay {
    pub day: String,
    pub slots: Vec<SlotChoice>,
}

/// A slot to choose.
pub struct SlotChoice {
    pub key: String,
    pub hours: String,
    pub deputy: String,
}

/// Slots, which come by time, by their days.
pub fn by_day(slots: Vec<FreeSlot>, today: NaiveDate) -> Vec<SlotDay> {
    let mut days: Vec<SlotDay> = Vec::new();
    for slot in slots {
        let day = day(local_date(slot.starts_at), today);
        let choice = SlotChoice {
            key: slot.key.to_string(),
            hours: hours(slot.starts_at, slot.ends_at),
            deputy: slot.deputy_name.unwrap_or_else(|| "值班代表".to_owned()),
        };
        match days.last_mut().filter(|last| last.day == day) {
            Some(last) => last.slots.push(choice),
            None => days.push(SlotDay {
                day,
                slots: vec![choice],
            }),
        }
    }
    days
}

/// An appointment with what this side may do with it now.
pub struct Meeting {
    pub id: Uuid,
    pub submission_id: Uuid,
    pub number: String,
    pub text: String,
    pub when: String,
    pub deputy: String,
    pub place: String,
    pub state: &'static str,
    /// `good`, `warn` or empty.
    pub tone: &'static str,
    pub asked_by_resident: bool,
    pub note: String,
    pub reason: String,
    pub record: String,
    /// The deputy is no longer on the roster of that day.
    pub conflict: bool,
    pub may_confirm: bool,
    pub may_decline: bool,
    pub may_cancel: bool,
    pub may_move: bool,
    /// It is time to write what was said.
    pub may_record: bool,
}

impl Meeting {
    /// An appointment as `side` sees it.
    pub fn new(appointment: Appointment, side: Side, now: DateTime<Utc>) -> Self {
        let today = local_date(now);
        let actions: Vec<Action> = possible(appointment.state, side, appointment.asked_by).collect();
        let may = |action: Action| actions.contains(&action);
        let internal = side == Side::Handler;
        let deputy = match appointment.public_deputy() {
            Some(name) => name.to_owned(),
            None if internal => appointment.deputy_name.clone(),
            None => "值班代表".to_owned(),
        };
        Self {
            may_confirm: may(Action::Confirm),
            may_decline: may(Action::Decline),
            may_cancel: may(Action::Cancel),
            may_move: may(Action::Move),
            may_record: may(Action::Hold) && appointment.starts_at <= now,
            state: if may(Action::Confirm) {
                "等您确认"
            } else {
                appointment.state.zh()
            },
            tone: match appointment.state {
                minyi_domain::appointment::State::Asked => "warn",
                minyi_domain::appointment::State::Confirmed | minyi_domain::appointment::State::Held => "good",
                _ => "",
            },
            asked_by_resident: appointment.asked_by == Side::Resident,
            when: span(appointment.starts_at, appointment.ends_at, today),
            deputy,
            place: format!("{} {}", appointment.site_name, appointment.site_address),
            id: appointment.id,
            submission_id: appointment.submission_id,
            number: appointment.number,
            text: appointment.text,
            note: appointment.note.unwrap_or_default(),
            reason: appointment.reason.unwrap_or_default(),
            record: appointment.record.filter(|_| internal).unwrap_or_default(),
            conflict: appointment.conflict,
        }
    }
}

/// A hearing in one line.
pub struct HearingLine {
    pub id: Uuid,
    pub title: String,
    pub kind: &'static str,
    pub state: &'static str,
    pub planned: bool,
    pub when: String,
    pub place: String,
}

impl HearingLine {
    /// A hearing as the residents see it.
    pub fn new(notice: HearingNotice, today: NaiveDate) -> Self {
        Self {
            id: notice.id,
            title: notice.title,
            kind: notice.kind.zh(),
            state: notice.state.zh(),
            planned: notice.state == hearing::State::Planned,
            when: span(notice.starts_at, notice.ends_at, today),
            place: notice.place,
        }
    }
}

/// All meetings about one submission.
pub struct MeetingsView {
    /// To come or to be confirmed.
    pub active: Option<Meeting>,
    pub past: Vec<Meeting>,
    pub hearings: Vec<HearingLine>,
}

impl MeetingsView {
    /// The meetings as `side` sees them.
    pub fn new(meetings: Meetings, side: Side, now: DateTime<Utc>) -> Self {
        let (mut active, past): (Vec<_>, Vec<_>) = meetings
            .appointments
            .into_iter()
            .partition(|appointment| appointment.state.is_active());
        let line = |appointment| Meeting::new(appointment, side, now);
        Self {
            active: active.pop().map(line),
            past: past.into_iter().map(line).collect(),
            hearings: meetings
                .hearings
                .into_iter()
                .map(|notice| HearingLine::new(notice, local_date(now)))
                .collect(),
        }
    }

    /// There is nothing yet.
    pub fn is_empty(&self) -> bool {
        self.active.is_none() && self.past.is_empty() && self.hearings.is_empty()
    }
}
