//! What the receipt's pages show.

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{lifecycle::State, submission::Satisfaction};
use minyi_store::{CloseReason, RatingView, ReceiptView, SitePublic};

use super::triage::TriageView;
use crate::pages::{layout::Layout, meetings::MeetingsView, timeline::Line, words};

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
    /// The holidays on the way to the promised day are not announced yet.
    pub provisional: bool,
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
    pub offices: Vec<OfficeLine>,
    pub promises: Vec<PromiseLine>,
    pub timeline: Vec<Line>,
    /// Who answers: `代表` or `联络站工作人员`.
    pub answerer: &'static str,
    /// Answers and ratings, the oldest first.
    pub turns: Vec<Turn>,
    /// What came of the last rating.
    pub last_result: Option<&'static str>,
    pub may_rate: bool,
    /// Not closed: one may meet about it.
    pub may_meet: bool,
    pub meetings: MeetingsView,
    /// What a dissatisfied rating would do, if not close.
    pub send_back: Option<String>,
    /// What the resident has just done.
    pub done: Option<&'static str>,
    pub triage: TriageView,
    /// The resident agrees that it may be published.
    pub publish_consented: bool,
    /// It is published under this token.
    pub public_token: Option<String>,
    /// The agreement has just been given or taken back.
    pub consent_changed: bool,
    /// Messages about it go to WeChat.
    pub subscribed: bool,
    /// They have just been ended.
    pub messages_ended: bool,
    pub rating_error: Option<String>,
}

/// An office that has the matter, or had it.
pub struct OfficeLine {
    pub office: String,
    pub state: &'static str,
    /// It still has to answer.
    pub open: bool,
    pub answer_due: String,
}

/// What was promised.
pub struct PromiseLine {
    pub by: String,
    pub text: String,
    pub due: String,
    pub late: bool,
    pub open: bool,
    pub kept: String,
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

const LATE: &str = "已经超过期限，我们正在催办。";

/// Where the matter stands.
pub struct Status {
    pub words: &'static str,
    pub explanation: String,
    /// `good` or empty.
    pub tone: &'static str,
    /// It is over, but the resident is not helped: say where else to turn.
    pub way_on: bool,
    /// The promised day, while an answer is awaited.
    pub due: Option<String>,
}

impl Status {
    /// The state in words; `due` is given only while an answer is awaited, `last` is the last rating.
    pub fn new(state: State, overdue: bool, due: Option<String>, last: Option<Satisfaction>, answerer: &str) -> Self {
        let (words, explanation) = match state {
            State::Registered if overdue => ("还没有答复", LATE.to_owned()),
            State::Registered => (
                "已登记，等待答复",
                format!("{answerer}会尽快答复您，答复会显示在这一页。"),
            ),
            State::Accepted if overdue => ("正在办理", LATE.to_owned()),
            State::Accepted => ("已受理，正在办理", format!("{answerer}正在办理，答复会显示在这一页。")),
            State::AwaitingResident => (
                "请您补充情况",
                "办理人还需要了解一些情况，请看下面的问题。您补充以后接着办理。".to_owned(),
            ),
            State::HandedOver if overdue => ("正在办理", LATE.to_owned()),
            State::HandedOver => (
                "已交有关部门办理",
                format!("{answerer}已经请有关部门办理，有结果后会在这一页答复您。"),
            ),
            State::Merged => (
                "和同类民意一起办理",
                "很多人反映了同样的事，放在一起办理，答复会显示在这一页。".to_owned(),
            ),
            State::Declined => (
                "不属于受理范围",
                "请看下面的说明，那里写了该找哪里。您有不同意见，可以申请一次复核。".to_owned(),
            ),
            State::Reopened if overdue => ("正在重新办理", LATE.to_owned()),
            State::Reopened => ("正在重新办理", format!("您不满意，已退回{answerer}重新办理。")),
            State::Answered => ("已答复，请您评价", "请看下面的答复，再评一评满意不满意。".to_owned()),
            State::Closed => match last {
                Some(Satisfaction::Dissatisfied) => (
                    "已结束，您表示不满意",
                    "事情还没解决，可以打下面的电话，或者再扫码提交一次。".to_owned(),
                ),
                Some(Satisfaction::Satisfied | Satisfaction::BasicallySatisfied) => {
                    ("已办结", "这件事已经办完，谢谢您。".to_owned())
                }
                None => (
                    "没有收到评价，已自动办结",
                    "事情还没解决，可以打下面的电话，或者再扫码提交一次。".to_owned(),
                ),
            },
        };
        let helped = matches!(last, Some(Satisfaction::Satisfied | Satisfaction::BasicallySatisfied));
        let good = state == State::Answered || (state == State::Closed && helped);
        Self {
            words,
            explanation,
            tone: if good { "good" } else { "" },
            way_on: state == State::Closed && !helped,
            due,
        }
    }
}

impl Status {
    /// The words for what the state alone does not say: who looks at it now, and why it ended.
    pub fn told_of(self, found: &ReceiptView) -> Self {
        let reviewed = found.review_asked_at.is_some();
        let rated_since = found
            .ratings
            .last()
            .is_some_and(|last| Some(last.rated_at) > found.review_asked_at);
        let (words, explanation) = match found.state {
            State::Reopened if found.handled_above && !self.is_late() => {
                if reviewed && !rated_since {
                    ("正在复核", "您申请了复核，由上一级人大重新看，结果会显示在这一页。")
                } else {
                    (
                        "上一级正在办理",
                        "您再次不满意，已交上一级人大办理，答复会显示在这一页。",
                    )
                }
            }
            State::Declined if reviewed => (
                "复核后仍不属于受理范围",
                "上一级人大看过了，还是不属于受理范围。请看下面的说明，那里写了该找哪里。",
            ),
            State::Closed if found.close_reason == Some(CloseReason::Declined) => (
                "不属于受理范围，已结束",
                "请看下面的说明，那里写了该找哪里；也可以打下面的电话。",
            ),
            _ => return self,
        };
        Self {
            words,
            explanation: explanation.to_owned(),
            ..self
        }
    }

    fn is_late(&self) -> bool {
        self.explanation == LATE
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

/// An answer or a rating under its heading.
pub struct Turn {
    /// `答复`, `您的评价（第 2 次）`
    pub heading: String,
    pub said: Said,
}

/// Who said something.
pub enum Said {
    Answer(Answer),
    Rating(Rating),
}

/// All that was said, in order of time; the headings are numbered where there are several of a kind.
pub fn turns(mut said: Vec<(DateTime<Utc>, Said)>) -> Vec<Turn> {
    said.sort_by_key(|(when, _)| *when);
    let ratings = said.iter().filter(|(_, said)| matches!(said, Said::Rating(_))).count();
    let answers = said.len() - ratings;
    let (mut answer, mut rating) = (0, 0);
    let heading = |word: &str, number: &mut usize, of: usize| {
        *number += 1;
        if of > 1 {
            format!("{word}（第 {number} 次）")
        } else {
            word.to_owned()
        }
    };
    said.into_iter()
        .map(|(_, said)| Turn {
            heading: match &said {
                Said::Answer(_) => heading("答复", &mut answer, answers),
                Said::Rating(_) => heading("您的评价", &mut rating, ratings),
            },
            said,
        })
        .collect()
}

/// A rating and what came of it.
pub struct Rating {
    pub satisfaction: &'static str,
    pub solved: bool,
    pub comment: String,
    pub when: String,
    /// `good` or `warn`.
    pub tone: &'static str,
    pub result: &'static str,
}

impl Rating {
    /// The first dissatisfied rating has sent the matter back; every other one has closed it.
    pub fn new(rating: &RatingView, today: NaiveDate) -> Self {
        let dissatisfied = rating.satisfaction == Satisfaction::Dissatisfied;
        Self {
            satisfaction: rating.satisfaction.zh(),
            solved: rating.solved,
            comment: rating.comment.clone().unwrap_or_default(),
            when: words::moment(rating.rated_at, today),
            tone: if dissatisfied { "warn" } else { "good" },
            result: if dissatisfied && rating.round == 0 {
                "已退回重新办理。"
            } else if dissatisfied && rating.round == 1 {
                "已交上一级办理。"
            } else if dissatisfied {
                "您表示不满意，这件事已结束。"
            } else {
                "谢谢您的评价，这件事已办结。"
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    fn closed_after(last: Option<Satisfaction>) -> Status {
        Status::new(State::Closed, false, None, last, "代表")
    }

    #[test]
    fn only_a_contented_end_is_green() {
        let good = closed_after(Some(Satisfaction::BasicallySatisfied));
        assert_eq!((good.words, good.tone, good.way_on), ("已办结", "good", false));
        let bad = closed_after(Some(Satisfaction::Dissatisfied));
        assert_eq!((bad.words, bad.tone, bad.way_on), ("已结束，您表示不满意", "", true));
        let unrated = closed_after(None);
        assert_eq!(
            (unrated.words, unrated.tone, unrated.way_on),
            ("没有收到评价，已自动办结", "", true)
        );
    }

    #[test]
    fn the_one_who_answers_is_named() {
        let status = Status::new(State::Registered, false, None, None, "联络站工作人员");
        assert!(!status.explanation.contains("代表"), "{}", status.explanation);
    }

    #[test]
    fn what_was_said_twice_is_numbered_in_order_of_time() {
        let answer = |text: &str| {
            Said::Answer(Answer {
                author: String::new(),
                when: String::new(),
                text: text.to_owned(),
                photos: Vec::new(),
            })
        };
        let rating = Said::Rating(Rating {
            satisfaction: "不满意",
            solved: false,
            comment: String::new(),
            when: String::new(),
            tone: "warn",
            result: "",
        });
        let at = |hour: u32| format!("2026-11-20T{hour:02}:00:00Z").parse().unwrap();
        let turns = turns(vec![(at(1), answer("一")), (at(3), answer("二")), (at(2), rating)]);
        let headings: Vec<&str> = turns.iter().map(|turn| turn.heading.as_str()).collect();
        assert_eq!(headings, ["答复（第 1 次）", "您的评价", "答复（第 2 次）"]);
    }
}
