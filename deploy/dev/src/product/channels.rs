//! The simulator's accounts with the other platforms. The launcher does not link the simulator, to be compiled in
//! seconds; a test compares them.

use super::{Environment, TEMPLATES};
use crate::stack::Addresses;

/// Where the simulator takes text messages.
const SMS_PATH: &str = "/sms/aliyun/";

const ACCOUNTS: [(&str, &str); 14] = [
    ("MINYI_SMS_PROVIDER", "aliyun"),
    ("MINYI_SMS_KEY_ID", "LTAI5tSIMULATOR00000001"),
    ("MINYI_SMS_KEY_SECRET", "simulatorAccessKeySecret000001"),
    ("MINYI_SMS_SIGN_NAME", "民意码"),
    ("MINYI_SMS_TEMPLATE_CODE", "SMS_100000001"),
    ("MINYI_SMS_TEMPLATE_DEPUTY", "SMS_100000002"),
    ("MINYI_SERVICE_ACCOUNT_APPID", "wx6b0d4e8f1a2c3957"),
    ("MINYI_SERVICE_ACCOUNT_SECRET", "5f0a8c1e7d9b3264c8e1f7a90b2d4c6e"),
    ("MINYI_WECOM_CORP_ID", "ww5e7a0c1b2d3f4a69"),
    ("MINYI_WECOM_AGENT_ID", "1000002"),
    ("MINYI_WECOM_SECRET", "simulatorWecomSecret000000000000000000000001"),
    ("MINYI_DINGTALK_APP_KEY", "dingsimulator0000001"),
    (
        "MINYI_DINGTALK_APP_SECRET",
        "simulatorDingtalkSecret000000000000000000000000000000000000001",
    ),
    ("MINYI_DINGTALK_AGENT_ID", "2000000001"),
];

/// Before the mini-program's templates: those of the service account.
const SERVICE_TEMPLATE_PREFIX: &str = "svc-";
/// User and password at the mail server.
const MAIL_ACCOUNT: &str = "minyi:simulatorMailPassword";

/// What api and worker are told about the channels.
pub fn settings(addresses: &Addresses) -> Environment {
    let mut all: Environment = ACCOUNTS.map(|(variable, value)| (variable, value.to_owned())).into();
    let base = addresses.simulator_url();
    all.insert("MINYI_SMS_BASE_URL", format!("{base}{SMS_PATH}"));
    for variable in [
        "MINYI_SERVICE_ACCOUNT_BASE_URL",
        "MINYI_SERVICE_ACCOUNT_OPEN_URL",
        "MINYI_WECOM_BASE_URL",
        "MINYI_DINGTALK_BASE_URL",
    ] {
        all.insert(variable, base.clone());
    }
    let of_service_account = [
        "MINYI_SERVICE_ACCOUNT_TEMPLATE_DEPUTY_NEW",
        "MINYI_SERVICE_ACCOUNT_TEMPLATE_DEPUTY_DEADLINE",
    ];
    for (variable, (_, id)) in of_service_account.into_iter().zip(TEMPLATES) {
        all.insert(variable, format!("{SERVICE_TEMPLATE_PREFIX}{id}"));
    }
    all.insert(
        "MINYI_MAIL_URL",
        format!("smtp://{MAIL_ACCOUNT}@127.0.0.1:{}", addresses.mail),
    );
    all.insert("MINYI_MAIL_FROM", "minyi@example.cn".to_owned());
    all
}

#[cfg(test)]
mod tests {
    use wechat_simulator::{
        dingtalk,
        platform::service,
        sms::{self, Template, aliyun},
        smtp, wecom,
    };

    use super::{ACCOUNTS, MAIL_ACCOUNT, SERVICE_TEMPLATE_PREFIX, SMS_PATH};

    #[test]
    fn the_accounts_are_those_of_the_simulator() {
        let values = ACCOUNTS.map(|(_, value)| value.to_owned());
        let theirs = [
            aliyun::KEY_ID,
            aliyun::KEY_SECRET,
            sms::SIGN_NAME,
            Template::Code.aliyun(),
            Template::Deputy.aliyun(),
            service::APPID,
            service::SECRET,
            wecom::CORP_ID,
            &wecom::AGENT_ID.to_string(),
            wecom::SECRET,
            dingtalk::APP_KEY,
            dingtalk::APP_SECRET,
            &dingtalk::AGENT_ID.to_string(),
        ];
        assert_eq!(values[1..], theirs);
        assert_eq!(SMS_PATH, aliyun::PATH);
        assert_eq!(SERVICE_TEMPLATE_PREFIX, service::TEMPLATE_PREFIX);
        assert_eq!(MAIL_ACCOUNT, format!("{}:{}", smtp::USER, smtp::PASSWORD));
    }
}
