//! Publishing a case by form: what should be hidden, a preview of what everybody will see, and the confirmation.

use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use minyi_domain::{
    calendar::local_date,
    people::Actor,
    release::{Part, PublicCase},
    rights::Permission,
};
use minyi_store::{ContentCheck, ContentMark, SubmissionDetail};
use serde::Deserialize;
use uuid::Uuid;

use super::{person, view::Person};
use crate::{
    auth::{SignedIn, SignedInForm},
    deputies::releases::{DraftPart, ReleaseRequest, check, marks, release, withdraw},
    pages::{
        layout::Layout,
        open::CaseText,
        page::{Page, html, see_other},
        words::{day, moment},
    },
    problem::Problem,
    state::{AppState, State},
};

/// How it stands with publishing, on the case's page.
pub struct ReleaseSection {
    /// This person may publish.
    pub may: bool,
    pub consented: bool,
    pub allowed: bool,
    pub live: Option<Live>,
    pub support_count: i64,
}

/// What is published.
pub struct Live {
    pub token: String,
    pub title: String,
    pub when: String,
}

/// How it stands with publishing a case.
///
/// # Errors
/// [`Problem::SubmissionUnknown`].
pub async fn section(state: &AppState, actor: &Actor, id: Uuid) -> Result<ReleaseSection, Problem> {
    let publication = state.find_publication(actor, id).await?;
    let today = state.today();
    Ok(ReleaseSection {
        may: actor.role.may(Permission::Release),
        consented: publication.consented_at.is_some(),
        allowed: publication.is_allowed(),
        live: publication.live().map(|live| Live {
            token: live.public_token.to_string(),
            title: live.title.clone(),
            when: moment(live.released_at, today),
        }),
        support_count: publication.support_count,
    })
}

/// Preparing.
#[derive(Template)]
#[template(path = "desk/release.html")]
struct ReleaseView {
    layout: Layout,
    person: Option<Person>,
    csrf: String,
    id: Uuid,
    title: String,
    text: String,
    answer: String,
    originals: Vec<Original>,
    /// Field and what is wrong with it.
    errors: Vec<(String, String)>,
}

/// The text as it was written, with what should be hidden.
struct Original {
    heading: &'static str,
    parts: Vec<Passage>,
    /// `电话号码、姓名`
    kinds: String,
}

/// A piece of a text; `kind` is what it says if it should be hidden.
struct Passage {
    text: String,
    kind: Option<&'static str>,
}

impl Original {
    fn new(heading: &'static str, draft: &DraftPart) -> Self {
        let mut characters = draft.original.chars();
        let (mut at, mut parts, mut kinds) = (0, Vec::new(), Vec::new());
        for finding in &draft.findings {
            let mut take = |count: usize, kind| {
                let text: String = characters.by_ref().take(count).collect();
                parts.push(Passage { text, kind });
            };
            take(finding.start - at, None);
            take(finding.end - finding.start, Some(finding.kind_name));
            at = finding.end;
            if !kinds.contains(&finding.kind_name) {
                kinds.push(finding.kind_name);
            }
        }
        parts.push(Passage {
            text: characters.collect(),
            kind: None,
        });
        Self {
            heading,
            parts,
            kinds: kinds.join("、"),
        }
    }
}

/// The preview.
#[derive(Template)]
#[template(path = "desk/release-preview.html")]
struct PreviewView {
    layout: Layout,
    person: Option<Person>,
    csrf: String,
    id: Uuid,
    case: CaseText,
    /// What the check marks in it.
    marked: Vec<Marked>,
    /// The check marked something, here or in what was sent, and somebody has to have seen it.
    needs_look: bool,
    error: Option<String>,
}

/// A marked word with what stands around it.
struct Marked {
    part: &'static str,
    category: &'static str,
    before: String,
    word: String,
    after: String,
}

impl Marked {
    fn new(part: Part, mark: &ContentMark, public: &PublicCase) -> Self {
        const AROUND: usize = 12;
        let text = match part {
            Part::Title => public.title(),
            Part::Text => public.text(),
            Part::Answer => public.answer(),
        };
        let cut = |from: usize, to: usize| text.chars().skip(from).take(to.saturating_sub(from)).collect();
        Self {
            part: part.zh(),
            category: mark.category.zh(),
            before: cut(mark.start.saturating_sub(AROUND), mark.start),
            word: cut(mark.start, mark.end),
            after: cut(mark.end, mark.end + AROUND),
        }
    }
}

#[derive(Deserialize)]
struct Sent {
    csrf: String,
    title: String,
    text: String,
    answer: String,
    confirmed: Option<String>,
    looked: Option<String>,
}

impl Sent {
    fn request(&self, confirmed: bool) -> ReleaseRequest {
        ReleaseRequest {
            title: self.title.clone(),
            text: self.text.clone(),
            answer: self.answer.clone(),
            confirmed,
            looked: self.looked.is_some(),
        }
    }
}

/// A page that is being worked on.
struct Desk<'a> {
    state: &'a AppState,
    page: &'a Page,
    signed_in: &'a SignedIn,
    detail: SubmissionDetail,
}

impl<'a> Desk<'a> {
    async fn open(state: &'a AppState, page: &'a Page, signed_in: &'a SignedIn, id: Uuid) -> Result<Self, Problem> {
        signed_in.must(Permission::Release)?;
        let detail = state.find_submission(&signed_in.actor, id).await?;
        Ok(Self {
            state,
            page,
            signed_in,
            detail,
        })
    }

    /// The form, with what was typed or the proposal, and what is wrong with it.
    async fn edit(self, typed: Option<ReleaseRequest>, problem: Option<&Problem>) -> Result<HttpResponse, Problem> {
        let draft = self.state.release_draft(&self.signed_in.actor, &self.detail).await?;
        let originals = vec![
            Original::new("反映的原文", &draft.text),
            Original::new("答复的原文", &draft.answer),
        ];
        let live = draft.publication.live();
        let typed = typed.unwrap_or_else(|| ReleaseRequest {
            title: draft.title,
            text: live.map_or(draft.text.redacted, |live| live.text.clone()),
            answer: live.map_or(draft.answer.redacted, |live| live.answer.clone()),
            confirmed: false,
            looked: false,
        });
        let errors = problem.map_or(&[][..], Problem::errors).iter();
        let view = ReleaseView {
            layout: self.page.layout(format!("公开 {} · 民意码办理台", self.detail.number)),
            person: Some(person(self.signed_in, "/desk")),
            csrf: self.signed_in.csrf_token(),
            id: self.detail.id,
            title: typed.title,
            text: typed.text,
            answer: typed.answer,
            originals,
            errors: errors
                .map(|error| (error.pointer.trim_start_matches('/').to_owned(), error.detail.clone()))
                .collect(),
        };
        let status = if problem.is_some() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        html(status, &view)
    }

    /// Exactly what everybody will see.
    async fn preview(self, public: &PublicCase, error: Option<String>) -> Result<HttpResponse, Problem> {
        let marks = marks(public, &self.state.word_list().await?);
        let today = self.state.today();
        let date = |at| day(local_date(at), today);
        let answered = self.detail.answers.first().map(|answer| date(answer.answered_at));
        let status = if error.is_some() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        let view = PreviewView {
            layout: self.page.layout(format!("预览 {} · 民意码办理台", self.detail.number)),
            person: Some(person(self.signed_in, "/desk")),
            csrf: self.signed_in.csrf_token(),
            id: self.detail.id,
            case: CaseText {
                title: public.title().to_owned(),
                text: public.text().to_owned(),
                answer: public.answer().to_owned(),
                kind: self.detail.kind.zh(),
                state: self.detail.state.zh(),
                station_id: self.detail.site_id,
                station: self.detail.site_name,
                submitted: date(self.detail.submitted_at),
                answered,
            },
            needs_look: !marks.is_empty() || self.detail.checks.iter().any(ContentCheck::is_open),
            marked: marks
                .iter()
                .map(|(part, mark)| Marked::new(*part, mark, public))
                .collect(),
            error,
        };
        html(status, &view)
    }
}

#[get("/submissions/{id}/release")]
pub async fn show_release(
    state: State,
    page: Page,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let desk = Desk::open(&state, &page, &signed_in, id.into_inner()).await?;
    desk.edit(None, None).await
}

/// Back from the preview with what was typed.
#[post("/submissions/{id}/release/edit")]
pub async fn edit_release(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    let desk = Desk::open(&state, &page, &signed_in, id.into_inner()).await?;
    desk.edit(Some(form.request(false)), None).await
}

#[post("/submissions/{id}/release/preview")]
pub async fn preview_release(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    let desk = Desk::open(&state, &page, &signed_in, id.into_inner()).await?;
    let request = form.request(true);
    match check(&request) {
        Ok(public) => desk.preview(&public, None).await,
        Err(problem) => desk.edit(Some(request), Some(&problem)).await,
    }
}

#[post("/submissions/{id}/release")]
pub async fn confirm_release(
    state: State,
    page: Page,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Sent>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    let id = id.into_inner();
    let desk = Desk::open(&state, &page, &signed_in, id).await?;
    let request = form.request(true);
    let public = match check(&request) {
        Ok(public) => public,
        Err(problem) => return desk.edit(Some(request), Some(&problem)).await,
    };
    if form.confirmed.is_none() {
        let error = "请勾选“我已逐字看过，没有个人信息”，再确认公开。";
        return desk.preview(&public, Some(error.to_owned())).await;
    }
    match release(&state, signed_in.actor.clone(), id, &request).await {
        Ok(_) => Ok(see_other(&format!("/desk/submissions/{id}?done=release"))),
        Err(problem @ (Problem::Refused(_) | Problem::Invalid(_))) => {
            desk.preview(&public, Some(problem.detail())).await
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Deserialize)]
struct Withdrawal {
    csrf: String,
    reason: String,
}

#[post("/submissions/{id}/release/withdraw")]
pub async fn withdraw_release(
    state: State,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Withdrawal>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    signed_in.must(Permission::Release)?;
    let id = id.into_inner();
    withdraw(&state, signed_in.actor, id, &form.reason).await?;
    Ok(see_other(&format!("/desk/submissions/{id}?done=withdraw_release")))
}
