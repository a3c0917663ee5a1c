//! What the receipt's pages show.

use askama::Template;
use chrono::NaiveDate;
use minyi_domain::{lifecycle::State, submission::Satisfaction};
use minyi_store::{RatingView, SitePublic};

use crate::pages::{layout::Layout, timeline::Line, words};

/// The receipt page (回执).
#[derive(Template)]
#[template(path = "resident/receipt.html")]
pub struct ReceiptPage {
    pub layout: Layout,
    /// Just sent.
    pub new: bool,
    /// Just rated.
    pub rated: bool,
    pub status: Status,
    pub number: String,
    pub receipt: String,
    /// `ACDE-3467-…`
    pub receipt_grouped: String,
    pub receipt_groups: Vec<String>,
    pub kind: &'static str,
    pub text: String,
    pub photos: Vec<PhotoLink>,
    pub submitted: String,
    pub place: String,
    pub station: SitePublic,
    pub timeline: Vec<Line>,
    pub answers: Vec<Answer>,
    pub ratings: Vec<Rating>,
    pub may_rate: bool,
    /// A dissatisfied rating would send it back.
    pub may_send_back: bool,
    pub rating_error: Option<String>,
}

/// Finding a receipt again.
#[derive(Template)]
#[template(path = "resident/receipt-find.html")]
pub struct FindView {
    pub layout: Layout,
    pub receipt: String,
    pub number: String,
    pub problem: Option<String>,
}

/// Where the matter stands.
pub struct Status {
    pub words: &'static str,
    pub explanation: &'static str,
    /// `good` or empty.
    pub tone: &'static str,
    /// The promised day, while an answer is awaited.
    pub due: Option<String>,
    pub provisional: bool,
}

impl Status {
    /// The state in words; `due` counts only while an answer is awaited.
    pub fn new(state: State, overdue: bool, due: String, provisional: bool) -> Self {
        let (words, explanation, tone) = match state {
            State::Registered if overdue => ("还没有答复", "已经超过期限，我们正在催办。", ""),
            State::Registered => ("已登记，等待答复", "代表会尽快答复您，答复会显示在这一页。", ""),
            State::Reopened if overdue => ("正在重新办理", "已经超过期限，我们正在催办。", ""),
            State::Reopened => ("正在重新办理", "您不满意，已退回代表重新办理。", ""),
            State::Answered => ("已答复，请您评价", "请看下面的答复，再评一评满意不满意。", "good"),
            State::Closed => ("已办结", "这件事已经办完，谢谢您。", "good"),
        };
        let due = state.awaits_answer().then_some(due);
        Self {
            words,
            explanation,
            tone,
            provisional: provisional && due.is_some(),
            due,
        }
    }
}

/// Signed links of a photo.
pub struct PhotoLink {
    pub full: String,
    pub thumbnail: String,
}

/// An answer as both sides see it.
pub struct Answer {
    pub author: String,
    pub when: String,
    pub text: String,
    pub photos: Vec<PhotoLink>,
}

/// A rating and what came of it.
pub struct Rating {
    pub satisfaction: &'static str,
    pub solved: bool,
    pub comment: String,
    pub when: String,
    pub sent_back: bool,
    pub result: &'static str,
}

impl Rating {
    /// The first dissatisfied rating has sent the matter back; every other one has closed it.
    pub fn new(rating: &RatingView, today: NaiveDate) -> Self {
        let sent_back = rating.satisfaction == Satisfaction::Dissatisfied && rating.round == 0;
        Self {
            satisfaction: rating.satisfaction.zh(),
            solved: rating.solved,
            comment: rating.comment.clone().unwrap_or_default(),
            when: words::moment(rating.rated_at, today),
            sent_back,
            result: if sent_back {
                "已退回代表重新办理。"
            } else {
                "谢谢您的评价，这件事已办结。"
            },
        }
    }
}
