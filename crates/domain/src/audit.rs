//! What stands in the audit log (审计日志): acts on accounts, settings, directories and files. Casework has a record of
//! its own, the timeline of each submission.

use crate::words::words;

words! {
    /// What somebody did. A new kind of act is a new word here; the words never change.
    Action {
        SignedIn = "signed_in", "登录";
        SignedOut = "signed_out", "退出登录";
        AuditExported = "audit_exported", "导出审计日志";
    }
}

words! {
    /// To what it was done.
    ObjectKind {
        Account = "account", "账号";
        Session = "session", "登录会话";
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
