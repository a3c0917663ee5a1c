//! What stands in the audit log (审计日志): acts on accounts, settings, directories and files. Casework has a record of
//! its own, the timeline of each submission.

use crate::words::words;

words! {
    /// What somebody did. A new kind of act is a new word here; the words never change.
    Action {
        SignedIn = "signed_in", "登录";
        SignedOut = "signed_out", "退出登录";
        SecondStepPassed = "second_step_passed", "通过动态验证码";
        PasswordChanged = "password_changed", "修改密码";
        SecondFactorBound = "second_factor_bound", "绑定动态验证码";
        SecondFactorRemoved = "second_factor_removed", "解除动态验证码";
        AccountCreated = "account_created", "新建账号";
        AccountChanged = "account_changed", "修改账号";
        AccountDisabled = "account_disabled", "停用账号";
        AccountEnabled = "account_enabled", "启用账号";
        SetupLinkMade = "setup_link_made", "发出设置密码的链接";
        ServiceAccountBound = "service_account_bound", "绑定服务号";
        ServiceAccountUnbound = "service_account_unbound", "解绑服务号";
        RobotSet = "robot_set", "设置群机器人";
        RobotRemoved = "robot_removed", "撤下群机器人";
        SessionRevoked = "session_revoked", "终止会话";
        LoginPolicyChanged = "login_policy_changed", "修改登录策略";
        DeadlinePolicySet = "deadline_policy_set", "设置办理时限";
        ClocksRecomputed = "clocks_recomputed", "重新计算办理期限";
        PersonalDataSearched = "personal_data_searched", "查找个人信息";
        PersonalDataCopied = "personal_data_copied", "导出个人信息";
        PersonalDataRequested = "personal_data_requested", "提出个人信息请求";
        PersonalDataDecided = "personal_data_decided", "决定个人信息请求";
        AuditExported = "audit_exported", "导出审计日志";
    }
}

words! {
    /// To what it was done.
    ObjectKind {
        Account = "account", "账号";
        Session = "session", "登录会话";
        LoginPolicy = "login_policy", "登录策略";
        DeadlinePolicy = "deadline_policy", "办理时限";
        PersonalData = "personal_data", "个人信息";
        GroupRobot = "group_robot", "群机器人";
        PersonalDataRequest = "personal_data_request", "个人信息请求";
        AuditLog = "audit_log", "审计日志";
    }
}

words! {
    /// What came of it.
    Outcome {
        Done = "done", "成功";
        Refused = "refused", "拒绝";
    }
}
