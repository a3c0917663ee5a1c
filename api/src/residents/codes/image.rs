//! The picture of a code.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH},
    web::{Path, Query},
};
use minyi_print::code::{CodeImage, ErrorCorrection, Logo};
use minyi_store::{CodePage, CodeState};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;

use crate::{
    address::ClientAddress,
    problem::Problem,
    state::{AppState, State},
};

/// The largest PNG that is drawn for everybody, in pixels a side; print shops take the SVG or the PDF.
const MAX_PNG_PX: u32 = 2048;

/// How the code is drawn.
#[derive(Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImageQuery {
    /// Side in pixels; a PNG has at most 2048 and is rounded down to whole pixels a module.
    #[param(minimum = 60, maximum = 4096)]
    size: Option<u32>,
    /// Error correction: `L`, `M`, `Q` or `H`.
    #[serde(default)]
    #[param(value_type = Option<String>, example = "H")]
    level: Level,
    /// White border in modules; the standard asks for 4.
    #[param(maximum = 20)]
    quiet_zone: Option<u8>,
    /// Whether our mark stands in the centre; only at level H.
    #[serde(default)]
    logo: bool,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
enum Level {
    #[serde(alias = "l")]
    L,
    #[serde(alias = "m")]
    M,
    #[serde(alias = "q")]
    Q,
    #[default]
    #[serde(alias = "h")]
    H,
}

impl ImageQuery {
    fn image<'a>(&self, content: &'a str) -> Result<CodeImage<'a>, Problem> {
        let quiet_zone_modules = self.quiet_zone.unwrap_or(4);
        if quiet_zone_modules > 20 {
            return Err(Problem::CodeImageRefused {
                detail: "白边最多 20 格（quiet_zone）。".to_owned(),
            });
        }
        let error_correction = match self.level {
            Level::L => ErrorCorrection::L,
            Level::M => ErrorCorrection::M,
            Level::Q => ErrorCorrection::Q,
            Level::H => ErrorCorrection::H,
        };
        let logo = self.logo.then_some(Logo::Mark);
        Ok(CodeImage {
            content,
            error_correction,
            quiet_zone_modules,
            logo,
        })
    }

    /// Everything that the picture depends on.
    fn etag(&self, kind: &str, content: &str) -> String {
        let parts = format!(
            "{kind}|{content}|{:?}|{:?}|{:?}|{}",
            self.size, self.level, self.quiet_zone, self.logo
        );
        let digest: [u8; 32] = Sha256::digest(parts.as_bytes()).into();
        let start = u64::from_be_bytes(*digest.first_chunk().unwrap_or(&[0; 8]));
        format!("\"{start:016x}\"")
    }
}

/// The code as SVG (民意码图片)
#[utoipa::path(tag = "群众", params(("token" = String, Path), ImageQuery), responses(
    (status = 200, description = "the picture", body = String, content_type = "image/svg+xml"),
    (status = 304, description = "the picture has not changed"),
    (status = 400, description = "`code_mistyped`：编号输错了；`malformed_request`：参数不对"),
    (status = 404, description = "`code_unknown`：没有这个码"),
    (status = 410, description = "`code_retired`：这个码已经停用或者更换，不再印制"),
    (status = 422, description = "`code_image_refused`：不能这样画"),
))]
#[get("/codes/{token}/image.svg")]
pub(super) async fn get_code_svg(
    state: State,
    token: Path<String>,
    query: Query<ImageQuery>,
    request: HttpRequest,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let page = state.find_code(&token, address).await?;
    picture(
        &state,
        &page,
        (&request, address),
        "image/svg+xml",
        query.into_inner(),
        |image, size| {
            let svg = image.svg()?;
            let sized = size.map(|size| svg.replacen("<svg ", &format!("<svg width=\"{size}\" height=\"{size}\" "), 1));
            Ok(sized.unwrap_or(svg).into_bytes())
        },
    )
    .await
}

/// The code as PNG (民意码图片)
#[utoipa::path(tag = "群众", params(("token" = String, Path), ImageQuery), responses(
    (status = 200, description = "the picture, 512 pixels a side if not asked otherwise", body = crate::openapi::File, content_type = "image/png"),
    (status = 304, description = "the picture has not changed"),
    (status = 400, description = "`code_mistyped`：编号输错了；`malformed_request`：参数不对"),
    (status = 404, description = "`code_unknown`：没有这个码"),
    (status = 410, description = "`code_retired`：这个码已经停用或者更换，不再印制"),
    (status = 422, description = "`code_image_refused`：不能这样画"),
))]
#[get("/codes/{token}/image.png")]
pub(super) async fn get_code_png(
    state: State,
    token: Path<String>,
    query: Query<ImageQuery>,
    request: HttpRequest,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let page = state.find_code(&token, address).await?;
    picture(
        &state,
        &page,
        (&request, address),
        "image/png",
        query.into_inner(),
        |image, size| match size.unwrap_or(512) {
            size if size > MAX_PNG_PX => Err(minyi_print::Error::TooLarge { maximum_px: MAX_PNG_PX }),
            size => image.png(size),
        },
    )
    .await
}

/// Draws only codes that may be printed: one that leads away or nowhere must not hang on another wall.
pub fn printable(page: &CodePage) -> Result<(), Problem> {
    match page.state {
        CodeState::Active | CodeState::Suspended => Ok(()),
        CodeState::Replaced | CodeState::Retired => Err(Problem::CodeRetired),
    }
}

async fn picture(
    state: &AppState,
    page: &CodePage,
    (request, address): (&HttpRequest, ClientAddress),
    content_type: &'static str,
    query: ImageQuery,
    draw: impl FnOnce(&CodeImage<'_>, Option<u32>) -> Result<Vec<u8>, minyi_print::Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    printable(page)?;
    let content = state.code_url(&page.token);
    let etag = query.etag(content_type, &content);
    let known = request
        .headers()
        .get(IF_NONE_MATCH)
        .is_some_and(|value| value.as_bytes() == etag.as_bytes());
    let headers = [(ETAG, etag), (CACHE_CONTROL, "public, max-age=3600".to_owned())];
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    for header in headers {
        response.insert_header(header);
    }
    if known {
        return Ok(response.finish());
    }
    state.limit_drawing(address).await?;
    let body = state
        .draw(move || {
            let image = query.image(&content)?;
            draw(&image, query.size).map_err(Problem::from)
        })
        .await??;
    Ok(response.content_type(content_type).body(body))
}
