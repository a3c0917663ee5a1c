//! Upkeep of places and people (站点网格代表管理): divisions, sites, offices, grids, deputies, who is where; singly, from
//! workbooks, and as boundaries on a map.

mod assignments;
mod boundaries;
mod changes;
mod check;
mod columns;
mod deputies;
mod grids;
mod imports;
mod offices;
mod overview;
mod photos;
mod query;
mod regions;
mod sites;
mod terms;

use minyi_domain::rights::Permission;
use minyi_store::{Entry, PlaceForm, PlaceTarget as Target, RowProblem, Saved};
use serde::Serialize;
use utoipa::ToSchema;

pub use photos::get_open_deputy_photo;

use self::check::Wrong;
use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    problem::{FieldProblem, Problem},
    state::AppState,
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(regions::configure)
        .configure(sites::configure)
        .configure(offices::configure)
        .configure(grids::configure)
        .configure(deputies::configure)
        .configure(assignments::configure)
        .configure(boundaries::configure)
        .configure(terms::configure)
        .configure(imports::configure)
        .service(overview::get_places_overview)
        .service(photos::get_deputy_photo)
        .service(photos::put_deputy_photo)
        .service(photos::delete_deputy_photo)
        .service(changes::list_place_changes);
}

/// What was saved.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "019aa000-0000-7000-8000-0000000000dd"}))]
pub struct SavedResponse {
    /// The id; of a division its code.
    id: String,
}

impl AppState {
    /// Saves one row that somebody filled in; `check` reads it.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with everything that is wrong; [`Problem::PlaceUnknown`], [`Problem::Forbidden`].
    async fn save_place<F>(
        &self,
        signed_in: SignedIn,
        target: Target,
        check: impl FnOnce(&mut Wrong) -> F,
    ) -> Result<SavedResponse, Problem>
    where
        F: PlaceForm + Send + 'static,
    {
        signed_in.must(Permission::Places)?;
        let mut wrong = Wrong::default();
        let form = check(&mut wrong);
        let form = wrong.unless(form)?;
        let entries = vec![Entry { row: 1, target, form }];
        let (by, actor, now) = (signed_in.by(), signed_in.actor, self.now());
        let saved = self
            .act(move |store| store.save_places(&by, &actor, &entries, true, now))
            .await
            .map_err(|problem| problem.unknown_as(Problem::PlaceUnknown))?;
        single(saved)
    }
}

fn single(saved: Saved) -> Result<SavedResponse, Problem> {
    if !saved.problems.is_empty() {
        return Err(Problem::Invalid(saved.problems.into_iter().map(pointed).collect()));
    }
    let id = saved.things.into_iter().next().unwrap_or_default();
    Ok(SavedResponse { id })
}

/// A problem of the only row there is.
fn pointed(problem: RowProblem) -> FieldProblem {
    FieldProblem::new(format!("/{}", problem.field), "refused", problem.detail)
}
