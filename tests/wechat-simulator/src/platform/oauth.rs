//! Pages inside WeChat (网页授权): the page that asks who opens another, and what the service account is told then. The
//! silent kind (snsapi_base) asks nobody anything; here the page offers the people whose WeChat could have opened it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::service::{APPID, SECRET};
use super::{Aim, SharedData, perform};
use crate::codes::CodeFault;
use crate::inbox::Way;
use crate::people::{service_openid, unionid};
use crate::random;
use crate::reply::Refusal;
use crate::state::Shared;

const STATE_MOST: usize = 128;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Authorize {
    appid: String,
    redirect_uri: String,
    response_type: String,
    scope: String,
    state: String,
    /// The simulator's own: whose WeChat it is, and whether the person follows the account first.
    #[serde(rename = "_as")]
    person: String,
    #[serde(rename = "_follow")]
    follow: bool,
}

#[derive(Template)]
#[template(path = "authorize.html")]
struct AuthorizePage {
    /// What WeChat says instead; 0: nothing is wrong.
    error: u32,
    words: &'static str,
    people: Vec<Person>,
}

struct Person {
    name: String,
    /// The same address with this person in it.
    href: String,
}

/// The page's errors (10003 and so on).
fn fault(wanted: &Authorize, shared: &Shared) -> Option<(u32, &'static str)> {
    let plain = |state: &str| state.len() <= STATE_MOST && state.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // One exact host; its port does not count.
    let host = |url: &str| Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    Some(match wanted {
        Authorize { appid, .. } if appid != APPID => (10012, "AppID 参数错误"),
        Authorize { redirect_uri, .. } if redirect_uri.is_empty() => (10011, "redirect_uri 不能为空"),
        Authorize { redirect_uri, .. }
            if host(redirect_uri).is_none()
                || !shared.product_url.is_empty() && host(redirect_uri) != host(&shared.product_url) =>
        {
            (10003, "redirect_uri 域名与后台配置不一致")
        }
        Authorize { scope, .. } if scope.is_empty() => (10010, "scope 不能为空"),
        Authorize { scope, .. } if scope != "snsapi_base" => (10005, "该公众号没有这些 scope 的权限"),
        Authorize { state, .. } if state.is_empty() || !plain(state) => (10013, "state 参数错误"),
        Authorize { response_type, .. } if response_type != "code" => (10005, "response_type 只能是 code"),
        _ => return None,
    })
}

pub async fn authorize(request: HttpRequest, wanted: web::Query<Authorize>, shared: SharedData) -> HttpResponse {
    let page = match fault(&wanted, &shared) {
        Some((error, words)) => AuthorizePage {
            error,
            words,
            people: Vec::new(),
        },
        None if wanted.person.is_empty() => AuthorizePage {
            error: 0,
            words: "",
            people: people(&request, &shared),
        },
        None => return come_back(&wanted, &shared),
    };
    let body = page.render().unwrap_or_else(|error| error.to_string());
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body)
}

fn people(request: &HttpRequest, shared: &Shared) -> Vec<Person> {
    let state = shared.lock();
    let person = |user: &crate::people::User| Person {
        name: user.name.clone(),
        href: format!("{}?{}&_as={}", request.path(), request.query_string(), user.openid),
    };
    state.people.all().map(person).collect()
}

/// The silent consent: back with a code.
fn come_back(wanted: &Authorize, shared: &Shared) -> HttpResponse {
    let now = shared.clock.now();
    let mut state = shared.lock();
    let openid = service_openid(&wanted.person);
    if wanted.follow {
        state.directory.add(Way::ServiceAccount, &openid);
    }
    let code = state.page_codes.mint(random::js_code(), &openid, now);
    let Ok(mut back) = Url::parse(&wanted.redirect_uri) else {
        return HttpResponse::BadRequest().finish();
    };
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &wanted.state);
    HttpResponse::Found()
        .insert_header((header::LOCATION, back.to_string()))
        .finish()
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ExchangeQuery {
    appid: String,
    secret: String,
    code: String,
    grant_type: String,
}

pub async fn exchange(request: HttpRequest, query: web::Query<ExchangeQuery>, shared: SharedData) -> HttpResponse {
    let owner = shared.lock().page_codes.owner(&query.code);
    let aim = Aim {
        openid: owner.as_deref(),
        token: None,
    };
    perform(&shared, &request, aim, |state, now| {
        let errcode = match (query.appid.as_str(), query.secret.as_str()) {
            ("", _) => 41002,
            (_, "") => 41004,
            (appid, _) if appid != APPID => 40013,
            (_, secret) if secret != SECRET => 40125,
            _ if query.code.is_empty() => 41008,
            _ if query.grant_type != "authorization_code" => 40002,
            _ => 0,
        };
        if errcode != 0 {
            return Err(Refusal::of(errcode));
        }
        let taken = state.page_codes.take(&query.code, now);
        let openid = taken.map_err(|fault| match fault {
            CodeFault::Used => Refusal::of(40163),
            CodeFault::Unknown => Refusal::of(40029),
        })?;
        let mut told = json!({
            "access_token": random::access_token(),
            "expires_in": 7200,
            "refresh_token": random::access_token(),
            "openid": openid,
            "scope": "snsapi_base",
        });
        if state.limits.snapshot_users {
            told["is_snapshotuser"] = 1.into();
        }
        Ok(told)
    })
    .await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct UserQuery {
    access_token: String,
    openid: String,
}

/// Of who does not follow nothing but that is told.
pub async fn user_info(request: HttpRequest, query: web::Query<UserQuery>, shared: SharedData) -> HttpResponse {
    let aim = Aim {
        openid: Some(&query.openid),
        token: Some(&query.access_token),
    };
    perform(&shared, &request, aim, |state, now| {
        if let Some(errcode) = state.service_tokens.fault_of(&query.access_token, now) {
            return Err(Refusal::of(errcode));
        }
        if query.openid.len() != 28 || !query.openid.starts_with('o') {
            return Err(Refusal::of(40003));
        }
        if !state.directory.knows(Way::ServiceAccount, &query.openid) {
            return Ok(json!({"subscribe": 0, "openid": query.openid}));
        }
        let mut told = json!({"subscribe": 1, "openid": query.openid, "language": "zh_CN"});
        if state.limits.open_platform {
            told["unionid"] = unionid(&service_openid(&query.openid)).into();
        }
        Ok(told)
    })
    .await
}
