//! Who acts, with which rights, and how far a person sees.

use uuid::Uuid;

use crate::words::words;

words! {
    /// What an account may do (角色).
    Role {
        Deputy = "deputy", "人大代表";
        StationStaff = "station_staff", "联络员";
        StationHead = "station_head", "站长";
        OfficeHandler = "office_handler", "承办人员";
        StreetAdmin = "street_admin", "街镇管理员";
        CountyAdmin = "county_admin", "县级管理员";
        CityAdmin = "city_admin", "市级管理员";
        /// Of the three duties (三员分立): reads what the others did.
        Auditor = "auditor", "审计员";
        /// Of the three duties (三员分立): accounts, roles, login policy.
        SecurityAdmin = "security_admin", "安全管理员";
        /// Of the three duties: machine and settings.
        SystemAdmin = "system_admin", "系统管理员";
    }
}

impl Role {
    /// Whether it administers anything, and so must have two factors (两种以上鉴别).
    #[must_use]
    pub const fn is_administrator(self) -> bool {
        match self {
            Self::Deputy | Self::StationStaff | Self::StationHead | Self::OfficeHandler => false,
            Self::StreetAdmin | Self::CountyAdmin | Self::CityAdmin => true,
            Self::Auditor | Self::SecurityAdmin | Self::SystemAdmin => true,
        }
    }

    /// Whether it is one of the three duties that nobody changes to or from (三员分立): 系统管理、安全管理、审计管理.
    #[must_use]
    pub const fn is_separate_duty(self) -> bool {
        matches!(self, Self::Auditor | Self::SecurityAdmin | Self::SystemAdmin)
    }
}

words! {
    /// The five levels of people's congresses (五级人大代表).
    DeputyLevel {
        National = "national", "全国人大代表";
        Provincial = "provincial", "省人大代表";
        City = "city", "市人大代表";
        County = "county", "县（市、区）人大代表";
        Township = "township", "乡镇人大代表";
    }
}

words! {
    /// The level to which a report on an official goes (保密件的办理层级).
    Level {
        County = "county", "县（市、区）人大";
        City = "city", "市人大";
    }
}

impl Level {
    /// The division of this level in which a place lies; codes have no trailing zeros.
    #[must_use]
    pub fn division_of(self, region_code: &str) -> &str {
        let digits = match self {
            Self::County => 6,
            Self::City => 4,
        };
        region_code.get(..digits).unwrap_or(region_code)
    }
}

/// How far a person sees. Every query that rights limit takes one, so that forgetting it does not compile. A report on
/// an official (保密件) is seen only through the region that it was given to, and those above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// No submission at all (the system admin keeps the machine, not the cases: 三员分立).
    Nothing,
    /// What this deputy is responsible for.
    Deputy(Uuid),
    /// What belongs to this site.
    Site(Uuid),
    /// What was handed over to this office, as the one that answers or as a partner.
    Office(Uuid),
    /// What lies in this division: every place whose code begins with this one.
    Region(String),
}

/// Where a submission lies, as far as it matters for who sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    pub site_id: Uuid,
    pub region_code: String,
    /// Who is responsible.
    pub deputy_id: Option<Uuid>,
    /// Of a report on an official: the division that it was given to.
    pub confidential_region: Option<String>,
}

impl Scope {
    /// Whether something may have changed for whoever looks with this scope. Only for hints that say "look again": what is
    /// shown, the database decides. An office hears by its messages alone.
    #[must_use]
    pub fn may_see(&self, at: &Whereabouts) -> bool {
        match self {
            Self::Nothing | Self::Office(_) => false,
            Self::Deputy(deputy) => at.deputy_id == Some(*deputy),
            Self::Site(site) => at.site_id == *site && at.confidential_region.is_none(),
            Self::Region(code) => {
                let within = |region: &String| region.starts_with(code.as_str());
                within(&at.region_code) && at.confidential_region.as_ref().is_none_or(within)
            }
        }
    }
}

/// How far a person keeps places and people (divisions, sites, grids, offices, deputies). Apart from [`Scope`], because who
/// keeps the machine sets up every place and sees no submission (三员分立).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceScope {
    Nothing,
    /// What lies in this division.
    Region(String),
    /// The whole installation.
    Everywhere,
}

impl PlaceScope {
    /// Whether a place of this division may be kept.
    #[must_use]
    pub fn covers(&self, region_code: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Region(own) => region_code.starts_with(own.as_str()),
            Self::Everywhere => true,
        }
    }

    /// The digits that every division code in this scope begins with; `None`: no place at all.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        match self {
            Self::Nothing => None,
            Self::Region(own) => Some(own),
            Self::Everywhere => Some(""),
        }
    }
}

/// A signed-in person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub account_id: Uuid,
    pub role: Role,
    pub display_name: String,
    pub deputy_id: Option<Uuid>,
    pub site_id: Option<Uuid>,
    pub office_id: Option<Uuid>,
    /// Division code without trailing zeros.
    pub region_code: Option<String>,
}

impl Actor {
    /// The only place where a role and a place become a [`Scope`]. A half-filled account sees nothing.
    #[must_use]
    pub fn scope(&self) -> Scope {
        let scope = match self.role {
            Role::Deputy => self.deputy_id.map(Scope::Deputy),
            Role::StationStaff | Role::StationHead => self.site_id.map(Scope::Site),
            Role::StreetAdmin | Role::CountyAdmin | Role::CityAdmin => self.region_code.clone().map(Scope::Region),
            // Without a division they are the whole installation's: every code begins with nothing.
            Role::Auditor | Role::SecurityAdmin => Some(Scope::Region(self.region_code.clone().unwrap_or_default())),
            Role::OfficeHandler => self.office_id.map(Scope::Office),
            Role::SystemAdmin => None,
        };
        scope.unwrap_or(Scope::Nothing)
    }

    /// The only place where a role and a place become a [`PlaceScope`].
    #[must_use]
    pub fn place_scope(&self) -> PlaceScope {
        match (self.role, &self.region_code) {
            (Role::SystemAdmin, _) => PlaceScope::Everywhere,
            (Role::StreetAdmin | Role::CountyAdmin | Role::CityAdmin, Some(code)) => PlaceScope::Region(code.clone()),
            _ => PlaceScope::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_without_its_place_sees_nothing() {
        let everywhere = |role: &Role| matches!(role, Role::Auditor | Role::SecurityAdmin);
        for &role in Role::ALL.iter().filter(|role| !everywhere(role)) {
            let actor = Actor {
                account_id: Uuid::nil(),
                role,
                display_name: "某人".to_owned(),
                deputy_id: None,
                site_id: None,
                office_id: None,
                region_code: None,
            };
            assert_eq!(actor.scope(), Scope::Nothing, "{role}");
            let keeps = actor.place_scope();
            assert_eq!(keeps == PlaceScope::Everywhere, role == Role::SystemAdmin, "{role}");
            assert!(!matches!(keeps, PlaceScope::Region(_)), "{role}");
        }
    }

    #[test]
    fn places_are_kept_in_the_own_division_by_those_who_may() {
        for &role in Role::ALL {
            let actor = Actor {
                account_id: Uuid::nil(),
                role,
                display_name: "某人".to_owned(),
                deputy_id: None,
                site_id: None,
                office_id: None,
                region_code: Some("990102".to_owned()),
            };
            let scope = actor.place_scope();
            let may = role.may(crate::rights::Permission::Places);
            assert_eq!(scope.covers("990102003"), may, "{role}");
            assert_eq!(scope.covers("990103"), role == Role::SystemAdmin, "{role}");
        }
    }

    #[test]
    fn a_place_lies_in_its_county_and_its_city() {
        assert_eq!(Level::County.division_of("990102003"), "990102");
        assert_eq!(Level::City.division_of("990102003"), "9901");
        assert_eq!(Level::County.division_of("9901"), "9901");
    }

    #[test]
    fn a_role_sees_through_its_own_place_only() {
        let id = Uuid::from_u128(7);
        let actor = |role| Actor {
            account_id: id,
            role,
            display_name: "某人".to_owned(),
            deputy_id: Some(Uuid::from_u128(1)),
            site_id: Some(Uuid::from_u128(2)),
            office_id: Some(Uuid::from_u128(3)),
            region_code: Some("990102".to_owned()),
        };
        assert_eq!(actor(Role::Deputy).scope(), Scope::Deputy(Uuid::from_u128(1)));
        assert_eq!(actor(Role::StationHead).scope(), Scope::Site(Uuid::from_u128(2)));
        assert_eq!(actor(Role::CountyAdmin).scope(), Scope::Region("990102".to_owned()));
        assert_eq!(actor(Role::OfficeHandler).scope(), Scope::Office(Uuid::from_u128(3)));
        assert_eq!(actor(Role::SystemAdmin).scope(), Scope::Nothing);
    }

    #[test]
    fn a_hint_goes_to_those_who_may_see_the_submission() {
        let (site, deputy, other) = (Uuid::from_u128(2), Uuid::from_u128(1), Uuid::from_u128(9));
        let open = Whereabouts {
            site_id: site,
            region_code: "990102003".to_owned(),
            deputy_id: Some(deputy),
            confidential_region: None,
        };
        let report = Whereabouts {
            deputy_id: None,
            confidential_region: Some("9901".to_owned()),
            ..open.clone()
        };
        let region = |code: &str| Scope::Region(code.to_owned());
        let sees = |scope: &Scope| (scope.may_see(&open), scope.may_see(&report));
        assert_eq!(sees(&Scope::Deputy(deputy)), (true, false));
        assert_eq!(sees(&Scope::Site(site)), (true, false));
        assert_eq!(sees(&region("990102")), (true, false));
        assert_eq!(sees(&region("9901")), (true, true));
        assert_eq!(sees(&region("")), (true, true));
        for blind in [
            Scope::Deputy(other),
            Scope::Site(other),
            Scope::Office(site),
            Scope::Nothing,
            region("990103"),
        ] {
            assert_eq!(sees(&blind), (false, false), "{blind:?}");
        }
    }
}
