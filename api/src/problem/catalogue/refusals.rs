//! What is said when a rule refuses.

use actix_web::http::StatusCode;
use minyi_store::{AccountRefusal, DataRefusal, Refusal, RetentionRefusal};

use super::{
    Problem,
    words::{Entry, entry},
};

/// The entry of a rule of the casework that refuses.
#[rustfmt::skip]
pub(super) fn refused(refusal: &Refusal) -> Entry {
    use StatusCode as S;
    match refusal {
        Refusal::NotFound => Problem::SubmissionUnknown.entry(),
        Refusal::Forbidden => Problem::Forbidden.entry(),
        Refusal::KeyReused => Problem::IdempotencyKeyReused.entry(),
        Refusal::PhotoMissing(_) => Problem::PhotoUnknown.entry(),
        Refusal::NotNow(_) | Refusal::HandoverNotNow(_) | Refusal::AppointmentNotNow(_) => entry(S::CONFLICT, "not_now", "现在不能这样办理", ""),
        Refusal::OfficeOwes => entry(S::CONFLICT, "office_owes", "承办单位还没有办完", "请等承办单位回复并作出评价，或者先撤回交办，再答复居民。"),
        Refusal::HandledAbove => entry(S::CONFLICT, "handled_above", "现在由上级办理", "居民再次不满意或者申请了复核，由上级人大答复。您了解的情况请告诉上级。"),
        Refusal::Once => entry(S::CONFLICT, "only_once", "只能办一次", "这件事已经办过一次，不能再办。"),
        Refusal::TooOften => entry(S::CONFLICT, "too_often", "次数已满", "已经到了最多次数，请换一种办法。"),
        Refusal::NoConsent => entry(S::CONFLICT, "no_consent", "居民没有同意公开", "要居民本人同意才能公开。居民可以在回执页上同意，不同意也照常办理。"),
        Refusal::NotReleasable => entry(S::CONFLICT, "not_releasable", "现在不能公开", "只有已经答复的民意才能公开，保密件不能公开。"),
        Refusal::NeedsLook => entry(S::CONFLICT, "needs_look", "标出的内容还没有人看过", "检查标出了要人看的内容。请看过以后，勾选“已看过标出的内容”再公开。"),
        Refusal::TargetUnknown(_) => entry(S::UNPROCESSABLE_ENTITY, "target_unknown", "没有找到所选的对象", ""),
        Refusal::TargetUnfit(_) => entry(S::CONFLICT, "target_unfit", "所选的对象不合适", ""),
    }
}

/// The entry of a rule about accounts that refuses.
#[rustfmt::skip]
pub(super) fn account_refused(refusal: AccountRefusal) -> Entry {
    use StatusCode as S;
    match refusal {
        AccountRefusal::NotFound => entry(S::NOT_FOUND, "account_unknown", "没有找到这个账号", "它不存在，或者不归您管理。"),
        AccountRefusal::UsernameTaken => entry(S::CONFLICT, "username_taken", "用户名已经有人用", "请换一个用户名。"),
        AccountRefusal::PlaceUnknown => entry(S::UNPROCESSABLE_ENTITY, "place_unknown", "没有找到所选的单位", "所选的区划、联络站或者承办单位不存在，或者不在您的范围内。"),
        AccountRefusal::PlaceUnfit => entry(S::UNPROCESSABLE_ENTITY, "place_unfit", "角色和单位不符", "街镇、县、市管理员要选对应级别的区划，联络员和站长要选联络站，承办人员要选承办单位。"),
        AccountRefusal::Own => entry(S::CONFLICT, "own_account", "不能改自己的账号", "账号要由另一位安全管理员来改（三员分立）。"),
        AccountRefusal::SeparateDuty => entry(S::CONFLICT, "separate_duty", "不能这样改角色", "系统管理员、安全管理员、审计员不能和别的角色互换（三员分立），代表账号不能改成别的角色。请停用这个账号，另建一个。"),
        AccountRefusal::NoPassword => Problem::NoPassword.entry(),
    }
}

/// The entry of a rule about personal-information requests that refuses.
#[rustfmt::skip]
pub(super) fn data_refused(refusal: DataRefusal) -> Entry {
    use StatusCode as S;
    match refusal {
        DataRefusal::NotFound => entry(S::NOT_FOUND, "data_request_unknown", "没有找到这个请求", "它不存在，或者有的民意不在您的范围内。"),
        DataRefusal::NothingHeld => entry(S::UNPROCESSABLE_ENTITY, "nothing_held", "没有这个人的信息", "在您的范围内，没有留这个电话的民意。"),
        DataRefusal::Own => entry(S::CONFLICT, "own_request", "要由另一个人决定", "提出请求的人不能自己决定（两人复核）。"),
        DataRefusal::Decided => entry(S::CONFLICT, "request_decided", "已经决定过了", "请刷新页面查看结果。"),
        DataRefusal::Published => entry(S::CONFLICT, "still_published", "有的民意正在公开", "请先停止公开，再删除个人信息。"),
    }
}

/// The entry of what keeps a retention run from beginning.
#[rustfmt::skip]
pub(super) fn retention_refused(refusal: RetentionRefusal) -> Entry {
    use StatusCode as S;
    match refusal {
        RetentionRefusal::NotFound => entry(S::NOT_FOUND, "retention_run_unknown", "没有这次清理", "它不存在。请回到记录里再选。"),
        RetentionRefusal::Running => entry(S::CONFLICT, "retention_running", "上一次清理还没有结束", "请等它结束，或者先取消它。"),
        RetentionRefusal::Outdated => entry(S::CONFLICT, "preview_outdated", "预览以后期限改过", "请重新预览，看过以后再清理。"),
    }
}

/// What a refusal is about, for people.
pub(super) fn target(what: &str) -> &'static str {
    match what {
        "code" => "民意码",
        "hung_on" | "removed_on" => "日期",
        "deputy" => "代表",
        "grid" => "网格",
        "site" => "站点",
        "office" => "承办单位",
        "submission" => "民意",
        "kind" => "情形",
        "category" => "分类",
        "region" => "区域",
        "date" => "日期",
        "slot" => "时段",
        "proposal" => "建议",
        "channel" => "消息渠道",
        _ => "对象",
    }
}
