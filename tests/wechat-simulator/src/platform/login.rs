//! Who somebody is: `wx.login` codes and phone number codes.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::{Aim, SharedData, TokenQuery, check_account, parse, perform};
use crate::codes::CodeFault;
use crate::people::unionid;
use crate::random;
use crate::reply::Refusal;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SessionQuery {
    appid: String,
    secret: String,
    js_code: String,
    grant_type: String,
}

pub async fn code_to_session(
    request: HttpRequest,
    query: web::Query<SessionQuery>,
    shared: SharedData,
) -> HttpResponse {
    let openid = shared.lock().js_codes.owner(&query.js_code);
    let aim = Aim {
        openid: openid.as_deref(),
        token: None,
    };
    perform(&shared, &request, aim, |state, now| {
        check_account(&shared, &query.appid, &query.secret)?;
        if query.js_code.is_empty() {
            return Err(Refusal::of(41008));
        }
        if query.grant_type != "authorization_code" {
            return Err(Refusal::of(40002));
        }
        let taken = state.js_codes.take(&query.js_code, now);
        let openid = taken.map_err(|fault| match fault {
            CodeFault::Used => Refusal::of(40163),
            CodeFault::Unknown => Refusal::of(40029),
        })?;
        if let Some(user) = state.people.get_mut(&openid) {
            user.visited_at = Some(now);
        }
        // Success carries no errcode here, as in the field.
        let mut session = json!({"openid": openid, "session_key": random::session_key()});
        if state.limits.open_platform {
            session["unionid"] = unionid(&openid).into();
        }
        Ok(session)
    })
    .await
}

#[derive(Deserialize)]
struct PhoneRequest {
    #[serde(default)]
    code: String,
    openid: Option<String>,
}

pub async fn phone_number(
    request: HttpRequest,
    query: web::Query<TokenQuery>,
    body: web::Bytes,
    shared: SharedData,
) -> HttpResponse {
    let wanted = parse::<PhoneRequest>(&body);
    let owner = wanted
        .as_ref()
        .ok()
        .and_then(|wanted| shared.lock().phone_codes.owner(&wanted.code));
    let aim = Aim {
        openid: owner.as_deref(),
        token: Some(&query.access_token),
    };
    perform(&shared, &request, aim, |state, now| {
        state.check_token(&query.access_token, now)?;
        let wanted = wanted?;
        let unknown = || Refusal::of(40029);
        if wanted.openid.is_some() && wanted.openid != owner {
            return Err(unknown());
        }
        let taken = state.phone_codes.take(&wanted.code, now);
        let openid = taken.map_err(|_| unknown())?;
        let user = state.people.get(&openid).ok_or_else(unknown)?;
        let phone = user.phone.as_deref().ok_or_else(unknown)?;
        Ok(json!({
            "errcode": 0,
            "errmsg": "ok",
            "phone_info": {
                "phoneNumber": phone,
                "purePhoneNumber": phone,
                "countryCode": "86",
                "watermark": {"timestamp": now.timestamp(), "appid": shared.appid},
            },
        }))
    })
    .await
}
