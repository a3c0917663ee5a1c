//! The statistics (数字) as a page: every rate with its volume, every number with the way to its rows.

mod view;

use actix_web::{HttpResponse, get, http::StatusCode, web::Query};
use minyi_domain::{
    people::Scope,
    rates::{Grouping, Measure, Rate, SMALL_DEFINITION, Share, TIME_DEFINITION},
    rights::Permission,
};
use minyi_store::Figures;

use super::person;
use crate::{
    auth::SignedIn,
    console::numbers::{NumbersQuery, Question},
    pages::page::{Page, html},
    problem::Problem,
    state::State,
};
use view::{Chart, Line, NumbersView, Percent, Time, Volume};

/// The volumes of a row, in this order.
const VOLUMES: [Measure; 8] = [
    Measure::Registered,
    Measure::Answered,
    Measure::Declined,
    Measure::Open,
    Measure::Overdue,
    Measure::Escalated,
    Measure::Reopened,
    Measure::Closed,
];

#[get("/numbers")]
pub async fn show_numbers(
    state: State,
    page: Page,
    signed_in: SignedIn,
    query: Query<NumbersQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadNumbers)?;
    let (scope, today) = (signed_in.actor.scope(), state.today());
    // A mistyped address shows the usual figures and says so.
    let (question, wrong) = match query.question(&scope, today) {
        Ok(question) => (question, Vec::new()),
        Err(Problem::Invalid(errors)) => {
            let usual = NumbersQuery::default().question(&scope, today)?;
            (usual, errors.into_iter().map(|error| error.detail).collect())
        }
        Err(problem) => return Err(problem),
    };
    let monthly = Question {
        grouping: Grouping::Month,
        ..question
    };
    let found = state.statistics(scope.clone(), question).await?;
    let months = state.statistics(scope.clone(), monthly).await?;
    let may_follow = signed_in.actor.role.may(Permission::Ledger);
    let links = Links {
        question,
        may_follow,
        deepest: found.groups.iter().map(|group| group.key.len()).max().unwrap_or(0),
    };
    let choices = Grouping::ALL.iter().filter(|grouping| fits(**grouping, &scope));
    let status = if wrong.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let view = NumbersView {
        layout: page.layout("数字 · 民意码办理台"),
        person: Some(person(&signed_in, "/desk/numbers")),
        wrong,
        from: question.from.to_string(),
        to: question.to.to_string(),
        groupings: choices
            .map(|grouping| (grouping.as_str(), grouping.zh(), *grouping == question.grouping))
            .collect(),
        by: question.grouping.zh(),
        volumes: VOLUMES.map(Measure::zh).into(),
        rates: Rate::ALL.iter().map(|rate| rate.zh()).collect(),
        total: links.line(&found.total),
        lines: found.groups.iter().map(|group| links.line(group)).collect(),
        chart: Chart::of(&months.groups),
        definitions: Rate::ALL.iter().map(|rate| (rate.zh(), rate.definition())).collect(),
        time_definition: TIME_DEFINITION,
        small_definition: SMALL_DEFINITION,
    };
    html(status, &view)
}

/// By what a person can take the figures apart.
fn fits(grouping: Grouping, scope: &Scope) -> bool {
    match scope {
        Scope::Region(_) => true,
        Scope::Site(_) => !matches!(grouping, Grouping::Site),
        Scope::Deputy(_) | Scope::Office(_) | Scope::Nothing => !matches!(grouping, Grouping::Site | Grouping::Deputy),
    }
}

/// The ways from numbers to rows of the ledger.
struct Links {
    question: Question,
    may_follow: bool,
    /// The length of the longest key: a division with a shorter one may stand above others of the list.
    deepest: usize,
}

impl Links {
    fn line(&self, group: &Figures) -> Line {
        let volume = |measure: Measure| Volume {
            count: group.counts.of(measure),
            href: self.href(group, &[measure]),
        };
        Line {
            label: group.label.clone(),
            volumes: VOLUMES.into_iter().map(volume).collect(),
            rates: Rate::ALL.iter().map(|rate| self.percent(group, *rate)).collect(),
            time: Time::of(group.median_days, group.ninetieth_days),
        }
    }

    fn percent(&self, group: &Figures, rate: Rate) -> Percent {
        let share: Share = group.counts.share(rate);
        let aside = (rate == Rate::Satisfaction && share.denominator > 0)
            .then(|| format!("其中基本满意 {}", group.counts.of(Measure::BasicallySatisfied)));
        Percent {
            percent: share.value().map(|value| format!("{:.1}", value * 100.0)),
            numerator: Volume {
                count: share.numerator,
                href: self.href(group, &[rate.numerator(), rate.denominator()]),
            },
            denominator: Volume {
                count: share.denominator,
                href: self.href(group, &[rate.denominator()]),
            },
            small: share.small(),
            aside,
        }
    }

    /// The ledger, filtered to exactly what was counted.
    fn href(&self, group: &Figures, measures: &[Measure]) -> Option<String> {
        if !self.may_follow {
            return None;
        }
        let Question { from, to, grouping } = self.question;
        let (mut first, mut last) = (from.to_string(), to.to_string());
        let mut filter = String::new();
        if !group.key.is_empty() {
            match grouping {
                Grouping::Month => (first, last) = view::month_within(&group.key, from, to)?,
                Grouping::Week => (first, last) = view::week_within(&group.key, from, to)?,
                Grouping::Region if group.key.len() < self.deepest => {
                    filter = format!("&region={}&region_exact=true", group.key);
                }
                _ => filter = format!("&{grouping}={}", group.key),
            }
        }
        let measures: Vec<&str> = measures.iter().map(|measure| measure.as_str()).collect();
        Some(format!(
            "/desk/ledger?from={first}&to={last}{filter}&measure={}",
            measures.join(",")
        ))
    }
}
