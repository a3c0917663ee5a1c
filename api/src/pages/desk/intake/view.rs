//! What the pages of staff entry show.

use askama::Template;
use uuid::Uuid;

use crate::pages::{code::view::FormView, desk::view::Person, layout::Layout};

/// The form, like the paper one (登记表).
#[derive(Template)]
#[template(path = "desk/intake.html")]
pub struct IntakeView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub csrf: String,
    pub grids: Vec<Choice>,
    pub channels: Vec<Choice>,
    pub form: FormView,
}

/// One of several.
pub struct Choice {
    pub value: String,
    pub text: String,
    pub chosen: bool,
}

/// What has been entered.
#[derive(Template)]
#[template(path = "desk/intake-done.html")]
pub struct RegisteredView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub id: Uuid,
    pub number: String,
    pub receipt: String,
    pub answer_by: String,
    pub provisional: bool,
    pub place: String,
}
