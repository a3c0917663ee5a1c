//! The monthly report (月报): what was registered in a month, beside the month before, with charts.

use actix_web::{HttpResponse, get, web::Path};
use chrono::{DateTime, Months, NaiveDate, Utc};
use minyi_domain::{
    people::Scope,
    rates::{Grouping, Measure, Rate},
    rights::Permission,
};
use minyi_print::{
    report::{Bars, Figure, Report, report_xlsx},
    sheet::report_pdf,
};
use minyi_store::{Figures, Store};

use super::ledger::{XLSX, file};
use crate::{auth::SignedIn, contract::ServiceConfig, problem::Problem, state::State};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_report_pdf).service(get_report_xlsx);
}

/// Months of the trend, the report's own included.
const TREND_MONTHS: u32 = 12;
const VOLUMES: [Measure; 6] = [
    Measure::Registered,
    Measure::Answered,
    Measure::Closed,
    Measure::Overdue,
    Measure::Escalated,
    Measure::Reopened,
];

/// First and last day of a month, and of the month before.
struct Period {
    first: NaiveDate,
    last: NaiveDate,
}

impl Period {
    fn read(month: &str, today: NaiveDate) -> Result<Self, Problem> {
        let first = Some(month)
            .filter(|month| month.len() == 7)
            .and_then(|month| format!("{month}-01").parse::<NaiveDate>().ok())
            .filter(|first| *first <= today);
        let wrong = || Problem::field("month", "out_of_range", "月份要写成 2026-01 这样，不能晚于本月。");
        Self::of(first.ok_or_else(wrong)?).ok_or_else(wrong)
    }

    fn of(first: NaiveDate) -> Option<Self> {
        let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
        Some(Self { first, last })
    }

    fn before(&self) -> Option<Self> {
        Self::of(self.first.checked_sub_months(Months::new(1))?)
    }
}

/// Gathers the report.
fn gather(
    store: &Store,
    scope: &Scope,
    place: &str,
    period: &Period,
    now: DateTime<Utc>,
) -> minyi_store::Result<Report> {
    let Period { first, last } = *period;
    let of = |grouping, from, to| store.statistics(scope, grouping, from, to, now);
    let categories = of(Grouping::Category, first, last)?;
    let before = match period.before() {
        Some(before) => Some(of(Grouping::Category, before.first, before.last)?.total),
        None => None,
    };
    let (below, by) = match scope {
        Scope::Region(_) => (Grouping::Region, "区域"),
        Scope::Site(_) => (Grouping::Deputy, "代表"),
        Scope::Deputy(_) | Scope::Office(_) | Scope::Nothing => (Grouping::Week, "周"),
    };
    let begin = first.checked_sub_months(Months::new(TREND_MONTHS - 1)).unwrap_or(first);
    let charts = [
        ("近十二个月", "月份", of(Grouping::Month, begin, last)?.groups),
        ("分类", "分类", categories.groups),
        ("各联络站", "联络站", of(Grouping::Site, first, last)?.groups),
        ("分布", by, of(below, first, last)?.groups),
    ];
    Ok(Report {
        title: format!("{place}民意月报（{}）", first.format("%Y 年 %-m 月")),
        note: format!(
            "{first} 至 {last} 登记的民意，截至 {} 的办理情况",
            now.format("%Y-%m-%d")
        ),
        figures: figures(&categories.total, before.as_ref()),
        charts: charts
            .into_iter()
            .map(|(title, by, groups)| bars(title, by, &groups))
            .collect(),
        definitions: Rate::ALL
            .iter()
            .map(|rate| (rate.zh().to_owned(), rate.definition().to_owned()))
            .collect(),
    })
}

fn bars(title: &str, by: &str, groups: &[Figures]) -> Bars {
    let bar = |group: &Figures| {
        let count = group.counts.of(Measure::Registered);
        (group.label.clone(), u32::try_from(count).unwrap_or(u32::MAX))
    };
    Bars {
        title: title.to_owned(),
        by: by.to_owned(),
        bars: groups.iter().map(bar).collect(),
    }
}

fn figures(now: &Figures, before: Option<&Figures>) -> Vec<Figure> {
    let volume = |measure: &Measure| {
        let was = before.map(|before| before.counts.of(*measure));
        let is = now.counts.of(*measure);
        Figure {
            name: measure.zh().to_owned(),
            now: is.to_string(),
            before: was.map(|was| was.to_string()).unwrap_or_default(),
            change: was.map(|was| format!("{:+}", is - was)).unwrap_or_default(),
        }
    };
    let rate = |rate: &Rate| {
        let is = now.counts.share(*rate);
        let was = before.map(|before| before.counts.share(*rate));
        let words = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), |value| format!("{:.1}%", value * 100.0));
        let change = was.and_then(minyi_domain::rates::Share::value).zip(is.value());
        Figure {
            name: rate.zh().to_owned(),
            now: format!("{}（{}/{}）", words(is.value()), is.numerator, is.denominator),
            before: was.map(|was| words(was.value())).unwrap_or_default(),
            change: change
                .map(|(was, is)| format!("{:+.1} 个百分点", (is - was) * 100.0))
                .unwrap_or_default(),
        }
    };
    VOLUMES.iter().map(volume).chain(Rate::ALL.iter().map(rate)).collect()
}

async fn report(state: &State, signed_in: &SignedIn, month: &str) -> Result<Report, Problem> {
    signed_in.must(Permission::ReadNumbers)?;
    let period = Period::read(month, state.today())?;
    let (scope, account, now) = (signed_in.actor.scope(), signed_in.actor.account_id, state.now());
    let name = signed_in.actor.display_name.clone();
    let made = state.ask(move |store| {
        let place = store.place_name(account)?.unwrap_or(name);
        gather(store, &scope, &place, &period, now)
    });
    made.await
}

/// A month's report as PDF (月报，PDF)
///
/// Of what was registered in that month within the person's scope: volumes and rates beside those of the month before, by
/// category, station and place, and the trend of twelve months. Counts only.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(
    ("month" = String, Path, description = "year and month", example = "2026-11")
), responses(
    (status = 200, description = "a PDF", body = crate::openapi::File, content_type = "application/pdf"),
    (status = 403, description = "`forbidden`：角色不看统计"),
    (status = 422, description = "`invalid_fields`：月份不对"),
))]
#[get("/reports/{month}.pdf")]
async fn get_report_pdf(state: State, signed_in: SignedIn, month: Path<String>) -> Result<HttpResponse, Problem> {
    let report = report(&state, &signed_in, &month).await?;
    let font = state.font.clone();
    let bytes = state.draw(move || report_pdf(&report, &font)).await??;
    Ok(file(bytes, "application/pdf", &format!("yuebao-{month}.pdf")))
}

/// A month's report as a workbook (月报，XLSX)
///
/// The same as the PDF, each chart with its numbers on a sheet of its own.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(
    ("month" = String, Path, description = "year and month", example = "2026-11")
), responses(
    (status = 200, description = "a workbook", body = crate::openapi::File,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 403, description = "`forbidden`：角色不看统计"),
    (status = 422, description = "`invalid_fields`：月份不对"),
))]
#[get("/reports/{month}.xlsx")]
async fn get_report_xlsx(state: State, signed_in: SignedIn, month: Path<String>) -> Result<HttpResponse, Problem> {
    let report = report(&state, &signed_in, &month).await?;
    let today = state.today();
    let bytes = state.draw(move || report_xlsx(&report, today)).await??;
    Ok(file(bytes, XLSX, &format!("yuebao-{month}.xlsx")))
}
