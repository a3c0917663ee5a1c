//! When an answer is due, and what the clock does around that (办理时限).

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, Utc};

use crate::calendar::{Deadline, WorkCalendar, at_local_time, local_date};
use crate::handover::Channel;
use crate::words::words;

mod book;
mod law;

pub use book::{Book, Cover, Matter, NoPolicy, PolicyEntry, RuleBook};
pub use law::{LegalLimit, legal_limit};

words! {
    /// Days of the calendar (日), working days (工作日) or months (个月); the law uses all, so the unit stands with every
    /// rule.
    Unit {
        WorkingDays = "working_days", "个工作日";
        CalendarDays = "calendar_days", "日";
        Months = "months", "个月";
    }
}

words! {
    /// A future step of the clock of a submission, a handover or a promise.
    Step {
        RemindHalf = "remind_half", "时间过半提醒";
        Remind = "remind", "到期提醒";
        Overdue = "overdue", "超期";
        OverdueDaily = "overdue_daily", "超期每日催办";
        EscalateHead = "escalate_head", "升级到站长";
        Escalate = "escalate", "升级督办";
        EscalateCounty = "escalate_county", "升级到县级";
        AutoClose = "auto_close", "自动办结";
        InfoLapse = "info_lapse", "补充期限届满";
        HandoverAccept = "handover_accept", "签收超期";
        HandoverRemindHalf = "handover_remind_half", "承办时间过半提醒";
        HandoverRemind = "handover_remind", "承办到期提醒";
        HandoverOverdue = "handover_overdue", "承办超期";
        HandoverDaily = "handover_daily", "承办超期每日催办";
        HandoverEscalateHead = "handover_escalate_head", "承办超期升级到站长";
        HandoverEscalate = "handover_escalate", "承办超期督办";
        HandoverEscalateCounty = "handover_escalate_county", "承办超期升级到县级";
        Judge = "judge", "代表评价超期";
        PromiseRemind = "promise_remind", "承诺到期提醒";
        PromiseOverdue = "promise_overdue", "承诺超期";
    }
}

/// A length of time with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Policy {
    pub amount: u16,
    pub unit: Unit,
}

impl Policy {
    /// The end of the last day of this length of time, counted from `start`.
    #[must_use]
    pub fn after(self, calendar: &WorkCalendar, start: DateTime<Utc>) -> Deadline {
        match self.unit {
            Unit::WorkingDays => calendar.add_working_days(start, self.amount),
            Unit::CalendarDays => WorkCalendar::add_calendar_days(start, self.amount),
            Unit::Months => WorkCalendar::add_months(start, self.amount),
        }
    }

    /// The day that lies this length of time before `day`.
    fn before(self, calendar: &WorkCalendar, day: NaiveDate) -> NaiveDate {
        match self.unit {
            Unit::WorkingDays => calendar.working_days_before(day, self.amount),
            Unit::CalendarDays => day - Days::new(u64::from(self.amount)),
            Unit::Months => day
                .checked_sub_months(Months::new(u32::from(self.amount)))
                .unwrap_or(day),
        }
    }
}

/// What the clock does before and after a date that was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// Before the answer is due.
    pub remind: Policy,
    /// After the answer was due: to the station's head (站长); 0 is at once.
    pub escalate_head: Policy,
    /// After the answer was due: to the administrators of the nearest division, as a rule the street.
    pub escalate: Policy,
    /// After the answer was due: to the administrators of the county.
    pub escalate_county: Policy,
}

/// The policies in force for a matter when a clock starts; a running clock keeps those it began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policies {
    /// From registration, or from reopening, to the answer.
    pub answer: Policy,
    pub around: Around,
    /// From the answer to closing without a rating.
    pub auto_close: Policy,
    /// From the question to the resident to going on without what was asked.
    pub give_info: Policy,
    pub office: HandoverPolicies,
    pub intersession: HandoverPolicies,
    pub proposal: HandoverPolicies,
}

impl Policies {
    /// The limits of a way to an office.
    #[must_use]
    pub const fn handover(&self, channel: Channel) -> &HandoverPolicies {
        match channel {
            Channel::Office => &self.office,
            Channel::Intersession => &self.intersession,
            Channel::Proposal => &self.proposal,
        }
    }
}

/// Calendar and policies of a matter on a day: all that is needed to plan a clock that starts then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    pub calendar: WorkCalendar,
    pub policies: Policies,
}

impl Rules {
    /// The clock of a round that begins at `start`.
    #[must_use]
    pub fn plan(&self, start: DateTime<Utc>) -> AnswerPlan {
        plan_answer(&self.calendar, &self.policies, start)
    }

    /// The clock that goes on at `start` with what is left of it.
    #[must_use]
    pub fn resume(&self, left: Policy, start: DateTime<Utc>) -> AnswerPlan {
        resume_answer(&self.calendar, &self.policies, left, start)
    }

    /// What is left at `now` until `due`, counted as the answer is promised; until a provisional date in working days, so
    /// that an announced holiday moves it.
    #[must_use]
    pub fn left(&self, due: Deadline, now: DateTime<Utc>) -> Policy {
        let unit = if due.provisional {
            Unit::WorkingDays
        } else {
            self.policies.answer.unit
        };
        days_left(&self.calendar, unit, now, due.at)
    }

    /// The clock whose date is set from outside (a handover's).
    #[must_use]
    pub fn plan_until(&self, due: Deadline, start: DateTime<Utc>) -> AnswerPlan {
        let Policies { answer, around, .. } = &self.policies;
        plan_until(&self.calendar, around, answer.unit, due, start)
    }

    /// When a submission that is answered at `answered_at` closes without a rating.
    #[must_use]
    pub fn auto_close_at(&self, answered_at: DateTime<Utc>) -> DateTime<Utc> {
        self.policies.auto_close.after(&self.calendar, answered_at).at
    }
}

/// The limits of one way to an office (代表法 Art. 51 and local rules; an administrator may change them).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandoverPolicies {
    /// From handing over to accepting or refusing.
    pub accept: Policy,
    /// From handing over to the answer.
    pub answer: Policy,
    /// What the one extension adds; for what is hard it is granted from the start.
    pub extend: Policy,
    /// From the invitation to a partner's opinion.
    pub partner: Policy,
    /// From "not satisfied" to the next answer.
    pub redo: Policy,
    /// From the office's answer to the deputy's judgement.
    pub judge: Policy,
    pub around: Around,
}

/// The clock of one round, from registration or reopening to the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerPlan {
    /// The promise to the resident; [`Step::Overdue`] falls due with it.
    pub answer_due: Deadline,
    /// The morning of the working day with which half of the working days are over; of calendar days the first morning that
    /// is worked. None: the reminder before the end comes no later.
    pub half_at: Option<DateTime<Utc>>,
    /// None: the time is too short for a reminder.
    pub remind_at: Option<DateTime<Utc>>,
    pub escalate_head_at: DateTime<Utc>,
    pub escalate_at: DateTime<Utc>,
    pub escalate_county_at: DateTime<Utc>,
}

impl AnswerPlan {
    /// The steps of a submission's clock.
    #[must_use]
    pub const fn steps(&self) -> [(Step, Option<DateTime<Utc>>); 6] {
        [
            (Step::RemindHalf, self.half_at),
            (Step::Remind, self.remind_at),
            (Step::Overdue, Some(self.answer_due.at)),
            (Step::EscalateHead, Some(self.escalate_head_at)),
            (Step::Escalate, Some(self.escalate_at)),
            (Step::EscalateCounty, Some(self.escalate_county_at)),
        ]
    }

    /// The same steps of an office's clock.
    #[must_use]
    pub const fn handover_steps(&self) -> [(Step, Option<DateTime<Utc>>); 6] {
        [
            (Step::HandoverRemindHalf, self.half_at),
            (Step::HandoverRemind, self.remind_at),
            (Step::HandoverOverdue, Some(self.answer_due.at)),
            (Step::HandoverEscalateHead, Some(self.escalate_head_at)),
            (Step::HandoverEscalate, Some(self.escalate_at)),
            (Step::HandoverEscalateCounty, Some(self.escalate_county_at)),
        ]
    }
}

const fn o_clock(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => unreachable!(),
    }
}

/// People are reminded when they begin to work, not in the night.
const MORNING: NaiveTime = o_clock(9);
/// What is late is gathered before that, so that it comes as one message.
const BEFORE_WORK: NaiveTime = o_clock(8);

/// Plans the clock of a round that begins at `start`.
#[must_use]
pub fn plan_answer(calendar: &WorkCalendar, policies: &Policies, start: DateTime<Utc>) -> AnswerPlan {
    let Policies { answer, around, .. } = policies;
    plan_until(calendar, around, answer.unit, answer.after(calendar, start), start)
}

/// Plans a clock that goes on at `start` with what was left when it was stopped; at least one day.
#[must_use]
pub fn resume_answer(calendar: &WorkCalendar, policies: &Policies, left: Policy, start: DateTime<Utc>) -> AnswerPlan {
    let left = Policy {
        amount: left.amount.max(1),
        ..left
    };
    plan_until(
        calendar,
        &policies.around,
        left.unit,
        left.after(calendar, start),
        start,
    )
}

/// Days that are left of a clock that is stopped at `now`, at least one: working days where these are promised (`unit`),
/// calendar days where days or months are.
#[must_use]
pub fn days_left(calendar: &WorkCalendar, unit: Unit, now: DateTime<Utc>, due: DateTime<Utc>) -> Policy {
    let (unit, days) = match unit {
        Unit::WorkingDays => (unit, i64::from(calendar.working_days_left(now, due))),
        Unit::CalendarDays | Unit::Months => {
            let days = (local_date(due) - local_date(now)).num_days();
            (Unit::CalendarDays, days)
        }
    };
    let amount = u16::try_from(days).unwrap_or(0).max(1);
    Policy { amount, unit }
}

/// The steps before and after a date that is promised. `unit`: in which the time until then is counted.
#[must_use]
pub fn plan_until(
    calendar: &WorkCalendar,
    around: &Around,
    unit: Unit,
    answer_due: Deadline,
    start: DateTime<Utc>,
) -> AnswerPlan {
    let due = answer_due.at;
    let remind_at = remind_before(calendar, around.remind, due, start);
    let half_at = half_morning(calendar, unit, start, due);
    AnswerPlan {
        answer_due,
        half_at: (half_at > start && half_at < remind_at.unwrap_or(due)).then_some(half_at),
        remind_at,
        escalate_head_at: around.escalate_head.after(calendar, due).at,
        escalate_at: around.escalate.after(calendar, due).at,
        escalate_county_at: around.escalate_county.after(calendar, due).at,
    }
}

/// When people are reminded of a date. None: that would be before `start`.
#[must_use]
pub fn remind_before(
    calendar: &WorkCalendar,
    remind: Policy,
    due: DateTime<Utc>,
    start: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let remind_at = at_local_time(remind.before(calendar, local_date(due)), MORNING);
    (remind_at > start).then_some(remind_at)
}

/// When those who are late are reminded next: once each working day, before work begins. `last`: when the answer was due,
/// or the last time.
#[must_use]
pub fn next_daily(calendar: &WorkCalendar, last: DateTime<Utc>) -> DateTime<Utc> {
    let day = local_date(calendar.add_working_days(last, 1).at);
    at_local_time(day, BEFORE_WORK)
}

/// The morning of the day with which half of the days from `start` to `due` are over, the day of `start` not counted; half a
/// day counts as one. Of months the days are counted. A day that is not worked gives way to the next that is.
fn half_morning(calendar: &WorkCalendar, unit: Unit, start: DateTime<Utc>, due: DateTime<Utc>) -> DateTime<Utc> {
    let first = local_date(start);
    let day = match unit {
        Unit::WorkingDays => {
            let days = u16::try_from(calendar.working_days_left(start, due)).unwrap_or(0);
            local_date(calendar.add_working_days(start, days.div_ceil(2)).at)
        }
        Unit::CalendarDays | Unit::Months => {
            let days = u64::try_from((local_date(due) - first).num_days()).unwrap_or(0);
            first + Days::new(days.div_ceil(2))
        }
    };
    let worked = if calendar.is_working_day(day) {
        day
    } else {
        local_date(calendar.add_working_days(at_local_time(day, MORNING), 1).at)
    };
    at_local_time(worked, MORNING)
}

/// The clock of a handover: until when the office accepts or refuses, and until when it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandoverPlan {
    pub accept_due: Deadline,
    pub answer: AnswerPlan,
    /// What the resident is promised: the office's answer and the deputy's judgement.
    pub resident_due: Deadline,
}

/// Plans a handover at `start`; what is hard gets the longer limit of the law at once.
#[must_use]
pub fn plan_handover(
    calendar: &WorkCalendar,
    policies: &HandoverPolicies,
    is_hard: bool,
    start: DateTime<Utc>,
) -> HandoverPlan {
    let usual = policies.answer.after(calendar, start);
    let answer_due = if is_hard {
        prolong(calendar, policies.extend, usual)
    } else {
        usual
    };
    HandoverPlan {
        accept_due: policies.accept.after(calendar, start),
        answer: plan_until(calendar, &policies.around, policies.answer.unit, answer_due, start),
        resident_due: prolong(calendar, policies.judge, answer_due),
    }
}

/// A date put off by a length of time; provisional if either part is.
#[must_use]
pub fn prolong(calendar: &WorkCalendar, by: Policy, due: Deadline) -> Deadline {
    let later = by.after(calendar, due.at);
    Deadline {
        at: later.at,
        provisional: later.provisional || due.provisional,
    }
}

#[cfg(test)]
mod tests;
