//! The ways in which somebody can be told something.

use crate::words::words;

words! {
    /// A channel (渠道). Which of them exist in an installation is a matter of its settings.
    Channel {
        /// Subscribe messages of the mini-program.
        Wechat = "wechat", "微信小程序";
        /// Template messages or subscription notices of a service account.
        ServiceAccount = "service_account", "微信服务号";
        Wecom = "wecom", "企业微信";
        /// Work notices to one person.
        Dingtalk = "dingtalk", "钉钉";
        /// A robot in a group: everybody in the group reads it.
        DingtalkRobot = "dingtalk_robot", "钉钉群机器人";
        Sms = "sms", "短信";
        Mail = "mail", "邮件";
    }
}
