//! Who answers a submission (代表进网格): on duty first, then the one responsible, then an assistant, then the station.

use uuid::Uuid;

use crate::words::words;

words! {
    /// Why a submission went where it went.
    RouteReason {
        OnDuty = "on_duty", "今日值班代表";
        Lead = "lead", "网格责任代表";
        Assistant = "assistant", "网格协助代表";
        Transferred = "transferred", "转办";
        StationStaff = "station_staff", "联络站工作人员";
        Confidential = "confidential", "保密件，由上级人大办理";
    }
}

/// A deputy assigned to the grid on the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    pub deputy_id: Uuid,
    pub lead: bool,
    /// On today's duty roster of the grid's station.
    pub on_duty: bool,
}

/// Where a submission goes; without a deputy the station's staff answer. Never nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    pub deputy_id: Option<Uuid>,
    pub reason: RouteReason,
}

impl Route {
    /// To the administrators above, past deputies and stations: a report on an official.
    pub const CONFIDENTIAL: Self = Self {
        deputy_id: None,
        reason: RouteReason::Confidential,
    };
}

/// Chooses among the grid's deputies of the day. Among equals the smaller id wins, so that the choice does not depend on
/// the order of a query.
#[must_use]
pub fn route(candidates: &[Candidate]) -> Route {
    let best = candidates
        .iter()
        .min_by_key(|candidate| (!candidate.on_duty, !candidate.lead, candidate.deputy_id));
    match best {
        None => Route {
            deputy_id: None,
            reason: RouteReason::StationStaff,
        },
        Some(chosen) => Route {
            deputy_id: Some(chosen.deputy_id),
            reason: match (chosen.on_duty, chosen.lead) {
                (true, _) => RouteReason::OnDuty,
                (false, true) => RouteReason::Lead,
                (false, false) => RouteReason::Assistant,
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: u128, lead: bool, on_duty: bool) -> Candidate {
        Candidate {
            deputy_id: Uuid::from_u128(id),
            lead,
            on_duty,
        }
    }

    #[test]
    fn duty_comes_before_responsibility_before_assistance() {
        let (assistant, lead, on_duty) = (
            candidate(1, false, false),
            candidate(2, true, false),
            candidate(3, false, true),
        );
        let chosen = |list: &[Candidate]| (route(list).deputy_id.map(|id| id.as_u128()), route(list).reason);
        assert_eq!(chosen(&[assistant, lead, on_duty]), (Some(3), RouteReason::OnDuty));
        assert_eq!(chosen(&[assistant, lead]), (Some(2), RouteReason::Lead));
        assert_eq!(chosen(&[assistant]), (Some(1), RouteReason::Assistant));
        assert_eq!(chosen(&[]), (None, RouteReason::StationStaff));
    }

    #[test]
    fn the_lead_on_duty_comes_before_an_assistant_on_duty() {
        let list = [candidate(1, false, true), candidate(2, true, true)];
        assert_eq!(route(&list).deputy_id, Some(Uuid::from_u128(2)));
        let reversed: Vec<_> = list.into_iter().rev().collect();
        assert_eq!(route(&reversed), route(&list));
    }
}
