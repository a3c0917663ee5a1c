//! What is done when a request is granted.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::people::Scope;
use uuid::Uuid;

use super::{
    Corrected, DataKind, DataRequest, SealedCorrection,
    requests::{Done, Reseal},
    within,
};
use crate::Result;

/// The text of what was deleted; the timeline's chain does not contain the text, so it stays whole.
const GONE: &str = "（内容已应本人要求删除）";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

pub(super) fn is_held(connection: &mut PgConnection, scope: &Scope, phone_index: &[u8; 32]) -> Result<bool> {
    let found: Found = sql_query(
        "SELECT EXISTS (SELECT FROM submissions WHERE phone_index = $1 AND region_code LIKE $2
            AND (confidential_region IS NULL OR confidential_region LIKE $2)) AS found",
    )
    .bind::<Binary, _>(phone_index.as_slice())
    .bind::<Nullable<Text>, _>(within(scope))
    .get_result(connection)?;
    Ok(found.found)
}

pub(super) fn is_published(connection: &mut PgConnection, id: Uuid) -> Result<bool> {
    let found: Found = sql_query(
        "SELECT EXISTS (SELECT FROM personal_data_items JOIN releases USING (submission_id)
            WHERE request_id = $1 AND withdrawn_at IS NULL) AS found",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(connection)?;
    Ok(found.found)
}

/// Does what was asked for.
pub(super) fn carry_out(
    connection: &mut PgConnection,
    request: &DataRequest,
    now: DateTime<Utc>,
    reseal: Reseal<'_>,
) -> Result<Done> {
    if request.kind == DataKind::Correct {
        return Ok(Done {
            corrected: correct(connection, request, reseal)?,
            ..Done::default()
        });
    }
    let (erased, frozen) = end_processing(connection, request, now)?;
    Ok(Done {
        erased,
        frozen,
        ..Done::default()
    })
}

#[derive(QueryableByName)]
struct Item {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Puts the correction in the place of what stands in each submission that is not erased; how many.
fn correct(connection: &mut PgConnection, request: &DataRequest, reseal: Reseal<'_>) -> Result<usize> {
    let new = SealedCorrection {
        name: request.new_name_sealed.clone(),
        phone: request.new_phone_sealed.clone(),
    };
    // What lost its contact data meanwhile gets none again.
    let items: Vec<Item> = sql_query(
        "SELECT id FROM submissions WHERE id IN (SELECT submission_id FROM personal_data_items WHERE request_id = $1)
            AND contact_phone_sealed IS NOT NULL ORDER BY id FOR UPDATE",
    )
    .bind::<SqlUuid, _>(request.id)
    .load(connection)?;
    for item in &items {
        let Corrected { name, phone } = reseal(request.id, &new, item.id)?;
        let (phone, index) = phone.unzip();
        sql_query(
            "UPDATE submissions SET contact_name_sealed = coalesce($2, contact_name_sealed),
                contact_phone_sealed = coalesce($3, contact_phone_sealed), phone_index = coalesce($4, phone_index)
            WHERE id = $1",
        )
        .bind::<SqlUuid, _>(item.id)
        .bind::<Nullable<Binary>, _>(name)
        .bind::<Nullable<Binary>, _>(phone)
        .bind::<Nullable<Binary>, _>(index.map(Vec::from))
        .execute(connection)?;
    }
    Ok(items.len())
}

/// Submissions that were erased, and those that were frozen or taken up again.
fn end_processing(connection: &mut PgConnection, request: &DataRequest, now: DateTime<Utc>) -> Result<(usize, usize)> {
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
        // Has a way of its own.
        DataKind::Correct => Ok((0, 0)),
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
