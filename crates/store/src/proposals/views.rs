use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl as _, OptionalExtension, PgConnection, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper, TextExpressionMethods, pg::Pg,
};
use minyi_domain::{
    handover::{Channel, State},
    people::{DeputyLevel, Scope},
};
use uuid::Uuid;

use crate::{
    Cursor, Page, Result, Store,
    page::one_more,
    schema::{
        deputies, grid_assignments, grids, handovers, offices, proposal_cosigners, proposal_submissions, proposals,
        regions, sites, submissions,
    },
    scope::{proposals_in, submissions_in},
    word::Word,
};

/// A proposal in the list of a submission: into what it went (lineage).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = proposals, check_for_backend(Pg))]
pub struct ProposalLine {
    pub id: Uuid,
    #[diesel(deserialize_as = Word<Channel>)]
    pub channel: Channel,
    pub number: Option<String>,
    pub title: String,
    pub submitted_at: Option<DateTime<Utc>>,
}

/// A proposal in a list.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = proposals, check_for_backend(Pg))]
pub struct ProposalItem {
    pub id: Uuid,
    #[diesel(deserialize_as = Word<Channel>)]
    pub channel: Channel,
    #[diesel(select_expression = regions::name)]
    pub region_name: String,
    pub number: Option<String>,
    pub title: String,
    #[diesel(select_expression = deputies::name)]
    pub lead_name: String,
    pub drafted_at: DateTime<Utc>,
    pub submitted_at: Option<DateTime<Utc>>,
}

/// A deputy who brings a proposal in or signs it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = deputies, check_for_backend(Pg))]
pub struct ProposalDeputy {
    pub id: Uuid,
    pub name: String,
    #[diesel(deserialize_as = Word<DeputyLevel>)]
    pub level: DeputyLevel,
    pub workplace: String,
}

/// A proposal with all that stands on its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalDetail {
    pub id: Uuid,
    pub channel: Channel,
    pub region_code: String,
    pub region_name: String,
    pub number: Option<String>,
    pub title: String,
    pub text: String,
    pub drafted_at: DateTime<Utc>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub lead: ProposalDeputy,
    pub cosigners: Vec<ProposalDeputy>,
    /// Id and number of those that this person sees, oldest first.
    pub submissions: Vec<(Uuid, String)>,
    /// Station of the first submission: name, address, telephone.
    pub station: Option<(String, String, Option<String>)>,
    /// Id, office and state of its handovers, oldest first.
    pub handovers: Vec<(Uuid, String, State)>,
}

impl ProposalDetail {
    /// No office has it: it is a draft, or every one has sent it back.
    #[must_use]
    pub fn came_back(&self) -> bool {
        let gone = |state: State| matches!(state, State::Refused | State::Withdrawn);
        self.handovers.iter().all(|(_, _, state)| gone(*state))
    }
}

impl Store {
    /// The proposals in a scope, the latest draft first.
    pub fn proposals(&self, scope: &Scope, cursor: Option<Cursor>, limit: i64) -> Result<Page<ProposalItem>> {
        let mut query = proposals::table
            .inner_join(regions::table)
            .inner_join(deputies::table)
            .filter(proposals_in(scope))
            .order((proposals::drafted_at.desc(), proposals::id.desc()))
            .limit(one_more(limit))
            .select(ProposalItem::as_select())
            .into_boxed();
        if let Some(Cursor { at, id }) = cursor {
            let same = proposals::drafted_at.eq(at).and(proposals::id.lt(id));
            query = query.filter(proposals::drafted_at.lt(at).or(same));
        }
        let items: Vec<ProposalItem> = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(items, limit, |item| Cursor {
            at: item.drafted_at,
            id: item.id,
        }))
    }

    /// One proposal; `None` also when it lies outside the scope.
    pub fn proposal(&self, scope: &Scope, id: Uuid) -> Result<Option<ProposalDetail>> {
        let mut connection = self.connection()?;
        let connection = &mut *connection;
        type Row = (ProposalItem, (String, String), ProposalDeputy);
        let found: Option<Row> = proposals::table
            .inner_join(regions::table)
            .inner_join(deputies::table)
            .filter(proposals::id.eq(id))
            .filter(proposals_in(scope))
            .select((
                ProposalItem::as_select(),
                (proposals::region_code, proposals::text),
                ProposalDeputy::as_select(),
            ))
            .first(connection)
            .optional()?;
        let Some((item, (region_code, text), lead)) = found else {
            return Ok(None);
        };
        let cosigners = proposal_cosigners::table
            .inner_join(deputies::table)
            .filter(proposal_cosigners::proposal_id.eq(id))
            .order((deputies::name, deputies::id))
            .select(ProposalDeputy::as_select())
            .load(connection)?;
        let handovers = handovers::table
            .inner_join(offices::table)
            .filter(handovers::proposal_id.eq(id))
            .order((handovers::handed_at, handovers::id))
            .select((handovers::id, offices::name, handovers::state))
            .load::<(Uuid, String, Word<State>)>(connection)?;
        let (submissions, station) = sources(connection, scope, id)?;
        Ok(Some(ProposalDetail {
            id,
            channel: item.channel,
            region_code,
            region_name: item.region_name,
            number: item.number,
            title: item.title,
            text,
            drafted_at: item.drafted_at,
            submitted_at: item.submitted_at,
            lead,
            cosigners,
            submissions,
            station,
            handovers: handovers
                .into_iter()
                .map(|(id, office, state)| (id, office, state.0))
                .collect(),
        }))
    }

    /// Who could sign a proposal from this submission: the deputies in grids of its county; `None` outside the scope.
    pub fn possible_cosigners(&self, scope: &Scope, submission_id: Uuid) -> Result<Option<Vec<ProposalDeputy>>> {
        let mut connection = self.connection()?;
        let region: Option<String> = submissions::table
            .find(submission_id)
            .filter(submissions_in(scope))
            .select(submissions::region_code)
            .first(&mut *connection)
            .optional()?;
        let Some(region) = region else { return Ok(None) };
        let county = region.get(..6).unwrap_or(&region);
        let there = grid_assignments::table
            .inner_join(grids::table)
            .filter(grids::region_code.like(format!("{county}%")))
            .select(grid_assignments::deputy_id);
        let found = deputies::table
            .filter(deputies::id.eq_any(there))
            .order((deputies::name, deputies::id))
            .limit(MOST_DEPUTIES)
            .select(ProposalDeputy::as_select())
            .load(&mut *connection)?;
        Ok(Some(found))
    }
}

/// A list to choose from is not longer.
const MOST_DEPUTIES: i64 = 500;

/// Name, address, telephone.
type Station = (String, String, Option<String>);
/// The submissions with their numbers, and the station of the first.
type Sources = (Vec<(Uuid, String)>, Option<Station>);

/// The submissions that it came from, and the station of the first.
fn sources(connection: &mut PgConnection, scope: &Scope, id: Uuid) -> Result<Sources> {
    let rows: Vec<((Uuid, String), Station)> = submissions::table
        .inner_join(proposal_submissions::table)
        .inner_join(sites::table.on(sites::id.eq(submissions::site_id)))
        .filter(proposal_submissions::proposal_id.eq(id))
        .filter(submissions_in(scope))
        .order((submissions::submitted_at, submissions::id))
        .select((
            (submissions::id, submissions::number),
            (sites::name, sites::address, sites::hotline),
        ))
        .load(connection)?;
    let station = rows.first().map(|(_, station)| station.clone());
    Ok((rows.into_iter().map(|(submission, _)| submission).collect(), station))
}

/// The proposals into which a submission went, oldest first.
pub fn of_submission(connection: &mut PgConnection, submission_id: Uuid) -> Result<Vec<ProposalLine>> {
    Ok(proposals::table
        .inner_join(proposal_submissions::table)
        .filter(proposal_submissions::submission_id.eq(submission_id))
        .order((proposals::drafted_at, proposals::id))
        .select(ProposalLine::as_select())
        .load(connection)?)
}
