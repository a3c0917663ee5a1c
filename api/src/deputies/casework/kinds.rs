//! The kinds of matter that are not taken: configuration.

use actix_web::{HttpResponse, get, put, web::Path};
use minyi_domain::{
    rights::Permission,
    text::{Guidance, KindName, RightChannel},
};
use minyi_store::DeclineKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    problem::{FieldProblem, Problem},
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_decline_kinds).service(put_decline_kind);
}

/// All kinds.
#[derive(Serialize, ToSchema)]
pub struct DeclineKindsResponse {
    items: Vec<DeclineKindResponse>,
}

/// A kind of matter that is not taken.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "code": "secret", "position": 4, "name": "涉及国家秘密、商业秘密、个人隐私",
    "guidance": "您反映的内容不能在这里公开办理。请向有权处理的机关当面提出。", "right_channel": "有权处理的机关", "is_active": true
}))]
pub struct DeclineKindResponse {
    code: String,
    position: i16,
    name: String,
    guidance: String,
    right_channel: String,
    is_active: bool,
}

impl From<DeclineKind> for DeclineKindResponse {
    fn from(kind: DeclineKind) -> Self {
        Self {
            code: kind.code,
            position: kind.position,
            name: kind.name,
            guidance: kind.guidance,
            right_channel: kind.right_channel,
            is_active: kind.is_active,
        }
    }
}

/// A kind as an administrator writes it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({
    "position": 7, "name": "邻里之间的民事纠纷", "guidance": "请先由居（村）委会或者人民调解委员会调解。",
    "right_channel": "居（村）委会、人民调解委员会", "is_active": true
}))]
pub struct DeclineKindRequest {
    /// In the list, counted from 1.
    #[schema(minimum = 1, maximum = 999)]
    pub position: i16,
    #[schema(min_length = 2, max_length = 60)]
    pub name: String,
    /// What the resident is told; the handler may edit it.
    #[schema(min_length = 2, max_length = 2000)]
    pub guidance: String,
    /// Where the resident can go instead.
    #[schema(min_length = 1, max_length = 200)]
    pub right_channel: String,
    /// `false`: it may no longer be chosen.
    pub is_active: bool,
}

impl DeclineKindRequest {
    fn check(&self, code: String) -> Result<DeclineKind, Problem> {
        let mut wrong = Vec::new();
        let small = |byte: u8| byte.is_ascii_lowercase();
        let code_fits = (2..=40).contains(&code.len())
            && code.bytes().all(|byte| small(byte) || byte == b'_')
            && code.bytes().next().is_some_and(small);
        if !code_fits {
            let detail = "代码是 2 到 40 个小写字母或下划线，以字母开头。";
            wrong.push(FieldProblem::new("code", "code_invalid", detail));
        }
        if !(1..=999).contains(&self.position) {
            wrong.push(FieldProblem::new("/position", "out_of_range", "顺序是 1 到 999。"));
        }
        let name = KindName::parse(&self.name).map_err(|error| FieldProblem::text("/name", error));
        let guidance = Guidance::parse(&self.guidance).map_err(|error| FieldProblem::text("/guidance", error));
        let channel =
            RightChannel::parse(&self.right_channel).map_err(|error| FieldProblem::text("/right_channel", error));
        match (name, guidance, channel) {
            (Ok(name), Ok(guidance), Ok(channel)) if wrong.is_empty() => Ok(DeclineKind::new(
                code,
                self.position,
                &name,
                &guidance,
                &channel,
                self.is_active,
            )),
            (name, guidance, channel) => {
                wrong.extend([name.err(), guidance.err(), channel.err()].into_iter().flatten());
                Err(Problem::Invalid(wrong))
            }
        }
    }
}

impl AppState {
    /// Makes or changes a kind.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::Invalid`].
    pub async fn put_decline_kind(
        &self,
        signed_in: &SignedIn,
        code: String,
        request: &DeclineKindRequest,
    ) -> Result<DeclineKind, Problem> {
        signed_in.must(Permission::Configure)?;
        let kind = request.check(code)?;
        let (row, by, now) = (kind.clone(), signed_in.by(), self.now());
        self.ask(move |store| store.put_decline_kind(&by, &row, now)).await?;
        Ok(kind)
    }
}

/// Kinds of matter that are not taken (不予受理的情形)
///
/// With the guidance that the resident is told and the right channel; also those that may no longer be chosen.
#[utoipa::path(tag = "办理", security(("bearer" = [])), responses(
    (status = 200, description = "all kinds, in their order", body = DeclineKindsResponse),
))]
#[get("/decline-kinds")]
async fn list_decline_kinds(state: State, _: SignedIn) -> Result<HttpResponse, Problem> {
    let kinds = state.ask(minyi_store::Store::decline_kinds).await?;
    Ok(HttpResponse::Ok().json(DeclineKindsResponse {
        items: kinds.into_iter().map(Into::into).collect(),
    }))
}

/// Make or change a kind (设置不予受理的情形)
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = DeclineKindRequest, params(
    ("code" = String, Path, description = "2–40 small letters and `_`", example = "private_dispute")
), responses(
    (status = 200, description = "as it stands now", body = DeclineKindResponse),
))]
#[put("/decline-kinds/{code}")]
async fn put_decline_kind(
    state: State,
    signed_in: SignedIn,
    code: Path<String>,
    JsonBody(request): JsonBody<DeclineKindRequest>,
) -> Result<HttpResponse, Problem> {
    let kind = state.put_decline_kind(&signed_in, code.into_inner(), &request).await?;
    Ok(HttpResponse::Ok().json(DeclineKindResponse::from(kind)))
}
