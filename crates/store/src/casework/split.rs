//! Several matters in one submission (拆分): each of the others becomes one of its own.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl,
    sql_types::{Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    lifecycle::Action,
    people::Actor,
    submission::Kind,
    text::SubmissionText,
    token::{ReceiptToken, SubmissionNumber},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Case, Refusal, published_name, remainder};
use crate::{Result, Store, calendar, schema::submissions, steps, submissions::EventKind, word::Word};

/// Matters that may be split off at once.
pub const MAX_PARTS: usize = 5;

/// A matter that becomes a submission of its own.
#[derive(Debug, Clone)]
pub struct NewPart {
    /// From [`new_id`](crate::new_id).
    pub id: Uuid,
    pub number: SubmissionNumber,
    pub receipt: ReceiptToken,
    pub kind: Kind,
    pub text: SubmissionText,
    /// The resident's contact data, sealed for the new one.
    pub contact_name_sealed: Option<Vec<u8>>,
    pub contact_phone_sealed: Option<Vec<u8>>,
}

/// What was split off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitPart {
    pub id: Uuid,
    pub number: String,
    pub receipt: ReceiptToken,
}

impl Store {
    /// Makes each of `parts` a registered submission with a number and receipt of its own, in the same hands and with
    /// the same promise. The same parts sent again are the same submissions.
    ///
    /// # Errors
    /// [`Error::NumberTaken`](crate::Error::NumberTaken): again with other numbers.
    pub fn split(
        &self,
        actor: &Actor,
        id: Uuid,
        parts: &[NewPart],
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Vec<SplitPart>, Refusal>> {
        self.act(|connection| {
            let mut case = Case::lock(connection, actor, id)?;
            let digest = digest(parts);
            let before = split_before(connection, id, &digest)?;
            if !before.is_empty() {
                return Ok(before);
            }
            let to = case.next_by(actor, Action::Split)?;
            let rules = calendar::rules(connection, id, now)?;
            let due = Some(case.promised())
                .filter(|due| due.at > now)
                .unwrap_or_else(|| rules.plan(now).answer_due);
            let left = rules.left(due, now);
            let plan = rules.plan_until(due, now);
            for (position, part) in parts.iter().enumerate() {
                insert(connection, id, part, &digest, position, now)?;
                diesel::update(submissions::table.find(part.id))
                    .set((
                        submissions::answer_due_at.eq(due.at),
                        submissions::answer_due_provisional.eq(due.provisional),
                        submissions::clock_days.eq(remainder::days(left)),
                        submissions::clock_unit.eq(left.unit.as_str()),
                    ))
                    .execute(connection)?;
                steps::plan_answer(connection, part.id, 0, &plan, now)?;
                announce(connection, part.id, &case, actor, now)?;
            }
            if to != case.state {
                case.enter(connection, to)?;
            }
            let numbers: Vec<&str> = parts.iter().map(|part| part.number.as_str()).collect();
            let event = case.event(EventKind::Split, actor, now);
            case.tell_residents(connection, event.with_data(json!({ "numbers": numbers })), now)?;
            Ok(parts.iter().map(made).collect())
        })
    }
}

fn made(part: &NewPart) -> SplitPart {
    SplitPart {
        id: part.id,
        number: part.number.as_str().to_owned(),
        receipt: part.receipt.clone(),
    }
}

/// Over what is split off: the same again is known by it.
fn digest(parts: &[NewPart]) -> Vec<u8> {
    let said: Vec<_> = parts.iter().map(|part| (part.kind, part.text.as_str())).collect();
    Sha256::digest(json!(said).to_string().as_bytes()).to_vec()
}

fn split_before(connection: &mut PgConnection, id: Uuid, digest: &[u8]) -> Result<Vec<SplitPart>> {
    let rows: Vec<(Uuid, String, Word<ReceiptToken>)> = submissions::table
        .filter(submissions::split_from_id.eq(id))
        .filter(submissions::request_digest.eq(digest))
        .order(submissions::idempotency_key)
        .select((submissions::id, submissions::number, submissions::receipt))
        .load(connection)?;
    let part = |(id, number, Word(receipt))| SplitPart { id, number, receipt };
    Ok(rows.into_iter().map(part).collect())
}

/// Everything that is not the part's own is the original's.
const INSERT: &str = "
INSERT INTO submissions (
    id, number, receipt, idempotency_key, request_digest, kind, text, contact_name_sealed, contact_phone_sealed,
    phone_index, split_from_id, state, submitted_at, clock_started_at, answer_due_at, answer_due_provisional,
    code_id, grid_id, site_id, region_code, longitude, latitude, coordinate_system, address, assignee_deputy_id,
    route_reason, confidential_region, handled_above, channel, entered_by_account_id, urgency)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9,
    CASE WHEN $10 THEN phone_index END, id, 'registered', $11, $11, $11 + interval '1 day', false,
    code_id, grid_id, site_id, region_code, longitude, latitude, coordinate_system, address, assignee_deputy_id,
    route_reason, confidential_region, handled_above, channel, entered_by_account_id, urgency
FROM submissions WHERE id = $12";

fn insert(
    connection: &mut PgConnection,
    original: Uuid,
    part: &NewPart,
    digest: &[u8],
    position: usize,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::sql_query(INSERT)
        .bind::<SqlUuid, _>(part.id)
        .bind::<Text, _>(part.number.as_str())
        .bind::<Text, _>(part.receipt.as_str())
        .bind::<Text, _>(format!("split-{original}-{position}-{}", part.id))
        .bind::<Binary, _>(digest)
        .bind::<Text, _>(part.kind.as_str())
        .bind::<Text, _>(part.text.as_str())
        .bind::<Nullable<Binary>, _>(part.contact_name_sealed.as_deref())
        .bind::<Nullable<Binary>, _>(part.contact_phone_sealed.as_deref())
        .bind::<Bool, _>(part.contact_phone_sealed.is_some())
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(original)
        .execute(connection)?;
    Ok(())
}

/// The first events of what was split off. The residents who asked to be told of the original are told of it too.
fn announce(connection: &mut PgConnection, id: Uuid, original: &Case, actor: &Actor, now: DateTime<Utc>) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO resident_subscriptions (id, submission_id, wechat_openid, created_at)
         SELECT sibling_id($1), $1, wechat_openid, $2 FROM resident_subscriptions
         WHERE submission_id = $3 AND ended_at IS NULL",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(original.id)
    .execute(connection)?;
    let part: Case = submissions::table
        .find(id)
        .select(<Case as diesel::SelectableHelper<diesel::pg::Pg>>::as_select())
        .first(connection)?;
    let reason: String = submissions::table
        .find(id)
        .select(submissions::route_reason)
        .first(connection)?;
    let deputy = published_name(connection, part.assignee_deputy_id)?;
    part.event(EventKind::Registered, actor, now).insert(connection)?;
    part.event(EventKind::Split, actor, now)
        .with_data(json!({ "from": original.number }))
        .insert(connection)?;
    let routed = part
        .event(EventKind::Routed, actor, now)
        .with_data(json!({ "reason": reason, "deputy": deputy }));
    part.tell_handlers(connection, routed, Some(actor), now)
}
