//! What the pages of a code show.

use askama::Template;
use minyi_domain::{submission::Kind, token::CodeToken};
use minyi_store::{DeputyInGrid, SitePublic};
use uuid::Uuid;

use crate::pages::{layout::Layout, words::Promise};

/// The page of an active code.
#[derive(Template)]
#[template(path = "resident/code.html")]
pub struct CodeView {
    pub layout: Layout,
    pub token: CodeToken,
    pub place: String,
    pub station: SitePublic,
    pub people: Vec<Person>,
    /// Who is told: `代表` or `联络站工作人员`.
    pub answerer: &'static str,
    pub promise: Promise,
    /// What was published nearby: token and title.
    pub recent: Vec<(String, String)>,
    /// The person scanned a code that this one has replaced.
    pub replaced: bool,
    pub form: FormView,
}

/// A suspended or retired code.
#[derive(Template)]
#[template(path = "resident/code-closed.html")]
pub struct ClosedView {
    pub layout: Layout,
    pub place: String,
    pub station: SitePublic,
    pub retired: bool,
}

/// Typing a code by hand, also after a mistake.
#[derive(Template)]
#[template(path = "resident/code-entry.html")]
pub struct EntryView {
    pub layout: Layout,
    pub typed: String,
    pub problem: Option<String>,
}

/// A deputy in the list of a code.
pub struct Person {
    pub public_token: String,
    pub name: String,
    /// The character in the circle.
    pub face: String,
    pub level: &'static str,
    pub on_duty: bool,
}

impl From<DeputyInGrid> for Person {
    fn from(deputy: DeputyInGrid) -> Self {
        let name = deputy.public.name;
        Self {
            face: face(name.as_deref()),
            name: name.unwrap_or_else(|| "人大代表".to_owned()),
            public_token: deputy.public.public_token,
            level: deputy.public.level.zh(),
            on_duty: deputy.on_duty,
        }
    }
}

/// The first character of a name, or 代 where the name is not published.
pub fn face(name: Option<&str>) -> String {
    name.and_then(|name| name.chars().next()).unwrap_or('代').to_string()
}

/// The form with all that was typed.
#[derive(Default)]
pub struct FormView {
    pub kinds: Vec<KindChoice>,
    pub text: String,
    pub address: String,
    pub longitude: String,
    pub latitude: String,
    pub name: String,
    pub phone: String,
    /// It is about officials: only the people's congress above is to see it.
    pub confidential: bool,
    /// Agrees to publishing; off unless ticked.
    pub publish_consent: bool,
    /// Photos that have arrived already.
    pub photo_ids: Vec<Uuid>,
    pub idempotency_key: String,
    pub errors: Vec<FieldError>,
}

/// A mistake and where it is: `kind`, `text`, `photos`, `address`, `name`, `phone`.
pub struct FieldError {
    pub field: &'static str,
    pub text: String,
}

impl FormView {
    /// The mistake in a field.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.text.as_str())
    }
}

/// One of the cards "what kind of matter".
pub struct KindChoice {
    pub value: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub chosen: bool,
}

/// All kinds with a hint each; `chosen` is what came with the form.
pub fn kind_choices(chosen: &str) -> Vec<KindChoice> {
    let choice = |kind: &Kind| KindChoice {
        value: kind.as_str(),
        label: kind.zh(),
        hint: match kind {
            Kind::Opinion => "对工作有看法",
            Kind::Problem => "有困难要解决",
            Kind::Suggestion => "有个好主意",
            Kind::Thanks => "说声谢谢",
        },
        chosen: kind.as_str() == chosen,
    };
    Kind::ALL.iter().map(choice).collect()
}
