//! Sheets for the wall as PDF: one code, or a whole station.

use actix_web::{
    HttpResponse, get,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION},
    web::{Path, Query},
};
use minyi_domain::{
    rights::Permission,
    sheet::{Sheet, Template},
};
use minyi_print::sheet::{Look, sheets_pdf};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::codes::printable;
use crate::{
    address::ClientAddress,
    auth::SignedIn,
    contract::ServiceConfig,
    problem::Problem,
    state::{AppState, State},
};

/// Labels on one A4 page.
const LABELS_A_PAGE: usize = 24;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_code_poster).service(get_site_posters);
}

/// How the sheets are laid out.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PosterQuery {
    /// `a4`, `a5` or `labels` (24 on an A4 page).
    #[serde(default)]
    #[param(inline)]
    format: FormatWord,
    /// Marks for the printing shop.
    #[serde(default)]
    crop_marks: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FormatWord {
    #[default]
    A4,
    A5,
    Labels,
}

impl From<FormatWord> for Template {
    fn from(word: FormatWord) -> Self {
        match word {
            FormatWord::A4 => Self::A4,
            FormatWord::A5 => Self::A5,
            FormatWord::Labels => Self::Labels,
        }
    }
}

impl AppState {
    async fn print(&self, sheets: Vec<Sheet>, query: PosterQuery, name: String) -> Result<HttpResponse, Problem> {
        let font = self.font.clone();
        let look = Look {
            crop_marks: query.crop_marks,
            ..Look::plain(query.format.into())
        };
        let pdf = self.draw(move || sheets_pdf(&sheets, &look, &font)).await??;
        Ok(HttpResponse::Ok()
            .content_type("application/pdf")
            .insert_header((CACHE_CONTROL, "private, no-cache"))
            .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"{name}.pdf\"")))
            .body(pdf))
    }
}

/// A sheet with the code (民意码海报)
#[utoipa::path(tag = "群众", params(("token" = String, Path), PosterQuery), responses(
    (status = 200, description = "a poster, or a page of 24 equal labels", body = crate::openapi::File, content_type = "application/pdf"),
    (status = 400, description = "`code_mistyped`：编号输错了；`malformed_request`：参数不对"),
    (status = 404, description = "`code_unknown`：没有这个码"),
    (status = 410, description = "`code_retired`：这个码已经停用或者更换，不再印制"),
    (status = 422, description = "`code_image_refused`：文字印不下，或者字体里没有这个字"),
))]
#[get("/codes/{token}/poster.pdf")]
async fn get_code_poster(
    state: State,
    token: Path<String>,
    query: Query<PosterQuery>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let page = state.find_code(&token, address).await?;
    printable(&page)?;
    state.limit_drawing(address).await?;
    let name = page.token.to_string();
    let copies = if query.format == FormatWord::Labels {
        LABELS_A_PAGE
    } else {
        1
    };
    let sheets = vec![page.sheet(&state.settings.public_url); copies];
    state.print(sheets, query.into_inner(), name).await
}

/// The sheets of a whole station (全站海报)
///
/// One page, or one label, for each active code of the station's grids.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("id" = Uuid, Path, description = "the station"), PosterQuery), responses(
    (status = 200, description = "the sheets in the order of the grids", body = crate::openapi::File, content_type = "application/pdf"),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：代表和承办人员不印码"),
    (status = 404, description = "`site_unknown`：没有这个站点，或者不归您管理"),
    (status = 422, description = "`code_image_refused`：没有可以印的码，文字印不下，或者字体里没有这个字"),
))]
#[get("/sites/{id}/posters.pdf")]
async fn get_site_posters(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    query: Query<PosterQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Upkeep)?;
    let (scope, id, today) = (signed_in.actor.scope(), id.into_inner(), state.today());
    let pages = state.ask(move |store| store.sheets_of_site(&scope, id, today)).await?;
    let pages = pages.ok_or(Problem::SiteUnknown)?;
    let sheets = pages
        .iter()
        .map(|page| page.sheet(&state.settings.public_url))
        .collect();
    state.print(sheets, query.into_inner(), format!("posters-{id}")).await
}
