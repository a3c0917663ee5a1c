//! What the providers' words mean. Aliyun: help.aliyun.com "API 错误码" of 短信服务; Tencent: product 382, document 55981.

use crate::channels::{
    Outcome, Refusal,
    outcome::{AFTER_REPAIR, MUCH_LATER, NEXT_MINUTE, SHORTLY},
};

pub(super) fn aliyun(code: &str, message_id: Option<String>) -> Outcome {
    let word = plain(code);
    match code {
        "OK" => Outcome::Sent { message_id },
        "isp.SYSTEM_ERROR" | "ServiceUnavailable" | "InternalError" => Outcome::retry_for(word, SHORTLY, "busy"),
        "Throttling" | "Throttling.User" | "Throttling.Api" => Outcome::retry_for(word, NEXT_MINUTE, "minute_quota"),
        "isv.DAY_LIMIT_CONTROL" | "isv.MONTH_LIMIT_CONTROL" => Outcome::retry_for(word, MUCH_LATER, "daily_quota"),
        "isv.MOBILE_NUMBER_ILLEGAL" | "isv.MOBILE_COUNT_OVER_LIMIT" | "isv.BLACK_KEY_CONTROL_LIMIT" => {
            Outcome::refused(word, Refusal::BadRecipient)
        }
        "isv.BUSINESS_LIMIT_CONTROL" => Outcome::refused(word, Refusal::Limited),
        "isv.PARAM_LENGTH_LIMIT"
        | "isv.PARAM_NOT_SUPPORT_URL"
        | "isv.INVALID_PARAMETERS"
        | "isv.INVALID_JSON_PARAM"
        | "isv.TEMPLATE_PARAMS_ILLEGAL"
        | "isv.SMS_CONTENT_ILLEGAL" => Outcome::refused(word, Refusal::Content),
        // Account, money, signature, template, key, clock: a person corrects it, and the message is still wanted.
        "isv.ACCOUNT_NOT_EXISTS"
        | "isv.ACCOUNT_ABNORMAL"
        | "isv.AMOUNT_NOT_ENOUGH"
        | "isv.OUT_OF_SERVICE"
        | "isv.PRODUCT_UN_SUBSCRIPT"
        | "isv.PRODUCT_UNSUBSCRIBE"
        | "isv.SMS_SIGNATURE_ILLEGAL"
        | "isv.SMS_TEMPLATE_ILLEGAL"
        | "isv.TEMPLATE_MISSING_PARAMETERS"
        | "isp.RAM_PERMISSION_DENY"
        | "SignatureDoesNotMatch"
        | "SignatureNonceUsed"
        | "IncompleteSignature"
        | "InvalidTimeStamp.Expired"
        | "InvalidAccessKeyId.NotFound"
        | "InvalidAccessKeyId.Inactive" => Outcome::retry_for(word, AFTER_REPAIR, "configuration"),
        _ => Outcome::refused(word, Refusal::Other),
    }
}

pub(super) fn tencent(code: &str, message_id: Option<String>) -> Outcome {
    let word = plain(code);
    match code {
        "Ok" => return Outcome::Sent { message_id },
        "LimitExceeded.AppDailyLimit" | "LimitExceeded.DailyLimit" => {
            return Outcome::retry_for(word, MUCH_LATER, "daily_quota");
        }
        "FailedOperation.PhoneNumberInBlacklist"
        | "InvalidParameterValue.IncorrectPhoneNumber"
        | "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber" => {
            return Outcome::refused(word, Refusal::BadRecipient);
        }
        "FailedOperation.ContainSensitiveWord"
        | "InvalidParameterValue.ContentLengthLimit"
        | "InvalidParameterValue.TemplateParameterFormatError"
        | "InvalidParameterValue.TemplateParameterLengthLimit"
        | "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter" => {
            return Outcome::refused(word, Refusal::Content);
        }
        _ => {}
    }
    match code.split('.').next().unwrap_or_default() {
        "InternalError" => Outcome::retry_for(word, SHORTLY, "busy"),
        "RequestLimitExceeded" => Outcome::retry_for(word, NEXT_MINUTE, "minute_quota"),
        // The rest of this family counts one phone's messages.
        "LimitExceeded" => Outcome::refused(word, Refusal::Limited),
        // Account, money, signature, template, key, clock.
        "AuthFailure" | "UnauthorizedOperation" | "FailedOperation" | "MissingParameter" => {
            Outcome::retry_for(word, AFTER_REPAIR, "configuration")
        }
        _ => Outcome::refused(word, Refusal::Other),
    }
}

/// Only what providers use as codes of errors: nothing of the message can stand in it.
fn plain(code: &str) -> String {
    code.chars()
        .filter(|c| c.is_ascii_alphabetic() || matches!(c, '.' | '_'))
        .take(80)
        .collect()
}
