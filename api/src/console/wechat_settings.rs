//! The settings of WeChat (微信设置) as the program runs with them: to be read here, and changed where it is installed.

use actix_web::{HttpResponse, get};
use minyi_domain::rights::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::SignedIn,
    problem::Problem,
    state::{AppState, State},
};

/// What is set, account by account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "account": "mini_program", "name": "小程序", "configured": true, "settings": [
        {"name": "AppID", "setting": "MINYI_WECHAT_APPID", "is_set": true, "is_secret": false, "value": "wx0123456789abcdef"},
        {"name": "AppSecret", "setting": "MINYI_WECHAT_SECRET", "is_set": true, "is_secret": true, "value": null}
    ]
}]}))]
pub struct WechatSettingsResponse {
    items: Vec<WechatAccountEntry>,
}

/// An account at WeChat, or the push from there.
#[derive(Serialize, ToSchema)]
pub struct WechatAccountEntry {
    /// `mini_program`, `service_account` or `push`.
    account: &'static str,
    name: &'static str,
    /// Whether the program uses it.
    configured: bool,
    settings: Vec<WechatSettingEntry>,
}

/// A setting of the installation.
#[derive(Serialize, ToSchema)]
pub struct WechatSettingEntry {
    name: &'static str,
    /// The environment variable.
    setting: &'static str,
    is_set: bool,
    is_secret: bool,
    /// `null`: a secret, or not set.
    value: Option<String>,
}

fn open(name: &'static str, setting: &'static str, value: Option<&str>) -> WechatSettingEntry {
    WechatSettingEntry {
        name,
        setting,
        is_set: value.is_some(),
        is_secret: false,
        value: value.map(str::to_owned),
    }
}

fn secret(name: &'static str, setting: &'static str, is_set: bool) -> WechatSettingEntry {
    WechatSettingEntry {
        name,
        setting,
        is_set,
        is_secret: true,
        value: None,
    }
}

impl AppState {
    fn mini_program_settings(&self) -> WechatAccountEntry {
        let wechat = &self.wechat;
        WechatAccountEntry {
            account: "mini_program",
            name: "小程序",
            configured: true,
            settings: vec![
                open("AppID", "MINYI_WECHAT_APPID", Some(wechat.appid())),
                // The program does not start without it.
                secret("AppSecret", "MINYI_WECHAT_SECRET", true),
                open(
                    "待办提醒的模板",
                    "MINYI_WECHAT_TEMPLATE_DEPUTY_NEW",
                    Some(wechat.deputy_new_template()),
                ),
                open(
                    "期限提醒的模板",
                    "MINYI_WECHAT_TEMPLATE_DEPUTY_DEADLINE",
                    Some(wechat.deputy_deadline_template()),
                ),
                open(
                    "告诉居民进展的模板",
                    "MINYI_WECHAT_TEMPLATE_RESIDENT_PROGRESS",
                    Some(wechat.resident_progress_template()),
                ),
            ],
        }
    }

    fn service_account_settings(&self) -> WechatAccountEntry {
        let service = self.service_account.as_ref();
        WechatAccountEntry {
            account: "service_account",
            name: "服务号",
            configured: service.is_some(),
            settings: vec![
                open(
                    "AppID",
                    "MINYI_SERVICE_ACCOUNT_APPID",
                    service.map(|service| service.appid()),
                ),
                // All of them are set, or none.
                secret("AppSecret", "MINYI_SERVICE_ACCOUNT_SECRET", service.is_some()),
                open(
                    "待办提醒的模板",
                    "MINYI_SERVICE_ACCOUNT_TEMPLATE_DEPUTY_NEW",
                    service.map(|service| service.deputy_new_template()),
                ),
                open(
                    "期限提醒的模板",
                    "MINYI_SERVICE_ACCOUNT_TEMPLATE_DEPUTY_DEADLINE",
                    service.map(|service| service.deputy_deadline_template()),
                ),
            ],
        }
    }

    fn push_settings(&self) -> WechatAccountEntry {
        let pushes = self.pushes.as_ref();
        WechatAccountEntry {
            account: "push",
            name: "微信的消息推送",
            configured: pushes.is_some(),
            settings: vec![
                secret("Token", "MINYI_WECHAT_PUSH_TOKEN", pushes.is_some()),
                secret(
                    "EncodingAESKey",
                    "MINYI_WECHAT_PUSH_AES_KEY",
                    pushes.is_some_and(|pushes| pushes.is_sealed()),
                ),
            ],
        }
    }
}

/// The settings of WeChat (微信设置)
///
/// As the program runs with them; of a secret only whether it is set. They are environment variables of the installation.
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "account by account", body = WechatSettingsResponse),
))]
#[get("/settings/wechat")]
pub(super) async fn get_wechat_settings(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let items = vec![
        state.mini_program_settings(),
        state.service_account_settings(),
        state.push_settings(),
    ];
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(WechatSettingsResponse { items }))
}
