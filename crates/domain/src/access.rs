//! What a login has to bring (身份鉴别; GB/T 22239-2019 level 3): ways in, what a session still needs, the policy.

use chrono::{DateTime, TimeDelta, Utc};

use crate::people::Role;
use crate::words::words;

words! {
    /// How a session was opened.
    Way {
        Password = "password", "密码";
        Wechat = "wechat", "微信";
        Invitation = "invitation", "邀请码";
        OneTimeCode = "one_time_code", "短信验证码";
        SetupLink = "setup_link", "设置链接";
    }
}

words! {
    /// What a session still needs before it opens anything.
    Need {
        SecondFactor = "second_factor", "输入动态验证码";
        NewPassword = "new_password", "设置新密码";
        Enrolment = "enrolment", "绑定动态验证码";
    }
}

words! {
    /// Who must have a second factor.
    Obliged {
        Nobody = "nobody", "自愿";
        Administrators = "administrators", "各级管理员、安全管理员、审计员";
        Everybody = "everybody", "所有用密码登录的人";
    }
}

/// The policy of the whole installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginPolicy {
    /// Characters of a password.
    pub min_length: u8,
    /// After so many days a new password is due; 0: never.
    pub max_age_days: u16,
    /// Former passwords that are not taken again.
    pub remembered: u8,
    /// A browser's session ends after so long without a request.
    pub idle_minutes: u16,
    pub second_factor: Obliged,
}

impl LoginPolicy {
    /// Whether this role must have a second factor.
    #[must_use]
    pub const fn obliges(&self, role: Role, has_password: bool) -> bool {
        match self.second_factor {
            Obliged::Nobody => false,
            Obliged::Administrators => role.is_administrator(),
            Obliged::Everybody => role.is_administrator() || has_password,
        }
    }
}

/// What is known of a session and its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login {
    pub role: Role,
    pub way: Way,
    pub has_password: bool,
    pub password_set_at: DateTime<Utc>,
    /// A second factor is bound to the account.
    pub enrolled: bool,
    /// It was asked for and given in this session.
    pub second_step_done: bool,
}

impl Login {
    /// What is missing, in the order in which it is asked for; empty: the session is whole.
    #[must_use]
    pub fn needs(&self, policy: &LoginPolicy, now: DateTime<Utc>) -> Vec<Need> {
        let mut needs = Vec::new();
        if self.enrolled && !self.second_step_done {
            needs.push(Need::SecondFactor);
        }
        let aged =
            policy.max_age_days > 0 && now - self.password_set_at >= TimeDelta::days(i64::from(policy.max_age_days));
        if matches!(self.way, Way::Password | Way::SetupLink) && (!self.has_password || aged) {
            needs.push(Need::NewPassword);
        }
        if !self.enrolled && policy.obliges(self.role, self.has_password) {
            needs.push(Need::Enrolment);
        }
        needs
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-20T04:00:00Z".parse().unwrap()
    }

    const POLICY: LoginPolicy = LoginPolicy {
        min_length: 8,
        max_age_days: 90,
        remembered: 5,
        idle_minutes: 15,
        second_factor: Obliged::Administrators,
    };

    fn login(role: Role) -> Login {
        Login {
            role,
            way: Way::Password,
            has_password: true,
            password_set_at: noon(),
            enrolled: false,
            second_step_done: false,
        }
    }

    #[test]
    fn administrators_bind_a_second_factor_and_give_it_each_time() {
        assert!(login(Role::StationStaff).needs(&POLICY, noon()).is_empty());
        let new = login(Role::SecurityAdmin);
        assert_eq!(new.needs(&POLICY, noon()), [Need::Enrolment]);
        let bound = Login { enrolled: true, ..new };
        assert_eq!(bound.needs(&POLICY, noon()), [Need::SecondFactor]);
        let whole = Login {
            second_step_done: true,
            ..bound
        };
        assert!(whole.needs(&POLICY, noon()).is_empty());
    }

    #[test]
    fn who_has_bound_one_gives_it_whether_or_not_it_is_required() {
        let policy = LoginPolicy {
            second_factor: Obliged::Nobody,
            ..POLICY
        };
        let bound = Login {
            enrolled: true,
            ..login(Role::StationStaff)
        };
        assert_eq!(bound.needs(&policy, noon()), [Need::SecondFactor]);
    }

    #[test]
    fn a_password_of_ninety_days_is_changed_and_nobody_who_has_none_is_asked_for_one() {
        let staff = login(Role::StationStaff);
        let later = noon() + TimeDelta::days(90);
        assert_eq!(staff.needs(&POLICY, later), [Need::NewPassword]);
        assert_eq!(
            staff.needs(
                &LoginPolicy {
                    max_age_days: 0,
                    ..POLICY
                },
                later
            ),
            []
        );
        let by_wechat = Login {
            way: Way::Wechat,
            has_password: false,
            ..login(Role::Deputy)
        };
        assert!(by_wechat.needs(&POLICY, later).is_empty());
        let by_link = Login {
            way: Way::SetupLink,
            has_password: false,
            ..staff
        };
        assert_eq!(by_link.needs(&POLICY, noon()), [Need::NewPassword]);
    }
}
