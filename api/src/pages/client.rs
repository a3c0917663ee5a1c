//! The deputies' client in a browser (代表端 H5): the files of `npm run build:h5` in web/deputy, under `/deputy/`.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io,
    path::Path,
    sync::{Arc, OnceLock},
};

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ETAG, IF_NONE_MATCH, VARY,
    },
    web::{self, Bytes},
};
use sha2::{Digest as _, Sha256};

use crate::{problem::Problem, state::State};

/// Where the build puts the files, under the directory of the web clients.
const BUILT: &str = "deputy/dist/build/h5";
const INDEX: &str = "index.html";
/// Names in here carry a hash of their content.
const HASHED: &str = "assets/";
/// As for the other pages; besides, the client's components set styles by script and bring small fonts with them.
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; font-src 'self' data:; style-src 'self' \
                      'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const NOT_BUILT: &str = "代表端还没有构建：请在 web/deputy 中运行 npm ci 和 npm run build:h5。";

/// Holds the files once they have been asked for.
#[derive(Default)]
pub struct Shelf(OnceLock<Arc<Files>>);

/// By the path under `/deputy/`. Only what stands here is ever served, whatever path is asked for.
type Files = HashMap<String, File>;

struct File {
    plain: Bytes,
    gzip: Option<Bytes>,
    content_type: &'static str,
    tag: String,
}

impl Shelf {
    /// The files; `None` when the client has not been built.
    fn files(&self, web_dir: &Path) -> Result<Option<Arc<Files>>, Problem> {
        if let Some(files) = self.0.get() {
            return Ok(Some(files.clone()));
        }
        let directory = web_dir.join(BUILT);
        if !directory.join(INDEX).is_file() {
            return Ok(None);
        }
        let mut files = Files::new();
        gather(&directory, "", &mut files)
            .map_err(|error| Problem::internal(format!("{}: {error}", directory.display())))?;
        Ok(Some(self.0.get_or_init(|| Arc::new(files)).clone()))
    }
}

fn gather(directory: &Path, prefix: &str, files: &mut Files) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(|name| format!("{prefix}{name}")) else {
            continue;
        };
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{name}/"), files)?;
        } else if !name.ends_with(".gz") {
            files.insert(name, File::load(&entry.path())?);
        }
    }
    Ok(())
}

impl File {
    fn load(path: &Path) -> io::Result<Self> {
        let plain = Bytes::from(std::fs::read(path)?);
        let mut compressed = path.as_os_str().to_owned();
        compressed.push(".gz");
        let gzip = match std::fs::read(compressed) {
            Ok(bytes) => Some(bytes.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let digest = Sha256::digest(&plain);
        let mut tag = "W/\"".to_owned();
        for byte in digest.iter().take(12) {
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        Ok(Self {
            plain,
            gzip,
            content_type: content_type(path),
            tag,
        })
    }

    fn answer(&self, path: &str, request: &HttpRequest) -> HttpResponse {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let known = header(IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == self.tag));
        let mut response = if known {
            HttpResponse::NotModified()
        } else {
            HttpResponse::Ok()
        };
        let keep = if path.starts_with(HASHED) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        response
            .content_type(self.content_type)
            .insert_header((CACHE_CONTROL, keep))
            .insert_header((ETAG, self.tag.as_str()))
            .insert_header((CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((VARY, "accept-encoding"));
        if known {
            return response.finish();
        }
        match &self.gzip {
            Some(gzip) if header(ACCEPT_ENCODING).is_some_and(|accepted| accepted.contains("gzip")) => {
                response.insert_header((CONTENT_ENCODING, "gzip")).body(gzip.clone())
            }
            _ => response.body(self.plain.clone()),
        }
    }
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        Some("ttf") => "font/ttf",
        _ => "application/octet-stream",
    }
}

#[get("/{path:.*}")]
pub async fn get_file(
    state: State,
    shelf: web::Data<Shelf>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Some(files) = shelf.files(&state.settings.web_dir)? else {
        return Ok(HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body(NOT_BUILT));
    };
    let path = if path.is_empty() { INDEX } else { path.as_str() };
    let file = files.get(path).ok_or(Problem::NotFound)?;
    Ok(file.answer(path, &request))
}
