//! Phrases for answers (常用答复).

use actix_web::{HttpResponse, get, put};
use minyi_domain::{
    rights::Permission,
    text::{PhraseText, PhraseTitle},
};
use minyi_store::Phrase;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::NO_STORE;
use crate::{
    auth::SignedIn,
    extract::JsonBody,
    problem::{FieldProblem, Problem},
    state::State,
};

/// More than anybody looks through.
const MOST: usize = 30;

/// What an answer may begin with.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "templates": [{"title": "已转办", "text": "您反映的问题已经转给有关部门，我会盯着办理结果，及时告诉您。"}],
    "recent": ["路灯今天已经修好，谢谢您提醒。"]
}))]
pub struct PhrasesResponse {
    /// Of the nearest division that has any.
    templates: Vec<PhraseEntry>,
    /// The last answers of this person, each once, the newest first.
    recent: Vec<String>,
}

/// A phrase with its name.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PhraseEntry {
    #[schema(min_length = 1, max_length = 20)]
    title: String,
    #[schema(min_length = 2, max_length = 1000)]
    text: String,
}

/// All phrases of a division, in their order.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"region_code": "990102", "templates": [{"title": "已转办", "text": "已经转给有关部门办理。"}]}))]
pub struct AnswerTemplatesRequest {
    /// Without it the person's own division.
    #[serde(default)]
    region_code: Option<String>,
    #[schema(max_items = 30)]
    templates: Vec<PhraseEntry>,
}

fn read(entries: &[PhraseEntry]) -> Result<Vec<Phrase>, Problem> {
    let mut wrong = Vec::new();
    if entries.len() > MOST {
        let detail = format!("最多 {MOST} 条。");
        wrong.push(FieldProblem::new("/templates", "too_many", detail));
    }
    let mut phrases = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let title = PhraseTitle::parse(&entry.title);
        let text = PhraseText::parse(&entry.text);
        match (title, text) {
            (Ok(title), Ok(text)) => phrases.push(Phrase {
                title: title.as_str().to_owned(),
                text: text.as_str().to_owned(),
            }),
            (title, text) => {
                let mut note = |part: &str, error| {
                    wrong.push(FieldProblem::text(&format!("/templates/{index}/{part}"), error));
                };
                if let Err(error) = title {
                    note("title", error);
                }
                if let Err(error) = text {
                    note("text", error);
                }
            }
        }
    }
    if wrong.is_empty() {
        Ok(phrases)
    } else {
        Err(Problem::Invalid(wrong))
    }
}

/// What an answer may begin with (常用答复)
#[utoipa::path(tag = "我的", security(("bearer" = [])), responses(
    (status = 200, description = "phrases of the division, and my own last answers", body = PhrasesResponse),
))]
#[get("/me/phrases")]
pub async fn get_phrases(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    let actor = signed_in.actor;
    let (templates, recent) = state.ask(move |store| store.phrases(&actor)).await?;
    let entry = |Phrase { title, text }| PhraseEntry { title, text };
    let templates = templates.into_iter().map(entry).collect();
    Ok(HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(PhrasesResponse { templates, recent }))
}

/// Set the phrases of a division (设置常用答复)
///
/// They take the place of those that were there; an empty list takes them away.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = AnswerTemplatesRequest, responses(
    (status = 204, description = "set"),
    (status = 422, description = "`invalid_fields`：字段不对，见 `errors`；`target_unknown`：没有这个区域，或者不归您管理"),
))]
#[put("/answer-templates")]
pub async fn put_answer_templates(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<AnswerTemplatesRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let phrases = read(&request.templates)?;
    let (by, actor, now) = (signed_in.by(), signed_in.actor, state.now());
    let region = request.region_code.or_else(|| actor.region_code.clone());
    let region = region.ok_or_else(|| Problem::field("/region_code", "required", "请选区域。"))?;
    state
        .act(move |store| store.set_answer_templates(&by, &actor, &region, &phrases, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
