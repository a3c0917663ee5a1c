//! Binding the service account (绑定服务号), so that its messages find the person. Begun in a login; WeChat says who opens
//! the address, and the person says yes on the page that names the account (`pages::service_account`).

use actix_web::{HttpResponse, delete, get, post};
use chrono::{DateTime, Utc};
use minyi_domain::delivery::Channel;
use minyi_gateways::{
    clock::random_bytes,
    wechat::{Follower, ServiceAccount},
};
use minyi_print::code::{CodeImage, ErrorCorrection};
use minyi_store::{ServiceBinding, ServicePerson, sealed_for};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::NO_STORE;
use crate::{
    address::ClientAddress,
    auth::SignedIn,
    problem::Problem,
    state::{AppState, State},
};

/// Where WeChat leads back to.
pub const BACK: &str = "/bind/service-account";
/// What the index of a unionid is made for.
const UNION: &str = "wechat.unionid";
/// Longer than any code of WeChat.
const CODE_MOST: usize = 128;

/// How it stands with the service account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"available": true, "bound": false}))]
pub struct ServiceAccountResponse {
    /// This installation has a service account.
    available: bool,
    /// Its messages can find me.
    bound: bool,
}

/// An address to be opened inside WeChat.
#[derive(Serialize, ToSchema)]
#[schema(as = ServiceBindingResponse, example = json!({
    "authorize_url": "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx6b0d4e8f1a2c3957#wechat_redirect",
    "qr_svg": "<svg/>", "expires_at": "2026-11-26T02:10:00Z"
}))]
pub struct BindingResponse {
    authorize_url: String,
    /// The same as a QR code (SVG), for a computer.
    qr_svg: String,
    expires_at: DateTime<Utc>,
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl AppState {
    fn service_account(&self) -> Result<&ServiceAccount, Problem> {
        self.service_account.as_ref().ok_or(Problem::ServiceAccountMissing)
    }

    /// The keyed index of a unionid.
    pub fn union_index(&self, unionid: &str) -> [u8; 32] {
        self.keys.index.digest(UNION, unionid)
    }

    /// Begins a binding for the login.
    ///
    /// # Errors
    /// [`Problem::ServiceAccountMissing`].
    async fn begin_service_binding(&self, signed_in: &SignedIn) -> Result<BindingResponse, Problem> {
        let service_account = self.service_account()?;
        // WeChat takes letters and digits only.
        let secret: String = random_bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
        let (account, session, now) = (signed_in.actor.account_id, signed_in.session, self.now());
        let kept = digest(&secret);
        let expires_at = self
            .ask(move |store| store.begin_service_binding(account, session, kept, now))
            .await?;
        let authorize_url = service_account.authorize_url(&self.url(BACK), &secret);
        // A long address on a clean screen: the fewer modules, the easier for a phone.
        let qr_svg = CodeImage {
            error_correction: ErrorCorrection::L,
            ..CodeImage::new(&authorize_url)
        }
        .svg()?;
        Ok(BindingResponse {
            authorize_url,
            qr_svg,
            expires_at,
        })
    }

    /// WeChat has led somebody back: asks who it is, and keeps it until the person says yes. WeChat may lead back twice
    /// with one code.
    ///
    /// # Errors
    /// [`Problem::BindingLinkInvalid`], [`Problem::StandInVisitor`], [`Problem::Unavailable`].
    pub async fn meet_service_visitor(&self, secret: &str, code: &str) -> Result<ServiceBinding, Problem> {
        let binding = self.find_service_binding(secret).await?;
        if code.is_empty() || code.len() > CODE_MOST {
            return Err(Problem::BindingLinkInvalid);
        }
        let code_digest = digest(code);
        match &binding.code_digest {
            Some(known) if known.as_slice() == code_digest => return Ok(binding),
            // Somebody else has opened it before.
            Some(_) => return Err(Problem::BindingLinkInvalid),
            None => {}
        }
        let person = self.ask_wechat(&binding, code, code_digest).await?;
        let id = binding.id;
        self.ask(move |store| store.keep_service_person(id, &person)).await?;
        let binding = self.find_service_binding(secret).await?;
        if binding.code_digest.as_deref() == Some(code_digest.as_slice()) {
            Ok(binding)
        } else {
            Err(Problem::BindingLinkInvalid)
        }
    }

    async fn ask_wechat(
        &self,
        binding: &ServiceBinding,
        code: &str,
        code_digest: [u8; 32],
    ) -> Result<ServicePerson, Problem> {
        let service_account = self.service_account()?;
        let visitor = service_account.page_visitor(code).await;
        let visitor = visitor.map_err(|error| match Problem::from(error) {
            Problem::WechatCodeRefused => Problem::BindingLinkInvalid,
            other => other,
        })?;
        if visitor.is_stand_in() {
            return Err(Problem::StandInVisitor);
        }
        // Only good to know: without an answer the binding holds all the same.
        let (follows, unionid) = match service_account.follower(&visitor.openid).await {
            Ok(Follower { follows, unionid }) => (Some(follows), unionid),
            Err(error) => {
                tracing::warn!(%error, "WeChat does not say whether somebody follows the service account");
                (None, None)
            }
        };
        let purpose = sealed_for(Channel::WechatService);
        Ok(ServicePerson {
            code_digest,
            openid_sealed: self.keys.contact.seal(&purpose, binding.account_id, &visitor.openid)?,
            union_index: unionid.map(|unionid| self.union_index(&unionid)),
            follows,
        })
    }

    async fn find_service_binding(&self, secret: &str) -> Result<ServiceBinding, Problem> {
        let (kept, now) = (digest(secret), self.now());
        let found = self.ask(move |store| store.service_binding(kept, now)).await?;
        found.ok_or(Problem::BindingLinkInvalid)
    }

    /// The person has said yes.
    ///
    /// # Errors
    /// [`Problem::BindingLinkInvalid`].
    pub async fn confirm_service_binding(
        &self,
        secret: &str,
        address: ClientAddress,
    ) -> Result<ServiceBinding, Problem> {
        let (kept, now) = (digest(secret), self.now());
        let bound = self
            .ask(move |store| store.bind_service_account(kept, address.ip(), now))
            .await?;
        bound.ok_or(Problem::BindingLinkInvalid)
    }
}

/// Whether the service account finds me (服务号绑定情况)
#[utoipa::path(tag = "我的", security(("bearer" = [])), responses(
    (status = 200, description = "how it stands", body = ServiceAccountResponse),
))]
#[get("/me/service-account")]
pub async fn get_service_account(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    let account = signed_in.actor.account_id;
    let bound = state
        .ask(move |store| store.own_service_openid(account))
        .await?
        .is_some();
    let available = state.service_account.is_some();
    Ok(HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(ServiceAccountResponse { available, bound }))
}

/// Begin to bind the service account (绑定服务号)
///
/// Gives an address that the person opens inside WeChat within ten minutes, once; WeChat tells the product who opens it,
/// and the page that follows asks whether that is right. The address belongs to this login: it ends with it, and with the
/// next one.
#[utoipa::path(tag = "我的", security(("bearer" = [])), responses(
    (status = 201, description = "an address to open inside WeChat", body = BindingResponse),
    (status = 409, description = "`service_account_missing`：本系统没有开通服务号"),
))]
#[post("/me/service-account/binding")]
pub async fn begin_service_binding(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    let body = state.begin_service_binding(&signed_in).await?;
    Ok(HttpResponse::Created().insert_header(NO_STORE).json(body))
}

/// Unbind the service account (解绑服务号)
#[utoipa::path(tag = "我的", security(("bearer" = [])), responses(
    (status = 204, description = "unbound; doing it twice changes nothing"),
))]
#[delete("/me/service-account")]
pub async fn unbind_service_account(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    let (by, account, now) = (signed_in.by(), signed_in.actor.account_id, state.now());
    state
        .ask(move |store| store.unbind_service_account(&by, account, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
