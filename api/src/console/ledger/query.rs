//! The filters of the ledger as they come in an address; a form that leaves a field empty does not mean it.

use std::str::FromStr;

use minyi_domain::{
    rates::{Measure, NONE},
    submission::Location,
};
use minyi_store::{LedgerFilter, Pick, RegionPick};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;
use utoipa::IntoParams;

use crate::problem::{FieldProblem, Problem};

/// Which rows; an empty parameter lets all through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LedgerQuery {
    /// First day of registration, in China.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(example = "2026-01-01")]
    pub from: Option<String>,
    /// Last day of registration, in China.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(example = "2026-12-31")]
    pub to: Option<String>,
    /// A division's code without trailing zeros; what lies below it is included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// `true`: only what stands in that very division.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_exact: Option<String>,
    /// A station's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Id of the deputy who is responsible now, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deputy: Option<String>,
    /// Id of the office that has it, or had it last, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
    /// A category's id, or `none`; what lies below it is included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// `code`, `visit`, `phone` or `letter`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// `opinion`, `problem`, `suggestion` or `thanks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Where it stands, such as `registered`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// By the last rating: `satisfied`, `basically_satisfied` or `dissatisfied`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<String>,
    /// `true`: the answer is missing and the time is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdue: Option<String>,
    /// Measures of the statistics, comma separated (`due,in_time`): all must be met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// A square of the map, by datum, longitude and latitude of its middle (`gcj02,126.642,45.757`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub square: Option<String>,
    /// A cluster's id: what belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// How the number begins, or what stands behind the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
}

/// What was given of a parameter.
pub fn given(parameter: Option<&String>) -> Option<&str> {
    parameter.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// Reads a parameter; what is wrong with it is added to `wrong`.
pub fn read<T: FromStr>(
    parameter: Option<&String>,
    name: &'static str,
    detail: &str,
    wrong: &mut Vec<FieldProblem>,
) -> Option<T> {
    let text = given(parameter)?;
    let value = text.parse().ok();
    if value.is_none() {
        wrong.push(FieldProblem::new(name, "unknown_value", detail));
    }
    value
}

impl LedgerQuery {
    /// As the store takes it.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with everything that is wrong.
    pub fn filter(&self) -> Result<LedgerFilter, Problem> {
        const DAY: &str = "日期要写成 2026-01-31 这样。";
        const WORD: &str = "没有这个选项。";
        let mut wrong = Vec::new();
        let filter = LedgerFilter {
            from: read(self.from.as_ref(), "from", DAY, &mut wrong),
            to: read(self.to.as_ref(), "to", DAY, &mut wrong),
            region: self.region(&mut wrong),
            site: read(self.site.as_ref(), "site", WORD, &mut wrong),
            deputy: pick(self.deputy.as_ref(), "deputy", &mut wrong),
            office: pick(self.office.as_ref(), "office", &mut wrong),
            category: pick(self.category.as_ref(), "category", &mut wrong),
            channel: read(self.channel.as_ref(), "channel", WORD, &mut wrong),
            kind: read(self.kind.as_ref(), "kind", WORD, &mut wrong),
            state: read(self.state.as_ref(), "state", WORD, &mut wrong),
            satisfaction: read(self.satisfaction.as_ref(), "satisfaction", WORD, &mut wrong),
            measures: self.measures(&mut wrong),
            square: self.square(&mut wrong),
            cluster: read(self.cluster.as_ref(), "cluster", WORD, &mut wrong),
            number: given(self.q.as_ref()).map(str::to_uppercase),
        };
        if wrong.is_empty() {
            Ok(filter)
        } else {
            Err(Problem::Invalid(wrong))
        }
    }

    fn region(&self, wrong: &mut Vec<FieldProblem>) -> Option<RegionPick> {
        let code = given(self.region.as_ref())?;
        if !code.bytes().all(|byte| byte.is_ascii_digit()) {
            wrong.push(FieldProblem::new("region", "unknown_value", "区划代码只有数字。"));
        }
        Some(RegionPick {
            code: code.to_owned(),
            exact: is_true(self.region_exact.as_ref()),
        })
    }

    fn measures(&self, wrong: &mut Vec<FieldProblem>) -> Vec<Measure> {
        let words = given(self.measure.as_ref()).unwrap_or_default().split(',');
        let mut measures = Vec::new();
        for word in words.filter(|word| !word.is_empty()) {
            match word.parse() {
                Ok(measure) => measures.push(measure),
                Err(_) => wrong.push(FieldProblem::new("measure", "unknown_value", "没有这个统计项。")),
            }
        }
        if is_true(self.overdue.as_ref()) {
            measures.push(Measure::Overdue);
        }
        measures
    }

    fn square(&self, wrong: &mut Vec<FieldProblem>) -> Option<Location> {
        let text = given(self.square.as_ref())?;
        let square = read_square(text);
        if square.is_none() {
            wrong.push(FieldProblem::new("square", "unknown_value", "没有这个方格。"));
        }
        square
    }

    /// What was really given, for the record of an export.
    ///
    /// # Errors
    /// [`Problem::Internal`]: never.
    pub fn recorded(&self) -> Result<Value, Problem> {
        let mut value = serde_json::to_value(self).map_err(Problem::internal)?;
        if let Value::Object(fields) = &mut value {
            fields.retain(|_, given| given.as_str().is_none_or(|text| !text.trim().is_empty()));
        }
        Ok(value)
    }

    /// The same as it stands in an address.
    ///
    /// # Errors
    /// [`Problem::Internal`]: never.
    pub fn search(&self) -> Result<String, Problem> {
        let mut search = form_urlencoded::Serializer::new(String::new());
        if let Value::Object(fields) = self.recorded()? {
            let pairs = fields.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
            search.extend_pairs(pairs);
        }
        Ok(search.finish())
    }
}

fn read_square(text: &str) -> Option<Location> {
    let (datum, place) = text.split_once(',')?;
    let (longitude, latitude) = place.split_once(',')?;
    Location::parse(longitude.parse().ok()?, latitude.parse().ok()?, datum.parse().ok()?).ok()
}

/// Whether a switch is on; a browser's tick says `on`.
pub fn is_true(parameter: Option<&String>) -> bool {
    matches!(given(parameter), Some("true" | "on" | "1"))
}

fn pick(parameter: Option<&String>, name: &'static str, wrong: &mut Vec<FieldProblem>) -> Option<Pick> {
    if given(parameter) == Some(NONE) {
        return Some(Pick::None);
    }
    read(parameter, name, "没有这个选项。", wrong).map(Pick::This)
}
