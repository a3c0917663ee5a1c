//! The installation's own words for the check of contents (内容检查词表).

use actix_web::{HttpResponse, delete, get, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{
    content::{Category, ListedWord, Mark, WordList},
    rights::Permission,
    text::SubmissionText,
};
use minyi_store::ContentWord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    problem::{FieldProblem, Problem},
    state::State,
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_content_words)
        .service(add_content_word)
        .service(remove_content_word)
        .service(try_content_words);
}

/// The words that people added; the program brings its own beside them.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [
    {"id": "019aa000-0000-7000-8000-0000000000d1", "word": "安居宝", "category": "advertising", "category_name": "广告引流",
     "added_at": "2026-11-21T01:00:00Z"}
]}))]
pub struct ContentWordsResponse {
    /// The latest first.
    items: Vec<ContentWordResponse>,
}

/// A word.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "019aa000-0000-7000-8000-0000000000d1", "word": "安居宝", "category": "advertising",
    "category_name": "广告引流", "added_at": "2026-11-21T01:00:00Z"}))]
pub struct ContentWordResponse {
    id: Uuid,
    word: String,
    /// `gambling`, `drugs`, `sexual`, `weapons`, `fraud`, `advertising`, `cult`, `threat`, `abuse` or `other`.
    category: &'static str,
    category_name: &'static str,
    added_at: DateTime<Utc>,
}

impl From<ContentWord> for ContentWordResponse {
    fn from(word: ContentWord) -> Self {
        Self {
            id: word.id,
            word: word.word,
            category: word.category.as_str(),
            category_name: word.category.zh(),
            added_at: word.added_at,
        }
    }
}

/// A word to be looked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"word": "安居宝", "category": "advertising"}))]
pub struct ContentWordRequest {
    /// Found also in disguise: with signs between its characters, full width, other case, circled letters.
    #[schema(min_length = 2, max_length = 30)]
    word: String,
    /// One of those that the list names.
    category: String,
}

impl ContentWordRequest {
    fn read(&self) -> Result<(ListedWord, Category), Problem> {
        let word = ListedWord::parse(&self.word);
        let category: Option<Category> = self.category.parse().ok();
        let wrong = [
            word.is_none()
                .then(|| FieldProblem::new("/word", "word_unfit", "词要有 2 到 30 个字，不算空格和符号。")),
            category
                .is_none()
                .then(|| FieldProblem::new("/category", "unknown_word", "没有这个类别。")),
        ];
        word.zip(category)
            .ok_or_else(|| Problem::Invalid(wrong.into_iter().flatten().collect()))
    }
}

/// The installation's own words (内容检查词表)
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "the words", body = ContentWordsResponse),
))]
#[get("/content-words")]
async fn list_content_words(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let words = state.ask(minyi_store::Store::content_words).await?;
    let items = words.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(ContentWordsResponse { items }))
}

/// Add a word (加入词表)
///
/// For what comes in from now on, and for everything that is to be published. A word that is there already gets the
/// category.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = ContentWordRequest, responses(
    (status = 201, description = "added", body = ContentWordResponse),
    (status = 400, description = "`malformed_request`：请求体读不出来"),
    (status = 422, description = "`invalid_fields`：词太短、太长，或者没有这个类别"),
))]
#[post("/content-words")]
async fn add_content_word(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<ContentWordRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let (word, category) = request.read()?;
    let (by, now) = (signed_in.by(), state.now());
    let added = state
        .ask(move |store| store.add_content_word(&word, category, &by, now))
        .await?;
    Ok(HttpResponse::Created().json(ContentWordResponse::from(added)))
}

/// Take a word off the list (移出词表)
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "off; doing it twice changes nothing"),
))]
#[delete("/content-words/{id}")]
async fn remove_content_word(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let (id, by, now) = (id.into_inner(), signed_in.by(), state.now());
    state.ask(move |store| store.remove_content_word(id, &by, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A text to hold against the list.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"text": "楼道里贴满安居宝的广告。"}))]
pub struct ContentTryRequest {
    #[schema(min_length = 5, max_length = 4000)]
    text: String,
}

/// What the check would mark; nothing is refused for it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"marks": [
    {"text": "安居宝", "word": "安居宝", "category": "advertising", "category_name": "广告引流"}
]}))]
pub struct ContentTryResponse {
    /// In the order of the text; none: it would not be marked.
    marks: Vec<TriedMark>,
}

/// A marked place.
#[derive(Serialize, ToSchema)]
pub struct TriedMark {
    /// As it stands in the text, with what was put between.
    text: String,
    /// As it stands in the list.
    word: String,
    category: &'static str,
    category_name: &'static str,
}

/// Hold a text against the list (试一段文字)
///
/// The program's own words and the installation's, as the check does; nothing is kept.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = ContentTryRequest, responses(
    (status = 200, description = "what would be marked", body = ContentTryResponse),
    (status = 422, description = "`invalid_fields`：文字太短或太长"),
))]
#[post("/content-words/try")]
async fn try_content_words(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<ContentTryRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let text = SubmissionText::parse(&request.text).map_err(Problem::text("/text"))?;
    let words = state.ask(minyi_store::Store::content_words).await?;
    let list = WordList::new(words.into_iter().map(|word| (word.word, word.category))).map_err(Problem::internal)?;
    let mark = |mark: Mark| TriedMark {
        text: text.as_str().get(mark.range).unwrap_or_default().to_owned(),
        word: mark.word,
        category: mark.category.as_str(),
        category_name: mark.category.zh(),
    };
    let marks = list.find(text.as_str()).into_iter().map(mark).collect();
    Ok(HttpResponse::Ok().json(ContentTryResponse { marks }))
}
