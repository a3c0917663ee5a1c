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
        CalendarYearTaken = "calendar_year_taken", "导入一年的节假日安排";
        ContentWordAdded = "content_word_added", "加入内容检查的词";
        ContentWordRemoved = "content_word_removed", "移出内容检查的词";
        AnswerTemplatesSet = "answer_templates_set", "设置答复模板";
        MessageWordingSet = "message_wording_set", "设置消息的文字";
        PersonalDataSearched = "personal_data_searched", "查找个人信息";
        PersonalDataCopied = "personal_data_copied", "导出个人信息";
        PersonalDataRequested = "personal_data_requested", "提出个人信息请求";
        PersonalDataDecided = "personal_data_decided", "决定个人信息请求";
        RetentionSet = "retention_set", "设置保存期限";
        RetentionStarted = "retention_started", "开始到期清理";
        RetentionCancelled = "retention_cancelled", "取消到期清理";
        RetentionEnded = "retention_ended", "到期清理结束";
        AuditExported = "audit_exported", "导出审计日志";
        CategoriesImported = "categories_imported", "导入分类";
        DeclineKindSet = "decline_kind_set", "设置不予受理的情形";
        RevisitPolicySet = "revisit_policy_set", "设置回访规则";
        SlotSchemesSet = "slot_schemes_set", "设置接待时段";
        DeliveryPolicySet = "delivery_policy_set", "设置消息发送时间";
        TestMessageSent = "test_message_sent", "发送测试消息";
        PlacesSaved = "places_saved", "保存站点网格代表";
        BoundariesSet = "boundaries_set", "导入边界";
        TermAdvanced = "term_advanced", "换届";
        DeputyInvited = "deputy_invited", "邀请代表登录";
        DeputyUnbound = "deputy_unbound", "解除代表的微信绑定";
        CodesMade = "codes_made", "制码";
        CodesSuspended = "codes_suspended", "暂停码";
        CodesResumed = "codes_resumed", "恢复码";
        CodesReplaced = "codes_replaced", "更换码";
        CodesRetired = "codes_retired", "停用码";
        CodeHung = "code_hung", "登记张贴";
        CodeTakenDown = "code_taken_down", "登记摘除";
        PrintDesignSet = "print_design_set", "设置印刷样式";
        PrintJobCreated = "print_job_created", "印刷";
        PrintJobCancelled = "print_job_cancelled", "取消印刷";
        HearingPlanned = "hearing_planned", "安排活动";
        HearingChanged = "hearing_changed", "修改活动";
        HearingHeld = "hearing_held", "记录活动";
        ListExported = "list_exported", "导出列表";
    }
}

words! {
    /// To what it was done.
    ObjectKind {
        Account = "account", "账号";
        Session = "session", "登录会话";
        LoginPolicy = "login_policy", "登录策略";
        DeadlinePolicy = "deadline_policy", "办理时限";
        CalendarYear = "calendar_year", "工作日历";
        ContentWord = "content_word", "内容检查的词";
        AnswerTemplates = "answer_templates", "答复模板";
        MessageWording = "message_wording", "消息的文字";
        PersonalData = "personal_data", "个人信息";
        GroupRobot = "group_robot", "群机器人";
        PersonalDataRequest = "personal_data_request", "个人信息请求";
        RetentionPeriod = "retention_period", "保存期限";
        RetentionRun = "retention_run", "到期清理";
        AuditLog = "audit_log", "审计日志";
        Categories = "categories", "分类";
        DeclineKind = "decline_kind", "不予受理的情形";
        RevisitPolicy = "revisit_policy", "回访规则";
        DeliveryPolicy = "delivery_policy", "消息发送时间";
        Wechat = "wechat", "微信设置";
        Region = "region", "区划";
        Site = "site", "站点";
        Office = "office", "承办单位";
        Grid = "grid", "网格";
        Deputy = "deputy", "代表";
        Assignment = "assignment", "网格代表";
        Code = "code", "民意码";
        PrintDesign = "print_design", "印刷样式";
        PrintJob = "print_job", "印刷任务";
        Hearing = "hearing", "接待活动";
        List = "list", "列表";
    }
}

words! {
    /// What came of it.
    Outcome {
        Done = "done", "成功";
        Refused = "refused", "拒绝";
    }
}
