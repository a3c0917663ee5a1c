//! Asking for deletion, for the end of processing or for correction, and deciding about it: two persons.

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    calendar::local_date,
    people::Scope,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    carry::{carry_out, is_held, is_published},
    within,
};
use crate::{
    Act, By, Cursor, Page, Result, Store, audit,
    page::one_more,
    word::{Word, words},
};

words! {
    /// What is asked for.
    DataKind {
        /// 删除; what is not done yet is frozen instead.
        Erase = "erase",
        /// 停止处理.
        Freeze = "freeze",
        /// 恢复处理.
        Unfreeze = "unfreeze",
        /// 更正.
        Correct = "correct",
    }
}

/// A request that is to be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDataRequest {
    pub id: Uuid,
    pub kind: DataKind,
    pub phone_index: [u8; 32],
    /// By which the person has proved who it is, and what the person wants.
    pub reason: String,
    /// What is to stand there, sealed for this request; of a correction only.
    pub correction: Option<SealedCorrection>,
    pub account_id: Uuid,
    pub now: DateTime<Utc>,
}

/// A name, a phone or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCorrection {
    pub name: Option<Vec<u8>>,
    pub phone: Option<Vec<u8>>,
}

/// A correction, sealed for a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// `None`: it stays.
    pub name: Option<Vec<u8>>,
    /// With its keyed index. `None`: it stays.
    pub phone: Option<(Vec<u8>, [u8; 32])>,
}

/// Seals a request's correction for a submission, whose id is the last argument; the store has no keys.
pub(super) type Reseal<'a> = &'a dyn Fn(Uuid, &SealedCorrection, Uuid) -> Result<Corrected>;

/// Submissions that a granted request has changed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Done {
    pub erased: usize,
    /// Or taken up again.
    pub frozen: usize,
    pub corrected: usize,
}

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDecision {
    pub granted: bool,
    /// Told to the person (Art. 50: a refusal says why).
    pub reason: String,
    pub account_id: Uuid,
    pub now: DateTime<Utc>,
}

/// Why nothing is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataRefusal {
    /// No such request in this scope.
    NotFound,
    /// Nothing is kept of this person in this scope.
    NothingHeld,
    /// Whoever asks does not decide.
    Own,
    /// It is decided already.
    Decided,
    /// One of the submissions is published: the publication is withdrawn first.
    Published,
}

/// A request as it stands.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct DataRequest {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text, deserialize_as = Word<DataKind>)]
    pub kind: DataKind,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = SqlUuid)]
    pub asked_by: Uuid,
    #[diesel(sql_type = Text)]
    pub asked_by_name: String,
    #[diesel(sql_type = Timestamptz)]
    pub asked_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub submissions: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub decided_by_name: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Bool>)]
    pub granted: Option<bool>,
    #[diesel(sql_type = Nullable<Text>)]
    pub decision_reason: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub erased: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub frozen: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub corrected: Option<i32>,
    /// What a correction that waits is to put there, sealed for the request.
    #[diesel(sql_type = Nullable<Binary>)]
    pub new_name_sealed: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub new_phone_sealed: Option<Vec<u8>>,
}

/// `$1`: what the division of **all** submissions must be like.
const REQUESTS: &str = "
SELECT requests.id, requests.number, requests.kind, requests.reason, requests.asked_by_account_id AS asked_by,
    asker.display_name AS asked_by_name, requests.asked_at, decider.display_name AS decided_by_name,
    requests.decided_at, requests.granted, requests.decision_reason, requests.erased, requests.frozen,
    requests.corrected, requests.new_name_sealed, requests.new_phone_sealed,
    (SELECT count(*) FROM personal_data_items WHERE request_id = requests.id) AS submissions
FROM personal_data_requests AS requests
JOIN accounts AS asker ON asker.id = requests.asked_by_account_id
LEFT JOIN accounts AS decider ON decider.id = requests.decided_by_account_id
WHERE $1 IS NOT NULL AND NOT EXISTS (SELECT FROM personal_data_items JOIN submissions ON submissions.id = submission_id
    WHERE request_id = requests.id AND submissions.region_code NOT LIKE $1)";

impl Store {
    /// The requests in a scope, the newest first.
    pub fn data_requests(&self, scope: &Scope, cursor: Option<Cursor>, limit: i64) -> Result<Page<DataRequest>> {
        const TAIL: &str = " AND ($2 IS NULL OR (requests.asked_at, requests.id) < ($2, $3))
            ORDER BY requests.asked_at DESC, requests.id DESC LIMIT $4";
        let items = sql_query(format!("{REQUESTS}{TAIL}"))
            .bind::<Nullable<Text>, _>(within(scope))
            .bind::<Nullable<Timestamptz>, _>(cursor.map(|cursor| cursor.at))
            .bind::<Nullable<SqlUuid>, _>(cursor.map(|cursor| cursor.id))
            .bind::<BigInt, _>(one_more(limit))
            .load(&mut *self.connection()?)?;
        Ok(Page::cut(items, limit, |item: &DataRequest| Cursor {
            at: item.asked_at,
            id: item.id,
        }))
    }

    /// One request of a scope.
    pub fn data_request(&self, scope: &Scope, id: Uuid) -> Result<Option<DataRequest>> {
        find(&mut *self.connection()?, scope, id, "")
    }

    /// Asks for something to be done with what is kept of a person in a scope.
    pub fn ask_data_request(
        &self,
        by: &By,
        scope: &Scope,
        new: &NewDataRequest,
    ) -> Result<std::result::Result<(), DataRefusal>> {
        self.connection()?.transaction(|connection| {
            if !is_held(connection, scope, &new.phone_index)? {
                return Ok(Err(DataRefusal::NothingHeld));
            }
            let id = new.id;
            let tail = id.simple().to_string().split_off(26).to_uppercase();
            let number = format!("GR{}-{tail}", local_date(new.now).format("%Y%m%d"));
            sql_query(
                "INSERT INTO personal_data_requests
                    (id, number, kind, phone_index, reason, asked_by_account_id, asked_at, new_name_sealed, new_phone_sealed)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind::<SqlUuid, _>(id)
            .bind::<Text, _>(&number)
            .bind::<Text, _>(new.kind.as_str())
            .bind::<Binary, _>(new.phone_index.as_slice())
            .bind::<Text, _>(&new.reason)
            .bind::<SqlUuid, _>(new.account_id)
            .bind::<Timestamptz, _>(new.now)
            .bind::<Nullable<Binary>, _>(new.correction.as_ref().and_then(|new| new.name.as_deref()))
            .bind::<Nullable<Binary>, _>(new.correction.as_ref().and_then(|new| new.phone.as_deref()))
            .execute(connection)?;
            let items = sql_query(
                "INSERT INTO personal_data_items SELECT $1, id FROM submissions
                WHERE phone_index = $2 AND region_code LIKE $3
                    AND (confidential_region IS NULL OR confidential_region LIKE $3)",
            )
            .bind::<SqlUuid, _>(id)
            .bind::<Binary, _>(new.phone_index.as_slice())
            .bind::<Nullable<Text>, _>(within(scope))
            .execute(connection)?;
            let act = Act::done(Action::PersonalDataRequested, ObjectKind::PersonalDataRequest, &number);
            let act = act.with(json!({"kind": new.kind, "submissions": items}));
            audit::record(connection, by, &act, new.now)?;
            Ok(Ok(()))
        })
    }

    /// Decides a request that somebody else asked for, and does at once what is granted. `reseal` takes the request's id and
    /// its correction, and seals it for the submission of the last id.
    ///
    /// # Errors
    /// Those of the database, and those of `reseal`; then nothing is decided.
    pub fn decide_data_request(
        &self,
        by: &By,
        scope: &Scope,
        id: Uuid,
        decision: &DataDecision,
        reseal: impl Fn(Uuid, &SealedCorrection, Uuid) -> Result<Corrected>,
    ) -> Result<std::result::Result<(), DataRefusal>> {
        self.connection()?.transaction(|connection| {
            let Some(request) = find(connection, scope, id, " FOR UPDATE OF requests")? else {
                return Ok(Err(DataRefusal::NotFound));
            };
            if request.asked_by == decision.account_id {
                return Ok(Err(DataRefusal::Own));
            }
            if request.decided_at.is_some() {
                return Ok(Err(DataRefusal::Decided));
            }
            let mut done = Done::default();
            if decision.granted {
                if request.kind == DataKind::Erase && is_published(connection, id)? {
                    return Ok(Err(DataRefusal::Published));
                }
                done = carry_out(connection, &request, decision.now, &reseal)?;
            }
            let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
            sql_query(
                "UPDATE personal_data_requests SET phone_index = NULL, new_name_sealed = NULL, new_phone_sealed = NULL,
                    decided_by_account_id = $2, decided_at = $3, granted = $4, decision_reason = $5, erased = $6,
                    frozen = $7, corrected = $8 WHERE id = $1",
            )
            .bind::<SqlUuid, _>(id)
            .bind::<SqlUuid, _>(decision.account_id)
            .bind::<Timestamptz, _>(decision.now)
            .bind::<Bool, _>(decision.granted)
            .bind::<Text, _>(&decision.reason)
            .bind::<Integer, _>(number(done.erased))
            .bind::<Integer, _>(number(done.frozen))
            .bind::<Nullable<Integer>, _>((request.kind == DataKind::Correct).then(|| number(done.corrected)))
            .execute(connection)?;
            let act = Act::done(
                Action::PersonalDataDecided,
                ObjectKind::PersonalDataRequest,
                &request.number,
            );
            let detail = json!({
                "kind": request.kind, "granted": decision.granted, "erased": done.erased, "frozen": done.frozen,
                "corrected": done.corrected,
            });
            audit::record(connection, by, &act.with(detail), decision.now)?;
            Ok(Ok(()))
        })
    }
}

fn find(connection: &mut PgConnection, scope: &Scope, id: Uuid, lock: &str) -> Result<Option<DataRequest>> {
    Ok(sql_query(format!("{REQUESTS} AND requests.id = $2{lock}"))
        .bind::<Nullable<Text>, _>(within(scope))
        .bind::<SqlUuid, _>(id)
        .get_result(connection)
        .optional()?)
}
