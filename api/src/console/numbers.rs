//! The statistics (统计): volumes, rates and times, each with what it is made of, and the definitions beside them.

use actix_web::{HttpResponse, get, web::Query};
use chrono::{Datelike as _, NaiveDate};
use minyi_domain::{
    people::Scope,
    rates::{Grouping, Measure, Rate, SMALL_DEFINITION, TIME_DEFINITION},
    rights::Permission,
};
use minyi_store::{Figures, Statistics};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ledger::read;
use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    openapi::words,
    problem::{FieldProblem, Problem},
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_statistics);
}

/// Which figures.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NumbersQuery {
    /// First day of registration, in China; without it the first of January.
    #[param(example = "2026-01-01")]
    pub from: Option<String>,
    /// Last day of registration, in China; without it today.
    #[param(example = "2026-12-31")]
    pub to: Option<String>,
    /// `region`, `site`, `deputy`, `office`, `category`, `month` or `week`; without it what lies one level below the person.
    pub group_by: Option<String>,
}

/// A period and how it is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub grouping: Grouping,
}

impl NumbersQuery {
    /// The question, with what was not asked chosen for this scope.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with everything that is wrong.
    pub fn question(&self, scope: &Scope, today: NaiveDate) -> Result<Question, Problem> {
        const DAY: &str = "日期要写成 2026-01-31 这样。";
        let mut wrong = Vec::new();
        let from = read(self.from.as_ref(), "from", DAY, &mut wrong);
        let to = read(self.to.as_ref(), "to", DAY, &mut wrong).unwrap_or(today);
        let from = from.unwrap_or_else(|| to.with_ordinal(1).unwrap_or(to));
        let grouping = read(self.group_by.as_ref(), "group_by", "没有这种分组。", &mut wrong);
        if to < from {
            wrong.push(FieldProblem::new("to", "out_of_range", "结束日期不能早于开始日期。"));
        }
        let usual = match scope {
            Scope::Region(_) => Grouping::Region,
            Scope::Site(_) => Grouping::Deputy,
            Scope::Deputy(_) | Scope::Office(_) | Scope::Nothing => Grouping::Month,
        };
        if wrong.is_empty() {
            let grouping = grouping.unwrap_or(usual);
            Ok(Question { from, to, grouping })
        } else {
            Err(Problem::Invalid(wrong))
        }
    }
}

impl AppState {
    /// The figures in a scope.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn statistics(&self, scope: Scope, question: Question) -> Result<Statistics, Problem> {
        let (Question { from, to, grouping }, now) = (question, self.now());
        self.ask(move |store| store.statistics(&scope, grouping, from, to, now))
            .await
    }
}

/// All figures of a period.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "from": "2026-01-01", "to": "2026-11-21", "group_by": "month",
    "total": {"key": "", "label": "合计",
        "volumes": {"registered": 5, "answered": 4, "declined": 0, "open": 2, "closed": 2, "overdue": 1, "escalated": 0,
            "escalated_open": 0, "reopened": 1, "satisfied": 1, "basically_satisfied": 1, "dissatisfied": 1},
        "rates": [{"rate": "response", "name": "响应率", "value": 0.6, "numerator": 3, "denominator": 5, "small": true}],
        "median_days": 1.5, "ninetieth_days": 3.4},
    "groups": [],
    "definitions": [{"rate": "response", "name": "响应率", "definition": "承诺期限已到的民意里，……"}],
    "time_definition": "从登记到第一次答复的工作日数……", "small_definition": "分母不到 20 件的比例……"
}))]
pub struct StatisticsResponse {
    from: NaiveDate,
    to: NaiveDate,
    #[schema(schema_with = words::grouping)]
    group_by: Grouping,
    total: FiguresEntry,
    /// The largest first; months and weeks in their order. Their volumes add up to the total's.
    groups: Vec<FiguresEntry>,
    definitions: Vec<Definition>,
    time_definition: &'static str,
    small_definition: &'static str,
}

/// The figures of a group.
#[derive(Serialize, ToSchema)]
pub struct FiguresEntry {
    /// What the ledger's filter of the same name takes; `none` for those without a deputy or office.
    key: String,
    label: String,
    volumes: Volumes,
    rates: Vec<RateEntry>,
    /// Working days to the first answer; `null`: nothing was answered.
    median_days: Option<f64>,
    /// Nine of ten were answered within so many working days.
    ninetieth_days: Option<f64>,
}

/// How many submissions.
#[derive(Serialize, ToSchema)]
pub struct Volumes {
    registered: i64,
    answered: i64,
    declined: i64,
    /// Still being worked on.
    open: i64,
    closed: i64,
    /// Now.
    overdue: i64,
    /// At any time, also what is closed by now.
    escalated: i64,
    /// Now: still being worked on.
    escalated_open: i64,
    reopened: i64,
    satisfied: i64,
    basically_satisfied: i64,
    dissatisfied: i64,
}

/// A rate with what it is made of.
#[derive(Serialize, ToSchema)]
pub struct RateEntry {
    #[schema(schema_with = words::rate)]
    rate: Rate,
    name: &'static str,
    /// Between 0 and 1; `null`: nothing to divide by.
    value: Option<f64>,
    numerator: i64,
    denominator: i64,
    /// 样本少: the denominator is below 20.
    small: bool,
}

/// What a rate means.
#[derive(Serialize, ToSchema)]
pub struct Definition {
    #[schema(schema_with = words::rate)]
    rate: Rate,
    name: &'static str,
    definition: &'static str,
}

fn figures(group: Figures) -> FiguresEntry {
    let of = |measure| group.counts.of(measure);
    let rate = |rate: &Rate| {
        let share = group.counts.share(*rate);
        RateEntry {
            rate: *rate,
            name: rate.zh(),
            value: share.value(),
            numerator: share.numerator,
            denominator: share.denominator,
            small: share.small(),
        }
    };
    FiguresEntry {
        volumes: Volumes {
            registered: of(Measure::Registered),
            answered: of(Measure::Answered),
            declined: of(Measure::Declined),
            open: of(Measure::Open),
            closed: of(Measure::Closed),
            overdue: of(Measure::Overdue),
            escalated: of(Measure::Escalated),
            escalated_open: of(Measure::EscalatedOpen),
            reopened: of(Measure::Reopened),
            satisfied: of(Measure::Satisfied),
            basically_satisfied: of(Measure::BasicallySatisfied),
            dissatisfied: of(Measure::Dissatisfied),
        },
        rates: Rate::ALL.iter().map(rate).collect(),
        median_days: group.median_days,
        ninetieth_days: group.ninetieth_days,
        key: group.key,
        label: group.label,
    }
}

/// Volumes, rates and times (统计)
///
/// Of what was registered in the period, within the person's scope. No answer from a resident never counts as solved or
/// satisfied. Each rate carries numerator, denominator and whether there are too few to compare.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(NumbersQuery), responses(
    (status = 200, description = "the whole and its groups", body = StatisticsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：角色不看统计"),
    (status = 422, description = "`invalid_fields`：日期或 group_by 不对"),
))]
#[get("/statistics")]
async fn get_statistics(
    state: State,
    signed_in: SignedIn,
    query: Query<NumbersQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadNumbers)?;
    let scope = signed_in.actor.scope();
    let question = query.question(&scope, state.today())?;
    let found = state.statistics(scope, question).await?;
    let define = |rate: &Rate| Definition {
        rate: *rate,
        name: rate.zh(),
        definition: rate.definition(),
    };
    let body = StatisticsResponse {
        from: question.from,
        to: question.to,
        group_by: question.grouping,
        total: figures(found.total),
        groups: found.groups.into_iter().map(figures).collect(),
        definitions: Rate::ALL.iter().map(define).collect(),
        time_definition: TIME_DEFINITION,
        small_definition: SMALL_DEFINITION,
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
