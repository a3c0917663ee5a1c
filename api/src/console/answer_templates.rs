//! Phrases for answers (答复模板) as a station or a division keeps them.

use actix_web::{HttpResponse, get, put, web::Query};
use minyi_domain::{
    people::Actor,
    rights::Permission,
    text::{PhraseText, PhraseTitle},
};
use minyi_store::{Phrase, TemplatePlace};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    mine::phrases::PhraseEntry,
    problem::{FieldProblem, Problem},
    state::State,
};

/// More than anybody looks through.
const MOST: usize = 30;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_answer_templates).service(put_answer_templates);
}

/// Whose phrases: a station's or a division's; neither: those of my own station or division.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TemplatePlaceQuery {
    region_code: Option<String>,
    site_id: Option<Uuid>,
}

/// The phrases of a station or a division.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{"title": "已转办", "text": "已经转给有关部门办理。"}]}))]
pub struct AnswerTemplatesResponse {
    /// In their order; none: those of the nearest division hold there.
    items: Vec<PhraseEntry>,
}

/// All phrases of a station or a division, in their order.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"region_code": "990102", "templates": [{"title": "已转办", "text": "已经转给有关部门办理。"}]}))]
pub struct AnswerTemplatesRequest {
    /// Without it and without a station the person's own place.
    #[serde(default)]
    region_code: Option<String>,
    #[serde(default)]
    site_id: Option<Uuid>,
    #[schema(max_items = 30)]
    templates: Vec<PhraseEntry>,
}

fn place(region_code: Option<String>, site_id: Option<Uuid>, actor: &Actor) -> Result<TemplatePlace, Problem> {
    match (region_code.filter(|code| !code.is_empty()), site_id) {
        (Some(_), Some(_)) => Err(Problem::field("/site_id", "too_many", "区域和站点只选一个。")),
        (Some(code), None) => Ok(TemplatePlace::Region(code)),
        (None, Some(site)) => Ok(TemplatePlace::Site(site)),
        (None, None) => match (actor.site_id, &actor.region_code) {
            (Some(site), _) => Ok(TemplatePlace::Site(site)),
            (None, Some(code)) => Ok(TemplatePlace::Region(code.clone())),
            (None, None) => Err(Problem::field("/region_code", "required", "请选区域或者站点。")),
        },
    }
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

/// The phrases of a station or a division (答复模板)
///
/// Its own: where there are none, those of the nearest division hold.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(TemplatePlaceQuery), responses(
    (status = 200, description = "in their order", body = AnswerTemplatesResponse),
    (status = 422, description = "`invalid_fields`：没有选区域；`target_unknown`：没有这个区域或站点，或者不归您管理"),
))]
#[get("/answer-templates")]
async fn get_answer_templates(
    state: State,
    signed_in: SignedIn,
    query: Query<TemplatePlaceQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Templates)?;
    let TemplatePlaceQuery { region_code, site_id } = query.into_inner();
    let actor = signed_in.actor;
    let place = place(region_code, site_id, &actor)?;
    let phrases = state.act(move |store| store.answer_templates(&actor, &place)).await?;
    let items = phrases.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(AnswerTemplatesResponse { items }))
}

/// Set the phrases of a station or a division (设置答复模板)
///
/// They take the place of those that were there; an empty list takes them away.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = AnswerTemplatesRequest, responses(
    (status = 204, description = "set"),
    (status = 422, description = "`invalid_fields`：字段不对，见 `errors`；`target_unknown`：没有这个区域或站点，或者不归您管理"),
))]
#[put("/answer-templates")]
async fn put_answer_templates(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<AnswerTemplatesRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Templates)?;
    let phrases = read(&request.templates)?;
    let (by, now, actor) = (signed_in.by(), state.now(), signed_in.actor);
    let place = place(request.region_code, request.site_id, &actor)?;
    state
        .act(move |store| store.set_answer_templates((&by, &actor), &place, &phrases, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
