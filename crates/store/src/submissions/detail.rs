use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, pg::Pg,
};
use minyi_domain::{
    beside::Circumstances,
    lifecycle::{Standing, State},
    people::Scope,
    routing::RouteReason,
    submission::{CoordinateSystem, Kind, Location, Urgency},
};
use uuid::Uuid;

use super::{AnswerView, EventKind, EventView, Holds, Parts, PhotoView, RatingView};
use crate::{
    ContentCheck, HandoverView, PromiseView, ProposalLine, Result, Store,
    casework::{InfoRequest, Kin, TransferView, chain, kin},
    content,
    events::NewEvent,
    meetings::Meetings,
    prepared::Constant,
    receipts::CloseReason,
    releases,
    schema::{accounts, deputies, grids, sites, submissions},
    scope::submissions_in,
    suggestions::{Sorting, sorting},
    word::Word,
};

/// Everything that those read whose work it is.
#[derive(Debug, Clone, PartialEq)]
pub struct SubmissionDetail {
    pub id: Uuid,
    pub number: String,
    pub kind: Kind,
    pub state: State,
    /// Reopenings so far.
    pub round: i16,
    pub text: String,
    pub location: Option<Location>,
    pub address: Option<String>,
    /// Sealed by the program; opening them is to be recorded with [`Store::record_contact_view`].
    pub contact_name_sealed: Option<Vec<u8>>,
    pub contact_phone_sealed: Option<Vec<u8>>,
    pub place: String,
    pub grid_name: String,
    pub site_id: Uuid,
    pub site_name: String,
    pub region_code: String,
    pub assignee_deputy_id: Option<Uuid>,
    /// The deputy's name, published or not: for internal eyes. `None`: the site's staff answer.
    pub assignee_name: Option<String>,
    pub route_reason: RouteReason,
    pub submitted_at: DateTime<Utc>,
    pub answer_due_at: DateTime<Utc>,
    pub answer_due_provisional: bool,
    pub overdue_at: Option<DateTime<Utc>>,
    pub escalated_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub close_reason: Option<CloseReason>,
    pub photos: Vec<PhotoView>,
    pub answers: Vec<AnswerView>,
    /// The whole timeline, internal events included.
    pub events: Vec<EventView>,
    pub ratings: Vec<RatingView>,
    pub info_requests: Vec<InfoRequest>,
    pub meetings: Meetings,
    pub handovers: Vec<HandoverView>,
    pub promises: Vec<PromiseView>,
    /// Into what it went.
    pub proposals: Vec<ProposalLine>,
    pub urgency: Urgency,
    /// A report on an official: the division whose administrators see it.
    pub confidential_region: Option<String>,
    /// The level above answers.
    pub handled_above: bool,
    /// Since when the resident agrees to its being published.
    pub publish_consent_at: Option<DateTime<Utc>>,
    /// The public reads it now.
    pub is_released: bool,
    pub decline_kind: Option<String>,
    /// What was merged with it or split, as far as the person sees it.
    pub kin: Vec<Kin>,
    pub transfers: Vec<TransferView>,
    /// Category and suggestion.
    pub sorting: Sorting,
    /// What the check of text and photos says.
    pub checks: Vec<ContentCheck>,
    /// Who made the events happen, by account: for internal eyes.
    pub names: HashMap<Uuid, String>,
}

impl SubmissionDetail {
    /// What narrows who may do what with it.
    pub fn standing(&self) -> Standing {
        Standing {
            confidential: self.confidential_region.is_some(),
            handled_above: self.handled_above,
        }
    }

    /// What decides over what may be done beside the lifecycle.
    pub fn circumstances(&self) -> Circumstances {
        Circumstances {
            state: self.state,
            confidential: self.confidential_region.is_some(),
            meets: self.meetings.active().is_some(),
            consented: self.publish_consent_at.is_some(),
            released: self.is_released,
        }
    }

    /// An office has not answered yet, or its answer was not judged: the resident is not answered meanwhile.
    pub fn office_owes(&self) -> bool {
        let open = self.handovers.iter().any(|handover| handover.finished_at.is_none());
        self.state == State::HandedOver && open
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
struct Record {
    id: Uuid,
    number: String,
    #[diesel(deserialize_as = Word<Kind>)]
    kind: Kind,
    #[diesel(deserialize_as = Word<State>)]
    state: State,
    round: i16,
    text: String,
    longitude: Option<f64>,
    latitude: Option<f64>,
    coordinate_system: Option<Word<CoordinateSystem>>,
    address: Option<String>,
    contact_name_sealed: Option<Vec<u8>>,
    contact_phone_sealed: Option<Vec<u8>>,
    site_id: Uuid,
    region_code: String,
    assignee_deputy_id: Option<Uuid>,
    #[diesel(deserialize_as = Word<RouteReason>)]
    route_reason: RouteReason,
    submitted_at: DateTime<Utc>,
    answer_due_at: DateTime<Utc>,
    answer_due_provisional: bool,
    overdue_at: Option<DateTime<Utc>>,
    escalated_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    close_reason: Option<Word<CloseReason>>,
    #[diesel(deserialize_as = Word<Urgency>)]
    urgency: Urgency,
    confidential_region: Option<String>,
    handled_above: bool,
    publish_consent_at: Option<DateTime<Utc>>,
    decline_kind: Option<String>,
}

impl Record {
    fn location(&self) -> Option<Location> {
        let Word(coordinate_system) = self.coordinate_system.as_ref()?;
        Some(Location {
            longitude: self.longitude?,
            latitude: self.latitude?,
            coordinate_system: *coordinate_system,
        })
    }
}

/// Place, grid, site, deputy.
type Names = (String, String, String, Option<String>);

impl Store {
    /// One submission with all that hangs on it; `None` also when it lies outside the scope.
    pub fn submission(&self, scope: &Scope, id: Uuid) -> Result<Option<SubmissionDetail>> {
        let mut connection = self.connection()?;
        let query = submissions::table
            .inner_join(grids::table)
            .inner_join(sites::table)
            .left_join(deputies::table)
            .filter(submissions::id.eq(id))
            .filter(submissions_in(scope))
            .select((
                Record::as_select(),
                (grids::place, grids::name, sites::name, deputies::name.nullable()),
                Holds::as_select(),
            ));
        let found: Option<(Record, Names, Holds)> = Constant(query).get_result(&mut *connection).optional()?;
        let Some((record, names, holds)) = found else {
            return Ok(None);
        };
        let parts = Parts::load(&mut connection, id, holds, true)?;
        let meetings = Meetings::load(&mut connection, id, holds)?;
        let mut detail = detail(record, names, parts, meetings);
        detail.kin = kin(&mut connection, id, scope)?;
        detail.transfers = chain(&mut connection, id)?;
        detail.sorting = sorting(&mut connection, id)?;
        detail.checks = content::checks(&mut connection, id)?;
        detail.is_released = releases::is_live(&mut connection, id)?;
        let actors = detail.events.iter().filter_map(|event| event.actor_account_id);
        detail.names = display_names(&mut connection, actors.collect())?;
        Ok(Some(detail))
    }

    /// Records that somebody opened the contact data; `false`: nothing there in this scope, or its processing was stopped
    /// (个人信息保护法 Art. 47).
    pub fn record_contact_view(&self, scope: &Scope, id: Uuid, account_id: Uuid, now: DateTime<Utc>) -> Result<bool> {
        let mut connection = self.connection()?;
        let found: Option<Uuid> = submissions::table
            .filter(submissions::id.eq(id))
            .filter(submissions_in(scope))
            .filter(submissions::frozen_at.is_null())
            .select(submissions::id)
            .first(&mut *connection)
            .optional()?;
        if found.is_none() {
            return Ok(false);
        }
        NewEvent::new(id, EventKind::ContactViewed, now)
            .by_account(account_id)
            .internal()
            .insert(&mut connection)?;
        Ok(true)
    }
}

fn display_names(connection: &mut PgConnection, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String)> = accounts::table
        .filter(accounts::id.eq_any(ids))
        .select((accounts::id, accounts::display_name))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

fn detail(record: Record, names: Names, parts: Parts, meetings: Meetings) -> SubmissionDetail {
    let (place, grid_name, site_name, assignee_name) = names;
    let location = record.location();
    SubmissionDetail {
        id: record.id,
        number: record.number,
        kind: record.kind,
        state: record.state,
        round: record.round,
        text: record.text,
        location,
        address: record.address,
        contact_name_sealed: record.contact_name_sealed,
        contact_phone_sealed: record.contact_phone_sealed,
        place,
        grid_name,
        site_id: record.site_id,
        site_name,
        region_code: record.region_code,
        assignee_deputy_id: record.assignee_deputy_id,
        assignee_name,
        route_reason: record.route_reason,
        submitted_at: record.submitted_at,
        answer_due_at: record.answer_due_at,
        answer_due_provisional: record.answer_due_provisional,
        overdue_at: record.overdue_at,
        escalated_at: record.escalated_at,
        closed_at: record.closed_at,
        close_reason: record.close_reason.map(|word| word.0),
        photos: parts.photos,
        answers: parts.answers,
        events: parts.events,
        ratings: parts.ratings,
        info_requests: parts.info_requests,
        meetings,
        handovers: parts.handovers,
        promises: parts.promises,
        proposals: parts.proposals,
        urgency: record.urgency,
        confidential_region: record.confidential_region,
        handled_above: record.handled_above,
        publish_consent_at: record.publish_consent_at,
        is_released: false,
        decline_kind: record.decline_kind,
        kin: Vec::new(),
        transfers: Vec::new(),
        sorting: Sorting::default(),
        checks: Vec::new(),
        names: HashMap::new(),
    }
}
