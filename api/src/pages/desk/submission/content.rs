//! What the check of text and photos says, on the case's page.

use actix_web::{HttpResponse, post, web};
use minyi_domain::rights::Permission;
use minyi_store::{ContentCheck, PhotoView};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    auth::SignedInForm,
    deputies::content::ContentCheckResponse,
    pages::{page::see_other, words::moment},
    problem::Problem,
    state::State,
};

/// All checks of a submission.
pub struct ContentSection {
    pub lines: Vec<ContentLine>,
    /// Somebody has to look, and this person may say so.
    pub asks: bool,
}

/// One check.
pub struct ContentLine {
    /// `文字` or `照片 2`
    pub what: String,
    pub checker: &'static str,
    pub words: String,
    /// `赌博（赌博）、加微信（广告引流）`
    pub marks: String,
    pub tone: &'static str,
    /// Who has looked, and when.
    pub looked: Option<String>,
}

impl ContentSection {
    pub fn new(checks: Vec<ContentCheck>, photos: &[PhotoView], may: bool, today: chrono::NaiveDate) -> Self {
        let lines: Vec<ContentCheckResponse> = checks.into_iter().map(Into::into).collect();
        Self {
            asks: may && lines.iter().any(|check| check.needs_look),
            lines: lines.into_iter().map(|check| line(check, photos, today)).collect(),
        }
    }
}

fn line(check: ContentCheckResponse, photos: &[PhotoView], today: chrono::NaiveDate) -> ContentLine {
    let marks: Vec<String> = check
        .marks
        .iter()
        .map(|mark| format!("“{}”（{}）", mark.word, mark.category_name))
        .collect();
    let position = |photo: Uuid| photos.iter().position(|other| other.id == photo);
    ContentLine {
        what: match check.photo_id {
            None => "文字".to_owned(),
            Some(photo) => position(photo).map_or("照片".to_owned(), |at| format!("照片 {}", at + 1)),
        },
        checker: if check.checker == "words" { "词表" } else { "微信" },
        marks: marks.join("、"),
        tone: if check.needs_look { "warn" } else { "good" },
        looked: check
            .looked_by
            .zip(check.looked_at)
            .map(|(who, when)| format!("{who} {} 已看过", moment(when, today))),
        words: check.words,
    }
}

#[derive(Deserialize)]
struct Csrf {
    csrf: String,
}

/// Somebody says that the marked words were seen.
#[post("/submissions/{id}/content/look")]
pub async fn look_form(
    state: State,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Csrf>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    signed_in.must(Permission::Release)?;
    let (id, now) = (id.into_inner(), state.now());
    state
        .act(move |store| store.look_at_content(&signed_in.actor, id, now))
        .await?;
    Ok(see_other(&format!("/desk/submissions/{id}?done=look#content")))
}
