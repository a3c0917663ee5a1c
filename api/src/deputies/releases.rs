//! Publishing a case: the draft with what should be hidden, exactly what was confirmed, and taking it off again.

use actix_web::{HttpResponse, delete, get, post, web::Path};
use minyi_domain::{
    content::WordList,
    people::Actor,
    redaction,
    release::{Part, PublicCase, Wrong, title_of},
    rights::Permission,
    text::Reason,
    token::CaseToken,
};
use minyi_store::{ContentMark, NewRelease, Publication, SubmissionDetail};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    deputies::content::MarkResponse,
    extract::JsonBody,
    problem::{FieldProblem, Problem},
    residents::submissions::NAME_PURPOSE,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_release_draft)
        .service(create_release)
        .service(withdraw_release);
}

/// What could be published of a case.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "allowed": true, "consented": true, "released_token": null, "support_count": 0, "needs_look": false, "title": "3 号院门口的路灯坏了",
    "text": {"original": "请打13800001234", "redacted": "请打（电话已隐去）",
             "findings": [{"kind": "phone", "kind_name": "电话号码", "start": 2, "end": 13, "replacement": "（电话已隐去）"}], "marks": []},
    "answer": {"original": "已经修好了。", "redacted": "已经修好了。", "findings": [], "marks": []}
}))]
pub struct ReleaseDraftResponse {
    /// It may be published now: agreed to, answered, not confidential.
    allowed: bool,
    /// The resident has agreed.
    consented: bool,
    /// The address part of what is published now.
    released_token: Option<String>,
    /// How many others it concerns (附议).
    support_count: i64,
    /// The check marked something that nobody has looked at, in what was sent or in the proposal: publish with `looked`.
    needs_look: bool,
    /// What is published now, or a proposal.
    title: String,
    text: DraftPart,
    /// All answers so far.
    answer: DraftPart,
}

/// A text with what should be hidden in it.
#[derive(Serialize, ToSchema)]
pub struct DraftPart {
    pub original: String,
    /// With everything hidden that was found: a proposal that a person reads and corrects.
    pub redacted: String,
    pub findings: Vec<FindingResponse>,
    /// Words that the check marks.
    pub marks: Vec<MarkResponse>,
}

/// A place in a text that should be hidden.
#[derive(Serialize, ToSchema)]
pub struct FindingResponse {
    /// `phone`, `id_number`, `bank_card`, `plate`, `email`, `account`, `name` or `door`.
    pub kind: &'static str,
    pub kind_name: &'static str,
    /// Characters (Unicode scalar values) before it.
    pub start: usize,
    /// Characters before what follows it.
    pub end: usize,
    pub replacement: &'static str,
}

/// What is to be published, as a person has read and confirmed it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({
    "title": "3 号院门口的路灯坏了", "text": "3 号院门口的路灯坏了半个多月。", "answer": "路灯今天已经修好。", "confirmed": true, "looked": false
}))]
pub struct ReleaseRequest {
    #[schema(min_length = 2, max_length = 60)]
    pub title: String,
    #[schema(min_length = 2, max_length = 10000)]
    pub text: String,
    #[schema(min_length = 2, max_length = 10000)]
    pub answer: String,
    /// `true`: somebody has read all of it.
    pub confirmed: bool,
    /// `true`: somebody has seen the words that the check marks in it, and what it marked in what was sent.
    #[serde(default)]
    pub looked: bool,
}

/// Where it can be read now.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"token": "ACDE3467KMNPRTVW", "page_url": "https://my.example.gov.cn/open/cases/ACDE3467KMNPRTVW"}))]
pub struct ReleasedResponse {
    token: String,
    page_url: String,
}

/// Why it is taken off.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"reason": "居民来电要求不再公开"}))]
pub struct WithdrawRequest {
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

/// A draft and how it stands with publishing.
pub struct Draft {
    pub publication: Publication,
    pub title: String,
    pub text: DraftPart,
    pub answer: DraftPart,
    /// See [`ReleaseDraftResponse::needs_look`].
    pub needs_look: bool,
}

impl DraftPart {
    fn new(original: String, name: Option<&str>, list: &WordList) -> Self {
        let characters = |end: usize| original.get(..end).unwrap_or_default().chars().count();
        let findings = redaction::find(&original, name)
            .into_iter()
            .map(|finding| FindingResponse {
                kind: finding.kind.as_str(),
                kind_name: finding.kind.zh(),
                start: characters(finding.range.start),
                end: characters(finding.range.end),
                replacement: finding.kind.replacement(),
            });
        Self {
            findings: findings.collect(),
            redacted: redaction::redact(&original, name),
            marks: ContentMark::of(&original, list.find(&original))
                .into_iter()
                .map(Into::into)
                .collect(),
            original,
        }
    }
}

impl AppState {
    /// What could be published of a case in this person's scope.
    ///
    /// # Errors
    /// [`Problem::SubmissionUnknown`].
    pub async fn release_draft(&self, actor: &Actor, detail: &SubmissionDetail) -> Result<Draft, Problem> {
        let publication = self.find_publication(actor, detail.id).await?;
        // The name only says what to hide; it is shown to nobody here.
        let name = detail.contact_name_sealed.as_ref();
        let name = name
            .map(|sealed| self.keys.contact.open(NAME_PURPOSE, detail.id, sealed))
            .transpose()?;
        let name = name.as_ref().map(|name| name.expose_secret());
        let answers: Vec<&str> = detail.answers.iter().map(|answer| answer.text.as_str()).collect();
        let list = self.word_list().await?;
        let text = DraftPart::new(detail.text.clone(), name, &list);
        let answer = DraftPart::new(answers.join("\n\n"), name, &list);
        let title = publication.live().map(|live| live.title.clone());
        Ok(Draft {
            title: title.unwrap_or_else(|| title_of(&text.redacted)),
            needs_look: detail.checks.iter().any(minyi_store::ContentCheck::is_open)
                || !text.marks.is_empty()
                || !answer.marks.is_empty(),
            answer,
            text,
            publication,
        })
    }

    /// How it stands with publishing a case in this person's scope.
    ///
    /// # Errors
    /// [`Problem::SubmissionUnknown`].
    pub async fn find_publication(&self, actor: &Actor, id: Uuid) -> Result<Publication, Problem> {
        let scope = actor.scope();
        self.ask(move |store| store.publication(&scope, id))
            .await?
            .ok_or(Problem::SubmissionUnknown)
    }
}

/// Holds what is to be published against the rules.
///
/// # Errors
/// [`Problem::Invalid`] with everything that is wrong.
pub fn check(request: &ReleaseRequest) -> Result<PublicCase, Problem> {
    let parsed = PublicCase::parse(&request.title, &request.text, &request.answer);
    let mut wrong: Vec<FieldProblem> = match &parsed {
        Ok(_) => Vec::new(),
        Err(wrong) => wrong.iter().map(|(part, wrong)| field(*part, *wrong)).collect(),
    };
    if !request.confirmed {
        let detail = "公开前要有人逐字看过，并确认没有个人信息。";
        wrong.push(FieldProblem::new("/confirmed", "not_confirmed", detail));
    }
    parsed.ok().filter(|_| wrong.is_empty()).ok_or(Problem::Invalid(wrong))
}

fn field(part: Part, wrong: Wrong) -> FieldProblem {
    let pointer = format!("/{part}");
    match wrong {
        Wrong::Length(error) => FieldProblem::text(&pointer, error),
        Wrong::Leftover { kind, position } => {
            let detail = format!("第 {position} 个字起还有{}，请改掉再公开。", kind.zh());
            FieldProblem::new(pointer, "personal_data", detail)
        }
    }
}

/// The marked words of what is to be published, with the part in which each stands.
#[must_use]
pub fn marks(public: &PublicCase, list: &WordList) -> Vec<(Part, ContentMark)> {
    let parts = [
        (Part::Title, public.title()),
        (Part::Text, public.text()),
        (Part::Answer, public.answer()),
    ];
    let of = |(part, text): (Part, &str)| {
        let marks = ContentMark::of(text, list.find(text));
        marks.into_iter().map(move |mark| (part, mark))
    };
    parts.into_iter().flat_map(of).collect()
}

/// Publishes what was confirmed.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::Refused`].
pub async fn release(state: &AppState, actor: Actor, id: Uuid, request: &ReleaseRequest) -> Result<CaseToken, Problem> {
    let public = check(request)?;
    let marks = marks(&public, &state.word_list().await?);
    if !marks.is_empty() && !request.looked {
        let words: Vec<&str> = marks.iter().map(|(_, mark)| mark.word.as_str()).collect();
        let detail = format!("检查标出了：{}。看过以后，确认可以公开。", words.join("、"));
        return Err(Problem::field("/looked", "marked_words", detail));
    }
    let new = NewRelease {
        public,
        marks,
        marks_seen: request.looked,
    };
    let (token, now) = (CaseToken::random(&mut state.rng()), state.now());
    state
        .act(move |store| store.release(&actor, id, &new, token, now))
        .await
}

/// Takes a case off the public side.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::Refused`].
pub async fn withdraw(state: &AppState, actor: Actor, id: Uuid, reason: &str) -> Result<(), Problem> {
    let reason = Reason::parse(reason).map_err(|error| Problem::Invalid(vec![FieldProblem::text("/reason", error)]))?;
    let now = state.now();
    state
        .act(move |store| store.withdraw_release(&actor, id, &reason, now))
        .await
}

/// What could be published (公开草稿)
///
/// Text and answers with what should be hidden: phones, identity numbers, cards, plates, accounts, names and doors are
/// proposed, a person decides. Photos are never published.
#[utoipa::path(tag = "办理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the draft", body = ReleaseDraftResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
))]
#[get("/submissions/{id}/release-draft")]
async fn get_release_draft(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Release)?;
    let detail = state.find_submission(&signed_in.actor, id.into_inner()).await?;
    let draft = state.release_draft(&signed_in.actor, &detail).await?;
    let body = ReleaseDraftResponse {
        allowed: draft.publication.is_allowed(),
        consented: draft.publication.consented_at.is_some(),
        released_token: draft.publication.live().map(|live| live.public_token.to_string()),
        support_count: draft.publication.support_count,
        needs_look: draft.needs_look,
        title: draft.title,
        text: draft.text,
        answer: draft.answer,
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// Publish (公开)
///
/// Stores and publishes exactly what was confirmed. Only with the resident's consent, and only what has been answered;
/// what is published already is corrected and keeps its address. What the check marks refuses nothing, but somebody has
/// to have seen it (`looked`).
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = ReleaseRequest, params(("id" = Uuid, Path)), responses(
    (status = 201, description = "published", body = ReleasedResponse),
    (status = 400, description = "`malformed_request`：请求体读不出来"),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`no_consent`：居民没有同意公开；`not_releasable`：还没有答复，或者是保密件；`needs_look`：检查标出的内容还没有人看过"),
    (status = 422, description = "`invalid_fields`：没有确认（`not_confirmed`），还有电话、身份证号、车牌（`personal_data`），或者标出的词没有确认看过（`marked_words`）"),
))]
#[post("/submissions/{id}/release")]
async fn create_release(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<ReleaseRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Release)?;
    let token = release(&state, signed_in.actor, id.into_inner(), &request).await?;
    let page_url = state.url(&format!("/open/cases/{token}"));
    let token = token.to_string();
    Ok(HttpResponse::Created().json(ReleasedResponse { token, page_url }))
}

/// Stop publishing (停止公开)
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = WithdrawRequest, params(("id" = Uuid, Path)), responses(
    (status = 204, description = "off; doing it twice changes nothing"),
    (status = 400, description = "`malformed_request`：请求体读不出来"),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
))]
#[delete("/submissions/{id}/release")]
async fn withdraw_release(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<WithdrawRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Release)?;
    withdraw(&state, signed_in.actor, id.into_inner(), &request.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}
