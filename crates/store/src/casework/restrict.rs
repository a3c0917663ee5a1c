//! Reports on officials (信访工作条例 Art. 30): shown to nobody on that official's side (保密件).

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    lifecycle::Action,
    people::{Actor, Level},
    routing::RouteReason,
};
use serde_json::json;
use uuid::Uuid;

use super::{Case, Refusal};
use crate::{
    Result, Store, answers::merged_into, notifications, releases, schema::submissions, submissions::EventKind,
};

impl Store {
    /// Gives a matter, and what goes on together with it, to the administrators of the county or city, and to them
    /// alone. The state and the clock stay as they are. Whoever did it does not see it any more.
    pub fn restrict(
        &self,
        actor: &Actor,
        id: Uuid,
        level: Level,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let case = Case::lock(connection, actor, id)?;
            case.next_by(actor, Action::Restrict)?;
            let region = level.division_of(&case.region_code).to_owned();
            let merged = merged_into(connection, id)?;
            for mut case in std::iter::once(case).chain(merged) {
                if !case.region_code.starts_with(&region) {
                    return Err(Refusal::TargetUnfit("region").into());
                }
                give_up(connection, &mut case, &region, actor, now)?;
            }
            Ok(())
        })
    }
}

fn give_up(
    connection: &mut PgConnection,
    case: &mut Case,
    region: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let event = case.event(EventKind::ReleaseWithdrawn, actor, now);
    releases::take_off(connection, case.id, Some(actor.account_id), "转为保密件", event, now)?;
    diesel::update(submissions::table.find(case.id))
        .set((
            submissions::confidential_region.eq(region),
            submissions::assignee_deputy_id.eq(None::<Uuid>),
            submissions::route_reason.eq(RouteReason::Confidential.as_str()),
        ))
        .execute(connection)?;
    case.confidential_region = Some(region.to_owned());
    case.assignee_deputy_id = None;
    notifications::void_for_accounts(connection, case.id, None, now)?;
    let event = case
        .event(EventKind::MadeConfidential, actor, now)
        .internal()
        .with_data(json!({ "region": region }));
    case.tell_handlers(connection, event, Some(actor), now)
}
