//! Where an account can belong: sites and offices to choose from.

use actix_web::{HttpResponse, get, web::Query};
use minyi_domain::rights::Permission;
use minyi_store::AccountPlaceKind;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{auth::SignedIn, problem::Problem, state::State};

/// Which of the two.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// 站点
    #[default]
    Site,
    /// 承办单位
    Office,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PlacesQuery {
    #[param(inline)]
    #[serde(default)]
    kind: Kind,
    /// A part of the name.
    q: Option<String>,
}

/// Sites or offices.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [
    {"id": "019aa000-0000-7000-8000-000000000002", "name": "杏林社区代表联络站", "region_name": "杏林街道"}
]}))]
pub struct AccountPlacesResponse {
    /// Of higher divisions first; at most 20.
    items: Vec<AccountPlaceOption>,
}

/// A site or an office to choose.
#[derive(Serialize, ToSchema)]
pub struct AccountPlaceOption {
    id: Uuid,
    name: String,
    /// The division in which it lies.
    region_name: Option<String>,
}

/// Sites and offices to choose from for an account (账号的单位)
///
/// Those in the security administrator's division that are not closed.
#[utoipa::path(tag = "账号", security(("bearer" = [])), params(PlacesQuery), responses(
    (status = 200, description = "what was found", body = AccountPlacesResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
))]
#[get("/account-places")]
pub(super) async fn list_account_places(
    state: State,
    signed_in: SignedIn,
    query: Query<PlacesQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Accounts)?;
    let (scope, today, PlacesQuery { kind, q }) = (signed_in.actor.scope(), state.today(), query.into_inner());
    let kind = match kind {
        Kind::Site => AccountPlaceKind::Site,
        Kind::Office => AccountPlaceKind::Office,
    };
    let found = state
        .ask(move |store| store.account_places(&scope, kind, q.as_deref().unwrap_or_default().trim(), today))
        .await?;
    let option = |place: minyi_store::AccountPlace| AccountPlaceOption {
        id: place.id,
        name: place.name,
        region_name: place.region_name,
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(AccountPlacesResponse {
            items: found.into_iter().map(option).collect(),
        }))
}
