//! Who may do what: the one table that the running product is held against.

mod codes;
mod offices;
mod places;
mod trust;

use minyi_domain::rights::Permission as P;
use serde_json::{Value, json};

/// What an operation asks of the caller.
#[derive(Clone, Copy)]
pub enum Needs {
    /// Nothing: residents have no account.
    Nobody,
    /// To be signed in.
    Login,
    Right(P),
    /// One of two.
    Either(P, P),
}

pub struct Row {
    pub method: &'static str,
    pub path: &'static str,
    pub needs: Needs,
    pub body: Option<Value>,
}

impl Row {
    /// The path names one thing that lies in a place; lists, and a year's archive, are limited by what they show, and
    /// settings are everywhere the same.
    pub fn names_a_thing(&self) -> bool {
        let everywhere = [
            "{year}",
            "{month}",
            "/decline-kinds/",
            "/places/templates/",
            "/places/imports/",
            "/content-words/",
            "/retention/",
            "/message-templates/",
        ];
        self.path.contains('{')
            && matches!(self.needs, Needs::Right(_) | Needs::Either(..))
            && !everywhere.iter().any(|part| self.path.contains(part))
    }
}

fn row(method: &'static str, path: &'static str, needs: Needs) -> Row {
    Row {
        method,
        path,
        needs,
        body: None,
    }
}

fn with(method: &'static str, path: &'static str, needs: Needs, body: Value) -> Row {
    Row {
        body: Some(body),
        ..row(method, path, needs)
    }
}

pub fn rows() -> Vec<Row> {
    use Needs::{Login, Nobody, Right};
    let mut rows = offices::rows();
    rows.extend(codes::rows());
    rows.extend(places::rows());
    rows.extend(trust::rows());
    rows.extend(vec![
        row("get", "/api/v1/codes/{token}", Nobody),
        row("get", "/api/v1/codes/{token}/image.png", Nobody),
        row("get", "/api/v1/codes/{token}/image.svg", Nobody),
        row("get", "/api/v1/codes/{token}/poster.pdf", Nobody),
        with("post", "/api/v1/codes/{token}/submissions", Nobody, json!({})),
        row("post", "/api/v1/photos", Nobody),
        with("post", "/api/v1/receipts/lookup", Nobody, json!({})),
        row("get", "/api/v1/receipts/{receipt}", Nobody),
        with("post", "/api/v1/receipts/{receipt}/rating", Nobody, json!({})),
        with("post", "/api/v1/receipts/{receipt}/info", Nobody, json!({})),
        row("post", "/api/v1/receipts/{receipt}/review", Nobody),
        row("put", "/api/v1/receipts/{receipt}/publish-consent", Nobody),
        row("delete", "/api/v1/receipts/{receipt}/publish-consent", Nobody),
        row("get", "/api/v1/open/stations/{id}", Nobody),
        row("get", "/api/v1/open/regions/{code}", Nobody),
        row("get", "/api/v1/open/cases/{token}", Nobody),
        row("post", "/api/v1/open/cases/{token}/support", Nobody),
        row("get", "/api/v1/submissions/{id}/release-draft", Right(P::Release)),
        with(
            "post",
            "/api/v1/submissions/{id}/release",
            Right(P::Release),
            json!({"title": "路灯", "text": "路灯不亮。", "answer": "修好了。", "confirmed": true}),
        ),
        row("post", "/api/v1/submissions/{id}/content-look", Right(P::Release)),
        row("get", "/api/v1/content-words", Right(P::Configure)),
        with(
            "post",
            "/api/v1/content-words",
            Right(P::Configure),
            json!({"word": "某某某", "category": "other"}),
        ),
        row("delete", "/api/v1/content-words/{id}", Right(P::Configure)),
        with("post", "/api/v1/content-words/try", Right(P::Configure), json!({"text": "路灯坏了三天"})),
        row("get", "/api/v1/message-templates", Right(P::Configure)),
        with(
            "post",
            "/api/v1/message-templates/{channel}/{kind}/preview",
            Right(P::Configure),
            json!({"text": "{编号} {链接}"}),
        ),
        with(
            "put",
            "/api/v1/message-templates/{channel}/{kind}",
            Right(P::Configure),
            json!({"text": null}),
        ),
        row("get", "/api/v1/answer-templates", Right(P::Templates)),
        with(
            "delete",
            "/api/v1/submissions/{id}/release",
            Right(P::Release),
            json!({"reason": "不再公开"}),
        ),
        with("post", "/api/v1/receipts/{receipt}/subscription", Nobody, json!({})),
        row("delete", "/api/v1/receipts/{receipt}/subscription", Nobody),
        with("post", "/api/v1/sessions/wechat", Nobody, json!({})),
        with("post", "/api/v1/sessions", Nobody, json!({})),
        with("post", "/api/v1/sessions/refresh", Nobody, json!({})),
        row("get", "/api/v1/me", Login),
        with("post", "/api/v1/sessions/browser", Nobody, json!({})),
        row("get", "/api/v1/console-settings", Login),
        with(
            "post",
            "/api/v1/tables",
            Login,
            json!({"title": "网格", "columns": ["名称"], "rows": [["第一网格"]]}),
        ),
        row("get", "/api/v1/statistics/map", Right(P::ReadNumbers)),
        row("get", "/api/v1/reports/{month}.pdf", Right(P::ReadNumbers)),
        row("get", "/api/v1/reports/{month}.xlsx", Right(P::ReadNumbers)),
        row("get", "/api/v1/region-options", Login),
        with("post", "/api/v1/bindings/wechat", Nobody, json!({})),
        with("post", "/api/v1/sessions/invitation", Nobody, json!({})),
        with("post", "/api/v1/one-time-codes", Nobody, json!({})),
        with("post", "/api/v1/sessions/one-time-code", Nobody, json!({})),
        with(
            "post",
            "/api/v1/me/phone-codes",
            Right(P::Serve),
            json!({"phone": "13800000009"}),
        ),
        with(
            "put",
            "/api/v1/me/phone",
            Right(P::Serve),
            json!({"phone": "not a phone", "code": ""}),
        ),
        row("get", "/api/v1/deputies/accounts", Right(P::Invite)),
        row("get", "/api/v1/me/home", Right(P::ReadCases)),
        row("get", "/api/v1/me/events", Right(P::ReadCases)),
        row("get", "/api/v1/me/messages", Right(P::ReadCases)),
        with(
            "put",
            "/api/v1/me/messages/read",
            Right(P::ReadCases),
            json!({"until": "2026-11-20T04:00:00Z"}),
        ),
        row("get", "/api/v1/me/phrases", Right(P::Handle)),
        row("get", "/api/v1/calendar-years", Right(P::Configure)),
        with(
            "post",
            "/api/v1/calendar-years/preview",
            Right(P::Configure),
            json!({"year": 2028, "days": [{"date": "2028-01-03", "isOffDay": true}]}),
        ),
        with(
            "put",
            "/api/v1/calendar-years/{year}",
            Right(P::Configure),
            // Another year than the address says.
            json!({"year": 2028, "days": [{"date": "2028-01-03", "isOffDay": true}]}),
        ),
        with(
            "put",
            "/api/v1/answer-templates",
            Right(P::Templates),
            json!({"region_code": "990102", "templates": []}),
        ),
        with("post", "/api/v1/me/push-permissions", Login, json!({"results": {}})),
        row("get", "/api/v1/me/notification-preferences", Login),
        with(
            "put",
            "/api/v1/me/notification-preferences",
            Login,
            json!({"orders": {}, "digest": false}),
        ),
        row("get", "/api/v1/me/work", Right(P::Serve)),
        row("get", "/api/v1/me/dossier", Right(P::Serve)),
        with(
            "post",
            "/api/v1/me/sign-ins",
            Right(P::Serve),
            json!({"code": "not a code"}),
        ),
        with("post", "/api/v1/deputies/{id}/invitations", Right(P::Invite), json!({})),
        row("delete", "/api/v1/deputies/{id}/binding", Right(P::Invite)),
        row("get", "/api/v1/inbox", Right(P::ReadCases)),
        with("post", "/api/v1/transfers", Right(P::Handle), json!({"submission_ids": [], "reason": "换人"})),
        row("get", "/api/v1/intake/grids", Right(P::EnterForResident)),
        row("get", "/api/v1/submissions/{id}", Right(P::ReadCases)),
        with(
            "post",
            "/api/v1/submissions/{id}/answers",
            Right(P::Handle),
            json!({"text": "已经办好了", "photo_ids": []}),
        ),
        row("post", "/api/v1/submissions/{id}/contact", Right(P::SeeContact)),
        row("get", "/api/v1/codes/{token}/slots", Nobody),
        row("get", "/api/v1/receipts/{receipt}/slots", Nobody),
        row("get", "/api/v1/receipts/{receipt}/meetings", Nobody),
        with("post", "/api/v1/receipts/{receipt}/appointments", Nobody, json!({})),
        with(
            "post",
            "/api/v1/receipts/{receipt}/appointments/{id}",
            Nobody,
            json!({}),
        ),
        row("get", "/api/v1/submissions/{id}/slots", Right(P::Hold)),
        row("get", "/api/v1/submissions/{id}/appointments", Right(P::Hold)),
        with(
            "post",
            "/api/v1/submissions/{id}/appointments",
            Right(P::Hold),
            json!({"slot": "1795654800.nobody"}),
        ),
        with(
            "post",
            "/api/v1/appointments/{id}",
            Right(P::Hold),
            json!({"action": "confirm"}),
        ),
        row("get", "/api/v1/hearings", Right(P::ReadCases)),
        with(
            "post",
            "/api/v1/hearings",
            Right(P::Hold),
            json!({"title": "答复会", "kind": "answering", "place": "活动室", "starts_at": "2026-12-01T06:00:00Z",
                "ends_at": "2026-12-01T08:00:00Z"}),
        ),
        row("get", "/api/v1/hearings/{id}", Right(P::ReadCases)),
        with(
            "patch",
            "/api/v1/hearings/{id}",
            Right(P::Hold),
            json!({"place": "二楼会议室"}),
        ),
        with(
            "post",
            "/api/v1/hearings/{id}/minutes",
            Right(P::Hold),
            json!({"minutes": "下周换灯。"}),
        ),
        row("get", "/api/v1/revisits", Right(P::Revisit)),
        with(
            "post",
            "/api/v1/revisits/{id}",
            Right(P::Revisit),
            json!({"way": "phone", "outcome": "unreachable"}),
        ),
        row("post", "/api/v1/submissions/{id}/accept", Right(P::Handle)),
        with(
            "post",
            "/api/v1/submissions/{id}/info-requests",
            Right(P::Handle),
            json!({"question": "请问是几号楼？"}),
        ),
        with(
            "post",
            "/api/v1/submissions/{id}/decline",
            Right(P::Handle),
            json!({"kind": "secret", "text": "请向有权处理的机关当面提出。"}),
        ),
        with(
            "post",
            "/api/v1/submissions/{id}/merge",
            Right(P::Handle),
            json!({"into": "019aa000-0000-7000-8000-0000000000aa"}),
        ),
        row("post", "/api/v1/submissions/{id}/unmerge", Right(P::Handle)),
        with(
            "post",
            "/api/v1/submissions/{id}/split",
            Right(P::Handle),
            json!({"parts": [{"kind": "problem", "text": "下水道也堵了。"}]}),
        ),
        with(
            "post",
            "/api/v1/submissions/{id}/transfer",
            Right(P::Handle),
            json!({"grid_id": "019aa000-0000-7000-8000-0000000000aa", "reason": "归那边管"}),
        ),
        row("get", "/api/v1/submissions/{id}/transfer-targets", Right(P::Handle)),
        with(
            "post",
            "/api/v1/submissions/{id}/restrict",
            Right(P::Handle),
            json!({"level": "city"}),
        ),
        with(
            "post",
            "/api/v1/submissions/{id}/urgency",
            Right(P::Handle),
            json!({"urgency": "urgent"}),
        ),
        row("get", "/api/v1/revisit-policy", Right(P::Configure)),
        with(
            "put",
            "/api/v1/revisit-policy",
            Right(P::Configure),
            json!({"sample_percent": 10, "due_days": 15}),
        ),
        row("get", "/api/v1/delivery-policy", Right(P::Configure)),
        with(
            "put",
            "/api/v1/delivery-policy",
            Right(P::Configure),
            json!({"quiet_hours": {"from": "22:00", "until": "07:00"}, "digest_at": "09:00", "unknown_minutes": 2}),
        ),
        row("get", "/api/v1/sites/{id}/slot-schemes", Right(P::Hold)),
        with(
            "put",
            "/api/v1/sites/{id}/slot-schemes",
            Right(P::Hold),
            json!({"items": []}),
        ),
        row("get", "/api/v1/roles", Login),
        row("get", "/api/v1/decline-kinds", Login),
        with(
            "put",
            "/api/v1/decline-kinds/{code}",
            Right(P::Configure),
            json!({"position": 9, "name": "邻里纠纷", "guidance": "请找调解委员会。", "right_channel": "调解委员会", "is_active": true}),
        ),
        with(
            "post",
            "/api/v1/submissions/{id}/category",
            Right(P::Handle),
            json!({"category_id": "00000000-0000-0000-0000-000000000001"}),
        ),
        row("get", "/api/v1/submissions/{id}/like", Right(P::ReadCases)),
        row("get", "/api/v1/categories", Login),
        row("put", "/api/v1/categories", Right(P::Configure)),
        row("get", "/api/v1/grids", Right(P::Upkeep)),
        row("get", "/api/v1/notifications", Right(P::Upkeep)),
        row("get", "/api/v1/notifications/{id}", Right(P::Invite)),
        with(
            "post",
            "/api/v1/notifications/{id}/resend",
            Right(P::Invite),
            json!({}),
        ),
        row("get", "/api/v1/health/delivery", Right(P::Upkeep)),
        row("get", "/api/v1/health/unreachable", Right(P::Upkeep)),
        row("get", "/api/v1/sites/{id}/posters.pdf", Right(P::Upkeep)),
        row("get", "/api/v1/audit/contact-views", Right(P::Audit)),
        with(
            "post",
            "/api/v1/intake",
            Right(P::EnterForResident),
            json!({"grid_id": uuid::Uuid::nil(), "channel": "visit", "kind": "problem", "text": "楼道灯坏了"}),
        ),
        row("get", "/api/v1/intake/{id}/slip.pdf", Right(P::EnterForResident)),
        row("get", "/api/v1/ledger", Right(P::Ledger)),
        row("get", "/api/v1/ledger.xlsx", Right(P::Ledger)),
        row("get", "/api/v1/ledger.pdf", Right(P::Ledger)),
        row("get", "/api/v1/archives/{year}.xlsx", Right(P::Ledger)),
        row("get", "/api/v1/statistics", Right(P::ReadNumbers)),
        row("get", "/api/v1/clusters", Right(P::ReadNumbers)),
        row("get", "/api/v1/clusters/{id}", Right(P::ReadNumbers)),
        row("get", "/api/v1/audit/exports", Right(P::Audit)),
        // Last: it ends the session of whoever calls it.
        row("delete", "/api/v1/sessions/current", Login),
    ]);
    rows
}
