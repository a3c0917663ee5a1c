//! What WeChat asks the person who holds the phone: for the phone number, for subscribe messages (订阅消息), for the
//! privacy agreement (隐私授权). A client that runs in a browser calls these where it would call `wx.…`; replies and
//! errors are those of the documented functions. Unknown people are 404.

use std::collections::HashSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::controls::no_such_user;
use crate::platform::SharedData;
use crate::push::POPUP;
use crate::random;
use crate::state::State;
use crate::templates::Template;

/// How many templates one question may be about.
const MOST_TEMPLATES: usize = 5;
const CONTRACT: &str = "《民意码用户隐私保护指引》";

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/_sim/users/{openid}/phone_code", web::post().to(phone_code))
        .route("/_sim/users/{openid}/subscribe", web::post().to(subscribe))
        .route("/_sim/users/{openid}/privacy", web::get().to(show_privacy))
        .route("/_sim/users/{openid}/privacy", web::put().to(answer_privacy))
        .route("/_sim/users/{openid}/main_switch", web::put().to(turn_main_switch));
}

/// The person's answer to the question for the phone number; without a body they allow it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PhoneAnswer {
    allow: Option<bool>,
}

async fn phone_code(
    openid: web::Path<String>,
    answer: Option<web::Json<PhoneAnswer>>,
    shared: SharedData,
) -> HttpResponse {
    let now = shared.clock.now();
    let mut state = shared.lock();
    let Some(user) = state.people.get(&openid) else {
        return no_such_user();
    };
    let fail =
        |status, why: &str| HttpResponse::build(status).json(json!({"errMsg": format!("getPhoneNumber:fail {why}")}));
    if user.phone.is_none() {
        return fail(StatusCode::CONFLICT, "no phone number");
    }
    if answer.and_then(|answer| answer.allow) == Some(false) {
        return fail(StatusCode::FORBIDDEN, "user deny");
    }
    let code = state.phone_codes.mint(random::phone_code(), &openid, now);
    HttpResponse::Ok().json(json!({"errMsg": "getPhoneNumber:ok", "code": code}))
}

/// `wx.requestSubscribeMessage`. The first call says what is to be asked; the second brings the person's answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    #[serde(rename = "tmplIds")]
    templates: Vec<String>,
    /// Those of them that the person ticked; none while the person has not been asked.
    accept: Option<Vec<String>>,
    /// 总是保持以上选择: the same answer next time, without a question.
    #[serde(default)]
    always: bool,
}

async fn subscribe(openid: web::Path<String>, body: web::Json<Subscribe>, shared: SharedData) -> HttpResponse {
    let mut state = shared.lock();
    let Some(user) = state.people.get(&openid) else {
        return no_such_user();
    };
    let asked = match asked(&state, user.main_switch_off, &body.templates) {
        Ok(asked) => asked,
        Err((code, text)) => {
            let problem = json!({"errCode": code, "errMsg": format!("requestSubscribeMessage:fail {text}")});
            return HttpResponse::BadRequest().json(problem);
        }
    };
    let kept = user.kept_answers().clone();
    if body.accept.is_none() {
        let open: Vec<Value> = asked
            .iter()
            .filter(|asked| asked.verdict.is_none() && !kept.contains_key(&asked.template.template_id))
            .map(|asked| json!({"template_id": asked.template.template_id, "title": asked.template.title}))
            .collect();
        if !open.is_empty() {
            return HttpResponse::Ok().json(json!({"ask": open}));
        }
    }
    let ticked: HashSet<String> = body.accept.iter().flatten().cloned().collect();
    let mut answers = Vec::new();
    let mut result = Map::from_iter([("errMsg".to_owned(), json!("requestSubscribeMessage:ok"))]);
    for Asked { template, verdict } in asked {
        let id = template.template_id.clone();
        let word = verdict.unwrap_or_else(|| {
            let accepted = kept.get(&id).copied().unwrap_or_else(|| ticked.contains(&id));
            state.people.answer(&openid, &template, accepted, 1);
            answers.push((id.clone(), accepted));
            if body.always {
                state.people.keep_answer(&openid, &id, accepted);
            }
            if accepted { "accept" } else { "reject" }
        });
        result.insert(id, json!(word));
    }
    shared.push_permissions(POPUP, &openid, &answers);
    HttpResponse::Ok().json(result)
}

/// A template that is asked for; `verdict` when there is nothing to ask the person.
struct Asked {
    template: Template,
    verdict: Option<&'static str>,
}

fn asked(state: &State, main_switch_off: bool, ids: &[String]) -> Result<Vec<Asked>, (u16, &'static str)> {
    if ids.is_empty() {
        return Err((10001, "TmplIds can't be empty"));
    }
    if ids.len() > MOST_TEMPLATES {
        return Err((20003, "Templates count out of max bounds"));
    }
    if main_switch_off {
        return Err((20004, "The main switch is switched off"));
    }
    let (mut asked, mut titles, mut kinds) = (Vec::<Asked>::new(), HashSet::new(), HashSet::new());
    for id in ids {
        let template = state
            .template(id)
            .ok_or((20001, "No template data return, verify the template id exist"))?
            .1;
        kinds.insert(template.kind);
        let banned = state.limits.banned_templates.contains(id);
        // Of two with one title only the first is shown.
        let verdict = match (banned, titles.insert(template.title.clone())) {
            (true, _) => Some("ban"),
            (false, false) => Some("filter"),
            (false, true) => None,
        };
        asked.push(Asked {
            template: template.clone(),
            verdict,
        });
    }
    if kinds.len() > 1 {
        return Err((20002, "Templates type must be same"));
    }
    Ok(asked)
}

async fn show_privacy(openid: web::Path<String>, shared: SharedData) -> HttpResponse {
    match shared.lock().people.get(&openid) {
        Some(user) => {
            let setting = json!({
                "errMsg": "getPrivacySetting:ok",
                "needAuthorization": !user.privacy_agreed,
                "privacyContractName": CONTRACT,
            });
            HttpResponse::Ok().json(setting)
        }
        None => no_such_user(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrivacyAnswer {
    agreed: bool,
}

// Refused, every call that needs personal data fails with errno 104 until the person agrees.
async fn answer_privacy(
    openid: web::Path<String>,
    answer: web::Json<PrivacyAnswer>,
    shared: SharedData,
) -> HttpResponse {
    match shared.lock().people.get_mut(&openid) {
        Some(user) => {
            user.privacy_agreed = answer.agreed;
            if answer.agreed {
                HttpResponse::Ok().json(json!({"errMsg": "requirePrivacyAuthorize:ok"}))
            } else {
                let refused = "requirePrivacyAuthorize:fail privacy permission is not authorized";
                HttpResponse::Forbidden().json(json!({"errMsg": refused, "errno": 104}))
            }
        }
        None => no_such_user(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MainSwitch {
    on: bool,
}

// 设置 → 订阅消息 → 接收通知 of the mini-program.
async fn turn_main_switch(
    openid: web::Path<String>,
    switch: web::Json<MainSwitch>,
    shared: SharedData,
) -> HttpResponse {
    match shared.lock().people.get_mut(&openid) {
        Some(user) => {
            user.main_switch_off = !switch.on;
            HttpResponse::NoContent().finish()
        }
        None => no_such_user(),
    }
}
