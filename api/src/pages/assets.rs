//! The built styles and scripts. Their names carry a hash of their content, so a browser keeps them for good.

use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{Arc, OnceLock},
};

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, VARY},
    web::{self, Bytes},
};

use crate::{problem::Problem, state::State};

/// The addresses that the pages name, and the files behind them.
pub struct Assets {
    pub css: String,
    pub js: String,
    pub desk_css: String,
    pub desk_js: String,
    pub icon: String,
    files: HashMap<String, File>,
}

struct File {
    plain: Bytes,
    gzip: Bytes,
    content_type: &'static str,
}

/// Holds the assets once they have been asked for.
#[derive(Default)]
pub struct Shelf(OnceLock<Arc<Assets>>);

impl Shelf {
    /// The assets under `web_dir`.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the web client has not been built.
    pub fn assets(&self, web_dir: &Path) -> Result<Arc<Assets>, Problem> {
        if let Some(assets) = self.0.get() {
            return Ok(assets.clone());
        }
        let directory = web_dir.join("resident/dist");
        let assets = Assets::load(&directory).map_err(|error| {
            let directory = directory.display();
            Problem::internal(format!("{directory}: {error}; run `npm run build` in web/resident"))
        })?;
        Ok(self.0.get_or_init(|| Arc::new(assets)).clone())
    }
}

impl Assets {
    fn load(directory: &Path) -> io::Result<Self> {
        let manifest: HashMap<String, String> =
            serde_json::from_slice(&std::fs::read(directory.join("manifest.json"))?)?;
        let mut files = HashMap::new();
        for name in manifest.values() {
            files.insert(name.clone(), File::load(directory, name)?);
        }
        let address = |asset: &str| {
            let name = manifest
                .get(asset)
                .ok_or_else(|| io::Error::other(format!("no {asset} in manifest.json")))?;
            Ok::<_, io::Error>(format!("/assets/{name}"))
        };
        Ok(Self {
            css: address("resident.css")?,
            js: address("resident.js")?,
            desk_css: address("desk.css")?,
            desk_js: address("desk.js")?,
            icon: address("icon.svg")?,
            files,
        })
    }
}

impl File {
    fn load(directory: &Path, name: &str) -> io::Result<Self> {
        let content_type = match name.rsplit_once('.') {
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "js")) => "text/javascript; charset=utf-8",
            Some((_, "svg")) => "image/svg+xml",
            _ => return Err(io::Error::other(format!("{name}: neither style nor script nor icon"))),
        };
        let plain = std::fs::read(directory.join(name))?.into();
        let gzip = std::fs::read(directory.join(format!("{name}.gz")))?.into();
        Ok(Self {
            plain,
            gzip,
            content_type,
        })
    }
}

#[get("/assets/{name}")]
pub async fn get_asset(
    state: State,
    shelf: web::Data<Shelf>,
    name: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let assets = shelf.assets(&state.settings.web_dir)?;
    let file = assets.files.get(name.as_str()).ok_or(Problem::NotFound)?;
    let accepted = request
        .headers()
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut response = HttpResponse::Ok();
    response
        .content_type(file.content_type)
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((VARY, "accept-encoding"));
    if accepted.contains("gzip") {
        Ok(response
            .insert_header((CONTENT_ENCODING, "gzip"))
            .body(file.gzip.clone()))
    } else {
        Ok(response.body(file.plain.clone()))
    }
}
