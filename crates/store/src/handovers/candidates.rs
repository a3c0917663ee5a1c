//! Which office could act, and why this one (承办单位建议).

use std::collections::{HashMap, HashSet};

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper,
    TextExpressionMethods,
    dsl::sql,
    sql_types::{Bool, Text},
};
use minyi_domain::{
    handover::{Channel, State},
    people::Scope,
};
use uuid::Uuid;

use super::give::Office;
use crate::{
    Result, Store,
    schema::{handover_submissions, handovers, offices, submissions},
    scope::submissions_in,
};

/// Of what offices did before, the latest so many matters are compared.
const COMPARED: i64 = 500;
/// Share of the shorter text's pairs of characters that the other must have, to count as a like matter.
const LIKE: f64 = 0.3;

/// An office that could act on a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeCandidate {
    pub id: Uuid,
    pub name: String,
    pub region_code: String,
    /// By which way the matter would go there.
    pub channel: Channel,
    /// The office belongs to the township or street in which the matter lies.
    pub is_local: bool,
    /// Like matters that it has done for this county.
    pub like_matters: usize,
}

impl Store {
    /// The offices of the submission's county, city and province, those first that have done like matters or are of the
    /// same township; `None`: no such submission in this scope.
    pub fn office_candidates(&self, scope: &Scope, submission_id: Uuid) -> Result<Option<Vec<OfficeCandidate>>> {
        let mut connection = self.connection()?;
        let found: Option<(String, String)> = submissions::table
            .find(submission_id)
            .filter(submissions_in(scope))
            .select((submissions::region_code, submissions::text))
            .first(&mut *connection)
            .optional()?;
        let Some((region, text)) = found else { return Ok(None) };
        let county = region.get(..6).unwrap_or(&region).to_owned();
        let above = sql::<Bool>("starts_with(")
            .bind::<Text, _>(region.clone())
            .sql(", offices.region_code)");
        let near: Vec<Office> = offices::table
            .filter(offices::region_code.like(format!("{county}%")).or(above))
            // One that is about to close gets nothing new.
            .filter(offices::valid_until.is_null())
            .order((offices::region_code.desc(), offices::name, offices::id))
            .select(Office::as_select())
            .load(&mut *connection)?;
        let done: Vec<(Uuid, String)> = handovers::table
            .inner_join(handover_submissions::table.inner_join(submissions::table))
            .filter(handovers::state.eq(State::Done.as_str()))
            .filter(submissions::region_code.like(format!("{county}%")))
            .filter(submissions::confidential_region.is_null())
            .order((handovers::handed_at.desc(), handovers::id.desc(), submissions::id))
            .limit(COMPARED)
            .select((handovers::office_id, submissions::text))
            .load(&mut *connection)?;
        let own = pairs(&text);
        let mut like: HashMap<Uuid, usize> = HashMap::new();
        for (office, other) in done {
            if is_like(&own, &pairs(&other)) {
                *like.entry(office).or_default() += 1;
            }
        }
        let candidate = |office: Office| OfficeCandidate {
            channel: Channel::to_office_of(&office.region_code),
            is_local: office.region_code.len() > 6 && region.starts_with(&office.region_code),
            like_matters: like.get(&office.id).copied().unwrap_or(0),
            id: office.id,
            name: office.name,
            region_code: office.region_code,
        };
        let mut candidates: Vec<_> = near.into_iter().map(candidate).collect();
        // Stable: what is equal stays in the order of level and name.
        candidates.sort_by_key(|office| (std::cmp::Reverse(office.like_matters), !office.is_local));
        Ok(Some(candidates))
    }
}

/// Neighbouring characters; two texts about the same thing have many in common.
fn pairs(text: &str) -> HashSet<(char, char)> {
    let letters: Vec<char> = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
    letters.iter().copied().zip(letters.iter().copied().skip(1)).collect()
}

fn is_like(one: &HashSet<(char, char)>, other: &HashSet<(char, char)>) -> bool {
    let shorter = one.len().min(other.len());
    if shorter == 0 {
        return false;
    }
    // A text has at most 4000 characters.
    #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
    let share = one.intersection(other).count() as f64 / shorter as f64;
    share >= LIKE
}
