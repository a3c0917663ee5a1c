//! Asking again after closing (上门回访): planned with the closing itself, done once.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl,
    Queryable, RunQueryDsl, Selectable, SelectableHelper, pg::Pg,
};
use minyi_domain::{
    calendar::WorkCalendar,
    people::{Actor, Scope},
    revisit::{self, Ending, Outcome, Reason, Way},
    submission::Satisfaction,
    text::Note,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Cursor, Error, Page, Result, Store,
    casework::{Case, Refusal},
    ids,
    page::one_more,
    schema::{grids, ratings, revisit_policy, revisits, sites, submissions},
    scope::submissions_in,
    submissions::EventKind,
    word::Word,
};

/// A resident who is to be asked, or was asked, again.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = revisits, check_for_backend(Pg))]
pub struct Revisit {
    pub id: Uuid,
    pub submission_id: Uuid,
    #[diesel(select_expression = submissions::number)]
    pub number: String,
    #[diesel(select_expression = submissions::text)]
    pub text: String,
    #[diesel(select_expression = grids::place)]
    pub place: String,
    #[diesel(select_expression = sites::name)]
    pub site_name: String,
    #[diesel(deserialize_as = Word<Reason>)]
    pub reason: Reason,
    pub due_at: DateTime<Utc>,
    pub done_at: Option<DateTime<Utc>>,
    way: Option<Word<Way>>,
    outcome: Option<Word<Outcome>>,
    pub satisfied: Option<bool>,
    pub note: Option<String>,
}

impl Revisit {
    /// How the resident was asked; `None`: not yet.
    pub fn way(&self) -> Option<Way> {
        self.way.as_ref().map(|word| word.0)
    }

    /// What came out; `None`: not yet.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome.as_ref().map(|word| word.0)
    }
}

/// What came out of a revisit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisitResult {
    pub way: Way,
    pub outcome: Outcome,
    /// Stands exactly when the resident was reached.
    pub satisfied: Option<bool>,
    pub note: Option<Note>,
}

impl Store {
    /// The revisits in a scope: the open ones by their date, so that the overdue stand first, or those done, the last
    /// first.
    pub fn revisits(&self, scope: &Scope, done: bool, cursor: Option<Cursor>, limit: i64) -> Result<Page<Revisit>> {
        let mut query = revisits::table
            .inner_join(submissions::table.inner_join(grids::table))
            .inner_join(sites::table)
            .filter(submissions_in(scope))
            .limit(one_more(limit))
            .select(Revisit::as_select())
            .into_boxed();
        if done {
            query = query
                .filter(revisits::done_at.is_not_null())
                .order((revisits::done_at.desc(), revisits::id.desc()));
            if let Some(Cursor { at, id }) = cursor {
                let same = revisits::done_at.eq(at).and(revisits::id.lt(id).nullable());
                query = query.filter(revisits::done_at.lt(at).or(same));
            }
        } else {
            query = query
                .filter(revisits::done_at.is_null())
                .order((revisits::due_at.asc(), revisits::id.asc()));
            if let Some(Cursor { at, id }) = cursor {
                let same = revisits::due_at.eq(at).and(revisits::id.gt(id));
                query = query.filter(revisits::due_at.gt(at).or(same));
            }
        }
        let items = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(items, limit, |item: &Revisit| Cursor {
            at: item.done_at.unwrap_or(item.due_at),
            id: item.id,
        }))
    }

    /// Writes what came out, once; the same again changes nothing.
    pub fn record_revisit(
        &self,
        actor: &Actor,
        id: Uuid,
        result: &RevisitResult,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let submission_id: Option<Uuid> = revisits::table
                .find(id)
                .select(revisits::submission_id)
                .first(connection)
                .optional()?;
            let case = Case::lock(connection, actor, submission_id.ok_or(Refusal::NotFound)?)?;
            if let Some(before) = result_of(connection, id)? {
                return if before == *result {
                    Ok(())
                } else {
                    Err(Refusal::Once.into())
                };
            }
            diesel::update(revisits::table.find(id))
                .set((
                    revisits::done_at.eq(now),
                    revisits::done_by_account_id.eq(actor.account_id),
                    revisits::way.eq(result.way.as_str()),
                    revisits::outcome.eq(result.outcome.as_str()),
                    revisits::satisfied.eq(result.satisfied),
                    revisits::note.eq(result.note.as_ref().map(Note::as_str)),
                ))
                .execute(connection)?;
            let data = json!({ "outcome": result.outcome.as_str() });
            let event = case.event(EventKind::Revisited, actor, now).with_data(data);
            Ok(event.insert(connection).map(drop)?)
        })
    }
}

type Written = (Option<Word<Way>>, Option<Word<Outcome>>, Option<bool>, Option<String>);

/// What was written before; `None`: nothing yet.
fn result_of(connection: &mut PgConnection, id: Uuid) -> Result<Option<RevisitResult>> {
    let (way, outcome, satisfied, note): Written = revisits::table
        .find(id)
        .select((revisits::way, revisits::outcome, revisits::satisfied, revisits::note))
        .first(connection)?;
    let (Some(Word(way)), Some(Word(outcome))) = (way, outcome) else {
        return Ok(None);
    };
    let note = note.map(|note| Note::parse(&note)).transpose();
    Ok(Some(RevisitResult {
        way,
        outcome,
        satisfied,
        note: note.map_err(|error| Error::Unknown(error.to_string()))?,
    }))
}

/// Plans asking again, in the transaction that closes, if the rules want it.
pub fn plan(connection: &mut PgConnection, submission_id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let (site_id, refused_after_review): (Uuid, bool) = submissions::table
        .find(submission_id)
        .select((
            submissions::site_id,
            submissions::close_reason
                .eq("declined")
                .and(submissions::review_asked_at.is_not_null())
                .assume_not_null(),
        ))
        .first(connection)?;
    let rating: Option<(bool, Word<Satisfaction>)> = ratings::table
        .filter(ratings::submission_id.eq(submission_id))
        .order(ratings::round.desc())
        .select((ratings::solved, ratings::satisfaction))
        .first(connection)
        .optional()?;
    let (percent, days): (i16, i16) = revisit_policy::table
        .select((revisit_policy::sample_percent, revisit_policy::due_days))
        .first(connection)?;
    let ending = Ending {
        rating: rating.map(|(solved, Word(satisfaction))| (solved, satisfaction)),
        refused_after_review,
    };
    let percent = u8::try_from(percent).unwrap_or(0);
    let Some(reason) = revisit::reason(submission_id, ending, percent) else {
        return Ok(());
    };
    diesel::insert_into(revisits::table)
        .values((
            revisits::id.eq(ids::new(now)),
            revisits::submission_id.eq(submission_id),
            revisits::site_id.eq(site_id),
            revisits::reason.eq(reason.as_str()),
            revisits::created_at.eq(now),
            revisits::due_at.eq(WorkCalendar::add_calendar_days(now, days.unsigned_abs()).at),
        ))
        .execute(connection)?;
    Ok(())
}
