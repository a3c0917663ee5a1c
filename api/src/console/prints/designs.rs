use actix_multipart::Multipart;
use actix_web::{HttpResponse, delete, get, put, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::rights::Permission;
use minyi_gateways::clock::random_bytes;
use minyi_print::code::Picture;
use minyi_store::PrintLook;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::look::DesignBody;
use crate::{
    auth::SignedIn,
    extract::JsonBody,
    problem::Problem,
    residents::{multipart, photos::PhotoForm},
    state::{AppState, State},
};

/// How the sheets of a division look.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "design": {"title": "民意码", "hint": "扫一扫，有事找代表", "hotline": null, "main_colour": "#b8141e",
               "accent_colour": "#d9a441", "code_colour": "#000000"},
    "has_logo": false, "of_region": "990102", "changed_at": "2026-11-20T04:00:00Z"
}))]
pub struct PrintDesignResponse {
    design: DesignBody,
    has_logo: bool,
    /// Whose look it is: the division's own, that of one above it, or `null`, the product's own.
    of_region: Option<String>,
    changed_at: Option<DateTime<Utc>>,
}

/// A new look.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"design": {
    "title": "民意码", "hint": "扫一扫，有事找代表", "hotline": null, "main_colour": "#b8141e",
    "accent_colour": "#d9a441", "code_colour": "#000000"
}}))]
pub struct PutDesignRequest {
    design: DesignBody,
}

impl AppState {
    async fn design(&self, signed_in: &SignedIn, region: &str) -> Result<minyi_store::PrintDesign, Problem> {
        let (scope, region) = (signed_in.actor.scope(), region.to_owned());
        let design = self.ask(move |store| store.print_design(&scope, &region)).await?;
        design.ok_or(Problem::NothingSelected)
    }

    async fn set_look(&self, signed_in: SignedIn, region: String, look: PrintLook) -> Result<HttpResponse, Problem> {
        let (by, actor, now) = (signed_in.by(), signed_in.actor, self.now());
        let set = self
            .ask(move |store| store.put_print_design(&by, &actor, &region, &look, now))
            .await?;
        if set {
            Ok(HttpResponse::NoContent().finish())
        } else {
            Err(Problem::NothingSelected)
        }
    }
}

/// How the sheets of a division look (印刷样式)
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("region_code" = String, Path)), responses(
    (status = 200, description = "the look, perhaps that of a division above", body = PrintDesignResponse),
    (status = 403, description = "`forbidden`：没有印刷的权限"),
    (status = 404, description = "`nothing_selected`：不归您管理"),
))]
#[get("/print-designs/{region_code}")]
pub(super) async fn get_print_design(
    state: State,
    signed_in: SignedIn,
    region: Path<String>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let found = state.design(&signed_in, &region).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(PrintDesignResponse {
            has_logo: found.look.logo_object.is_some(),
            design: found.look.design.into(),
            of_region: found.of_region,
            changed_at: found.changed_at,
        }))
}

/// Set how the sheets of a division look (设置印刷样式)
///
/// A logo that the division has by now stays. Colours that would make code or words hard to read are refused.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("region_code" = String, Path)), request_body = PutDesignRequest, responses(
    (status = 204, description = "set"),
    (status = 403, description = "`forbidden`：只有县级和市级管理员能改"),
    (status = 404, description = "`nothing_selected`：不归您管理"),
    (status = 422, description = "`invalid_fields`：文字太长，或者颜色看不清"),
))]
#[put("/print-designs/{region_code}")]
pub(super) async fn put_print_design(
    state: State,
    signed_in: SignedIn,
    region: Path<String>,
    body: JsonBody<PutDesignRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let design = body.0.design.read()?;
    let logo_object = state.design(&signed_in, &region).await?.look.logo_object;
    state
        .set_look(signed_in, region.into_inner(), PrintLook { design, logo_object })
        .await
}

/// Set the logo of a division's sheets (上传图标)
///
/// Only its pixels are kept, at most 256 a side.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("region_code" = String, Path)),
    request_body(content = PhotoForm, content_type = "multipart/form-data"), responses(
    (status = 204, description = "set"),
    (status = 403, description = "`forbidden`：只有县级和市级管理员能改"),
    (status = 404, description = "`nothing_selected`：不归您管理"),
    (status = 413, description = "`payload_too_large`：图片太大"),
    (status = 422, description = "`code_image_refused`：不是 PNG 或 JPEG；`invalid_fields`：没有 file"),
))]
#[put("/print-designs/{region_code}/logo")]
pub(super) async fn put_print_logo(
    state: State,
    signed_in: SignedIn,
    region: Path<String>,
    mut form: Multipart,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let design = state.design(&signed_in, &region).await?.look.design;
    let bytes = multipart::read_photo(&mut form).await?;
    let logo = state.compute(move || Picture::read(&bytes)).await??;
    // Never changed once it is written: a batch that is being drawn keeps its own.
    let name = format!("logos/{:032x}.png", u128::from_be_bytes(random_bytes()));
    state.objects.put(&name, logo.png().to_vec().into()).await?;
    let look = PrintLook {
        design,
        logo_object: Some(name),
    };
    state.set_look(signed_in, region.into_inner(), look).await
}

/// Take the logo off a division's sheets (去掉图标)
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("region_code" = String, Path)), responses(
    (status = 204, description = "taken off"),
    (status = 403, description = "`forbidden`：只有县级和市级管理员能改"),
    (status = 404, description = "`nothing_selected`：不归您管理"),
))]
#[delete("/print-designs/{region_code}/logo")]
pub(super) async fn delete_print_logo(
    state: State,
    signed_in: SignedIn,
    region: Path<String>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let design = state.design(&signed_in, &region).await?.look.design;
    let look = PrintLook {
        design,
        logo_object: None,
    };
    state.set_look(signed_in, region.into_inner(), look).await
}
