//! What people set: how often residents are asked again, and the slots of a site.

use actix_web::{HttpResponse, get, put, web::Path};
use chrono::NaiveTime;
use minyi_domain::{people::Actor, rights::Permission, slots::Scheme};
use minyi_store::{By, RevisitPolicy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    problem::{FieldProblem, Problem},
    state::{AppState, State},
};

/// Rows of one site, at most: three a weekday.
const MOST: usize = 24;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_revisit_policy)
        .service(put_revisit_policy)
        .service(get_slot_schemes)
        .service(put_slot_schemes);
}

/// Who is asked again after closing.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"sample_percent": 10, "due_days": 15}))]
pub struct RevisitPolicyBody {
    /// Of those whose matter is solved, so many of a hundred; the others are all asked.
    #[schema(minimum = 0, maximum = 100)]
    pub sample_percent: u8,
    /// Calendar days after closing.
    #[schema(minimum = 1, maximum = 400)]
    pub due_days: u16,
}

impl RevisitPolicyBody {
    fn read(&self) -> Result<RevisitPolicy, Problem> {
        let mut wrong = Vec::new();
        if self.sample_percent > 100 {
            wrong.push(FieldProblem::new(
                "/sample_percent",
                "out_of_range",
                "抽样比例是 0 到 100。",
            ));
        }
        if !(1..=400).contains(&self.due_days) {
            wrong.push(FieldProblem::new("/due_days", "out_of_range", "期限是 1 到 400 天。"));
        }
        if !wrong.is_empty() {
            return Err(Problem::Invalid(wrong));
        }
        Ok(RevisitPolicy {
            sample_percent: self.sample_percent,
            due_days: self.due_days,
        })
    }
}

/// A stretch of a duty day that is cut into slots.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SlotSchemeBody {
    /// 1 Monday … 7 Sunday; `null`: every day that has none of its own.
    #[schema(minimum = 1, maximum = 7)]
    pub weekday: Option<u8>,
    /// In China.
    #[schema(example = "09:00")]
    pub from: String,
    #[schema(example = "11:30")]
    pub until: String,
    #[schema(minimum = 5, maximum = 480, example = 30)]
    pub slot_minutes: u16,
    /// Appointments that the site has room for at once.
    #[schema(minimum = 1, maximum = 100, example = 4)]
    pub capacity: u16,
}

/// How the duty days of a site are cut.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"items": [{"weekday": null, "from": "09:00", "until": "11:30", "slot_minutes": 30, "capacity": 4}]}))]
pub struct SlotSchemesBody {
    /// Empty: the usual hours, 9:00–11:30 and 14:00–17:00 in half hours, four at once.
    #[schema(max_items = 24)]
    pub items: Vec<SlotSchemeBody>,
}

/// `09:30`
pub fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minute(text: &str) -> Option<u16> {
    use chrono::Timelike as _;
    if text.trim() == "24:00" {
        return Some(1440);
    }
    let time = NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()?;
    u16::try_from(time.hour() * 60 + time.minute()).ok()
}

impl SlotSchemeBody {
    fn read(&self) -> Option<Scheme> {
        let scheme = Scheme {
            weekday: self.weekday,
            from_minute: minute(&self.from)?,
            until_minute: minute(&self.until)?,
            slot_minutes: self.slot_minutes,
            capacity: self.capacity,
        };
        let fits = self.weekday.is_none_or(|day| (1..=7).contains(&day))
            && (5..=480).contains(&scheme.slot_minutes)
            && (1..=100).contains(&scheme.capacity)
            && scheme.from_minute + scheme.slot_minutes <= scheme.until_minute;
        fits.then_some(scheme)
    }
}

impl SlotSchemesBody {
    fn read(&self) -> Result<Vec<Scheme>, Problem> {
        if self.items.len() > MOST {
            return Err(Problem::field("/items", "too_many", format!("最多 {MOST} 段。")));
        }
        let mut schemes: Vec<Scheme> = Vec::with_capacity(self.items.len());
        for (index, item) in self.items.iter().enumerate() {
            let wrong = |code, why: &str| {
                let detail = format!("第 {} 段：{why}", index + 1);
                Problem::Invalid(vec![FieldProblem::new(format!("/items/{index}"), code, detail)])
            };
            let scheme = item.read().ok_or_else(|| {
                wrong(
                    "out_of_range",
                    "时间要写成 09:00，每个时段 5 到 480 分钟，一段里至少放得下一个时段，同时接待 1 到 100 人。",
                )
            })?;
            let meets = |other: &Scheme| {
                other.weekday == scheme.weekday
                    && other.from_minute < scheme.until_minute
                    && scheme.from_minute < other.until_minute
            };
            if schemes.iter().any(meets) {
                return Err(wrong("overlap", "和前面的时间重叠。"));
            }
            schemes.push(scheme);
        }
        Ok(schemes)
    }
}

impl From<Vec<Scheme>> for SlotSchemesBody {
    fn from(schemes: Vec<Scheme>) -> Self {
        let item = |scheme: Scheme| SlotSchemeBody {
            weekday: scheme.weekday,
            from: clock(scheme.from_minute),
            until: clock(scheme.until_minute),
            slot_minutes: scheme.slot_minutes,
            capacity: scheme.capacity,
        };
        let mut schemes = schemes;
        schemes.sort_by_key(|scheme| (scheme.weekday, scheme.from_minute));
        Self {
            items: schemes.into_iter().map(item).collect(),
        }
    }
}

impl AppState {
    /// Changes the revisit policy.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::Invalid`].
    pub async fn set_revisit_policy(&self, signed_in: &SignedIn, body: &RevisitPolicyBody) -> Result<(), Problem> {
        signed_in.must(Permission::Configure)?;
        let (policy, by, now) = (body.read()?, signed_in.by(), self.now());
        self.ask(move |store| store.set_revisit_policy(&by, policy, now)).await
    }

    /// The slots of a site in this person's scope.
    ///
    /// # Errors
    /// [`Problem::SiteUnknown`].
    pub async fn slot_schemes(&self, actor: &Actor, site_id: Uuid) -> Result<SlotSchemesBody, Problem> {
        let scope = actor.scope();
        let found = self.ask(move |store| store.slot_schemes(&scope, site_id)).await?;
        Ok(found.ok_or(Problem::SiteUnknown)?.into())
    }

    /// Cuts the duty days of a site anew.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::Invalid`], [`Problem::SiteUnknown`].
    pub async fn set_slot_schemes(
        &self,
        by: By,
        actor: Actor,
        site_id: Uuid,
        body: &SlotSchemesBody,
    ) -> Result<(), Problem> {
        let (schemes, now) = (body.read()?, self.now());
        let done = self
            .act(move |store| store.set_slot_schemes(&by, &actor, site_id, &schemes, now))
            .await;
        done.map_err(|problem| problem.unknown_as(Problem::SiteUnknown))
    }
}

/// The revisit policy (回访规则)
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "the policy in force", body = RevisitPolicyBody),
))]
#[get("/revisit-policy")]
async fn get_revisit_policy(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let policy = state.ask(minyi_store::Store::revisit_policy).await?;
    Ok(HttpResponse::Ok().json(RevisitPolicyBody {
        sample_percent: policy.sample_percent,
        due_days: policy.due_days,
    }))
}

/// Change the revisit policy (设置回访规则)
///
/// For what is closed from now on.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = RevisitPolicyBody, responses(
    (status = 204, description = "changed"),
    (status = 422, description = "`invalid_fields`：字段不对"),
))]
#[put("/revisit-policy")]
async fn put_revisit_policy(
    state: State,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<RevisitPolicyBody>,
) -> Result<HttpResponse, Problem> {
    state.set_revisit_policy(&signed_in, &body).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The slots of a site (接待时段)
#[utoipa::path(tag = "接待", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "how its duty days are cut", body = SlotSchemesBody),
    (status = 404, description = "`site_unknown`：没有这个站点，或者不归您管理"),
))]
#[get("/sites/{id}/slot-schemes")]
async fn get_slot_schemes(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    let body = state.slot_schemes(&signed_in.actor, id.into_inner()).await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Cut the duty days of a site anew (设置接待时段)
///
/// All of them at once; what was agreed with residents stays.
#[utoipa::path(tag = "接待", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = SlotSchemesBody, responses(
    (status = 204, description = "changed"),
    (status = 404, description = "`site_unknown`：没有这个站点，或者不归您管理"),
    (status = 422, description = "`invalid_fields`：时间不对或者重叠，见 `errors`"),
))]
#[put("/sites/{id}/slot-schemes")]
async fn put_slot_schemes(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(body): JsonBody<SlotSchemesBody>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Hold)?;
    state
        .set_slot_schemes(signed_in.by(), signed_in.actor, id.into_inner(), &body)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
