//! How long which data is kept (保存期限; 个人信息保护法 Art. 6, 19, 47; 网络安全法 Art. 21): the classes of data, and the bounds
//! of their periods.

use chrono::{DateTime, Days, Months, Utc};

use crate::deadlines::Unit;
use crate::words::words;

words! {
    /// A class of data with a period of its own.
    DataClass {
        Contact = "contact", "办结民意的姓名和电话";
        Photos = "photos", "办结民意中居民的照片";
        Messages = "messages", "办结民意的通知去向";
        DataRequests = "data_requests", "个人信息请求";
        AuditLog = "audit_log", "审计日志";
        Sessions = "sessions", "登录会话";
        LoginCodes = "login_codes", "短信验证码、邀请的电话和设置密码的链接";
        Prints = "prints", "印刷文件";
        Drafts = "drafts", "没有提交的照片";
        Repeats = "repeats", "防止重复办理的记录";
        Terms = "terms", "查找相似民意用的词";
    }
}

/// How long a class may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Calendar days or months.
    pub unit: Unit,
    pub least: u16,
    pub most: u16,
    /// What holds until somebody sets another period.
    pub usual: u16,
    /// Why, for people.
    pub basis: &'static str,
}

const fn bounds(unit: Unit, (least, most): (u16, u16), usual: u16, basis: &'static str) -> Bounds {
    Bounds {
        unit,
        least,
        most,
        usual,
        basis,
    }
}

impl DataClass {
    /// Least, most and usual period. The database holds the same bounds.
    #[must_use]
    pub const fn bounds(self) -> Bounds {
        use Unit::{CalendarDays, Months};
        match self {
            Self::Contact => bounds(Months, (3, 120), 24, "办结后还要回访和答复追问，之后不再需要"),
            Self::Photos => bounds(Months, (3, 120), 24, "办结后从办结日起算；公开的不清理"),
            Self::Messages => bounds(Months, (6, 60), 12, "发送记录属于网络日志，至少留存六个月"),
            Self::DataRequests => bounds(Months, (36, 120), 36, "处理情况的记录至少保存三年"),
            Self::AuditLog => bounds(Months, (6, 120), 36, "网络日志至少留存六个月"),
            Self::Sessions => bounds(CalendarDays, (7, 180), 7, "会话到期后再留一段，用来认出被盗用的登录"),
            Self::LoginCodes => bounds(CalendarDays, (1, 30), 1, "到期就不能再用"),
            Self::Prints => bounds(CalendarDays, (1, 90), 14, "可以随时重新制作"),
            Self::Drafts => bounds(CalendarDays, (1, 30), 3, "手机上的草稿可能还要用"),
            Self::Repeats => bounds(CalendarDays, (3, 30), 7, "手机断网几天后还可能重发"),
            Self::Terms => bounds(CalendarDays, (30, 180), 180, "只在半年内的民意里找相似"),
        }
    }

    /// Whether it is cleared every day whatever anybody wants: what nobody needs after its period, and what would only
    /// grow. The others begin when somebody switches them on.
    #[must_use]
    pub const fn is_always_daily(self) -> bool {
        !matches!(
            self,
            Self::Contact | Self::Photos | Self::Messages | Self::DataRequests | Self::AuditLog
        )
    }

    /// Whether each row belongs to a submission, and so to a division.
    #[must_use]
    pub const fn is_of_submissions(self) -> bool {
        matches!(self, Self::Contact | Self::Photos | Self::Messages)
    }

    /// What is older than this is due.
    #[must_use]
    pub fn due_before(self, amount: u16, now: DateTime<Utc>) -> DateTime<Utc> {
        let before = match self.bounds().unit {
            Unit::Months => now.checked_sub_months(Months::new(amount.into())),
            Unit::CalendarDays | Unit::WorkingDays => now.checked_sub_days(Days::new(amount.into())),
        };
        before.unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]

    use super::*;

    #[test]
    fn every_usual_period_lies_within_its_bounds_and_what_the_law_wants_kept_is_kept() {
        for &class in DataClass::ALL {
            let Bounds { least, most, usual, .. } = class.bounds();
            assert!(0 < least && least <= usual && usual <= most, "{class}");
        }
        for class in [DataClass::AuditLog, DataClass::Messages] {
            assert!(
                class.bounds().least >= 6 && class.bounds().unit == Unit::Months,
                "{class}"
            );
        }
    }

    #[test]
    fn months_end_on_the_same_day_and_days_are_counted() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let now = at("2026-08-31T02:00:00Z");
        assert_eq!(DataClass::AuditLog.due_before(6, now), at("2026-02-28T02:00:00Z"));
        assert_eq!(DataClass::Drafts.due_before(3, now), at("2026-08-28T02:00:00Z"));
    }
}
