//! How deputies sign in: WeChat with a known phone or an invitation; elsewhere by invitation and then by text message.

use actix_web::{HttpResponse, post, put};
use minyi_domain::{access::Way, login::OneTimeCode, rights::Permission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    SignedIn,
    phones::{Proof, read_mobile},
    routes::{NO_STORE, TokensResponse},
};
use crate::{
    address::ClientAddress,
    contract::ServiceConfig,
    extract::JsonBody,
    problem::Problem,
    state::{AppState, State},
};

/// A phone gets at most one code in so many seconds.
pub const CODE_EVERY_SECONDS: u32 = 60;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(bind_wechat)
        .service(create_invited_session)
        .service(send_code)
        .service(create_code_session)
        .service(send_phone_code)
        .service(keep_phone);
}

/// A WeChat user and a proof of being a deputy: one of `phone_code` and `invitation`.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"js_code": "0a3Xk2000abcdefghijklmnopqrstuv1", "invitation": "7KM3-PXWA"}))]
pub struct BindingRequest {
    /// The code of `wx.login`.
    js_code: String,
    /// The code of the button `getPhoneNumber`.
    phone_code: Option<String>,
    /// What the station gave out.
    invitation: Option<String>,
}

/// What the station gave out.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"invitation": "7KM3-PXWA"}))]
pub struct InvitationLoginRequest {
    invitation: String,
}

/// A mobile number.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"phone": "13800000001"}))]
pub struct PhoneRequest {
    phone: String,
}

/// A mobile number and the code that was sent to it.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"phone": "13800000001", "code": "482913"}))]
pub struct PhoneCodeRequest {
    phone: String,
    code: String,
}

/// A code is on its way, if this phone is known.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"expires_in": 300, "again_in": 60}))]
pub struct CodeSentResponse {
    /// Seconds for which the code is good.
    expires_in: i64,
    /// Seconds after which another one may be asked for.
    again_in: u32,
}

fn sent() -> HttpResponse {
    HttpResponse::Accepted().insert_header(NO_STORE).json(CodeSentResponse {
        expires_in: OneTimeCode::LIFE.num_seconds(),
        again_in: CODE_EVERY_SECONDS,
    })
}

async fn created(state: &AppState, account: Uuid, way: Way, address: ClientAddress) -> Result<HttpResponse, Problem> {
    let tokens = state.open_tokens(account, way, address).await?;
    Ok(HttpResponse::Created()
        .insert_header(NO_STORE)
        .json(TokensResponse::from(tokens)))
}

/// Bind WeChat to a deputy's account (绑定微信)
///
/// By the phone number that WeChat tells, if the station or the deputy has left it here, or by the station's invitation.
/// The same binding once more signs in again.
#[utoipa::path(tag = "登录", request_body = BindingRequest, responses(
    (status = 201, description = "bound and signed in", body = TokensResponse),
    (status = 401, description = "`wechat_code_refused`：微信的登录凭证或手机号凭证已经用过或者过期"),
    (status = 403, description = "`phone_unknown`：没有代表账号留过这个手机号；`invitation_invalid`：邀请码不对、用过或者过期"),
    (status = 409, description = "`already_bound`：这个账号绑定了别的微信，或者这个微信绑定了别的账号"),
))]
#[post("/bindings/wechat")]
async fn bind_wechat(
    state: State,
    address: ClientAddress,
    JsonBody(request): JsonBody<BindingRequest>,
) -> Result<HttpResponse, Problem> {
    let proof = match (request.phone_code, request.invitation) {
        (Some(code), None) => Proof::PhoneCode(code),
        (None, Some(invitation)) => Proof::Invitation(invitation),
        _ => {
            let detail = "phone_code 和 invitation 要有一个，也只能有一个。";
            return Err(Problem::field("/invitation", "one_of", detail));
        }
    };
    let account = state.bind_wechat(&request.js_code, proof, address).await?;
    created(&state, account, Way::Wechat, address).await
}

/// Sign in with an invitation (邀请码登录)
///
/// For the first time outside WeChat. The invitation is used up by it: leave a phone (`PUT /me/phone`) to come again.
#[utoipa::path(tag = "登录", request_body = InvitationLoginRequest, responses(
    (status = 201, description = "signed in", body = TokensResponse),
    (status = 403, description = "`invitation_invalid`：邀请码不对、用过或者过期"),
))]
#[post("/sessions/invitation")]
async fn create_invited_session(
    state: State,
    address: ClientAddress,
    JsonBody(request): JsonBody<InvitationLoginRequest>,
) -> Result<HttpResponse, Problem> {
    let account = state.use_invitation(&request.invitation, address).await?;
    created(&state, account, Way::Invitation, address).await
}

/// Send a code by text message (发送短信验证码)
///
/// The answer is the same whether or not a deputy has this phone. One a minute and ten a day for a phone.
#[utoipa::path(tag = "登录", request_body = PhoneRequest, responses(
    (status = 202, description = "a code is on its way, if the phone is known", body = CodeSentResponse),
    (status = 503, description = "`sms_not_configured`：本系统没有开通短信，请向联络站要邀请码"),
))]
#[post("/one-time-codes")]
async fn send_code(
    state: State,
    address: ClientAddress,
    JsonBody(request): JsonBody<PhoneRequest>,
) -> Result<HttpResponse, Problem> {
    let phone = read_mobile(&request.phone)?;
    AppState::send_login_code(&state, phone, address).await?;
    Ok(sent())
}

/// Sign in with a code (短信验证码登录)
#[utoipa::path(tag = "登录", request_body = PhoneCodeRequest, responses(
    (status = 201, description = "signed in", body = TokensResponse),
    (status = 401, description = "`one_time_code_invalid`：验证码不对、用过、过期或者错了五次"),
))]
#[post("/sessions/one-time-code")]
async fn create_code_session(
    state: State,
    address: ClientAddress,
    JsonBody(request): JsonBody<PhoneCodeRequest>,
) -> Result<HttpResponse, Problem> {
    let phone = read_mobile(&request.phone)?;
    let account = state.use_login_code(&phone, &request.code, address).await?;
    created(&state, account, Way::OneTimeCode, address).await
}

/// Send a code to a phone that I want to keep (验证新手机号)
#[utoipa::path(tag = "登录", security(("bearer" = [])), request_body = PhoneRequest, responses(
    (status = 202, description = "a code is on its way", body = CodeSentResponse),
    (status = 503, description = "`sms_not_configured`：本系统没有开通短信；`unavailable`：短信没有发出去，请过一会儿再试"),
))]
#[post("/me/phone-codes")]
async fn send_phone_code(
    state: State,
    signed_in: SignedIn,
    address: ClientAddress,
    JsonBody(request): JsonBody<PhoneRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Serve)?;
    let phone = read_mobile(&request.phone)?;
    state.send_phone_code(&signed_in.actor, phone, address).await?;
    Ok(sent())
}

/// Keep a phone for later logins (保存手机号)
#[utoipa::path(tag = "登录", security(("bearer" = [])), request_body = PhoneCodeRequest, responses(
    (status = 204, description = "kept"),
    (status = 401, description = "`one_time_code_invalid`：验证码不对、用过、过期或者错了五次；`not_signed_in`：没有登录或者已经过期"),
    (status = 409, description = "`phone_taken`：别的代表账号留了这个手机号"),
))]
#[put("/me/phone")]
async fn keep_phone(
    state: State,
    signed_in: SignedIn,
    address: ClientAddress,
    JsonBody(request): JsonBody<PhoneCodeRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Serve)?;
    let phone = read_mobile(&request.phone)?;
    state
        .keep_phone(&signed_in.actor, &phone, &request.code, address)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
