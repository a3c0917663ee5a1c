//! What the check of text and photos says of a submission, and that somebody has looked (内容检查).

use actix_web::{HttpResponse, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{content::WordList, rights::Permission};
use minyi_store::{CheckState, ContentCheck, ContentMark, Unable};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(look_at_content);
}

/// A word that was marked. It refuses nothing: a person looks before anything is published.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"category": "gambling", "category_name": "赌博", "word": "赌博", "start": 4, "end": 6}))]
pub struct MarkResponse {
    /// `gambling`, `drugs`, `sexual`, `weapons`, `fraud`, `advertising`, `cult`, `threat`, `abuse` or `other`.
    category: &'static str,
    pub category_name: &'static str,
    /// As it stands in the list of words.
    pub word: String,
    /// Characters (Unicode scalar values) before it.
    pub start: usize,
    /// Characters before what follows it.
    pub end: usize,
}

impl From<ContentMark> for MarkResponse {
    fn from(mark: ContentMark) -> Self {
        Self {
            category: mark.category.as_str(),
            category_name: mark.category.zh(),
            word: mark.word,
            start: mark.start,
            end: mark.end,
        }
    }
}

/// What one check says of the text or of a photo.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"photo_id": null, "checker": "words", "state": "done", "verdict": "look", "words": "需要人看",
    "marks": [{"category": "gambling", "category_name": "赌博", "word": "赌博", "start": 4, "end": 6}],
    "looked_by": null, "looked_at": null, "needs_look": true}))]
pub struct ContentCheckResponse {
    /// `null`: the text.
    pub photo_id: Option<Uuid>,
    /// `words`: the list of words; `wechat`: WeChat's own check, where the resident came from the mini-program.
    pub checker: &'static str,
    /// `waiting`, `asking`, `pending` or `done`.
    state: &'static str,
    /// `pass` or `look`; `null`: not yet.
    verdict: Option<&'static str>,
    /// The result for people.
    pub words: String,
    pub marks: Vec<MarkResponse>,
    /// Who has looked.
    pub looked_by: Option<String>,
    pub looked_at: Option<DateTime<Utc>>,
    /// Somebody has to look before anything is published.
    pub needs_look: bool,
}

impl From<ContentCheck> for ContentCheckResponse {
    fn from(check: ContentCheck) -> Self {
        let (needs_look, words) = (check.is_open(), words(&check));
        let (looked_by, looked_at) = check.looked.unzip();
        Self {
            photo_id: check.photo_id,
            checker: check.checker.as_str(),
            state: check.state.as_str(),
            verdict: check.verdict.map(|verdict| verdict.as_str()),
            words,
            marks: check.marks.into_iter().map(Into::into).collect(),
            looked_by,
            looked_at,
            needs_look,
        }
    }
}

fn words(check: &ContentCheck) -> String {
    let unable = check.reason.map(|reason| match reason {
        Unable::VisitorGone => "居民离开小程序已经超过两小时，微信不再检查，请人看",
        Unable::DownloadFailed => "微信没有取到照片，请人看",
        Unable::NoResult => "微信没有按时给出结果，请人看",
        Unable::Refused | Unable::GivenUp => "微信没有检查，请人看",
    });
    if let Some(unable) = unable {
        return unable.to_owned();
    }
    match (check.state, check.verdict, check.label) {
        (CheckState::Waiting | CheckState::Asking, ..) => "等待检查".to_owned(),
        (CheckState::Pending, ..) => "微信正在检查".to_owned(),
        (CheckState::Done, Some(verdict), label) => match label.and_then(label_words) {
            Some(label) => format!("{}：{label}", verdict.zh()),
            None => verdict.zh().to_owned(),
        },
        (CheckState::Done, None, _) => String::new(),
    }
}

/// The platform's labels (内容安全的命中标签).
const fn label_words(label: i32) -> Option<&'static str> {
    Some(match label {
        100 => return None,
        10001 => "广告",
        20001 => "时政",
        20002 => "色情",
        20003 => "辱骂",
        20006 => "违法犯罪",
        20008 => "欺诈",
        20012 => "低俗",
        20013 => "版权",
        _ => "其他",
    })
}

impl AppState {
    /// The words that are looked for now.
    ///
    /// # Errors
    /// [`Problem::Unavailable`].
    pub async fn word_list(&self) -> Result<WordList, Problem> {
        let added = self.ask(minyi_store::Store::content_words).await?;
        WordList::new(added.into_iter().map(|word| (word.word, word.category))).map_err(Problem::internal)
    }
}

/// Say that somebody has looked (标出的内容已看过)
///
/// Writes down who has seen what the check marked in text and photos. Without it, or the same said when publishing,
/// nothing of the submission is published.
#[utoipa::path(tag = "办理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "written down; doing it twice changes nothing"),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
))]
#[post("/submissions/{id}/content-look")]
async fn look_at_content(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Release)?;
    let (id, now) = (id.into_inner(), state.now());
    state
        .act(move |store| store.look_at_content(&signed_in.actor, id, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
