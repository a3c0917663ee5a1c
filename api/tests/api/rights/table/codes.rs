//! The codes on the walls and what is printed of them.

use minyi_domain::rights::Permission as P;
use serde_json::json;

use super::{Needs::Right, Row, row, with};

pub fn rows() -> Vec<Row> {
    vec![
        row("get", "/api/v1/codes", Right(P::Upkeep)),
        with(
            "post",
            "/api/v1/codes",
            Right(P::Print),
            json!({"selection": {"region_code": "9901"}, "purposes": [{"purpose": "电梯", "count": 1}], "dry_run": true}),
        ),
        with(
            "post",
            "/api/v1/codes/acts",
            Right(P::Print),
            json!({"tokens": [], "act": "retire", "reason": "不再使用"}),
        ),
        with(
            "post",
            "/api/v1/codes/check",
            Right(P::Upkeep),
            json!({"text": "wxp://f2f0"}),
        ),
        row("get", "/api/v1/codes/{token}/record", Right(P::Upkeep)),
        with(
            "post",
            "/api/v1/codes/{token}/installations",
            Right(P::Print),
            json!({"hung_on": "2026-11-19", "hung_by": "张三"}),
        ),
        with(
            "post",
            "/api/v1/codes/{token}/removal",
            Right(P::Print),
            json!({"removed_on": "2026-11-19", "reason": "墙面翻新"}),
        ),
        row("get", "/api/v1/code-places", Right(P::Print)),
        row("get", "/api/v1/code-alarms", Right(P::Upkeep)),
        row("get", "/api/v1/print-jobs", Right(P::Print)),
        with(
            "post",
            "/api/v1/print-jobs",
            Right(P::Print),
            json!({"selection": {"region_code": "99"}, "template": "a4"}),
        ),
        row("get", "/api/v1/print-jobs/{id}", Right(P::Print)),
        row("delete", "/api/v1/print-jobs/{id}", Right(P::Print)),
        row("get", "/api/v1/print-jobs/{id}/file", Right(P::Print)),
        with(
            "post",
            "/api/v1/print-designs/preview",
            Right(P::Print),
            json!({"template": "cards"}),
        ),
        row("get", "/api/v1/print-designs/{region_code}", Right(P::Print)),
        with(
            "put",
            "/api/v1/print-designs/{region_code}",
            Right(P::Configure),
            json!({"design": {"title": "民意码", "hint": "扫一扫", "main_colour": "#b8141e", "accent_colour": "#d9a441",
                "code_colour": "#000000"}}),
        ),
        row("put", "/api/v1/print-designs/{region_code}/logo", Right(P::Configure)),
        row(
            "delete",
            "/api/v1/print-designs/{region_code}/logo",
            Right(P::Configure),
        ),
    ]
}
