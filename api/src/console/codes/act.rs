use actix_web::{HttpResponse, post};
use minyi_domain::{rights::Permission, text::Reason, token::CodeToken};
use minyi_store::{CodeAct, CodeRefusal, CodeState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::selection::read_tokens;
use crate::{auth::SignedIn, extract::JsonBody, problem::Problem, state::State};

/// What is to be done with which codes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tokens": ["ACDE3467KMNF"], "act": "replace", "reason": "贴纸破损"}))]
pub struct CodeActRequest {
    /// 1 to 500 codes; it is done to all of them or to none.
    tokens: Vec<String>,
    /// `suspend` 暂停、`resume` 恢复、`replace` 更换、`retire` 停用
    #[schema(value_type = String)]
    act: CodeAct,
    /// Why; only `resume` needs none.
    reason: Option<String>,
}

/// What became of the codes.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{"token": "ACDE3467KMNF", "state": "replaced", "successor": "ACDE3467KMNP"}]
}))]
pub struct CodeActResponse {
    items: Vec<CodeChangeEntry>,
}

/// What became of one code.
#[derive(Serialize, ToSchema)]
pub struct CodeChangeEntry {
    token: String,
    #[schema(value_type = String)]
    state: CodeState,
    /// The new code, to be printed and hung up in its place; the old one leads to it.
    successor: Option<String>,
}

/// Suspend, resume, replace or retire codes (暂停、恢复、更换、停用)
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = CodeActRequest, responses(
    (status = 200, description = "done", body = CodeActResponse),
    (status = 400, description = "`code_mistyped`：编号输错了"),
    (status = 403, description = "`forbidden`：没有这项权限"),
    (status = 404, description = "`code_unknown`：没有这个码，或者不归您管理"),
    (status = 409, description = "`code_act_refused`：这个码现在的状态不能这样办"),
    (status = 422, description = "`invalid_fields`：内容不对"),
))]
#[post("/codes/acts")]
pub(super) async fn act_on_codes(
    state: State,
    signed_in: SignedIn,
    body: JsonBody<CodeActRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let CodeActRequest { tokens, act, reason } = body.0;
    let tokens = read_tokens(&tokens, "/tokens")?;
    let reason = reason.filter(|reason| act != CodeAct::Resume || !reason.trim().is_empty());
    let reason = match reason {
        Some(reason) => Some(Reason::parse(&reason).map_err(Problem::text("/reason"))?),
        None if act == CodeAct::Resume => None,
        None => return Err(Problem::field("/reason", "required", "请写明理由。")),
    };
    let (by, actor, mut rng, now) = (signed_in.by(), signed_in.actor, state.rng(), state.now());
    let done = state
        .ask(move |store| {
            let mut token = || CodeToken::random(&mut rng);
            store.act_on_codes((&by, &actor), &tokens, act, reason.as_ref(), &mut token, now)
        })
        .await?;
    let changes = done.map_err(|refusal| match refusal {
        CodeRefusal::Unknown(_) => Problem::CodeUnknown,
        CodeRefusal::NotNow(token, state) => Problem::CodeActRefused {
            token: token.grouped(),
            state: state_zh(state),
        },
    })?;
    let items = changes
        .into_iter()
        .map(|change| CodeChangeEntry {
            token: change.token.to_string(),
            state: change.state,
            successor: change.successor.map(|token| token.to_string()),
        })
        .collect();
    Ok(HttpResponse::Ok().json(CodeActResponse { items }))
}

const fn state_zh(state: CodeState) -> &'static str {
    match state {
        CodeState::Active => "使用中",
        CodeState::Suspended => "暂停使用",
        CodeState::Replaced => "已更换",
        CodeState::Retired => "已停用",
    }
}
