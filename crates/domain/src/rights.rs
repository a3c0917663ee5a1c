//! What each role may do, in one table. Where it may do so, [`Actor::scope`](crate::people::Actor::scope) says.

use crate::lifecycle::Standing;
use crate::people::Role;
use crate::words::words;

words! {
    /// A thing that needs a right (权限).
    Permission {
        ReadCases = "read_cases", "查看民意";
        Handle = "handle", "办理和答复";
        SeeContact = "see_contact", "查看联系方式";
        ActForOffice = "act_for_office", "承办单位办理";
        Propose = "propose", "提出代表建议";
        EnterForResident = "enter_for_resident", "代为登记";
        Ledger = "ledger", "台账和导出";
        ReadNumbers = "read_numbers", "查看统计";
        Upkeep = "upkeep", "查看民意码和要留意的事";
        Release = "release", "对外公开";
        Hold = "hold", "组织答复活动和接待预约";
        Revisit = "revisit", "回访";
        Configure = "configure", "分类、时限和不予受理情形等设置";
        Audit = "audit", "审计";
        Accounts = "accounts", "账号、会话和登录策略";
        PersonalData = "personal_data", "个人信息请求";
        Retention = "retention", "保存期限和到期清理";
        Invite = "invite", "邀请代表登录";
        Places = "places", "站点、网格和代表的管理";
        Serve = "serve", "代表本人履职";
        Print = "print", "制码、印刷和张贴";
        Templates = "templates", "答复模板";
    }
}

impl Role {
    /// Whether this role may open the contact data of a submission: an administrator only of what came to that level
    /// itself.
    #[must_use]
    pub const fn may_see_contact(self, standing: Standing) -> bool {
        let above = standing.confidential || standing.handled_above;
        self.may(Permission::SeeContact) || (above && self.may(Permission::Handle))
    }

    /// The table.
    #[must_use]
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Deputy => matches!(
                permission,
                P::ReadCases
                    | P::Handle
                    | P::SeeContact
                    | P::Propose
                    | P::ReadNumbers
                    | P::Release
                    | P::Hold
                    | P::Revisit
                    | P::Serve
            ),
            Self::StationHead if matches!(permission, P::Templates) => true,
            Self::StationStaff | Self::StationHead => matches!(
                permission,
                P::ReadCases
                    | P::Handle
                    | P::SeeContact
                    | P::Propose
                    | P::EnterForResident
                    | P::Ledger
                    | P::ReadNumbers
                    | P::Upkeep
                    | P::Release
                    | P::Hold
                    | P::Revisit
                    | P::Invite
                    | P::Print
            ),
            Self::OfficeHandler => matches!(permission, P::ReadCases | P::ActForOffice),
            Self::StreetAdmin => matches!(
                permission,
                P::ReadCases
                    | P::Handle
                    | P::Ledger
                    | P::ReadNumbers
                    | P::Upkeep
                    | P::Release
                    | P::Hold
                    | P::Revisit
                    | P::Invite
                    | P::PersonalData
                    | P::Places
                    | P::Print
                    | P::Templates
            ),
            Self::CountyAdmin | Self::CityAdmin => matches!(
                permission,
                P::ReadCases
                    | P::Handle
                    | P::Propose
                    | P::Ledger
                    | P::ReadNumbers
                    | P::Upkeep
                    | P::Release
                    | P::Hold
                    | P::Revisit
                    | P::Invite
                    | P::PersonalData
                    | P::Places
                    | P::Configure
                    | P::Print
                    | P::Templates
            ),
            Self::Auditor => matches!(
                permission,
                P::ReadCases | P::Ledger | P::ReadNumbers | P::Upkeep | P::Audit
            ),
            Self::SecurityAdmin => matches!(permission, P::Accounts),
            // Keeps the machine, not the cases (三员分立).
            Self::SystemAdmin => matches!(
                permission,
                P::Upkeep | P::Configure | P::Retention | P::Places | P::Templates
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn administrators_open_contact_data_only_of_what_came_to_them() {
        let confidential = Standing {
            confidential: true,
            ..Standing::default()
        };
        assert!(!Role::CountyAdmin.may_see_contact(Standing::default()));
        assert!(Role::CountyAdmin.may_see_contact(confidential));
        assert!(!Role::Auditor.may_see_contact(confidential) && !Role::OfficeHandler.may_see_contact(confidential));
        assert!(Role::Deputy.may_see_contact(Standing::default()));
    }

    #[test]
    fn every_right_has_somebody_and_only_who_reads_may_handle() {
        for &permission in Permission::ALL {
            assert!(Role::ALL.iter().any(|role| role.may(permission)), "{permission}");
        }
        for &role in Role::ALL {
            let acts = role.may(Permission::Handle) || role.may(Permission::ActForOffice);
            assert!(!acts || role.may(Permission::ReadCases), "{role}");
            assert!(
                !role.may(Permission::Handle) || !role.may(Permission::ActForOffice),
                "{role}"
            );
            assert!(!role.may(Permission::Audit) || !role.may(Permission::Handle), "{role}");
            // 三员分立: who manages accounts neither reads the audit nor handles nor configures.
            let others = [
                Permission::Audit,
                Permission::Configure,
                Permission::Handle,
                Permission::ReadCases,
            ];
            assert!(
                !role.may(Permission::Accounts) || !others.iter().any(|&other| role.may(other)),
                "{role}"
            );
            assert!(
                !role.may(Permission::Audit) || !role.may(Permission::Configure),
                "{role}"
            );
        }
    }
}
