//! The page that WeChat leads to after "bind the service account" (绑定服务号): it names the account, and asks once more. It
//! is opened on a phone that need not be signed in; the address belongs to a login and is good once.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use minyi_domain::people::Role;
use serde::Deserialize;

use super::{
    layout::Layout,
    page::{Page, html},
    plain::{Link, MessageView},
};
use crate::{address::ClientAddress, auth::csrf::same_origin, problem::Problem, state::State};

/// Registers the routes under `/bind`.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(come_back).service(confirm);
}

/// Whose account is about to be bound.
#[derive(Template)]
#[template(path = "bind-service.html")]
struct BindView {
    layout: Layout,
    name: String,
    role: &'static str,
    secret: String,
    /// WeChat says that the person does not follow the service account.
    must_follow: bool,
    is_other_wechat: bool,
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

#[derive(Deserialize)]
struct Yes {
    state: String,
}

#[get("/service-account")]
async fn come_back(state: State, page: Page, back: web::Query<Back>) -> Result<HttpResponse, Problem> {
    let binding = state.meet_service_visitor(&back.state, &back.code).await?;
    html(
        StatusCode::OK,
        &BindView {
            layout: page.layout("绑定服务号 · 民意码"),
            name: binding.display_name,
            role: binding.role.zh(),
            secret: back.into_inner().state,
            must_follow: binding.follows == Some(false),
            is_other_wechat: binding.is_other_wechat,
        },
    )
}

#[post("/service-account")]
async fn confirm(
    state: State,
    page: Page,
    request: HttpRequest,
    form: web::Form<Yes>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    let binding = state.confirm_service_binding(&form.state, address).await?;
    let text = match binding.follows {
        Some(false) => "还差一步：请关注我们的服务号，关注以后才能收到提醒。",
        _ => "以后的提醒会发到这个微信。可以关掉这一页了。",
    };
    let links = match binding.role {
        Role::Deputy => vec![Link {
            href: "/deputy/#/mine/settings/index",
            text: "回到民意码",
        }],
        _ => Vec::new(),
    };
    html(
        StatusCode::OK,
        &MessageView {
            layout: page.layout("绑定好了 · 民意码"),
            heading: "绑定好了".to_owned(),
            text: text.to_owned(),
            links,
        },
    )
}
