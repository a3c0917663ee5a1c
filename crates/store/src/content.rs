//! The check of what the public sent (内容检查): what was found, who looked, and what waits for a person.
//!
//! [`words`] is done by the worker within one transaction; [`asked`] goes to WeChat, where somebody's openid is known.
//! A hit refuses nothing here: the database only keeps a case from being published before somebody has looked.

mod asked;
mod words;

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, NullableExpressionMethods, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, dsl::sql, expression::SqlLiteral, pg::Pg, sql_types::Bool,
};
use minyi_domain::{
    content::{Category, Mark, Verdict},
    people::Actor,
    rights::Permission,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Result, Store,
    casework::{Case, Refusal},
    schema::{accounts, content_checks},
    word::{Word, words as set},
};

pub use asked::{ContentQuestion, ContentReport, ContentResult, Subject};
pub(crate) use asked::{ask_wechat, keep_report};
pub use words::ContentWord;
pub(crate) use words::await_words;

set! {
    /// Who checks.
    Checker {
        /// The list of words.
        Words = "words",
        /// msgSecCheck for texts, mediaCheckAsync for photos.
        Wechat = "wechat",
    }
}

set! {
    /// How far a check is.
    CheckState {
        Waiting = "waiting",
        Asking = "asking",
        /// WeChat tells the result by itself.
        Pending = "pending",
        Done = "done",
    }
}

set! {
    /// Why the machine could not tell: a person looks.
    Unable {
        /// The resident has not been in the mini-program within two hours (61010).
        VisitorGone = "visitor_gone",
        /// WeChat could not fetch the photo (-1008).
        DownloadFailed = "download_failed",
        /// WeChat did not tell the result in time.
        NoResult = "no_result",
        /// WeChat did not take the question.
        Refused = "refused",
        /// Asked too often in vain.
        GivenUp = "given_up",
    }
}

/// A marked word of a text; positions count characters (Unicode scalar values).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentMark {
    pub category: Category,
    /// As it stands in the list.
    pub word: String,
    pub start: usize,
    pub end: usize,
}

impl ContentMark {
    /// The marks of a text.
    #[must_use]
    pub fn of(text: &str, marks: Vec<Mark>) -> Vec<Self> {
        let characters = |end: usize| text.get(..end).unwrap_or_default().chars().count();
        let marks = marks.into_iter().map(|mark| Self {
            start: characters(mark.range.start),
            end: characters(mark.range.end),
            category: mark.category,
            word: mark.word,
        });
        marks.collect()
    }
}

/// One check of a submission, for those whose work it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentCheck {
    /// `None`: the text.
    pub photo_id: Option<Uuid>,
    pub checker: Checker,
    pub state: CheckState,
    /// `None`: not yet.
    pub verdict: Option<Verdict>,
    pub marks: Vec<ContentMark>,
    /// WeChat's label (100 normal, 10001 ads, 20001 politics, …).
    pub label: Option<i32>,
    pub reason: Option<Unable>,
    /// Who has looked, and when.
    pub looked: Option<(String, DateTime<Utc>)>,
}

impl ContentCheck {
    /// Somebody has to look before anything is published.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.verdict != Some(Verdict::Pass) && self.looked.is_none()
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = content_checks, check_for_backend(Pg))]
struct Record {
    photo_id: Option<Uuid>,
    #[diesel(deserialize_as = Word<Checker>)]
    checker: Checker,
    #[diesel(deserialize_as = Word<CheckState>)]
    state: CheckState,
    verdict: Option<Word<Verdict>>,
    marks: Value,
    label: Option<i32>,
    reason: Option<Word<Unable>>,
    looked_at: Option<DateTime<Utc>>,
}

impl Record {
    fn view(self, who: Option<String>) -> ContentCheck {
        ContentCheck {
            photo_id: self.photo_id,
            checker: self.checker,
            state: self.state,
            verdict: self.verdict.map(|word| word.0),
            marks: serde_json::from_value(self.marks).unwrap_or_default(),
            label: self.label,
            reason: self.reason.map(|word| word.0),
            looked: who.zip(self.looked_at),
        }
    }
}

/// The checks of a submission whose reader was let through before: the text first.
pub(crate) fn checks(connection: &mut PgConnection, submission_id: Uuid) -> Result<Vec<ContentCheck>> {
    let found: Vec<(Record, Option<String>)> = content_checks::table
        .left_join(accounts::table)
        .filter(content_checks::submission_id.eq(submission_id))
        .order((
            content_checks::photo_id.is_not_null(),
            content_checks::photo_id,
            content_checks::checker.desc(),
        ))
        .select((Record::as_select(), accounts::display_name.nullable()))
        .load(connection)?;
    Ok(found.into_iter().map(|(record, who)| record.view(who)).collect())
}

/// How many checks of a submission nobody has looked at and that did not pass.
pub(crate) fn open_checks(connection: &mut PgConnection, submission_id: Uuid) -> Result<i64> {
    let rows = content_checks::table
        .filter(content_checks::submission_id.eq(submission_id))
        .filter(is_open());
    Ok(rows.count().get_result(connection)?)
}

/// Writes down who has looked at everything that did not pass; what was looked at before stays.
pub(crate) fn look(connection: &mut PgConnection, submission_id: Uuid, by: Uuid, now: DateTime<Utc>) -> Result<usize> {
    let rows = content_checks::table
        .filter(content_checks::submission_id.eq(submission_id))
        .filter(is_open());
    Ok(diesel::update(rows)
        .set((
            content_checks::looked_by_account_id.eq(by),
            content_checks::looked_at.eq(now),
        ))
        .execute(connection)?)
}

fn is_open() -> SqlLiteral<Bool> {
    sql("verdict IS DISTINCT FROM 'pass' AND looked_at IS NULL")
}

impl Store {
    /// Somebody has seen what the check marked of a submission in this person's scope; twice changes nothing. Returns
    /// how many checks it was about.
    pub fn look_at_content(
        &self,
        actor: &Actor,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<usize, Refusal>> {
        self.act(|connection| {
            if !actor.role.may(Permission::Release) {
                return Err(Refusal::Forbidden.into());
            }
            let case = Case::lock(connection, actor, id)?;
            Ok(look(connection, case.id, actor.account_id, now)?)
        })
    }

    /// Whether any check of a submission waits for a person; the caller has let the reader through before.
    pub fn content_is_open(&self, submission_id: Uuid) -> Result<bool> {
        Ok(open_checks(&mut *self.connection()?, submission_id)? > 0)
    }
}
