//! What the pages of hearings show.

use askama::Template;
use chrono::{DateTime, Utc};
use minyi_domain::{
    calendar::{CHINA, local_date},
    hearing::State,
    rights::Permission,
    submission::Urgency,
};
use minyi_store::{HearingCase, HearingDetail, Invited, PromiseSeen};
use uuid::Uuid;

use crate::pages::{
    desk::view::Person,
    layout::Layout,
    meetings::{HearingLine, span},
    words::day,
};

/// Planning one.
#[derive(Template)]
#[template(path = "desk/hearing-new.html")]
pub struct NewHearingView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub csrf: String,
    pub problem: Option<String>,
    pub title: String,
    /// 联动接访; otherwise 答复活动.
    pub joint: bool,
    pub date: String,
    pub from: String,
    pub until: String,
    pub place: String,
    pub urgent_reason: String,
    /// The hard ones first.
    pub cases: Vec<Choice>,
    pub offices: Vec<Choice>,
    pub deputies: Vec<Choice>,
}

/// Something to tick.
pub struct Choice {
    pub id: Uuid,
    pub text: String,
    pub hard: bool,
    pub chosen: bool,
}

/// All of them.
#[derive(Template)]
#[template(path = "desk/hearings.html")]
pub struct HearingsView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub may_hold: bool,
    pub items: Vec<HearingLine>,
    /// Address of the next page.
    pub next: Option<String>,
}

/// One hearing.
#[derive(Template)]
#[template(path = "desk/hearing.html")]
pub struct HearingView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub csrf: String,
    pub id: Uuid,
    pub title: String,
    pub kind: &'static str,
    pub state: &'static str,
    pub when: String,
    pub date: String,
    pub from: String,
    pub until: String,
    pub place: String,
    pub site: String,
    pub urgent_reason: String,
    pub minutes: String,
    pub cancel_reason: String,
    pub cases: Vec<Case>,
    pub offices: Vec<Invited>,
    pub deputies: Vec<Invited>,
    pub promises: Vec<Promise>,
    /// Where the list of hearings is.
    pub back: &'static str,
    /// It can still be changed.
    pub planned: bool,
    /// It is time for the minutes.
    pub may_hold: bool,
}

/// A submission on the table.
pub struct Case {
    pub id: Uuid,
    pub number: String,
    pub state: &'static str,
    pub hard: bool,
    pub text: String,
    pub place: String,
}

/// What was promised.
pub struct Promise {
    pub submission_id: Uuid,
    pub text: String,
    pub by: String,
    pub due: String,
    pub kept: bool,
}

impl HearingView {
    pub fn new(layout: Layout, person: Person, csrf: String, detail: HearingDetail, now: DateTime<Utc>) -> Self {
        let today = local_date(now);
        let holds = person.role.may(Permission::Hold);
        let HearingDetail {
            hearing,
            cases,
            offices,
            deputies,
            promises,
        } = detail;
        let hour = |at: DateTime<Utc>| at.with_timezone(&CHINA).format("%H:%M").to_string();
        let case = |case: HearingCase| Case {
            id: case.id,
            number: case.number,
            state: case.state.zh(),
            hard: case.urgency == Urgency::Hard,
            text: case.text,
            place: case.place,
        };
        let promise = |promise: PromiseSeen| Promise {
            submission_id: promise.submission_id,
            text: promise.text,
            by: promise.promised_by,
            due: day(promise.due_on, today),
            kept: promise.kept_at.is_some(),
        };
        Self {
            layout,
            csrf,
            id: hearing.id,
            kind: hearing.kind.zh(),
            state: hearing.state.zh(),
            back: person.here,
            planned: holds && hearing.state == State::Planned,
            may_hold: holds && hearing.state == State::Planned && hearing.starts_at <= now,
            when: span(hearing.starts_at, hearing.ends_at, today),
            date: local_date(hearing.starts_at).to_string(),
            from: hour(hearing.starts_at),
            until: hour(hearing.ends_at),
            title: hearing.title,
            place: hearing.place,
            site: hearing.site_name.unwrap_or_else(|| "全辖区".to_owned()),
            urgent_reason: hearing.urgent_reason.unwrap_or_default(),
            minutes: hearing.minutes.unwrap_or_default(),
            cancel_reason: hearing.cancel_reason.unwrap_or_default(),
            cases: cases.into_iter().map(case).collect(),
            offices,
            deputies,
            promises: promises.into_iter().map(promise).collect(),
            person: Some(person),
        }
    }
}
