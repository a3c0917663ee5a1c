//! What is due of each class of data, and how it is removed. Binds: `$1` what is older than this is due, `$2` what the
//! division of a submission must be like, `$3` how many rows at once.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};
use minyi_domain::retention::DataClass;

use crate::Result;

/// Rows of one table.
pub(super) struct Rule {
    /// The tables and the condition.
    pub due: &'static str,
    /// The column of the age.
    pub age: &'static str,
    /// What goes first.
    pub order: &'static str,
    /// How a batch is removed, `{due}` being the condition of its query; `None`: there are files, see
    /// [`Store::forget_photo`](crate::Store::forget_photo).
    pub forget: Option<&'static str>,
}

/// A closed submission with which nothing is going on any more: **never an open one, never a frozen one**, none that is
/// still to be asked again or promised something, and none of which a person's request waits for its decision.
macro_rules! settled {
    () => {
        "submissions.state = 'closed' AND submissions.frozen_at IS NULL AND submissions.region_code LIKE $2
        AND (submissions.confidential_region IS NULL OR submissions.confidential_region LIKE $2)
        AND NOT EXISTS (SELECT FROM revisits WHERE revisits.submission_id = submissions.id AND done_at IS NULL)
        AND NOT EXISTS (SELECT FROM promises WHERE promises.submission_id = submissions.id AND kept_at IS NULL)
        AND NOT EXISTS (SELECT FROM personal_data_items AS items JOIN personal_data_requests AS asked
            ON asked.id = items.request_id WHERE items.submission_id = submissions.id AND asked.decided_at IS NULL)"
    };
}

/// Of which the public reads nothing.
macro_rules! unpublished {
    () => {
        " AND NOT EXISTS (SELECT FROM releases WHERE releases.submission_id = submissions.id AND withdrawn_at IS NULL)"
    };
}

const CONTACT: [Rule; 1] = [Rule {
    due: concat!(
        "submissions WHERE closed_at < $1 AND num_nonnulls(contact_name_sealed, contact_phone_sealed) > 0 AND ",
        settled!()
    ),
    age: "submissions.closed_at",
    order: "submissions.closed_at",
    forget: Some(
        "WITH due AS (SELECT submissions.id {due} FOR UPDATE OF submissions SKIP LOCKED)
        UPDATE submissions SET contact_name_sealed = NULL, contact_phone_sealed = NULL, phone_index = NULL
        FROM due WHERE submissions.id = due.id",
    ),
}];

const PHOTOS: [Rule; 1] = [Rule {
    due: concat!(
        "photos LEFT JOIN info_requests ON info_requests.id = photos.info_request_id
        JOIN submissions ON submissions.id = coalesce(photos.submission_id, info_requests.submission_id)
        WHERE submissions.closed_at < $1 AND ",
        settled!(),
        unpublished!()
    ),
    age: "submissions.closed_at",
    order: "submissions.closed_at",
    forget: None,
}];

const MESSAGES: [Rule; 2] = [
    Rule {
        due: concat!(
            "notifications JOIN submissions ON submissions.id = notifications.submission_id
            WHERE notifications.finished_at < $1
            AND (notifications.provider_message_id IS NOT NULL OR notifications.error <> '已按保存期限清理') AND ",
            settled!()
        ),
        age: "notifications.finished_at",
        order: "notifications.finished_at",
        forget: Some(
            "WITH due AS (SELECT notifications.id {due}
                FOR UPDATE OF notifications SKIP LOCKED FOR SHARE OF submissions SKIP LOCKED)
            UPDATE notifications SET provider_message_id = NULL,
                error = CASE WHEN error IS NOT NULL THEN '已按保存期限清理' END
            FROM due WHERE notifications.id = due.id",
        ),
    },
    Rule {
        due: concat!(
            "resident_subscriptions JOIN submissions ON submissions.id = resident_subscriptions.submission_id
            WHERE submissions.closed_at < $1 AND NOT starts_with(resident_subscriptions.wechat_openid, 'erased:')
            AND NOT EXISTS (SELECT FROM notifications WHERE subscription_id = resident_subscriptions.id
                AND finished_at IS NULL) AND ",
            settled!()
        ),
        age: "submissions.closed_at",
        order: "submissions.closed_at",
        forget: Some(
            "WITH due AS (SELECT resident_subscriptions.id {due}
                FOR UPDATE OF resident_subscriptions SKIP LOCKED FOR SHARE OF submissions SKIP LOCKED)
            UPDATE resident_subscriptions SET wechat_openid = 'erased:' || resident_subscriptions.id
            FROM due WHERE resident_subscriptions.id = due.id",
        ),
    },
];

const DATA_REQUESTS: [Rule; 1] = [Rule {
    // As long as something is frozen because of it, it says why.
    due: "personal_data_requests WHERE decided_at < $1 AND $2 IS NOT NULL
        AND NOT EXISTS (SELECT FROM personal_data_items AS items JOIN submissions ON submissions.id = submission_id
            WHERE items.request_id = personal_data_requests.id AND frozen_at IS NOT NULL)",
    age: "personal_data_requests.decided_at",
    order: "personal_data_requests.decided_at",
    forget: Some(
        "WITH due AS (SELECT personal_data_requests.id {due} FOR UPDATE OF personal_data_requests SKIP LOCKED),
        items AS (DELETE FROM personal_data_items USING due WHERE request_id = due.id)
        DELETE FROM personal_data_requests USING due WHERE personal_data_requests.id = due.id",
    ),
}];

const AUDIT_LOG: [Rule; 1] = [Rule {
    // From the beginning of each chain on, never its last entry: the rest can still be verified.
    due: "audit_log JOIN (SELECT heads.chain, least(heads.seq, (SELECT min(entries.seq) FROM audit_log AS entries
            WHERE entries.chain = heads.chain AND entries.occurred_at >= $1)) AS kept_from FROM audit_heads AS heads
        ) AS chains USING (chain) WHERE audit_log.seq < chains.kept_from AND $2 IS NOT NULL",
    age: "audit_log.occurred_at",
    order: "audit_log.seq",
    forget: Some(
        "WITH due AS MATERIALIZED (SELECT audit_log.id {due})
        DELETE FROM audit_log USING due WHERE audit_log.id = due.id",
    ),
}];

/// Rows that go as a whole when a time in them has passed.
macro_rules! passed {
    ($table:literal, $time:literal) => {
        Rule {
            due: concat!($table, " WHERE ", $time, " < $1 AND $2 IS NOT NULL"),
            age: concat!($table, ".", $time),
            order: concat!($table, ".", $time),
            forget: Some(concat!(
                "WITH due AS (SELECT ",
                $table,
                ".ctid AS place {due} FOR UPDATE OF ",
                $table,
                " SKIP LOCKED)
                DELETE FROM ",
                $table,
                " USING due WHERE ",
                $table,
                ".ctid = due.place"
            )),
        }
    };
}

const SESSIONS: [Rule; 1] = [passed!("sessions", "expires_at")];
const LOGIN_CODES: [Rule; 3] = [
    // Who was invited when stays; for whose phone, nobody needs any more.
    Rule {
        due: "invitations WHERE expires_at < $1 AND phone_index IS NOT NULL AND $2 IS NOT NULL",
        age: "invitations.expires_at",
        order: "invitations.expires_at",
        forget: Some(
            "WITH due AS (SELECT invitations.id {due} FOR UPDATE OF invitations SKIP LOCKED)
            UPDATE invitations SET phone_index = NULL FROM due WHERE invitations.id = due.id",
        ),
    },
    passed!("one_time_codes", "expires_at"),
    passed!("setup_links", "expires_at"),
];
const REPEATS: [Rule; 2] = [
    passed!("kept_answers", "started_at"),
    passed!("wechat_pushes", "received_at"),
];

const PRINTS: [Rule; 1] = [Rule {
    due: "print_jobs WHERE created_at < $1 AND state <> 'running' AND $2 IS NOT NULL",
    age: "print_jobs.created_at",
    order: "print_jobs.created_at",
    forget: None,
}];

const DRAFTS: [Rule; 1] = [Rule {
    due: "photos WHERE uploaded_at < $1 AND submission_id IS NULL AND answer_id IS NULL AND info_request_id IS NULL
        AND installation_id IS NULL AND $2 IS NOT NULL",
    age: "photos.uploaded_at",
    order: "photos.uploaded_at",
    forget: None,
}];

const TERMS: [Rule; 1] = [Rule {
    due: "submission_suggestions WHERE terms_from < $1 AND $2 IS NOT NULL",
    age: "submission_suggestions.terms_from",
    order: "submission_suggestions.terms_from",
    forget: Some(
        "WITH due AS (SELECT submission_suggestions.submission_id AS id {due}
            FOR UPDATE OF submission_suggestions SKIP LOCKED),
        gone AS (DELETE FROM submission_terms USING due WHERE submission_id = due.id)
        UPDATE submission_suggestions SET terms_from = NULL FROM due WHERE submission_id = due.id",
    ),
}];

pub(super) const fn rules(class: DataClass) -> &'static [Rule] {
    match class {
        DataClass::Contact => &CONTACT,
        DataClass::Photos => &PHOTOS,
        DataClass::Messages => &MESSAGES,
        DataClass::DataRequests => &DATA_REQUESTS,
        DataClass::AuditLog => &AUDIT_LOG,
        DataClass::Sessions => &SESSIONS,
        DataClass::LoginCodes => &LOGIN_CODES,
        DataClass::Prints => &PRINTS,
        DataClass::Drafts => &DRAFTS,
        DataClass::Repeats => &REPEATS,
        DataClass::Terms => &TERMS,
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    found: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    oldest: Option<DateTime<Utc>>,
}

/// How many rows of a class are due, and since when the oldest could have been.
pub(super) fn count(
    connection: &mut PgConnection,
    class: DataClass,
    before: DateTime<Utc>,
    region: &str,
) -> Result<(i64, Option<DateTime<Utc>>)> {
    let (mut found, mut oldest) = (0, None);
    for rule in rules(class) {
        let count: Count = sql_query(format!(
            "SELECT count(*) AS found, min({}) AS oldest FROM {}",
            rule.age, rule.due
        ))
        .bind::<Timestamptz, _>(before)
        .bind::<Text, _>(region)
        .get_result(connection)?;
        found += count.found;
        oldest = [oldest, count.oldest].into_iter().flatten().min();
    }
    Ok((found, oldest))
}

/// Removes at most `limit` rows of each table of a class, the oldest first; how many.
pub(super) fn forget(
    connection: &mut PgConnection,
    class: DataClass,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<usize> {
    let mut forgotten = 0;
    for rule in rules(class) {
        let Some(statement) = rule.forget else { continue };
        let due = format!("FROM {} ORDER BY {} LIMIT $3", rule.due, rule.order);
        forgotten += sql_query(statement.replace("{due}", &due))
            .bind::<Timestamptz, _>(before)
            .bind::<Text, _>(EVERYWHERE)
            .bind::<BigInt, _>(limit)
            .execute(connection)?;
    }
    Ok(forgotten)
}

/// Of all divisions.
pub(super) const EVERYWHERE: &str = "%";
