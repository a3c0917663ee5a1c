//! Which clusters, as it comes in an address.

use chrono::{Days, NaiveDate};
use minyi_store::{ClusterFilter, ClusterOrder};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use utoipa::IntoParams;

use crate::{
    console::ledger::{given, read},
    problem::{FieldProblem, Problem},
};

/// From so many on, several people say the same.
const USUAL_LEAST: i64 = 3;
/// Days of the period that nobody asked to be another.
const USUAL_DAYS: u64 = 28;
/// Days of the longest period.
const MOST_DAYS: i64 = 366;

/// What is counted; an empty parameter lets all through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClusterQuery {
    /// First day of registration, in China; without it 28 days until `to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(example = "2026-10-24")]
    pub from: Option<String>,
    /// Last day of registration, in China; without it today. At most 366 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(example = "2026-11-20")]
    pub to: Option<String>,
    /// A division's code without trailing zeros; what lies below it is included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// A station's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Name of a category of the first level: what a person chose, else what is suggested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// In the period at least so many; without it 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(example = "3")]
    pub min_size: Option<String>,
    /// `size` (those of the period) or `growth` (how many more than in the period before); without it `size`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
}

impl ClusterQuery {
    /// As the store takes it.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with everything that is wrong.
    pub fn filter(&self, today: NaiveDate) -> Result<ClusterFilter, Problem> {
        const DAY: &str = "日期要写成 2026-01-31 这样。";
        const WORD: &str = "没有这个选项。";
        let mut wrong = Vec::new();
        let to = read(self.to.as_ref(), "to", DAY, &mut wrong).unwrap_or(today);
        let usual = to.checked_sub_days(Days::new(USUAL_DAYS - 1)).unwrap_or(to);
        let from = read(self.from.as_ref(), "from", DAY, &mut wrong).unwrap_or(usual);
        let least = read(self.min_size.as_ref(), "min_size", "件数要写成数字。", &mut wrong);
        let filter = ClusterFilter {
            from,
            to,
            region: self.region(&mut wrong),
            site: read(self.site.as_ref(), "site", WORD, &mut wrong),
            category: given(self.category.as_ref()).map(str::to_owned),
            least: least.unwrap_or(USUAL_LEAST),
            order: read(self.sort.as_ref(), "sort", WORD, &mut wrong).unwrap_or(ClusterOrder::Size),
        };
        if to < from {
            wrong.push(FieldProblem::new("to", "out_of_range", "结束日期不能早于开始日期。"));
        } else if (to - from).num_days() >= MOST_DAYS || out_of_time(from) || out_of_time(to) {
            wrong.push(FieldProblem::new("from", "out_of_range", "一次最多看 366 天。"));
        }
        if wrong.is_empty() {
            Ok(filter)
        } else {
            Err(Problem::Invalid(wrong))
        }
    }

    fn region(&self, wrong: &mut Vec<FieldProblem>) -> Option<String> {
        let code = given(self.region.as_ref())?;
        if !code.bytes().all(|byte| byte.is_ascii_digit()) {
            wrong.push(FieldProblem::new("region", "unknown_value", "区划代码只有数字。"));
        }
        Some(code.to_owned())
    }

    /// What was really given, as it stands in an address.
    #[must_use]
    pub fn search(&self) -> String {
        let all = [
            ("from", &self.from),
            ("to", &self.to),
            ("region", &self.region),
            ("site", &self.site),
            ("category", &self.category),
            ("min_size", &self.min_size),
            ("sort", &self.sort),
        ];
        let mut search = form_urlencoded::Serializer::new(String::new());
        for (name, value) in all {
            if let Some(value) = given(value.as_ref()) {
                search.append_pair(name, value);
            }
        }
        search.finish()
    }
}

/// Beyond the days with which a database can reckon.
fn out_of_time(day: NaiveDate) -> bool {
    !(1900..=2999).contains(&chrono::Datelike::year(&day))
}
