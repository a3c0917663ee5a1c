//! What people do with what lies before them, by chance.

use chrono::{DateTime, Days, Utc};
use diesel::{QueryResult, QueryableByName, RunQueryDsl as _, sql_query, sql_types};
use minyi_domain::{handover::Channel, people::Actor};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{chance::Chance, world::World};

/// A submission that is not closed, with one of those who have to act on it.
#[derive(QueryableByName)]
struct Open {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    receipt: String,
    #[diesel(sql_type = sql_types::Text)]
    state: String,
    #[diesel(sql_type = sql_types::Text)]
    region_code: String,
    #[diesel(sql_type = sql_types::Timestamptz)]
    answer_due_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Bool)]
    confidential: bool,
    #[diesel(sql_type = sql_types::Bool)]
    reviewed: bool,
    #[diesel(sql_type = sql_types::Bool)]
    office_owes: bool,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    handler: Option<Uuid>,
    /// An earlier one of the same grid that it could go on with.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    earlier: Option<Uuid>,
}

const OPEN: &str = "
SELECT s.id, s.receipt, s.state, s.region_code, s.answer_due_at, s.confidential_region IS NOT NULL AS confidential,
    s.review_asked_at IS NOT NULL AS reviewed,
    EXISTS (SELECT FROM handover_submissions hs JOIN handovers h ON h.id = hs.handover_id
        WHERE hs.submission_id = s.id AND h.finished_at IS NULL) AS office_owes,
    (SELECT account FROM handling_accounts(s.id) AS account ORDER BY account LIMIT 1) AS handler,
    (SELECT p.id FROM submissions p WHERE p.grid_id = s.grid_id AND p.submitted_at < s.submitted_at
        AND p.state IN ('registered', 'accepted') AND p.confidential_region IS NULL
        AND p.assignee_deputy_id = s.assignee_deputy_id ORDER BY p.submitted_at LIMIT 1) AS earlier
FROM submissions s WHERE s.state <> 'closed' ORDER BY s.id";

/// A handover that is not over, or a promise that is not kept.
#[derive(QueryableByName)]
struct Office {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    state: String,
    #[diesel(sql_type = sql_types::Uuid)]
    office_id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    submission_id: Uuid,
    #[diesel(sql_type = sql_types::Bool)]
    extended: bool,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    partner_id: Option<Uuid>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    handler: Option<Uuid>,
}

const OFFICES: &str = "
SELECT h.id, h.state, h.office_id, h.lead_submission_id AS submission_id, h.extended_at IS NOT NULL AS extended,
    (SELECT p.office_id FROM handover_partners p WHERE p.handover_id = h.id AND p.opined_at IS NULL LIMIT 1) AS partner_id,
    (SELECT account FROM handling_accounts(h.lead_submission_id) AS account ORDER BY account LIMIT 1) AS handler
FROM handovers h WHERE h.finished_at IS NULL
UNION ALL
SELECT p.id, 'promise', h.office_id, p.submission_id, false, NULL, NULL
FROM promises p JOIN handovers h ON h.id = p.handover_id JOIN submissions s ON s.id = p.submission_id
-- The office does not see what became a report on an official meanwhile.
WHERE p.kept_at IS NULL AND p.due_on <= $1 AND s.confidential_region IS NULL
ORDER BY id";

impl World {
    /// Everybody looks at what there is, once. Returns how many submissions are open.
    pub async fn act(&mut self, chance: &mut Chance) -> anyhow::Result<usize> {
        let today = self.today();
        let (open, offices) = self.database.beside(|connection| {
            let open: Vec<Open> = sql_query(OPEN).load(connection)?;
            let offices: Vec<Office> = sql_query(OFFICES).bind::<sql_types::Date, _>(today).load(connection)?;
            QueryResult::Ok((open, offices))
        })?;
        for matter in &open {
            self.live(matter, chance).await?;
        }
        for office in &offices {
            self.office(office, chance).await?;
        }
        Ok(open.len())
    }

    async fn live(&mut self, matter: &Open, chance: &mut Chance) -> anyhow::Result<()> {
        if !matter.confidential && chance.percent(1) {
            let handler = self.handler(matter.handler).filter(|_| chance.percent(40));
            self.ask_to_meet(matter.id, &matter.receipt, handler.as_ref(), chance)
                .await?;
        }
        match matter.state.as_str() {
            "answered" if chance.percent(12) => self.rate(matter, chance).await,
            "declined" if !matter.reviewed && chance.percent(4) => {
                self.say(matter, "review", json!({ "reason": "我认为这件事应当受理。" }))
                    .await
            }
            "awaiting_resident" if chance.percent(15) => {
                self.say(
                    matter,
                    "info",
                    json!({ "text": "就在三号楼东侧，晚上八点以后最明显。", "photo_ids": [] }),
                )
                .await
            }
            "registered" | "accepted" | "reopened" => self.handle(matter, chance).await,
            "handed_over" if !matter.office_owes && chance.percent(40) => self.answer(matter).await,
            "merged" if chance.percent(1) => self.by_handler(matter, "unmerge", json!({})).await,
            _ => Ok(()),
        }
    }

    async fn say(&mut self, matter: &Open, what: &str, body: Value) -> anyhow::Result<()> {
        let path = format!("/receipts/{}/{what}", matter.receipt);
        self.resident(what, Method::POST, &path, body).await.map(drop)
    }

    async fn rate(&mut self, matter: &Open, chance: &mut Chance) -> anyhow::Result<()> {
        let moods = [(60, "satisfied"), (18, "basically_satisfied"), (22, "dissatisfied")];
        let mood = *chance.weighted(&moods).unwrap();
        let solved = mood != "dissatisfied" && chance.percent(90);
        self.say(matter, "rating", json!({ "solved": solved, "satisfaction": mood }))
            .await
    }

    /// Whoever has the matter does something with it, or leaves it lying; the nearer the date, the more is done.
    async fn handle(&mut self, matter: &Open, chance: &mut Chance) -> anyhow::Result<()> {
        let near = matter.answer_due_at - self.now() < chrono::TimeDelta::days(2);
        let merge = if matter.earlier.is_some() && matter.state == "registered" {
            3
        } else {
            0
        };
        let office = if matter.confidential { 0 } else { 9 };
        let accept = if matter.state == "registered" { 10 } else { 0 };
        let deeds = [
            (if near { 60 } else { 50 }, "nothing"),
            (if near { 35 } else { 8 }, "answers"),
            (accept, "accept"),
            (6, "info-requests"),
            (4, "decline"),
            (office, "handovers"),
            (office / 2, "proposals"),
            (if matter.confidential { 0 } else { 4 }, "transfer"),
            (merge, "merge"),
            (2, "urgency"),
            (1, "split"),
            (u32::from(!matter.confidential), "restrict"),
        ];
        let Some(&deed) = chance.weighted(&deeds) else {
            return Ok(());
        };
        let body = match deed {
            "nothing" => return Ok(()),
            "answers" => return self.answer(matter).await,
            "proposals" => return self.propose(matter, chance).await,
            "accept" => json!({}),
            "info-requests" => json!({ "question": "请问具体在哪个位置，什么时间最明显？" }),
            "decline" => {
                let kinds = [
                    "emergency",
                    "legal_procedure",
                    "repeat",
                    "secret",
                    "beyond_duties",
                    "unlawful",
                ];
                json!({ "kind": chance.pick(&kinds), "text": "这件事不在这里办理，请按下面的渠道反映。" })
            }
            "handovers" => {
                let office = self.people.office(Channel::Office, chance);
                json!({ "office_id": office, "demand": "请核实情况并办理，结果告诉代表。", "is_hard": chance.percent(10) })
            }
            "transfer" => {
                let deputy = chance.pick(&self.people.deputies);
                json!({ "deputy_id": deputy.id, "reason": "这位代表更熟悉这件事。" })
            }
            "merge" => json!({ "into": matter.earlier }),
            "urgency" => json!({ "urgency": chance.pick(&["urgent", "hard"]) }),
            "split" => json!({ "parts": [{ "kind": "problem", "text": "另外一件事：楼道里的灯也坏了。" }] }),
            _ => json!({ "level": chance.pick(&["county", "city"]) }),
        };
        self.by_handler(matter, deed, body).await
    }

    async fn answer(&mut self, matter: &Open) -> anyhow::Result<()> {
        let body = json!({ "text": "已经到现场看过，问题已经处理好，谢谢您反映。", "photo_ids": [] });
        self.by_handler(matter, "answers", body).await
    }

    async fn by_handler(&mut self, matter: &Open, what: &str, body: Value) -> anyhow::Result<()> {
        let Some(actor) = self.handler(matter.handler) else {
            anyhow::bail!(
                "nobody has to act on {} ({}, {})",
                matter.id,
                matter.state,
                matter.region_code
            );
        };
        let path = format!("/submissions/{}/{what}", matter.id);
        self.person(&actor, what, Method::POST, &path, Some(body))
            .await
            .map(drop)
    }

    fn office_handler(&self, id: Uuid) -> Actor {
        let mut offices = self.people.offices.iter();
        offices.find(|office| office.id == id).unwrap().actor.clone()
    }

    fn handler(&self, account: Option<Uuid>) -> Option<Actor> {
        self.people.by_account(account?).cloned()
    }

    /// 代表建议: drafted from one matter and handed in at once, or left as a draft.
    async fn propose(&mut self, matter: &Open, chance: &mut Chance) -> anyhow::Result<()> {
        let Some(actor) = self.handler(matter.handler) else {
            return Ok(());
        };
        let lead = match actor.deputy_id {
            Some(deputy) => deputy,
            None => chance.pick(&self.people.deputies).id,
        };
        let (level, channel) = *chance.pick(&[("county", Channel::Intersession), ("city", Channel::Proposal)]);
        let draft = json!({
            "level": level, "title": "关于改善小区照明的建议", "lead_deputy_id": lead,
            "text": "多位居民反映照明不足，建议统一改造。", "submission_ids": [matter.id],
        });
        let made = self
            .person(&actor, "draft proposal", Method::POST, "/proposals", Some(draft))
            .await?;
        let Some(id) = made["id"].as_str() else { return Ok(()) };
        let office = self.people.office(channel, chance);
        let body = json!({ "office_id": office, "is_hard": chance.percent(20) });
        let path = format!("/proposals/{id}/submit");
        self.person(&actor, "submit proposal", Method::POST, &path, Some(body))
            .await
            .map(drop)
    }

    /// An office, or whoever judges its answer, moves a handover on.
    async fn office(&mut self, of: &Office, chance: &mut Chance) -> anyhow::Result<()> {
        let office = self.office_handler(of.office_id);
        if let Some(partner) = of.partner_id.filter(|_| chance.percent(20)) {
            let actor = self.office_handler(partner);
            let body = json!({ "opinion": "我们负责电源部分，三天内完成。" });
            let path = format!("/handovers/{}/opinion", of.id);
            return self
                .person(&actor, "opinion", Method::POST, &path, Some(body))
                .await
                .map(drop);
        }
        let extend = if of.extended { 0 } else { 2 };
        let deeds: &[(u32, &str)] = match of.state.as_str() {
            "offered" => &[(60, "nothing"), (35, "accept"), (4, "refuse"), (1, "withdraw")],
            "accepted" => &[
                (80, "nothing"),
                (14, "answer"),
                (extend, "extend"),
                (3, "partners"),
                (1, "withdraw"),
            ],
            "redo" => &[(70, "nothing"), (30, "answer")],
            "answered" => &[(60, "nothing"), (35, "approve"), (5, "send-back")],
            "promise" => &[(60, "nothing"), (40, "kept")],
            _ => &[],
        };
        let Some(&deed) = chance.weighted(deeds) else {
            return Ok(());
        };
        let body = match deed {
            "nothing" => return Ok(()),
            "accept" => json!({ "responsible_name": "承办科张科长" }),
            "refuse" => json!({ "reason": "这件事不在本单位职责范围。" }),
            "extend" => json!({ "reason": "需要采购材料，时间不够。" }),
            "partners" => json!({ "office_id": chance.pick(&self.people.offices).id }),
            "answer" => {
                let result = *chance.weighted(&[(60, "a"), (20, "b"), (10, "c"), (10, "d")]).unwrap();
                let promises = matches!(result, "b" | "c");
                let due = promises.then(|| self.today() + Days::new(30));
                let promise = promises.then_some("完成照明改造");
                json!({ "text": "已经安排维修，情况如下。", "result": result, "promised_on": due, "promise": promise })
            }
            "approve" if chance.percent(70) => json!({ "answer_text": "有关部门已经办好，谢谢您反映。" }),
            "send-back" => json!({ "comment": "现场看还没有修好，请再办一次。" }),
            "kept" => json!({ "note": "照明改造已经完成。" }),
            _ => json!({}),
        };
        let by_handler = matches!(deed, "approve" | "send-back" | "withdraw");
        let Some(actor) = (if by_handler {
            self.handler(of.handler)
        } else {
            Some(office)
        }) else {
            anyhow::bail!("nobody judges for {}", of.submission_id);
        };
        let kind = if deed == "kept" { "promises" } else { "handovers" };
        let path = format!("/{kind}/{}/{deed}", of.id);
        self.person(&actor, deed, Method::POST, &path, Some(body))
            .await
            .map(drop)
    }
}
