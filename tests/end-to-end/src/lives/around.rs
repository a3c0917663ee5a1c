//! What goes on around the handling: people meet, are asked again, and let others read what came of it.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    query_builder::SqlQuery,
    query_dsl::LoadQuery,
    sql_query,
    sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::people::{Actor, Role};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{chance::Chance, world::World};

/// An appointment that is not over.
#[derive(QueryableByName)]
struct Appointment {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    receipt: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    asked_by: String,
    #[diesel(sql_type = Timestamptz)]
    starts_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    handler: Option<Uuid>,
}

const APPOINTMENTS: &str = "
SELECT a.id, s.receipt, a.state, a.asked_by, a.starts_at,
    (SELECT account FROM handling_accounts(s.id) AS account ORDER BY account LIMIT 1) AS handler
FROM appointments a JOIN submissions s ON s.id = a.submission_id
WHERE a.state IN ('asked', 'confirmed') AND s.confidential_region IS NULL ORDER BY a.id";

/// A hearing whose day has not passed, or whose minutes are missing.
#[derive(QueryableByName)]
struct Hearing {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    planned_by: Uuid,
    #[diesel(sql_type = Bool)]
    has_begun: bool,
    /// One of its matters, if any is still open to everybody.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    submission_id: Option<Uuid>,
}

const HEARINGS: &str = "
SELECT h.id, h.planned_by_account_id AS planned_by, h.starts_at <= $1 AS has_begun,
    (SELECT s.id FROM hearing_submissions hs JOIN submissions s ON s.id = hs.submission_id
        WHERE hs.hearing_id = h.id AND s.confidential_region IS NULL ORDER BY s.id LIMIT 1) AS submission_id
FROM hearings h WHERE h.state = 'planned' ORDER BY h.id";

/// Something that people of a station have before them.
#[derive(QueryableByName)]
struct AtStation {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    site_id: Uuid,
    #[diesel(sql_type = Text)]
    receipt: String,
}

const REVISITS: &str = "
SELECT r.id, r.site_id, s.receipt FROM revisits r JOIN submissions s ON s.id = r.submission_id
WHERE r.done_at IS NULL AND s.confidential_region IS NULL ORDER BY r.id";

const PLEDGES: &str = "
SELECT p.id, s.site_id, s.receipt FROM promises p JOIN submissions s ON s.id = p.submission_id
WHERE p.hearing_id IS NOT NULL AND p.kept_at IS NULL AND s.confidential_region IS NULL
ORDER BY p.id";

/// Matters of a site that a hearing could be held on.
const HARD: &str = "
SELECT id, site_id, receipt FROM submissions WHERE state IN ('registered', 'accepted', 'reopened', 'handed_over')
AND confidential_region IS NULL ORDER BY site_id, submitted_at";

/// Matters that came to an end with an answer and that nobody has published.
const ANSWERED: &str = "
SELECT s.id, s.site_id, s.receipt FROM submissions s
WHERE s.close_reason = 'rated' AND s.confidential_region IS NULL
AND NOT EXISTS (SELECT FROM releases r WHERE r.submission_id = s.id) ORDER BY s.id";

fn load<T>(world: &World, sql: &'static str) -> anyhow::Result<Vec<T>>
where
    SqlQuery: LoadQuery<'static, PgConnection, T>,
{
    Ok(world.database.beside(|connection| sql_query(sql).load(connection))?)
}

impl World {
    /// Everybody who meets, asks again or publishes, once.
    pub async fn go_around(&mut self, chance: &mut Chance) -> anyhow::Result<()> {
        self.meet(chance).await?;
        self.hold_hearings(chance).await?;
        self.ask_again(chance).await?;
        self.publish(chance).await
    }

    /// Asks for a time at the station, from either side.
    pub async fn ask_to_meet(
        &mut self,
        id: Uuid,
        receipt: &str,
        handler: Option<&Actor>,
        chance: &mut Chance,
    ) -> anyhow::Result<()> {
        let slots = self
            .resident("slots", Method::GET, &format!("/receipts/{receipt}/slots"), Value::Null)
            .await?;
        let slots = slots["items"].as_array().cloned().unwrap_or_default();
        if slots.is_empty() {
            return Ok(());
        }
        let body = json!({ "slot": chance.pick(&slots)["slot"], "note": "想当面说清楚这件事。" });
        let asked = match handler {
            None => {
                let path = format!("/receipts/{receipt}/appointments");
                self.resident("resident asks to meet", Method::POST, &path, body).await
            }
            Some(actor) => {
                let path = format!("/submissions/{id}/appointments");
                self.person(actor, "handler asks to meet", Method::POST, &path, Some(body))
                    .await
            }
        };
        asked.map(drop)
    }

    async fn meet(&mut self, chance: &mut Chance) -> anyhow::Result<()> {
        for appointment in load::<Appointment>(self, APPOINTMENTS)? {
            let Some(handler) = appointment.handler.and_then(|id| self.people.by_account(id)).cloned() else {
                continue;
            };
            let by_resident = (appointment.state == "asked") != (appointment.asked_by == "resident");
            let over = appointment.starts_at + TimeDelta::minutes(30) <= self.now();
            let deeds: &[(u32, &str)] = match (appointment.state.as_str(), over) {
                ("asked", false) => &[(50, "nothing"), (40, "confirm"), (10, "decline")],
                ("asked", true) => &[(1, "decline")],
                (_, true) => &[(10, "nothing"), (80, "hold"), (10, "miss")],
                (_, false) => &[(96, "nothing"), (4, "cancel")],
            };
            let Some(&deed) = chance.weighted(deeds).filter(|deed| **deed != "nothing") else {
                continue;
            };
            let by_resident = by_resident && !matches!(deed, "hold" | "miss");
            let body = match deed {
                "hold" => json!({ "action": deed, "record": "当面说清了情况，约好下周再看。" }),
                "confirm" => json!({ "action": deed }),
                "miss" => json!({ "action": deed, "record": "等了半个小时，没有人来。" }),
                _ => json!({ "action": deed, "reason": "那天有事，来不了。" }),
            };
            if by_resident {
                let path = format!("/receipts/{}/appointments/{}", appointment.receipt, appointment.id);
                self.resident(&format!("resident: {deed}"), Method::POST, &path, body)
                    .await?;
            } else {
                let path = format!("/appointments/{}", appointment.id);
                self.person(&handler, &format!("handler: {deed}"), Method::POST, &path, Some(body))
                    .await?;
            }
        }
        Ok(())
    }

    async fn hold_hearings(&mut self, chance: &mut Chance) -> anyhow::Result<()> {
        if chance.percent(15) {
            self.plan_hearing(chance).await?;
        }
        let query = sql_query(HEARINGS).bind::<Timestamptz, _>(self.now());
        let hearings = self.database.beside(|connection| query.load::<Hearing>(connection))?;
        for hearing in hearings {
            let Some(actor) = self.people.by_account(hearing.planned_by).cloned() else {
                continue;
            };
            let path = format!("/hearings/{}", hearing.id);
            if hearing.has_begun {
                let due_on = self.today() + TimeDelta::days(14);
                let promise = |id| json!({ "submission_id": id, "due_on": due_on, "promised_by": "物业公司", "text": "换三盏路灯" });
                let promises: Vec<Value> = hearing
                    .submission_id
                    .filter(|_| chance.percent(70))
                    .map(promise)
                    .into_iter()
                    .collect();
                let body = json!({ "minutes": "到会各方说了情况，定下了要做的事。", "deputy_ids": [], "office_ids": [], "promises": promises });
                self.person(
                    &actor,
                    "hearing held",
                    Method::POST,
                    &format!("{path}/minutes"),
                    Some(body),
                )
                .await?;
            } else if chance.percent(2) {
                let body = json!({ "cancel_reason": "场地临时不能用，另行通知。" });
                self.person(&actor, "hearing cancelled", Method::PATCH, &path, Some(body))
                    .await?;
            }
        }
        for pledge in load::<AtStation>(self, PLEDGES)? {
            if chance.percent(8) {
                let body = json!({ "note": "路灯已经换好，晚上都亮。" });
                self.at_station(
                    &pledge,
                    "hearing's promise kept",
                    &format!("/promises/{}/kept", pledge.id),
                    body,
                )
                .await?;
            }
        }
        Ok(())
    }

    async fn plan_hearing(&mut self, chance: &mut Chance) -> anyhow::Result<()> {
        let matters = load::<AtStation>(self, HARD)?;
        let heads: Vec<Actor> = self
            .people
            .staff
            .iter()
            .filter(|actor| actor.role == Role::StationHead)
            .cloned()
            .collect();
        let head = chance.pick(&heads).clone();
        let of_site = matters.iter().filter(|matter| Some(matter.site_id) == head.site_id);
        let ids: Vec<Uuid> = of_site.take(5).map(|matter| matter.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let starts_at = self.now() + TimeDelta::days(5);
        let body = json!({
            "kind": chance.pick(&["answering", "joint_reception"]), "title": "居民诉求答复会", "place": "社区活动室",
            "starts_at": starts_at, "ends_at": starts_at + TimeDelta::hours(2), "submission_ids": ids,
            "office_ids": [chance.pick(&self.people.offices).id], "deputy_ids": [], "site_id": head.site_id,
        });
        self.person(&head, "hearing planned", Method::POST, "/hearings", Some(body))
            .await
            .map(drop)
    }

    async fn ask_again(&mut self, chance: &mut Chance) -> anyhow::Result<()> {
        for revisit in load::<AtStation>(self, REVISITS)? {
            let outcomes = [(85, "nothing"), (9, "solved"), (4, "unsolved"), (2, "unreachable")];
            let Some(&outcome) = chance.weighted(&outcomes).filter(|outcome| **outcome != "nothing") else {
                continue;
            };
            let satisfied = (outcome != "unreachable").then_some(outcome == "solved");
            let way = chance.pick(&["visit", "phone"]);
            let body =
                json!({ "way": way, "outcome": outcome, "satisfied": satisfied, "note": "上门问过，情况属实。" });
            self.at_station(&revisit, "revisit", &format!("/revisits/{}", revisit.id), body)
                .await?;
        }
        Ok(())
    }

    /// Some residents let others read it; the station puts it out as the draft proposes, and takes some of it back.
    async fn publish(&mut self, chance: &mut Chance) -> anyhow::Result<()> {
        for matter in load::<AtStation>(self, ANSWERED)? {
            if !chance.percent(2) {
                continue;
            }
            let consent = format!("/receipts/{}/publish-consent", matter.receipt);
            self.resident("consent", Method::PUT, &consent, Value::Null).await?;
            let Some(staff) = self.staff_of(matter.site_id) else {
                continue;
            };
            let draft = format!("/submissions/{}/release-draft", matter.id);
            let draft = self.person(&staff, "release draft", Method::GET, &draft, None).await?;
            let body = json!({
                "title": "大家关心的一件事", "text": draft["text"]["redacted"], "answer": draft["answer"]["redacted"], "confirmed": true,
            });
            let path = format!("/submissions/{}/release", matter.id);
            let released = self.person(&staff, "release", Method::POST, &path, Some(body)).await?;
            if let Some(token) = released["token"].as_str() {
                let path = format!("/open/cases/{token}/support");
                self.resident("join", Method::POST, &path, Value::Null).await?;
            }
            if chance.percent(10) {
                self.resident("consent taken back", Method::DELETE, &consent, Value::Null)
                    .await?;
            }
        }
        Ok(())
    }

    async fn at_station(&mut self, of: &AtStation, what: &str, path: &str, body: Value) -> anyhow::Result<()> {
        let Some(staff) = self.staff_of(of.site_id) else {
            anyhow::bail!("{} has no staff", of.site_id);
        };
        self.person(&staff, what, Method::POST, path, Some(body))
            .await
            .map(drop)
    }

    pub fn staff_of(&self, site: Uuid) -> Option<Actor> {
        self.people
            .staff
            .iter()
            .find(|actor| actor.site_id == Some(site))
            .cloned()
    }
}
