//! Logins, accounts and the audit.

use minyi_domain::rights::Permission as P;
use serde_json::json;
use uuid::Uuid;

use super::{
    Needs::{Either, Login, Nobody, Right},
    Row, row, with,
};

pub fn rows() -> Vec<Row> {
    let account = json!({
        "username": "somebody.new", "role": "station_staff", "display_name": "某人", "site_id": Uuid::nil()
    });
    let policy = json!({
        "min_length": 8, "max_age_days": 90, "remembered": 5, "idle_minutes": 15, "second_factor": "nobody"
    });
    let phone = json!({"phone": "13800001234"});
    let request = json!({"phone": "13800001234", "kind": "erase", "reason": "本人到站要求"});
    let decision = json!({"granted": true, "reason": "身份已经核对"});
    let deadline = json!({
        "applies_to": "submission", "step": "answer", "amount": 7, "unit": "working_days", "effective_from": "2027-01-01"
    });
    vec![
        with("post", "/api/v1/sessions/setup-link", Nobody, json!({})),
        with("post", "/api/v1/me/second-step", Login, json!({})),
        row("post", "/api/v1/me/second-factor", Login),
        with("put", "/api/v1/me/second-factor", Login, json!({})),
        with("put", "/api/v1/me/password", Login, json!({})),
        row("get", "/api/v1/me/service-account", Login),
        row("post", "/api/v1/me/service-account/binding", Login),
        row("delete", "/api/v1/me/service-account", Login),
        row("get", "/api/v1/me/sessions", Login),
        row("delete", "/api/v1/me/sessions/{id}", Login),
        row("get", "/api/v1/me/logins", Login),
        row("get", "/api/v1/accounts", Right(P::Accounts)),
        with("post", "/api/v1/accounts", Right(P::Accounts), account.clone()),
        row("get", "/api/v1/account-places", Right(P::Accounts)),
        row("get", "/api/v1/accounts/{id}", Right(P::Accounts)),
        with("put", "/api/v1/accounts/{id}", Right(P::Accounts), account),
        row("post", "/api/v1/accounts/{id}/disable", Right(P::Accounts)),
        row("post", "/api/v1/accounts/{id}/enable", Right(P::Accounts)),
        row("post", "/api/v1/accounts/{id}/setup-link", Right(P::Accounts)),
        row("delete", "/api/v1/accounts/{id}/second-factor", Right(P::Accounts)),
        row("get", "/api/v1/accounts/{id}/sessions", Right(P::Accounts)),
        row("delete", "/api/v1/accounts/{id}/sessions/{session}", Right(P::Accounts)),
        row("get", "/api/v1/login-policy", Right(P::Accounts)),
        with("put", "/api/v1/login-policy", Right(P::Accounts), policy),
        with(
            "post",
            "/api/v1/personal-data/search",
            Right(P::PersonalData),
            phone.clone(),
        ),
        with(
            "post",
            "/api/v1/personal-data/copy",
            Right(P::PersonalData),
            phone.clone(),
        ),
        with(
            "post",
            "/api/v1/personal-data/copy.pdf",
            Right(P::PersonalData),
            phone.clone(),
        ),
        with("post", "/api/v1/personal-data/copy.xlsx", Right(P::PersonalData), phone),
        with(
            "post",
            "/api/v1/personal-data/requests",
            Right(P::PersonalData),
            request,
        ),
        row("get", "/api/v1/personal-data/requests", Right(P::PersonalData)),
        row("get", "/api/v1/personal-data/requests/{id}", Right(P::PersonalData)),
        with(
            "post",
            "/api/v1/personal-data/requests/{id}/decision",
            Right(P::PersonalData),
            decision,
        ),
        row(
            "get",
            "/api/v1/retention/periods",
            Either(P::Retention, P::PersonalData),
        ),
        with(
            "put",
            "/api/v1/retention/periods/{class}",
            Right(P::Retention),
            json!({"amount": 24, "daily": false}),
        ),
        row("get", "/api/v1/retention/due", Either(P::Retention, P::PersonalData)),
        row(
            "get",
            "/api/v1/retention/due/submissions",
            Either(P::Retention, P::PersonalData),
        ),
        with(
            "post",
            "/api/v1/retention/runs",
            Right(P::Retention),
            json!({"classes": ["contact"], "previewed_at": "2026-11-20T04:00:00Z"}),
        ),
        row("get", "/api/v1/retention/runs", Right(P::Retention)),
        row("get", "/api/v1/retention/runs/{id}", Right(P::Retention)),
        row("delete", "/api/v1/retention/runs/{id}", Right(P::Retention)),
        row("get", "/api/v1/deadline-policies", Right(P::Configure)),
        with("post", "/api/v1/deadline-policies", Right(P::Configure), deadline),
        with(
            "post",
            "/api/v1/deadline-policies/preview",
            Right(P::Configure),
            json!({"policy": null}),
        ),
        row("post", "/api/v1/deadline-policies/recompute", Right(P::Configure)),
        row("get", "/api/v1/clock-jobs/{id}", Right(P::Configure)),
        row("delete", "/api/v1/clock-jobs/{id}", Right(P::Configure)),
        row("get", "/api/v1/audit/log", Right(P::Audit)),
        row("get", "/api/v1/audit/log.xlsx", Right(P::Audit)),
    ]
}
