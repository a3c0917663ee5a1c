use actix_web::{HttpResponse, http::header::CACHE_CONTROL, post};
use minyi_domain::{
    rights::Permission,
    sheet::{Sheet, SheetDeputy, Template},
    token::CodeToken,
};
use minyi_print::sheet::{Look, preview_png, preview_svg};
use serde::Deserialize;
use utoipa::ToSchema;

use super::look::DesignBody;
use crate::{auth::SignedIn, extract::JsonBody, openapi::words, problem::Problem, state::State};

/// The width of a preview as PNG: 150 dots an inch on A4.
const WIDTH_PX: u32 = 1240;

/// What to draw.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"template": "stand", "design": null, "token": null, "format": "png"}))]
pub struct DesignPreviewRequest {
    #[schema(schema_with = words::template)]
    template: Template,
    /// Words and colours; without them the division's own.
    design: Option<DesignBody>,
    /// A code of the person's own, to be shown; without it an example.
    token: Option<String>,
    /// `svg` or `png`.
    #[serde(default)]
    format: PreviewFormat,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PreviewFormat {
    #[default]
    Svg,
    Png,
}

/// What would be printed (印刷预览)
///
/// The first page, from the same drawing as the PDF; the logo is that of the person's division.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = DesignPreviewRequest, responses(
    (status = 200, description = "a page; as PNG 1240 pixels wide", content(
        (crate::openapi::File = "image/svg+xml"), (crate::openapi::File = "image/png"))),
    (status = 400, description = "`code_mistyped`：编号输错了"),
    (status = 403, description = "`forbidden`：没有印刷的权限"),
    (status = 404, description = "`code_unknown`：没有这个码"),
    (status = 422, description = "`invalid_fields`：颜色看不清；`code_image_refused`：文字印不下"),
))]
#[post("/print-designs/preview")]
pub(super) async fn preview_print_design(
    state: State,
    signed_in: SignedIn,
    body: JsonBody<DesignPreviewRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let DesignPreviewRequest {
        template,
        design,
        token,
        format,
    } = body.0;
    let design = design.map(DesignBody::read).transpose()?;
    let own = state.own_look(&signed_in.actor).await?;
    let look = Look {
        template,
        crop_marks: false,
        logo: state.logo(&own).await?,
        design: design.unwrap_or(own.design),
    };
    let sheet = match token {
        Some(token) => {
            let token = crate::console::codes::read_token(&token)?;
            let today = state.today();
            let page = state.ask(move |store| store.code_page(&token, today)).await?;
            page.ok_or(Problem::CodeUnknown)?.sheet(&state.settings.public_url)
        }
        None => example(&state.settings.public_url)?,
    };
    let sheets = vec![sheet; template.codes_a_page()];
    let font = state.font.clone();
    let (content_type, bytes) = state
        .draw(move || match format {
            PreviewFormat::Svg => preview_svg(&sheets, &look, &font).map(|svg| ("image/svg+xml", svg.into_bytes())),
            PreviewFormat::Png => preview_png(&sheets, &look, &font, WIDTH_PX).map(|png| ("image/png", png)),
        })
        .await??;
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(bytes))
}

/// A sheet with words of a usual length; its token was never made.
fn example(public_url: &str) -> Result<Sheet, Problem> {
    let token = CodeToken::parse("ACDE3467KMNF").map_err(Problem::internal)?;
    let deputy = |name: &str| SheetDeputy {
        name: name.to_owned(),
        level: "县（市、区）人大代表".to_owned(),
    };
    Ok(Sheet {
        place: "某某街道某某社区第一网格".to_owned(),
        station: "某某社区人大代表联络站".to_owned(),
        deputies: ["代表甲", "代表乙", "代表丙"].map(deputy).into(),
        hotline: Some("0000-12345678".to_owned()),
        ..Sheet::of(&token, public_url)
    })
}
