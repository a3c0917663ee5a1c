//! Handing over, what offices do, and proposals.

use minyi_domain::rights::Permission as P;
use serde_json::json;

use super::{
    Needs::{Either, Right},
    Row, row, with,
};

pub fn rows() -> Vec<Row> {
    let nobody = uuid::Uuid::nil();
    let office = json!({"office_id": nobody, "demand": "请到现场查看"});
    let draft = json!({"level": "county", "title": "某建议", "text": "建议内容", "submission_ids": [nobody]});
    let reason = json!({"reason": "不归我们管"});
    let acts = Right(P::ActForOffice);
    vec![
        row("get", "/api/v1/handovers", Right(P::ReadCases)),
        row("get", "/api/v1/handovers/{id}", Right(P::ReadCases)),
        row("get", "/api/v1/submissions/{id}/offices", Right(P::Handle)),
        with(
            "post",
            "/api/v1/submissions/{id}/handovers",
            Right(P::Handle),
            office.clone(),
        ),
        with(
            "post",
            "/api/v1/handovers/{id}/accept",
            acts,
            json!({"responsible_name": "赵科长"}),
        ),
        with("post", "/api/v1/handovers/{id}/refuse", acts, reason.clone()),
        with("post", "/api/v1/handovers/{id}/extend", acts, reason),
        with("post", "/api/v1/handovers/{id}/partners", acts, office.clone()),
        with(
            "post",
            "/api/v1/handovers/{id}/opinion",
            acts,
            json!({"opinion": "可以配合"}),
        ),
        with(
            "post",
            "/api/v1/handovers/{id}/answer",
            acts,
            json!({"text": "修好了", "result": "a"}),
        ),
        with("post", "/api/v1/handovers/{id}/approve", Right(P::Handle), json!({})),
        with(
            "post",
            "/api/v1/handovers/{id}/send-back",
            Right(P::Handle),
            json!({"comment": "没有看现场"}),
        ),
        row("post", "/api/v1/handovers/{id}/withdraw", Right(P::Handle)),
        with(
            "post",
            "/api/v1/promises/{id}/kept",
            Either(P::Handle, P::ActForOffice),
            json!({"note": "已经换完"}),
        ),
        row("get", "/api/v1/proposals", Right(P::ReadCases)),
        with("post", "/api/v1/proposals", Right(P::Propose), draft),
        row("get", "/api/v1/proposals/{id}", Right(P::ReadCases)),
        row("get", "/api/v1/proposals/{id}/form.pdf", Right(P::ReadCases)),
        with(
            "patch",
            "/api/v1/proposals/{id}",
            Right(P::Propose),
            json!({"title": "另一建议"}),
        ),
        with(
            "put",
            "/api/v1/proposals/{id}/text",
            Right(P::Propose),
            json!({"title": "又一建议", "text": "建议分批更换。"}),
        ),
        with("post", "/api/v1/proposals/{id}/submit", Right(P::Propose), office),
        row("get", "/api/v1/submissions/{id}/cosigners", Right(P::Propose)),
    ]
}
