//! Asking for deletion or for the end of processing, and deciding about it: two persons.

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

use super::within;
use crate::{
    Act, By, Cursor, Page, Result, Store, audit, ids,
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
    }
}

/// A request that is to be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDataRequest {
    pub kind: DataKind,
    pub phone_index: [u8; 32],
    /// By which the person has proved who it is, and what the person wants.
    pub reason: String,
    pub account_id: Uuid,
    pub now: DateTime<Utc>,
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
}

/// `$1`: what the division of **all** submissions must be like.
const REQUESTS: &str = "
SELECT requests.id, requests.number, requests.kind, requests.reason, requests.asked_by_account_id AS asked_by,
    asker.display_name AS asked_by_name, requests.asked_at, decider.display_name AS decided_by_name,
    requests.decided_at, requests.granted, requests.decision_reason, requests.erased, requests.frozen,
    (SELECT count(*) FROM personal_data_items WHERE request_id = requests.id) AS submissions
FROM personal_data_requests AS requests
JOIN accounts AS asker ON asker.id = requests.asked_by_account_id
LEFT JOIN accounts AS decider ON decider.id = requests.decided_by_account_id
WHERE $1 IS NOT NULL AND NOT EXISTS (SELECT FROM personal_data_items JOIN submissions ON submissions.id = submission_id
    WHERE request_id = requests.id AND submissions.region_code NOT LIKE $1)";

/// The text of what was deleted; the timeline's chain does not contain the text, so it stays whole.
const GONE: &str = "（内容已应本人要求删除）";

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

    /// Asks for something to be done with what is kept of a person in a scope; returns the request's id.
    pub fn ask_data_request(
        &self,
        by: &By,
        scope: &Scope,
        new: &NewDataRequest,
    ) -> Result<std::result::Result<Uuid, DataRefusal>> {
        self.connection()?.transaction(|connection| {
            if !is_held(connection, scope, &new.phone_index)? {
                return Ok(Err(DataRefusal::NothingHeld));
            }
            let id = ids::new(new.now);
            let tail = id.simple().to_string().split_off(26).to_uppercase();
            let number = format!("GR{}-{tail}", local_date(new.now).format("%Y%m%d"));
            sql_query(
                "INSERT INTO personal_data_requests
                    (id, number, kind, phone_index, reason, asked_by_account_id, asked_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind::<SqlUuid, _>(id)
            .bind::<Text, _>(&number)
            .bind::<Text, _>(new.kind.as_str())
            .bind::<Binary, _>(new.phone_index.as_slice())
            .bind::<Text, _>(&new.reason)
            .bind::<SqlUuid, _>(new.account_id)
            .bind::<Timestamptz, _>(new.now)
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
            Ok(Ok(id))
        })
    }

    /// Decides a request that somebody else asked for, and does at once what is granted.
    pub fn decide_data_request(
        &self,
        by: &By,
        scope: &Scope,
        id: Uuid,
        decision: &DataDecision,
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
            let (mut erased, mut frozen) = (0, 0);
            if decision.granted {
                if request.kind == DataKind::Erase && is_published(connection, id)? {
                    return Ok(Err(DataRefusal::Published));
                }
                (erased, frozen) = carry_out(connection, &request, decision.now)?;
            }
            sql_query(
                "UPDATE personal_data_requests SET phone_index = NULL, decided_by_account_id = $2, decided_at = $3,
                    granted = $4, decision_reason = $5, erased = $6, frozen = $7 WHERE id = $1",
            )
            .bind::<SqlUuid, _>(id)
            .bind::<SqlUuid, _>(decision.account_id)
            .bind::<Timestamptz, _>(decision.now)
            .bind::<Bool, _>(decision.granted)
            .bind::<Text, _>(&decision.reason)
            .bind::<Integer, _>(i32::try_from(erased).unwrap_or(i32::MAX))
            .bind::<Integer, _>(i32::try_from(frozen).unwrap_or(i32::MAX))
            .execute(connection)?;
            let act = Act::done(
                Action::PersonalDataDecided,
                ObjectKind::PersonalDataRequest,
                &request.number,
            );
            let detail = json!({
                "kind": request.kind, "granted": decision.granted, "erased": erased, "frozen": frozen,
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

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

fn is_held(connection: &mut PgConnection, scope: &Scope, phone_index: &[u8; 32]) -> Result<bool> {
    let found: Found = sql_query(
        "SELECT EXISTS (SELECT FROM submissions WHERE phone_index = $1 AND region_code LIKE $2
            AND (confidential_region IS NULL OR confidential_region LIKE $2)) AS found",
    )
    .bind::<Binary, _>(phone_index.as_slice())
    .bind::<Nullable<Text>, _>(within(scope))
    .get_result(connection)?;
    Ok(found.found)
}

fn is_published(connection: &mut PgConnection, id: Uuid) -> Result<bool> {
    let found: Found = sql_query(
        "SELECT EXISTS (SELECT FROM personal_data_items JOIN releases USING (submission_id)
            WHERE request_id = $1 AND withdrawn_at IS NULL) AS found",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(connection)?;
    Ok(found.found)
}

/// Submissions that were erased, and those that were frozen or taken up again.
fn carry_out(connection: &mut PgConnection, request: &DataRequest, now: DateTime<Utc>) -> Result<(usize, usize)> {
    const OF_REQUEST: &str = "IN (SELECT submission_id FROM personal_data_items WHERE request_id = $1)";
    let mut run = |statement: &str| {
        sql_query(statement.replace("{items}", OF_REQUEST))
            .bind::<SqlUuid, _>(request.id)
            .bind::<Timestamptz, _>(now)
            .bind::<Text, _>(GONE)
            .execute(&mut *connection)
    };
    const NOW: &str = "FROM (SELECT $2 AS now, $3 AS gone) AS input";
    let freeze = format!(
        "UPDATE submissions SET frozen_at = now {NOW}
        WHERE id {{items}} AND frozen_at IS NULL AND erased_at IS NULL AND gone IS NOT NULL"
    );
    match request.kind {
        DataKind::Freeze => Ok((0, run(&freeze)?)),
        DataKind::Unfreeze => {
            let unfreeze = format!(
                "UPDATE submissions SET frozen_at = NULL {NOW}
                WHERE id {{items}} AND frozen_at IS NOT NULL AND now IS NOT NULL AND gone IS NOT NULL"
            );
            Ok((0, run(&unfreeze)?))
        }
        DataKind::Erase => {
            let erase = format!(
                "UPDATE submissions SET erased_at = now, text = gone, contact_name_sealed = NULL,
                    contact_phone_sealed = NULL, phone_index = NULL, address = NULL, longitude = NULL, latitude = NULL,
                    coordinate_system = NULL {NOW} WHERE id {{items}} AND state = 'closed' AND erased_at IS NULL"
            );
            let erased = run(&erase)?;
            // Of what was erased; the photos' files are removed by the worker, who finds those that belong to nothing.
            let besides = [
                "UPDATE photos SET submission_id = NULL, info_request_id = NULL, position = NULL {now}
                WHERE (submission_id {erased} OR info_request_id IN (
                    SELECT id FROM info_requests WHERE submission_id {erased})) AND now IS NOT NULL AND gone IS NOT NULL",
                "UPDATE info_requests SET reply = gone {now}
                WHERE submission_id {erased} AND reply IS NOT NULL AND now IS NOT NULL",
                "UPDATE ratings SET comment = NULL {now}
                WHERE submission_id {erased} AND comment IS NOT NULL AND now IS NOT NULL AND gone IS NOT NULL",
                "DELETE FROM submission_terms USING (SELECT $2 AS now, $3 AS gone) AS input
                WHERE submission_id {erased} AND now IS NOT NULL AND gone IS NOT NULL",
                // Messages that were sent point to it.
                "UPDATE resident_subscriptions SET wechat_openid = 'erased:' || id {now}
                WHERE submission_id {erased} AND now IS NOT NULL AND gone IS NOT NULL",
            ];
            for statement in besides {
                let of_erased =
                    "IN (SELECT submission_id FROM personal_data_items JOIN submissions ON id = submission_id
                    WHERE request_id = $1 AND erased_at IS NOT NULL)";
                run(&statement.replace("{erased}", of_erased).replace("{now}", NOW))?;
            }
            // Art. 47: what is not done yet keeps what is needed to answer, and is not processed otherwise.
            Ok((erased, run(&freeze)?))
        }
    }
}
