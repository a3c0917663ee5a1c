//! Pages without a form: a deputy's public page, the notice on personal information, a message.

use actix_web::{HttpResponse, get, http::StatusCode, web};
use askama::Template;
use minyi_store::SitePublic;

use super::{
    code::view::face,
    layout::Layout,
    page::{Page, html},
};
use crate::{problem::Problem, state::State};

/// Registers the routes under `/d`.
pub fn configure_deputy(cfg: &mut web::ServiceConfig) {
    cfg.service(show_deputy);
}

/// Registers the routes under `/privacy`.
pub fn configure_privacy(cfg: &mut web::ServiceConfig) {
    cfg.service(show_privacy);
}

/// A deputy's public page (代表公示页).
#[derive(Template)]
#[template(path = "resident/deputy.html")]
pub struct DeputyView {
    pub layout: Layout,
    pub name: String,
    pub face: String,
    pub level: &'static str,
    pub workplace: Option<String>,
    pub phone: Option<String>,
    pub introduction: String,
    /// Names of the grids that the deputy is assigned to.
    pub grids: Vec<String>,
    pub station: Option<SitePublic>,
}

/// The notice on personal information (个人信息保护告知).
#[derive(Template)]
#[template(path = "resident/privacy.html")]
pub struct PrivacyView {
    pub layout: Layout,
}

/// A few words instead of a page, and where to go from here.
#[derive(Template)]
#[template(path = "resident/message.html")]
pub struct MessageView {
    pub layout: Layout,
    pub heading: String,
    pub text: String,
    pub links: Vec<Link>,
}

/// A way on.
pub struct Link {
    pub href: &'static str,
    pub text: &'static str,
}

#[get("/{public_token}")]
async fn show_deputy(state: State, page: Page, token: web::Path<String>) -> Result<HttpResponse, Problem> {
    let today = state.today();
    let found = state
        .ask(move |store| store.deputy_page(&token, today))
        .await?
        .ok_or(Problem::NotFound)?;
    let public = found.public;
    let name = public.name.clone().unwrap_or_else(|| "人大代表".to_owned());
    let work = [public.workplace, public.title]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    html(
        StatusCode::OK,
        &DeputyView {
            layout: page.public_layout(format!("{name} · {}", public.level.zh())),
            face: face(public.name.as_deref()),
            name,
            level: public.level.zh(),
            workplace: Some(work).filter(|work| !work.is_empty()),
            phone: public.phone,
            introduction: public.introduction,
            grids: found.grids.into_iter().map(|(name, _)| name).collect(),
            station: found.site,
        },
    )
}

#[get("")]
async fn show_privacy(page: Page) -> Result<HttpResponse, Problem> {
    html(
        StatusCode::OK,
        &PrivacyView {
            layout: page.public_layout("个人信息保护告知 · 民意码"),
        },
    )
}
