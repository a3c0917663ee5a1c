//! Sending in: the one place that makes submissions, in one statement, because every round trip is felt when a whole
//! street sends at once.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, IntoSql, OptionalExtension, PgConnection, QueryDsl, QueryResult, RunQueryDsl,
    pg::Pg,
    query_builder::QueryFragment,
    result::{DatabaseErrorKind, Error as DieselError},
    sql_types::{Array, Binary, Bool, Double, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    deadlines::AnswerPlan,
    people::Level,
    routing::{Route, RouteReason},
    submission::{Channel, Kind, Location},
    text::{Address, SubmissionText},
    token::{ReceiptToken, SubmissionNumber},
};
use uuid::Uuid;

use crate::{Result, Store, ids, prepared::Prepared, schema::submissions, word::Word};

/// A checked submission with everything that was decided about it.
#[derive(Debug, Clone)]
pub struct NewSubmission {
    /// From [`new_id`](crate::new_id).
    pub id: Uuid,
    pub number: SubmissionNumber,
    pub receipt: ReceiptToken,
    /// Made by the sender, 8 to 128 characters; the same key is the same submission.
    pub idempotency_key: String,
    /// SHA-256 over what was sent.
    pub request_digest: [u8; 32],
    /// How it came in; by anything but the code it was entered by somebody.
    pub channel: Channel,
    /// The code through which it came; `None` for what the staff entered.
    pub code_id: Option<Uuid>,
    /// Whose account entered it for the resident (代为登记).
    pub entered_by: Option<Uuid>,
    pub grid_id: Uuid,
    pub site_id: Uuid,
    pub region_code: String,
    pub kind: Kind,
    pub text: SubmissionText,
    pub location: Option<Location>,
    pub address: Option<Address>,
    pub contact_name_sealed: Option<Vec<u8>>,
    pub contact_phone_sealed: Option<Vec<u8>>,
    /// Stands exactly when the sealed phone stands.
    pub phone_index: Option<[u8; 32]>,
    /// In the order in which they are shown; at most nine.
    pub photo_ids: Vec<Uuid>,
    /// The resident agrees that the matter may be published without personal data (公开的单独同意).
    pub publish_consent: bool,
    pub route: Route,
    pub plan: AnswerPlan,
    pub now: DateTime<Utc>,
}

/// What a resident gets for sending in (回执).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitReceipt {
    pub number: String,
    pub receipt: ReceiptToken,
    pub answer_due_at: DateTime<Utc>,
    pub answer_due_provisional: bool,
}

/// What became of sending in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmitOutcome {
    Created(SubmitReceipt),
    /// The same request was sent before; this is the first one's receipt.
    Repeated(SubmitReceipt),
    /// The key was used for another request; nothing was written.
    KeyReused,
    /// This photo does not exist or belongs to something already; nothing was written.
    PhotoMissing(Uuid),
}

impl Store {
    /// Writes a submission, its first events, the steps of its clock, the messages to whoever has to act, takes its
    /// photos, and wakes the worker: all or nothing.
    ///
    /// # Errors
    /// [`Error::NumberTaken`](crate::Error::NumberTaken): submit again with another number.
    pub fn submit(&self, new: &NewSubmission) -> Result<SubmitOutcome> {
        let mut connection = self.connection()?;
        match insert(&mut connection, new) {
            Ok(Some(())) => Ok(SubmitOutcome::Created(SubmitReceipt {
                number: new.number.as_str().to_owned(),
                receipt: new.receipt.clone(),
                answer_due_at: new.plan.answer_due.at,
                answer_due_provisional: new.plan.answer_due.provisional,
            })),
            // Whoever held the key has committed, otherwise the insert would have succeeded.
            Ok(None) => repeated(&mut connection, &new.idempotency_key, &new.request_digest)?
                .ok_or_else(|| DieselError::NotFound.into()),
            Err(error) => match missing_photo(&error) {
                Some(photo) => Ok(SubmitOutcome::PhotoMissing(photo)),
                None => Err(error.into()),
            },
        }
    }
}

impl Store {
    /// Whether a request with this key was taken before: [`SubmitOutcome::Repeated`] or [`SubmitOutcome::KeyReused`].
    /// Only for requests that would be refused otherwise; [`Store::submit`] finds out by itself.
    pub fn find_repeat(&self, idempotency_key: &str, request_digest: &[u8; 32]) -> Result<Option<SubmitOutcome>> {
        repeated(&mut *self.connection()?, idempotency_key, request_digest)
    }
}

/// The id of the photo that a statement could not take, if that is why it failed.
pub fn missing_photo(error: &DieselError) -> Option<Uuid> {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info)
            if info.constraint_name() == Some("photo_missing") =>
        {
            Uuid::parse_str(info.details()?).ok()
        }
        _ => None,
    }
}

/// What an earlier request with this key was.
fn repeated(connection: &mut PgConnection, key: &str, digest: &[u8; 32]) -> Result<Option<SubmitOutcome>> {
    type Row = (Vec<u8>, String, Word<ReceiptToken>, DateTime<Utc>, bool);
    let row: Option<Row> = submissions::table
        .filter(submissions::idempotency_key.eq(key))
        .select((
            submissions::request_digest,
            submissions::number,
            submissions::receipt,
            submissions::answer_due_at,
            submissions::answer_due_provisional,
        ))
        .first(connection)
        .optional()?;
    Ok(row.map(
        |(known, number, Word(receipt), answer_due_at, answer_due_provisional)| {
            if known != digest {
                return SubmitOutcome::KeyReused;
            }
            SubmitOutcome::Repeated(SubmitReceipt {
                number,
                receipt,
                answer_due_at,
                answer_due_provisional,
            })
        },
    ))
}

/// `None`: the key exists already.
fn insert(connection: &mut PgConnection, new: &NewSubmission) -> QueryResult<Option<()>> {
    let binds = binds(new);
    let row: Option<(Uuid, Option<bool>)> = Prepared::<(SqlUuid, Nullable<Bool>), _>::new(HEAD, binds, TAIL)
        .get_result(connection)
        .optional()?;
    Ok(row.map(drop))
}

/// The values in the order of [`HEAD`].
fn binds(new: &NewSubmission) -> impl QueryFragment<Pg> + '_ {
    let (registered, routed) = ids::pair(new.now);
    let planned = new.plan.steps().into_iter();
    let (steps, step_times): (Vec<&str>, Vec<DateTime<Utc>>) =
        planned.filter_map(|(step, at)| Some((step.as_str(), at?))).unzip();
    (
        (
            new.id.into_sql::<SqlUuid>(),
            new.number.as_str().into_sql::<Text>(),
            new.receipt.as_str().into_sql::<Text>(),
            new.idempotency_key.as_str().into_sql::<Text>(),
            new.request_digest.as_slice().into_sql::<Binary>(),
            new.channel.as_str().into_sql::<Text>(),
            new.code_id.into_sql::<Nullable<SqlUuid>>(),
            new.entered_by.into_sql::<Nullable<SqlUuid>>(),
            new.grid_id.into_sql::<SqlUuid>(),
            new.site_id.into_sql::<SqlUuid>(),
            new.region_code.as_str().into_sql::<Text>(),
            new.kind.as_str().into_sql::<Text>(),
            new.text.as_str().into_sql::<Text>(),
        ),
        given(new),
        (
            new.route.deputy_id.into_sql::<Nullable<SqlUuid>>(),
            new.route.reason.as_str().into_sql::<Text>(),
            confidential_region(new).into_sql::<Nullable<Text>>(),
            new.now.into_sql::<Timestamptz>(),
            new.plan.answer_due.at.into_sql::<Timestamptz>(),
            new.plan.answer_due.provisional.into_sql::<Bool>(),
            steps.into_sql::<Array<Text>>(),
            step_times.into_sql::<Array<Timestamptz>>(),
            registered.into_sql::<SqlUuid>(),
            routed.into_sql::<SqlUuid>(),
        ),
    )
}

/// A report on an official goes past those who could be meant: to the county's administrators.
fn confidential_region(new: &NewSubmission) -> Option<&str> {
    (new.route.reason == RouteReason::Confidential).then(|| Level::County.division_of(&new.region_code))
}

/// What a resident may leave out.
fn given(new: &NewSubmission) -> impl QueryFragment<Pg> + '_ {
    let place = new.location.as_ref();
    (
        place.map(|place| place.longitude).into_sql::<Nullable<Double>>(),
        place.map(|place| place.latitude).into_sql::<Nullable<Double>>(),
        place
            .map(|place| place.coordinate_system.as_str())
            .into_sql::<Nullable<Text>>(),
        new.address.as_ref().map(Address::as_str).into_sql::<Nullable<Text>>(),
        new.contact_name_sealed.as_deref().into_sql::<Nullable<Binary>>(),
        new.contact_phone_sealed.as_deref().into_sql::<Nullable<Binary>>(),
        new.phone_index
            .as_ref()
            .map(<[u8; 32]>::as_slice)
            .into_sql::<Nullable<Binary>>(),
        new.photo_ids.as_slice().into_sql::<Array<SqlUuid>>(),
        new.publish_consent.into_sql::<Bool>(),
    )
}

const HEAD: &str = "WITH input (
    id, number, receipt, idempotency_key, request_digest, channel, code_id, entered_by, grid_id, site_id, region_code,
    kind, text, longitude, latitude, coordinate_system, address, contact_name, contact_phone, phone_index, photo_ids,
    publish_consent, deputy_id, reason, confidential_region, submitted_at, answer_due_at, provisional, steps,
    step_times, registered_id, routed_id
) AS (VALUES (";

/// `refuse_missing_photo` raises, so that a photo that cannot be had takes everything back. The photos are locked in
/// the order of their ids: two senders of the same photos must not wait for each other.
const TAIL: &str = ")),
inserted AS (
    INSERT INTO submissions (
        id, number, receipt, idempotency_key, request_digest, channel, code_id, entered_by_account_id, grid_id, site_id,
        region_code, kind, text, longitude, latitude, coordinate_system, address, contact_name_sealed,
        contact_phone_sealed, phone_index, assignee_deputy_id, route_reason, confidential_region, state, submitted_at,
        clock_started_at, answer_due_at, answer_due_provisional, publish_consent_at)
    SELECT id, number, receipt, idempotency_key, request_digest, channel, code_id, entered_by, grid_id, site_id,
        region_code, kind, text, longitude, latitude, coordinate_system, address, contact_name,
        contact_phone, phone_index, deputy_id, reason, confidential_region, 'registered', submitted_at,
        submitted_at, answer_due_at, provisional, CASE WHEN publish_consent THEN submitted_at END
    FROM input
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING id
),
asked AS (
    SELECT asked.id, asked.position
    FROM inserted, input, unnest(input.photo_ids) WITH ORDINALITY AS asked (id, position)
),
free AS (
    SELECT photos.id, asked.position FROM photos JOIN asked USING (id)
    WHERE num_nonnulls(photos.submission_id, photos.answer_id, photos.info_request_id, photos.installation_id) = 0
    ORDER BY photos.id FOR UPDATE OF photos
),
attached AS (
    UPDATE photos SET submission_id = inserted.id, position = free.position - 1
    FROM inserted, free WHERE photos.id = free.id
    RETURNING photos.id
),
timeline AS (
    INSERT INTO events (id, submission_id, kind, actor, actor_account_id, is_public, data, occurred_at)
    SELECT registered_id, inserted.id, 'registered', CASE WHEN entered_by IS NULL THEN 'resident' ELSE 'account' END,
        entered_by, true, CASE channel WHEN 'code' THEN '{}' ELSE jsonb_build_object('channel', channel) END,
        submitted_at
    FROM inserted, input
    UNION ALL
    SELECT routed_id, inserted.id, 'routed', 'clock', NULL, true,
        jsonb_build_object('reason', reason, 'deputy',
            (SELECT name FROM deputies WHERE deputies.id = input.deputy_id AND publishes_name)),
        submitted_at
    FROM inserted, input
    UNION ALL
    SELECT sibling_id(inserted.id), inserted.id, 'publish_consented', 'resident', NULL, true, '{}', submitted_at
    FROM inserted, input WHERE publish_consent
),
clock AS (
    INSERT INTO deadline_steps (id, submission_id, step, due_at)
    SELECT sibling_id(inserted.id), inserted.id, planned.step, planned.due_at
    FROM inserted, input, unnest(input.steps, input.step_times) AS planned (step, due_at)
),
messages AS (
    INSERT INTO notifications
        (id, event_id, submission_id, account_id, channel, template, state, due_at, created_at)
    SELECT sibling_id(inserted.id), routed_id, inserted.id, account_id, 'wechat', 'deputy_new', 'waiting',
        submitted_at, submitted_at
    FROM inserted, input, LATERAL (
        SELECT * FROM responsible_accounts(deputy_id, site_id, region_code) WHERE confidential_region IS NULL
        UNION ALL
        SELECT * FROM supervising_accounts(confidential_region)
    ) AS handlers (account_id)
)
SELECT inserted.id,
    (SELECT refuse_missing_photo(asked.id) FROM asked LEFT JOIN attached USING (id)
     WHERE attached.id IS NULL LIMIT 1)
FROM inserted CROSS JOIN pg_notify('minyi_work', '')";
