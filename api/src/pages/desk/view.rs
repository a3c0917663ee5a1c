//! What the desk's pages show.

use askama::Template;
use minyi_domain::{people::Role, rights::Permission};
use uuid::Uuid;

use super::handovers::{Handed, May};
use super::release::ReleaseSection;
use super::submission::acts::TriageView;
use crate::pages::{
    desk::submission::sorting::{LikeView, SortingView},
    layout::Layout,
    meetings::MeetingsView,
    receipt::view::{Answer, PhotoLink, Rating},
    timeline::Line,
    words::Due,
};

/// The signed-in person in the page's head.
pub struct Person {
    pub name: String,
    pub role: Role,
    pub csrf: String,
    /// The tab that is open.
    pub here: &'static str,
}

/// An entry of the desk's navigation.
pub struct Tab {
    pub href: &'static str,
    pub text: &'static str,
}

/// Every tab with the right that it needs.
const TABS: &[(Permission, Tab)] = &[
    (Permission::ReadCases, tab("/desk", "民意")),
    // Nobody has both rights.
    (Permission::Handle, tab("/desk/handovers", "交办")),
    (Permission::ActForOffice, tab("/desk/handovers", "交办")),
    (Permission::ActForOffice, tab("/desk/hearings", "答复活动")),
    (Permission::Propose, tab("/desk/proposals", "建议")),
    (Permission::EnterForResident, tab("/desk/intake", "登记")),
    (Permission::Hold, tab("/desk/meetings", "接待")),
    (Permission::Revisit, tab("/desk/revisits", "回访")),
    (Permission::Ledger, tab("/desk/ledger", "台账")),
    (Permission::ReadNumbers, tab("/desk/clusters", "热点")),
    (Permission::ReadNumbers, tab("/desk/numbers", "数字")),
    (Permission::Upkeep, tab("/desk/codes", "民意码")),
    (Permission::Upkeep, tab("/desk/watch", "要留意")),
    (Permission::Configure, tab("/desk/settings", "设置")),
    (Permission::Invite, tab("/desk/deputies", "代表账号")),
];

const fn tab(href: &'static str, text: &'static str) -> Tab {
    Tab { href, text }
}

impl Person {
    /// The tabs that this person has.
    pub fn tabs(&self) -> impl Iterator<Item = &'static Tab> {
        let may = |permission: &Permission| self.role.may(*permission);
        TABS.iter()
            .filter(move |(permission, _)| may(permission))
            .map(|(_, tab)| tab)
    }
}

/// Signing in.
#[derive(Template)]
#[template(path = "desk/login.html")]
pub struct LoginView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub username: String,
    pub next: String,
    pub problem: Option<String>,
}

/// What a login still needs.
#[derive(Template)]
#[template(path = "desk/step.html")]
pub struct StepView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub heading: &'static str,
    pub text: String,
    /// The second factor's; everything else is done in the console.
    pub asks_code: bool,
    pub problem: Option<String>,
    pub csrf: String,
    pub next: String,
}

/// Coming from a message in WeChat.
#[derive(Template)]
#[template(path = "desk/open.html")]
pub struct OpenView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub js_code: String,
    /// The message's page.
    pub case: String,
    /// The script may go on without a tap: the browser says that no other site has led here.
    pub by_itself: bool,
}

/// The inbox.
#[derive(Template)]
#[template(path = "desk/inbox.html")]
pub struct InboxView {
    pub layout: Layout,
    pub person: Option<Person>,
    /// The role has to do with no submission at all.
    pub blind: bool,
    /// What has just been done.
    pub done: Option<&'static str>,
    pub open_only: bool,
    pub summary: &'static str,
    pub items: Vec<Item>,
    /// Address of the next page.
    pub next: Option<String>,
}

/// A submission in the inbox.
pub struct Item {
    pub id: Uuid,
    pub kind: &'static str,
    /// The resident was not satisfied with the first answer.
    pub reopened: bool,
    /// `已受理，办理中`, `已交办`, where the date alone does not say it.
    pub stage: Option<&'static str>,
    /// `紧急`, `疑难`.
    pub urgency: Option<&'static str>,
    pub confidential: bool,
    /// The level above answers.
    pub above: bool,
    pub due: Due,
    pub text: String,
    pub place: String,
    pub submitted: String,
    pub photo_count: i64,
}

/// One submission with its answer form.
#[derive(Template)]
#[template(path = "desk/submission.html")]
pub struct SubmissionView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub csrf: String,
    /// What has just been done.
    pub done: Option<&'static str>,
    /// The answer has just arrived: its draft may go.
    pub answered_now: bool,
    pub id: Uuid,
    pub kind: &'static str,
    pub state: &'static str,
    pub due: Due,
    pub number: String,
    pub text: String,
    pub photos: Vec<PhotoLink>,
    pub place: String,
    pub address: String,
    /// `latitude,longitude`
    pub position: Option<String>,
    pub site: String,
    pub assignee: String,
    pub submitted: String,
    pub due_at: String,
    pub provisional: bool,
    pub contact: Contact,
    pub answers: Vec<Answer>,
    pub ratings: Vec<Rating>,
    pub timeline: Vec<Line>,
    pub may_answer: bool,
    /// May write a proposal from it.
    pub may_propose: bool,
    /// May hold meetings at all.
    pub may_hold: bool,
    /// One may meet about this one.
    pub may_meet: bool,
    pub meetings: MeetingsView,
    pub triage: TriageView,
    pub handovers: Vec<Handed>,
    /// Id and title of those into which it went.
    pub proposals: Vec<(Uuid, String)>,
    /// Id, name and hint of those to which it may be handed over.
    pub offices: Vec<(Uuid, String, String)>,
    /// Where the forms of the meetings lead back to.
    pub back: String,
    /// Of the answer's form: what is sent twice from one page is one answer.
    pub answer_key: String,
    pub draft: String,
    pub answer_error: Option<String>,
    /// Publishing.
    pub release: ReleaseSection,
    pub sorting: SortingView,
    pub likes: Vec<LikeView>,
}

/// What was handed over.
#[derive(Template)]
#[template(path = "desk/handovers.html")]
pub struct HandoversView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub open_only: bool,
    pub items: Vec<HandoverLine>,
    /// Address of the next page.
    pub next: Option<String>,
}

/// A handover in the list.
pub struct HandoverLine {
    pub id: Uuid,
    pub office: String,
    pub channel: &'static str,
    pub state: &'static str,
    pub due: Due,
    pub demand: String,
    pub handed: String,
    pub number: String,
}

/// One handover with what may be done with it.
#[derive(Template)]
#[template(path = "desk/handover.html")]
pub struct HandoverView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub csrf: String,
    /// What has just been done.
    pub done: Option<&'static str>,
    pub card: Handed,
    pub may: May,
    pub proposal_id: Option<Uuid>,
    /// Title, number and text.
    pub proposal: Option<(String, String, String)>,
    pub promise: Option<Promise>,
    /// Offices that could help.
    pub partners: Vec<(Uuid, String)>,
    pub sources: Vec<Source>,
}

/// What an office promised.
pub struct Promise {
    pub id: Uuid,
    pub text: String,
    pub due: String,
    pub late: bool,
    pub open: bool,
    /// How it was kept.
    pub kept: String,
}

/// A submission as an office reads it.
pub struct Source {
    pub id: Uuid,
    pub number: String,
    pub kind: &'static str,
    pub text: String,
    pub photos: Vec<PhotoLink>,
    pub place: String,
    pub address: String,
    pub submitted: String,
}

/// The resident's contact data; shown only after a click that is recorded.
pub enum Contact {
    None,
    Hidden,
    /// Left, but not for this role's eyes.
    NotForYou,
    Shown {
        name: String,
        phone: String,
    },
}

/// The codes in the person's scope.
#[derive(Template)]
#[template(path = "desk/codes.html")]
pub struct CodesView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub sites: Vec<Site>,
    pub codes: Vec<Code>,
    pub next: Option<String>,
}

/// A site whose codes can be printed together.
#[derive(PartialEq, Eq)]
pub struct Site {
    pub id: Uuid,
    pub name: String,
}

/// A code in the list.
pub struct Code {
    pub token: String,
    pub grouped: String,
    pub place: String,
    pub site: String,
    pub state: &'static str,
    /// A replaced or retired code must not hang on another wall.
    pub printable: bool,
    pub scans: i64,
    pub last_scan: Option<String>,
}

/// What needs somebody's eye.
#[derive(Template)]
#[template(path = "desk/watch.html")]
pub struct WatchView {
    pub layout: Layout,
    pub person: Option<Person>,
    /// The role has to do with no submission at all.
    pub blind: bool,
    pub grids: Vec<Grid>,
    pub dead: Vec<Dead>,
    /// There is more than these lists show.
    pub more: bool,
}

/// A grid that nobody leads.
pub struct Grid {
    pub place: String,
    pub site: String,
    pub code: String,
}

/// A message that could not be delivered.
pub struct Dead {
    pub submission_id: Uuid,
    pub number: String,
    pub recipient: String,
    pub template: &'static str,
    pub reason: String,
    pub attempts: i16,
    pub when: String,
}
