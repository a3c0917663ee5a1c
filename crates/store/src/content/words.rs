//! The list of words, and checking texts by it.

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, Insertable, OptionalExtension, PgConnection, QueryDsl, Queryable,
    QueryableByName, RunQueryDsl, Selectable, SelectableHelper,
    pg::Pg,
    sql_query,
    sql_types::{BigInt, Text, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    content::{Category, ListedWord, Mark, Verdict},
};
use serde_json::json;
use uuid::Uuid;

use super::{CheckState, Checker, ContentMark};
use crate::{
    Act, By, Error, Result, Store, audit, ids,
    schema::{content_checks, content_words},
    word::Word,
};

/// A word that somebody added to the list.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = content_words, check_for_backend(Pg))]
pub struct ContentWord {
    pub id: Uuid,
    pub word: String,
    #[diesel(deserialize_as = Word<Category>)]
    pub category: Category,
    pub added_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = content_words)]
struct NewWord<'a> {
    id: Uuid,
    word: &'a str,
    category: &'static str,
    added_by_account_id: Uuid,
    added_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    text: String,
}

const WAITING: &str = "
SELECT c.id, s.text FROM content_checks c JOIN submissions s ON s.id = submission_id
WHERE c.state = 'waiting' AND checker = 'words' ORDER BY due_at, c.id LIMIT $1 FOR UPDATE OF c SKIP LOCKED";

impl Store {
    /// The words that people added, the latest first.
    pub fn content_words(&self) -> Result<Vec<ContentWord>> {
        Ok(content_words::table
            .order((content_words::added_at.desc(), content_words::id.desc()))
            .select(ContentWord::as_select())
            .load(&mut *self.connection()?)?)
    }

    /// Adds a word for all texts from now on; one that is there already gets the category.
    pub fn add_content_word(
        &self,
        word: &ListedWord,
        category: Category,
        by: &By,
        now: DateTime<Utc>,
    ) -> Result<ContentWord> {
        let account = by
            .account_id()
            .ok_or_else(|| Error::Unknown("a word that nobody adds".to_owned()))?;
        let new = NewWord {
            id: ids::new(now),
            word: word.as_str(),
            category: category.as_str(),
            added_by_account_id: account,
            added_at: now,
        };
        self.connection()?.transaction(|connection| {
            let added: ContentWord = diesel::insert_into(content_words::table)
                .values(&new)
                .on_conflict(content_words::word)
                .do_update()
                .set((
                    content_words::category.eq(new.category),
                    content_words::added_by_account_id.eq(account),
                ))
                .returning(ContentWord::as_returning())
                .get_result(connection)?;
            record(connection, by, Action::ContentWordAdded, &added, now)?;
            Ok(added)
        })
    }

    /// Takes a word off the list; `false`: it is not there.
    pub fn remove_content_word(&self, id: Uuid, by: &By, now: DateTime<Utc>) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            let removed: Option<ContentWord> = diesel::delete(content_words::table.find(id))
                .returning(ContentWord::as_returning())
                .get_result(connection)
                .optional()?;
            if let Some(word) = &removed {
                record(connection, by, Action::ContentWordRemoved, word, now)?;
            }
            Ok(removed.is_some())
        })
    }

    /// Checks up to `limit` texts by `find`, the oldest first, each once however many workers do so; returns how many.
    pub fn check_words(&self, limit: i64, now: DateTime<Utc>, find: impl Fn(&str) -> Vec<Mark>) -> Result<usize> {
        self.connection()?.transaction(|connection| {
            let waiting: Vec<Waiting> = sql_query(WAITING).bind::<BigInt, _>(limit).load(connection)?;
            for Waiting { id, text } in &waiting {
                let marks = ContentMark::of(text, find(text));
                let verdict = if marks.is_empty() { Verdict::Pass } else { Verdict::Look };
                diesel::update(content_checks::table.find(id))
                    .set((
                        content_checks::state.eq(CheckState::Done.as_str()),
                        content_checks::verdict.eq(verdict.as_str()),
                        content_checks::marks.eq(json!(marks)),
                        content_checks::done_at.eq(now),
                    ))
                    .execute(connection)?;
            }
            Ok(waiting.len())
        })
    }
}

fn record(
    connection: &mut PgConnection,
    by: &By,
    action: Action,
    word: &ContentWord,
    now: DateTime<Utc>,
) -> Result<()> {
    let act = Act::done(action, ObjectKind::ContentWord, word.id);
    let detail = json!({"word": word.word, "category": word.category.as_str()});
    audit::record(connection, by, &act.with(detail), now)
}

/// The text of a submission is to be checked.
pub(crate) fn await_words(connection: &mut PgConnection, submission_id: Uuid, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(content_checks::table)
        .values((
            content_checks::id.eq(ids::new(now)),
            content_checks::submission_id.eq(submission_id),
            content_checks::checker.eq(Checker::Words.as_str()),
            content_checks::state.eq(CheckState::Waiting.as_str()),
            content_checks::due_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}
