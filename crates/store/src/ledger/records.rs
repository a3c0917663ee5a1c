//! What an archive keeps beside the ledger: the way of each submission, and what was answered.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper};
use minyi_domain::people::Scope;
use uuid::Uuid;

use crate::{
    AnswerKind, EventView, Result, Store,
    schema::{answers, events, submissions},
    scope::submissions_in,
    word::Word,
};

/// The ways and answers of some submissions, each with the submission's number, in the order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub events: Vec<(String, EventView)>,
    /// Number, author's name, kind, text, time.
    pub answers: Vec<(String, String, AnswerKind, String, DateTime<Utc>)>,
}

impl Store {
    /// The records of those of `ids` that lie in the scope.
    pub fn records(&self, scope: &Scope, ids: &[Uuid]) -> Result<Record> {
        let mut connection = self.connection()?;
        let events = events::table
            .inner_join(submissions::table)
            .filter(submissions_in(scope))
            .filter(events::submission_id.eq_any(ids))
            .order((submissions::submitted_at.desc(), submissions::id.desc(), events::seq))
            .select((submissions::number, EventView::as_select()))
            .load(&mut *connection)?;
        type Row = (String, String, Word<AnswerKind>, String, DateTime<Utc>);
        let answers: Vec<Row> = answers::table
            .inner_join(submissions::table)
            .filter(submissions_in(scope))
            .filter(answers::submission_id.eq_any(ids))
            .order((
                submissions::submitted_at.desc(),
                submissions::id.desc(),
                answers::answered_at,
            ))
            .select((
                submissions::number,
                answers::author_name,
                answers::kind,
                answers::text,
                answers::answered_at,
            ))
            .load(&mut *connection)?;
        let answers = answers.into_iter();
        Ok(Record {
            events,
            answers: answers
                .map(|(number, author, Word(kind), text, at)| (number, author, kind, text, at))
                .collect(),
        })
    }
}
