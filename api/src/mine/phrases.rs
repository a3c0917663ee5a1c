//! Phrases for answers (常用答复).

use actix_web::{HttpResponse, get};
use minyi_domain::rights::Permission;
use minyi_store::Phrase;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::NO_STORE;
use crate::{auth::SignedIn, problem::Problem, state::State};

/// What an answer may begin with.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "templates": [{"title": "已转办", "text": "您反映的问题已经转给有关部门，我会盯着办理结果，及时告诉您。"}],
    "recent": ["路灯今天已经修好，谢谢您提醒。"]
}))]
pub struct PhrasesResponse {
    /// Of the own station, without any there of the nearest division that has some.
    templates: Vec<PhraseEntry>,
    /// The last answers of this person, each once, the newest first.
    recent: Vec<String>,
}

/// A phrase with its name.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PhraseEntry {
    #[schema(min_length = 1, max_length = 20)]
    pub title: String,
    #[schema(min_length = 2, max_length = 1000)]
    pub text: String,
}

impl From<Phrase> for PhraseEntry {
    fn from(Phrase { title, text }: Phrase) -> Self {
        Self { title, text }
    }
}

/// What an answer may begin with (常用答复)
#[utoipa::path(tag = "我的", security(("bearer" = [])), responses(
    (status = 200, description = "phrases of the station or the division, and my own last answers", body = PhrasesResponse),
))]
#[get("/me/phrases")]
pub async fn get_phrases(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    let actor = signed_in.actor;
    let (templates, recent) = state.ask(move |store| store.phrases(&actor)).await?;
    let templates = templates.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(PhrasesResponse { templates, recent }))
}
