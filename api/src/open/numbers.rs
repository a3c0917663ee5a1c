//! Numbers of a place, kept in the process for a few minutes: they lead to nobody and are the same for everybody.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Datelike as _, Months, TimeDelta, Utc};
use minyi_domain::calendar::CHINA;
use minyi_store::{OpenNumbers, OpenPlace, SMALLEST};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{problem::Problem, state::AppState};

const KEPT: TimeDelta = TimeDelta::minutes(5);
/// Places that are kept; with more everything is forgotten.
const MOST: usize = 2000;

/// What was counted and when.
#[derive(Default)]
pub struct NumbersKept(Mutex<HashMap<OpenPlace, Counted>>);

type Counted = (DateTime<Utc>, Arc<OpenNumbers>);

/// Counts of what came in during the last twelve months. `null`: fewer than `smallest`, and so not told.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "since": "2025-11-30T16:00:00Z", "smallest": 5, "registered": 128, "answered": 126, "due": 126, "in_time": 120, "rated": 60,
    "solved": 48, "satisfied": 51, "months": [{"month": "2026-11", "registered": 12, "answered": 10}]
}))]
pub struct NumbersResponse {
    since: DateTime<Utc>,
    smallest: i64,
    /// 登记
    registered: Option<i64>,
    /// 已答复，是登记的一部分
    answered: Option<i64>,
    /// 答复承诺已经到期
    due: Option<i64>,
    /// 按期答复，是 `due` 的一部分
    in_time: Option<i64>,
    /// 居民已评价；没有评价的不算满意
    rated: Option<i64>,
    /// 评价为已解决，是 `rated` 的一部分
    solved: Option<i64>,
    /// 评价为满意或基本满意，是 `rated` 的一部分
    satisfied: Option<i64>,
    /// By month of registration, the oldest first.
    months: Vec<MonthResponse>,
}

/// Counts of what came in during one month.
#[derive(Serialize, ToSchema)]
pub struct MonthResponse {
    /// `2026-11`
    month: String,
    registered: Option<i64>,
    answered: Option<i64>,
}

impl From<&OpenNumbers> for NumbersResponse {
    fn from(numbers: &OpenNumbers) -> Self {
        let months = numbers.months.iter().map(|month| MonthResponse {
            month: month.month.format("%Y-%m").to_string(),
            registered: month.registered,
            answered: month.answered,
        });
        Self {
            since: numbers.since,
            smallest: SMALLEST,
            registered: numbers.registered,
            answered: numbers.answered,
            due: numbers.due,
            in_time: numbers.in_time,
            rated: numbers.rated,
            solved: numbers.solved,
            satisfied: numbers.satisfied,
            months: months.collect(),
        }
    }
}

impl AppState {
    /// The numbers of a place that exists, at most a few minutes old.
    pub async fn open_numbers(&self, place: &OpenPlace) -> Result<Arc<OpenNumbers>, Problem> {
        let now = self.now();
        let kept = self
            .numbers
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(place)
            .cloned();
        if let Some((_, numbers)) = kept.filter(|(counted_at, _)| (now - counted_at).abs() < KEPT) {
            return Ok(numbers);
        }
        let (asked, since) = (place.clone(), since(now));
        let fresh = Arc::new(self.ask(move |store| store.open_numbers(&asked, since, now)).await?);
        let mut kept = self.numbers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(place.clone(), (now, fresh.clone()));
        Ok(fresh)
    }
}

/// The first instant of the month eleven months ago, in China.
fn since(now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.with_timezone(&CHINA).date_naive();
    let first = today
        .with_day(1)
        .and_then(|first| first.checked_sub_months(Months::new(11)));
    let first = first.unwrap_or(today).and_time(chrono::NaiveTime::MIN);
    first
        .and_local_timezone(CHINA)
        .single()
        .map_or(now, |first| first.to_utc())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn twelve_months_begin_with_a_month_of_china() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(since(at("2026-11-20T04:00:00Z")), at("2025-11-30T16:00:00Z"));
        // The last evening of November in Greenwich is December in China.
        assert_eq!(since(at("2026-11-30T16:00:00Z")), at("2025-12-31T16:00:00Z"));
    }
}
