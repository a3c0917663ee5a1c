//! The words of every problem, with its status and its code.

use actix_web::http::StatusCode;
use minyi_domain::access::Need;
use minyi_store::Refusal;

use super::{
    Problem,
    refusals::{account_refused, data_refused, refused, retention_refused, target},
};

/// What does not depend on the single case.
pub(in crate::problem) struct Entry {
    pub status: StatusCode,
    pub code: &'static str,
    pub title: &'static str,
    detail: &'static str,
}

pub(super) const fn entry(status: StatusCode, code: &'static str, title: &'static str, detail: &'static str) -> Entry {
    Entry {
        status,
        code,
        title,
        detail,
    }
}

impl Problem {
    /// What to do, for people.
    pub fn detail(&self) -> String {
        match self {
            Self::Malformed { detail } | Self::CodeImageRefused { detail } => detail.clone(),
            Self::PayloadTooLarge { limit_bytes } if *limit_bytes >= 1 << 20 => {
                format!("一次最多能发 {} MB。", limit_bytes >> 20)
            }
            Self::PayloadTooLarge { limit_bytes } => format!("一次最多能发 {} KB。", limit_bytes >> 10),
            Self::RateLimited { retry_after_seconds } => {
                format!("操作太频繁了，请过 {retry_after_seconds} 秒再试。您填写的内容不会丢。")
            }
            Self::TooManyRows { found, most } => {
                format!("范围里有 {found} 条，一次最多 {most} 条。请缩小范围，分几次办。")
            }
            Self::CodeActRefused { token, state } => format!("{token} 现在是“{state}”，不能这样办。请刷新页面查看。"),
            Self::CodeMistyped {
                position: Some(position),
            }
            | Self::ReceiptMistyped {
                position: Some(position),
            } => {
                format!(
                    "第 {position} 个字符不对。编号里没有 0、1、2、5、8 和 B、I、L、O、Q、S、U、Z，请对照原文再输一遍。"
                )
            }
            Self::Invalid(errors) => match errors.as_slice() {
                [only] => only.detail.clone(),
                _ => self.entry().detail.to_owned(),
            },
            Self::Refused(Refusal::NotNow(refused)) => {
                format!(
                    "这件民意现在是“{}”，不能“{}”。请刷新页面查看。",
                    refused.state.zh(),
                    refused.action.zh()
                )
            }
            Self::Refused(Refusal::HandoverNotNow(refused)) => {
                format!(
                    "这次交办现在是“{}”，不能“{}”。请刷新页面查看。",
                    refused.state.zh(),
                    refused.action.zh()
                )
            }
            Self::Refused(Refusal::AppointmentNotNow(refused)) => {
                format!(
                    "这个预约现在是“{}”，不能“{}”。请刷新页面查看。",
                    refused.state.zh(),
                    refused.action.zh()
                )
            }
            Self::Refused(Refusal::TargetUnknown(what)) => {
                format!("没有找到所选的{}，它不存在，或者不在您的范围内。", target(what))
            }
            Self::Refused(Refusal::TargetUnfit(what)) => format!("所选的{}不合适，请换一个。", target(what)),
            _ => self.entry().detail.to_owned(),
        }
    }

    #[rustfmt::skip]
    pub(in crate::problem) fn entry(&self) -> Entry {
        use StatusCode as S;
        match self {
            Self::Malformed { .. } => entry(S::BAD_REQUEST, "malformed_request", "请求格式不对", ""),
            Self::Invalid(_) => entry(S::UNPROCESSABLE_ENTITY, "invalid_fields", "有内容需要修改", "请按每一项的提示修改后再提交。"),
            Self::UnsupportedMediaType => entry(S::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "请求类型不对", "这个接口要求的内容类型不同，请看接口说明。"),
            Self::PayloadTooLarge { .. } => entry(S::PAYLOAD_TOO_LARGE, "payload_too_large", "内容太大", ""),
            Self::NotFound => entry(S::NOT_FOUND, "not_found", "没有这个地址", "请检查网址，或者重新扫码进入。"),
            Self::MethodNotAllowed { .. } => entry(S::METHOD_NOT_ALLOWED, "method_not_allowed", "不支持这种操作", "这个地址不支持这种请求方法。"),
            Self::RateLimited { .. } => entry(S::TOO_MANY_REQUESTS, "rate_limited", "操作太频繁", ""),
            Self::CodeMistyped { .. } => entry(S::BAD_REQUEST, "code_mistyped", "编号输错了", "编号是 12 个字符，请对照墙上的编号再输一遍，也可以直接扫码。"),
            Self::CodeUnknown => entry(S::NOT_FOUND, "code_unknown", "没有这个民意码", "请核对墙上的编号，或者重新扫码。"),
            Self::CodeSuspended => entry(S::CONFLICT, "code_suspended", "这个民意码暂停使用", "请过些时候再来，或者拨打站点电话、到站里当面反映。"),
            Self::CodeRetired => entry(S::GONE, "code_retired", "这个民意码已经停用", "请扫附近的其他民意码，或者拨打站点电话、到站里当面反映。"),
            Self::ReceiptMistyped { .. } => entry(S::BAD_REQUEST, "receipt_mistyped", "回执码输错了", "回执码是 20 个字符，请对照保存的回执再输一遍。"),
            Self::ReceiptUnknown => entry(S::NOT_FOUND, "receipt_unknown", "没有找到这件民意", "请核对回执码，或者核对登记编号和当时留的电话。"),
            Self::CodeImageRefused { .. } => entry(S::UNPROCESSABLE_ENTITY, "code_image_refused", "不能这样画二维码", ""),
            Self::IdempotencyKeyRequired => entry(S::BAD_REQUEST, "idempotency_key_required", "缺少幂等键", "请求头 Idempotency-Key 必须是 8 到 128 个可见的 ASCII 字符。"),
            Self::IdempotencyKeyReused => entry(S::UNPROCESSABLE_ENTITY, "idempotency_key_reused", "幂等键已经用过", "同一个幂等键发过另外的内容。如果要提交新的民意，请换一个键。"),
            Self::RatingRefused => entry(S::CONFLICT, "rating_refused", "现在不能评价", "收到答复以后才能评价，每次答复只评价一次。"),
            Self::AnswerRefused => entry(S::CONFLICT, "answer_refused", "现在不能答复", "这件民意已经答复过或者已经办结，请刷新页面查看。"),
            Self::SubmissionUnknown => entry(S::NOT_FOUND, "submission_unknown", "没有找到这件民意", "它不存在，或者不归您办理。"),
            Self::ClusterUnknown => entry(S::NOT_FOUND, "cluster_unknown", "没有找到这个热点", "它不存在，或者里面没有您能看的民意。"),
            Self::HandoverUnknown => entry(S::NOT_FOUND, "handover_unknown", "没有找到这次交办", "它不存在，或者没有交给您办理。"),
            Self::ProposalUnknown => entry(S::NOT_FOUND, "proposal_unknown", "没有找到这件建议", "它不存在，或者不在您的范围内。"),
            Self::PromiseUnknown => entry(S::NOT_FOUND, "promise_unknown", "没有找到这项承诺", "它不存在，或者不归您办理。"),
            Self::CodeActRefused { .. } => entry(S::CONFLICT, "code_act_refused", "这个民意码现在不能这样办", ""),
            Self::NothingSelected => entry(S::NOT_FOUND, "nothing_selected", "没有选中任何内容", "选的范围里没有归您管理的网格或者使用中的民意码。"),
            Self::PrintJobUnknown => entry(S::NOT_FOUND, "print_job_unknown", "没有找到这个印刷任务", "它不存在，已经过期，或者不归您管理。"),
            Self::ClockJobUnknown => entry(S::NOT_FOUND, "clock_job_unknown", "没有找到这次计算", "它不存在，不归您管理，或者后来又算过一次。"),
            Self::PrintJobUnfinished => entry(S::CONFLICT, "print_job_unfinished", "还没有印好", "印好以后才能下载；已经取消或者出错的任务没有文件。"),
            Self::SiteUnknown => entry(S::NOT_FOUND, "site_unknown", "没有找到这个站点", "它不存在，或者不归您管理。"),
            Self::NotificationUnknown => entry(S::NOT_FOUND, "notification_unknown", "没有找到这条消息", "它已经送到、正在重发，或者不归您管。"),
            Self::PlaceUnknown => entry(S::NOT_FOUND, "place_unknown", "没有找到", "它不存在，或者不归您管理。"),
            Self::RobotMissing => entry(S::CONFLICT, "robot_missing", "还没有机器人", "先填好机器人的地址和密钥，保存以后再试发。"),
            Self::HearingUnknown => entry(S::NOT_FOUND, "hearing_unknown", "没有找到这场活动", "它不存在，不归您组织，也没有邀请您。"),
            Self::TooManyRows { .. } => entry(S::UNPROCESSABLE_ENTITY, "too_many_rows", "内容太多", ""),
            Self::OpenUnknown => entry(S::NOT_FOUND, "open_unknown", "没有找到公开的内容", "没有这个联络站、区域或者公开的事，也可能已经停止公开。"),
            Self::Refused(refusal) => refused(refusal),
            Self::PhotoHeic => entry(S::UNSUPPORTED_MEDIA_TYPE, "photo_heic", "暂不支持 HEIC 照片", "请在手机“设置—相机—格式”里选“兼容性最佳”后重新拍照，或者把照片截屏、转成 JPEG 后再发。"),
            Self::PhotoFormat => entry(S::UNSUPPORTED_MEDIA_TYPE, "photo_format", "不支持这种文件", "请发 JPEG、PNG 或 WebP 格式的照片。"),
            Self::PhotoIncomplete => entry(S::UNPROCESSABLE_ENTITY, "photo_incomplete", "照片没有传完整", "照片在传送中断开了，请重新选择这张照片。"),
            Self::PhotoUnreadable => entry(S::UNPROCESSABLE_ENTITY, "photo_unreadable", "照片打不开", "文件可能已经损坏，请换一张照片。"),
            Self::PhotoTooManyPixels => entry(S::UNPROCESSABLE_ENTITY, "photo_too_many_pixels", "照片尺寸太大", "照片的长和宽都不能超过 8192 像素，请缩小后再发。"),
            Self::PhotoUnknown => entry(S::NOT_FOUND, "photo_unknown", "没有这张照片", "照片不存在或者已经删除。"),
            Self::LinkForged => entry(S::FORBIDDEN, "link_invalid", "链接不对", "请回到原来的页面重新打开照片。"),
            Self::LinkExpired => entry(S::GONE, "link_expired", "链接已过期", "请刷新原来的页面，再打开照片。"),
            Self::NotSignedIn => entry(S::UNAUTHORIZED, "not_signed_in", "请先登录", "没有登录，或者登录已经过期。"),
            Self::LoginFailed => entry(S::UNAUTHORIZED, "login_failed", "登录没有成功", "用户名或者密码不对。连续输错 5 次会锁定 15 分钟。"),
            Self::WechatNotBound => entry(S::FORBIDDEN, "wechat_not_bound", "这个微信没有绑定账号", "请联系所在的联络站，把您的微信和代表账号绑定。"),
            Self::WechatCodeRefused => entry(S::UNAUTHORIZED, "wechat_code_refused", "微信登录没有成功", "登录凭证已经用过或者过期，请退出小程序后重新进入。"),
            Self::PhoneUnknown => entry(S::FORBIDDEN, "phone_unknown", "没有找到这个手机号", "没有代表账号留过这个手机号。请向所在的联络站要邀请码。"),
            Self::InvitationInvalid => entry(S::FORBIDDEN, "invitation_invalid", "邀请码不能用", "邀请码不对、已经用过或者过期了。请核对后再输一遍，或者请联络站再发一个。"),
            Self::AlreadyBound => entry(S::CONFLICT, "already_bound", "已经绑定过了", "这个代表账号绑定了别的微信，或者这个微信绑定了别的账号。要换绑，请联络站先解除原来的绑定。"),
            Self::OneTimeCodeInvalid => entry(S::UNAUTHORIZED, "one_time_code_invalid", "验证码不对", "验证码不对、已经用过或者过期了。错 5 次就作废，请重新获取。"),
            Self::PhoneTaken => entry(S::CONFLICT, "phone_taken", "这个手机号已经有人用", "别的代表账号留了这个手机号，请换一个，或者联系联络站。"),
            Self::SmsNotConfigured => entry(S::SERVICE_UNAVAILABLE, "sms_not_configured", "没有开通短信", "本系统没有开通短信验证码。请向所在的联络站要邀请码登录。"),
            Self::ServiceAccountMissing => entry(S::CONFLICT, "service_account_missing", "没有开通服务号", "本系统没有开通服务号提醒，请用别的方式接收。"),
            Self::BindingLinkInvalid => entry(S::FORBIDDEN, "binding_link_invalid", "链接不能用", "绑定链接不对、已经用过、过期了，或者已经退出登录。请回到原来的页面，再点一次“绑定服务号”。"),
            Self::StandInVisitor => entry(S::FORBIDDEN, "stand_in_visitor", "请用完整服务打开", "微信现在显示的是快照页，不知道您是谁。请点右下角的“使用完整服务”，再打开一次。"),
            Self::StepNeeded(Need::SecondFactor) => entry(S::FORBIDDEN, "second_factor_needed", "还要输入动态验证码", "请输入手机上动态口令应用显示的 6 位数字。"),
            Self::StepNeeded(Need::NewPassword) => entry(S::FORBIDDEN, "new_password_needed", "请设置新密码", "还没有密码，或者密码已经到期。设置新密码以后才能继续。"),
            Self::StepNeeded(Need::Enrolment) => entry(S::FORBIDDEN, "enrolment_needed", "请先绑定动态验证码", "您的角色必须使用两种方式登录。请用手机上的动态口令应用扫码绑定。"),
            Self::SecondFactorInvalid => entry(S::UNPROCESSABLE_ENTITY, "second_factor_invalid", "动态验证码不对", "验证码不对，或者已经用过。请等下一个数字出来再输。连续错 5 次会锁定 15 分钟。"),
            Self::EnrolmentMissing => entry(S::CONFLICT, "enrolment_missing", "请重新扫码", "还没有开始绑定，或者在别处又开始了一次。请重新扫码。"),
            Self::SetupLinkInvalid => entry(S::FORBIDDEN, "setup_link_invalid", "链接不能用", "链接不对、已经用过或者过期了。请联系安全管理员再发一个。"),
            Self::PasswordWrong => entry(S::UNPROCESSABLE_ENTITY, "password_wrong", "现在的密码不对", "请核对现在的密码后再试。连续错 5 次会锁定 15 分钟。"),
            Self::NoPassword => entry(S::CONFLICT, "no_password", "这个账号不用密码", "这个账号用微信、邀请码或者短信登录，没有密码。"),
            Self::SessionUnknown => entry(S::NOT_FOUND, "session_unknown", "没有这个会话", "会话不存在，或者不是这个账号的。"),
            Self::DataRefused(refusal) => data_refused(*refusal),
            Self::RetentionRefused(refusal) => retention_refused(*refusal),
            Self::WholeInstallation => entry(S::CONFLICT, "whole_installation", "这是全系统的设置", "您的账号只管一个区划。请联系管理全系统的管理员。"),
            Self::AccountRefused(refusal) => account_refused(*refusal),
            Self::DeputyUnknown => entry(S::NOT_FOUND, "deputy_unknown", "没有找到这位代表", "没有这位代表，或者不归您管理。"),
            Self::RefreshTokenInvalid => entry(S::UNAUTHORIZED, "refresh_token_invalid", "登录已过期", "请重新登录。"),
            Self::RefreshTokenReused => entry(S::UNAUTHORIZED, "refresh_token_reused", "登录已被终止", "登录凭证被重复使用，为了安全已经全部退出，请重新登录。"),
            Self::NotOnDuty => entry(S::UNPROCESSABLE_ENTITY, "not_on_duty", "今天没有排班", "值班表上今天没有您。如果排错了，请联系联络站。"),
            Self::CodeOfAnotherStation => entry(S::UNPROCESSABLE_ENTITY, "code_of_another_station", "不是今天值班的站", "您今天在别的联络站值班，请扫那个站的民意码。"),
            Self::StillRunning => entry(S::CONFLICT, "still_running", "正在办理", "同样的请求正在办理，请过一秒再看。"),
            Self::CrossSite => entry(S::FORBIDDEN, "csrf_failed", "页面已经失效", "请刷新页面后再提交一次。"),
            Self::PushUnbelieved => entry(S::FORBIDDEN, "push_unbelieved", "不是微信的推送", "签名不对、没有加密或者读不出来。请核对消息推送的 Token 和 EncodingAESKey。"),
            Self::Forbidden => entry(S::FORBIDDEN, "forbidden", "没有权限", "您的角色不能做这件事。"),
            Self::Unavailable(_) => entry(S::SERVICE_UNAVAILABLE, "unavailable", "暂时不能用", "系统正忙，请过几秒再试。您填写的内容不会丢。"),
            Self::Internal(_) => entry(S::INTERNAL_SERVER_ERROR, "internal", "系统出错了", "不是您的问题，我们已经记下来了。请稍后再试，并记下本次请求的编号。"),
        }
    }
}
