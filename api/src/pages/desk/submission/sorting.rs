//! The category and the likes on a submission's page.

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use minyi_domain::rights::Permission;
use minyi_store::{CategoryRow, Like, Sorting};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    auth::{SignedIn, SignedInForm},
    pages::{page::see_other, words::moment},
    problem::Problem,
    state::{AppState, State},
};

/// The category, as the page shows it.
pub struct SortingView {
    pub category: Option<String>,
    pub suggestion: Option<SuggestionView>,
    /// The words of danger, joined.
    pub danger: String,
    /// Empty: this person may not choose.
    pub groups: Vec<Group>,
}

/// What is suggested, with its reason.
pub struct SuggestionView {
    pub category: String,
    /// Hundredths.
    pub percent: u8,
    /// The words that spoke for it, joined.
    pub reason: String,
    /// Places to take with one click: id, path.
    pub candidates: Vec<(Uuid, String)>,
}

/// The places under one category of level 1.
pub struct Group {
    pub name: String,
    /// Id, path below the group's name, and whether it is the present one.
    pub places: Vec<(Uuid, String, bool)>,
}

/// A like, as the page shows it.
pub struct LikeView {
    pub id: Uuid,
    pub number: String,
    pub state: &'static str,
    pub text: String,
    pub place: String,
    pub submitted: String,
    pub shared: String,
    pub same: bool,
}

/// Both sections of the page.
pub async fn sections(
    state: &AppState,
    signed_in: &SignedIn,
    id: Uuid,
    sorting: Sorting,
    today: NaiveDate,
) -> Result<(SortingView, Vec<LikeView>), Problem> {
    let may_choose = signed_in.actor.role.may(Permission::Handle);
    let (scope, now) = (signed_in.actor.scope(), state.now());
    let ask = move |store: &minyi_store::Store| {
        let scheme = if may_choose { store.categories()? } else { Vec::new() };
        Ok((scheme, store.like(&scope, id, now)?.unwrap_or_default()))
    };
    let (scheme, likes) = state.ask(ask).await?;
    let likes = likes.into_iter().map(|found| like(found, today)).collect();
    Ok((view(sorting, &scheme), likes))
}

fn view(sorting: Sorting, scheme: &[CategoryRow]) -> SortingView {
    let present = sorting.category.as_ref().map(|(id, _)| *id);
    let danger = sorting
        .suggestion
        .as_ref()
        .map(|made| made.danger.join("、"))
        .unwrap_or_default();
    let suggestion = sorting.suggestion.and_then(|made| {
        let (category, confidence) = made.category.zip(made.confidence)?;
        Some(SuggestionView {
            category,
            percent: percent(confidence),
            reason: made.reason.join("、"),
            candidates: made
                .candidates
                .into_iter()
                .filter(|(id, _)| Some(*id) != present)
                .collect(),
        })
    });
    SortingView {
        category: sorting.category.map(|(_, path)| path),
        suggestion,
        danger,
        groups: groups(scheme, present),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held between 0 and 100"
)]
fn percent(confidence: f64) -> u8 {
    (confidence * 100.0).clamp(0.0, 100.0).round() as u8
}

fn groups(scheme: &[CategoryRow], present: Option<Uuid>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for row in scheme.iter().filter(|row| row.active) {
        let (group, below) = row.path.split_once('/').unwrap_or((&row.path, "（整类）"));
        if groups.last().is_none_or(|last| last.name != group) {
            groups.push(Group {
                name: group.to_owned(),
                places: Vec::new(),
            });
        }
        if let Some(last) = groups.last_mut() {
            last.places
                .push((row.id, below.replace('/', " · "), Some(row.id) == present));
        }
    }
    groups
}

fn like(found: Like, today: NaiveDate) -> LikeView {
    LikeView {
        id: found.id,
        number: found.number,
        state: found.state.zh(),
        text: found.text.chars().take(80).collect(),
        place: found.place,
        submitted: moment(found.submitted_at, today),
        shared: found.shared.join("、"),
        same: found.same,
    }
}

#[derive(Deserialize)]
struct Choice {
    csrf: String,
    category_id: Uuid,
}

/// Puts the submission into the chosen category.
#[post("/submissions/{id}/category")]
pub async fn choose_category(
    state: State,
    signed_in: SignedInForm,
    id: web::Path<Uuid>,
    form: web::Form<Choice>,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.confirm(&form.csrf)?;
    signed_in.must(Permission::Handle)?;
    let (actor, id, category, now) = (signed_in.actor, id.into_inner(), form.category_id, state.now());
    state
        .act(move |store| store.classify(&actor, id, category, now))
        .await?;
    Ok(see_other(&format!("/desk/submissions/{id}#category")))
}
