//! Personal-information requests (个人信息保护法 Art. 44–50): what is kept of the holder of a phone number, and its deletion,
//! or, where the law forbids that (Art. 47), the end of its processing.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, BigInt, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    lifecycle::State,
    people::Scope,
};
use serde_json::json;
use uuid::Uuid;

use crate::{Act, By, Result, Store, audit, word::Word};

mod carry;
mod requests;

pub use requests::{Corrected, DataDecision, DataKind, DataRefusal, DataRequest, NewDataRequest, SealedCorrection};

/// What is kept of a person with one submission.
#[derive(Clone, PartialEq, Eq, QueryableByName)]
pub struct PersonalRecord {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text, deserialize_as = Word<State>)]
    pub state: State,
    #[diesel(sql_type = Timestamptz)]
    pub submitted_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub text: String,
    #[diesel(sql_type = Nullable<Binary>)]
    pub contact_name_sealed: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub contact_phone_sealed: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<String>,
    #[diesel(sql_type = Bool)]
    pub has_position: bool,
    #[diesel(sql_type = BigInt)]
    pub photos: i64,
    /// WeChat users who are told how it goes on.
    #[diesel(sql_type = BigInt)]
    pub subscriptions: i64,
    #[diesel(sql_type = Array<Text>)]
    pub answers: Vec<String>,
    /// What the resident wrote with ratings.
    #[diesel(sql_type = Array<Text>)]
    pub comments: Vec<String>,
    /// What the resident added when asked.
    #[diesel(sql_type = Array<Text>)]
    pub replies: Vec<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub frozen_at: Option<DateTime<Utc>>,
}

/// More than one person ever sends.
const MOST: i64 = 500;

/// `$2`: what the division must be like. A report on an official is left to the division that has it.
const HELD: &str = "
SELECT id, number, state, submitted_at, text, contact_name_sealed, contact_phone_sealed, address, frozen_at,
    longitude IS NOT NULL AS has_position,
    (SELECT count(*) FROM photos WHERE submission_id = submissions.id) AS photos,
    (SELECT count(*) FROM resident_subscriptions
        WHERE submission_id = submissions.id AND ended_at IS NULL) AS subscriptions,
    ARRAY(SELECT answers.text FROM answers WHERE submission_id = submissions.id ORDER BY answered_at, id) AS answers,
    ARRAY(SELECT comment FROM ratings WHERE submission_id = submissions.id AND comment IS NOT NULL ORDER BY round) AS comments,
    ARRAY(SELECT reply FROM info_requests WHERE submission_id = submissions.id AND reply IS NOT NULL ORDER BY asked_at, id) AS replies
FROM submissions
WHERE phone_index = $1 AND region_code LIKE $2
    AND (confidential_region IS NULL OR confidential_region LIKE $2)
ORDER BY submitted_at DESC, id LIMIT $3";

/// Names a person in the audit log without saying who it is.
fn pseudonym(phone_index: &[u8; 32]) -> String {
    phone_index.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn within(scope: &Scope) -> Option<String> {
    match scope {
        Scope::Region(code) => Some(format!("{code}%")),
        _ => None,
    }
}

impl Store {
    /// What is kept in a scope of the holder of a phone number, by its keyed index; that somebody looked is recorded; `copied`
    /// names the kind of file in which a copy is handed out.
    pub fn personal_data(
        &self,
        by: &By,
        scope: &Scope,
        phone_index: [u8; 32],
        copied: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Vec<PersonalRecord>> {
        use diesel::Connection as _;
        self.connection()?.transaction(|connection| {
            let held: Vec<PersonalRecord> = sql_query(HELD)
                .bind::<Binary, _>(phone_index.as_slice())
                .bind::<Nullable<Text>, _>(within(scope))
                .bind::<BigInt, _>(MOST)
                .load(connection)?;
            let (action, detail) = match copied {
                Some(file) => (Action::PersonalDataCopied, json!({"found": held.len(), "file": file})),
                None => (Action::PersonalDataSearched, json!({"found": held.len()})),
            };
            let act = Act::done(action, ObjectKind::PersonalData, pseudonym(&phone_index));
            audit::record(connection, by, &act.with(detail), now)?;
            Ok(held)
        })
    }
}
