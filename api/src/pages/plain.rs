//! Pages without a form: a deputy's public page, the notice on personal information, a message.

use askama::Template;
use minyi_store::SitePublic;

use super::layout::Layout;

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
    /// Names of the grids, the led ones first.
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
