//! Publishing a case (公开), and taking it off again. Only with the resident's consent; the database refuses the rest.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::{count_star, exists},
    pg::Pg,
};
use minyi_domain::{
    lifecycle::State,
    people::{Actor, Scope},
    release::{PublicCase, may_be_released},
    rights::Permission,
    text::Reason,
    token::CaseToken,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    Result, Store,
    casework::{Case, Refusal, Ruling},
    events::NewEvent,
    schema::{releases, submissions, supports},
    scope::submissions_in,
    submissions::EventKind,
    word::Word,
};

mod consent;

/// Whether a case may be published, and what is published of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    pub state: State,
    /// The resident has agreed, and since when.
    pub consented_at: Option<DateTime<Utc>>,
    /// Nothing of it may ever be published.
    pub confidential: bool,
    pub release: Option<Release>,
    /// How many others it concerns (附议).
    pub support_count: i64,
}

impl Publication {
    /// It may be published now.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.consented_at.is_some() && !self.confidential && may_be_released(self.state)
    }

    /// What the public reads now.
    #[must_use]
    pub fn live(&self) -> Option<&Release> {
        self.release.as_ref().filter(|release| release.withdrawn_at.is_none())
    }
}

/// What was published, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = releases, check_for_backend(Pg))]
pub struct Release {
    #[diesel(deserialize_as = Word<CaseToken>)]
    pub public_token: CaseToken,
    pub title: String,
    pub text: String,
    pub answer: String,
    pub released_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawn_reason: Option<String>,
    /// SHA-256 of what was confirmed.
    digest: Vec<u8>,
}

/// State, consent, and the division whose administrators alone see it.
type Standing = (Word<State>, Option<DateTime<Utc>>, Option<String>);

impl Store {
    /// How it stands with publishing a submission; `None` also when it lies outside the scope.
    pub fn publication(&self, scope: &Scope, id: Uuid) -> Result<Option<Publication>> {
        let mut connection = self.connection()?;
        let found: Option<Standing> = submissions::table
            .find(id)
            .filter(submissions_in(scope))
            .select((
                submissions::state,
                submissions::publish_consent_at,
                submissions::confidential_region,
            ))
            .first(&mut *connection)
            .optional()?;
        let Some((Word(state), consented_at, confidential)) = found else {
            return Ok(None);
        };
        let release = find(&mut connection, id)?;
        let support_count = supports::table
            .filter(supports::submission_id.eq(id))
            .select(count_star())
            .first(&mut *connection)?;
        Ok(Some(Publication {
            state,
            consented_at,
            confidential: confidential.is_some(),
            release,
            support_count,
        }))
    }

    /// Publishes exactly what was confirmed; `token` is taken if nothing is published yet, what is published keeps its
    /// own. The same confirmed again changes nothing. Returns the token.
    pub fn release(
        &self,
        actor: &Actor,
        id: Uuid,
        public: &PublicCase,
        token: CaseToken,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<CaseToken, Refusal>> {
        self.act(|connection| {
            let case = lock(connection, actor, id)?;
            let consented_at: Option<DateTime<Utc>> = submissions::table
                .find(id)
                .select(submissions::publish_consent_at)
                .first(connection)?;
            let consented_at = consented_at.ok_or(Refusal::NoConsent)?;
            if case.confidential_region.is_some() || !may_be_released(case.state) {
                return Err(Refusal::NotReleasable.into());
            }
            let digest = digest(public);
            let live = find(connection, id)?.filter(|release| release.withdrawn_at.is_none());
            let token = match live {
                Some(same) if same.digest == digest => return Ok(same.public_token),
                Some(other) => other.public_token,
                None => token,
            };
            write(
                connection,
                &case,
                (public, &digest),
                &token,
                (actor.account_id, consented_at),
                now,
            )?;
            case.event(EventKind::Released, actor, now)
                .with_data(json!({ "digest": hex(&digest) }))
                .insert(connection)?;
            Ok(token)
        })
    }

    /// Takes a case off the public side; what is off already stays so.
    pub fn withdraw_release(
        &self,
        actor: &Actor,
        id: Uuid,
        reason: &Reason,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let case = lock(connection, actor, id)?;
            let event = case.event(EventKind::ReleaseWithdrawn, actor, now);
            Ok(take_off(
                connection,
                id,
                Some(actor.account_id),
                reason.as_str(),
                event,
                now,
            )?)
        })
    }
}

fn lock(connection: &mut PgConnection, actor: &Actor, id: Uuid) -> Ruling<Case> {
    if !actor.role.may(Permission::Release) {
        return Err(Refusal::Forbidden.into());
    }
    Case::lock(connection, actor, id)
}

fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Release>> {
    Ok(releases::table
        .find(id)
        .select(Release::as_select())
        .first(connection)
        .optional()?)
}

/// Whether the public reads it now.
pub fn is_live(connection: &mut PgConnection, id: Uuid) -> Result<bool> {
    let live = releases::table.find(id).filter(releases::withdrawn_at.is_null());
    Ok(diesel::select(exists(live)).get_result(connection)?)
}

fn write(
    connection: &mut PgConnection,
    case: &Case,
    (public, digest): (&PublicCase, &[u8]),
    token: &CaseToken,
    (account_id, consented_at): (Uuid, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<()> {
    let said = || {
        (
            releases::public_token.eq(token.as_str()),
            releases::site_id.eq(case.site_id),
            releases::region_code.eq(&case.region_code),
            releases::title.eq(public.title()),
            releases::text.eq(public.text()),
            releases::answer.eq(public.answer()),
            releases::digest.eq(digest),
            releases::consented_at.eq(consented_at),
            releases::released_by_account_id.eq(account_id),
            releases::released_at.eq(now),
            releases::withdrawn_at.eq(None::<DateTime<Utc>>),
            releases::withdrawn_by_account_id.eq(None::<Uuid>),
            releases::withdrawn_reason.eq(None::<String>),
        )
    };
    diesel::insert_into(releases::table)
        .values((releases::submission_id.eq(case.id), said()))
        .on_conflict(releases::submission_id)
        .do_update()
        .set(said())
        .execute(connection)?;
    Ok(())
}

/// Takes a case off the public side if it is there (before it is made confidential, or loses its consent), and writes `event` then. `by`: nobody of the staff, the resident.
pub fn take_off(
    connection: &mut PgConnection,
    id: Uuid,
    by: Option<Uuid>,
    reason: &str,
    event: NewEvent,
    now: DateTime<Utc>,
) -> Result<()> {
    let live = releases::table.find(id).filter(releases::withdrawn_at.is_null());
    let off = diesel::update(live)
        .set((
            releases::withdrawn_at.eq(now),
            releases::withdrawn_by_account_id.eq(by),
            releases::withdrawn_reason.eq(reason),
        ))
        .execute(connection)?;
    if off > 0 {
        event.insert(connection)?;
    }
    Ok(())
}

/// SHA-256 over the parts, each with its length before it.
fn digest(public: &PublicCase) -> Vec<u8> {
    let parts = [public.title(), public.text(), public.answer()];
    let digest = parts.iter().fold(Sha256::new(), |digest, part| {
        digest.chain_update(part.len().to_be_bytes()).chain_update(part)
    });
    digest.finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
