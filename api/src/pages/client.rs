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
use base64::{Engine as _, prelude::BASE64_STANDARD};
use minyi_gateways::Mode;
use sha2::{Digest as _, Sha256};

use crate::{config::Settings, problem::Problem, state::State};

/// Where it is found.
pub const ADDRESS: &str = "/deputy/";
/// Where the build puts the files, under the directory of the web clients.
const BUILT: &str = "deputy/dist/build/h5";
const INDEX: &str = "index.html";
/// Names in here carry a hash of their content.
const HASHED: &str = "assets/";
/// How files are compressed, the smallest first, and what their names end with then.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];
/// As for the other pages; besides, the client's components set styles by script and bring small fonts with them.
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; font-src 'self' data:; style-src 'self' \
                      'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// The build for the WeChat simulator has this file. It can be entered by a link with a login code in it and talks to
/// the simulator on this machine, so it is nothing for production.
const SIMULATOR_MARK: &str = "simulator.txt";
const SIMULATOR_POLICY: &str = "; connect-src 'self' http://127.0.0.1:*";
const NOT_BUILT: &str = "代表端还没有构建：请在 web/deputy 中运行 npm ci 和 npm run build:h5。";

/// Holds the build once it has been asked for.
#[derive(Default)]
pub struct Shelf(OnceLock<Arc<Build>>);

/// A build of the client.
struct Build {
    /// By the path under `/deputy/`. Only what stands here is ever served, whatever path is asked for.
    files: HashMap<String, File>,
    policy: String,
}

struct File {
    plain: Bytes,
    /// Compressed copies that lie beside it, the smallest first, by the name of their coding.
    packed: Vec<(&'static str, Bytes)>,
    content_type: &'static str,
    tag: String,
}

impl Shelf {
    /// The build; `None` when there is none that may be served in this mode.
    fn build(&self, settings: &Settings) -> Result<Option<Arc<Build>>, Problem> {
        if let Some(build) = self.0.get() {
            return Ok(Some(build.clone()));
        }
        let directory = settings.web_dir.join(BUILT);
        let simulator = directory.join(SIMULATOR_MARK).exists();
        if !directory.join(INDEX).is_file() || (simulator && settings.mode == Mode::Production) {
            return Ok(None);
        }
        let mut files = HashMap::new();
        gather(&directory, "", &mut files)
            .map_err(|error| Problem::internal(format!("{}: {error}", directory.display())))?;
        let index = files.get(INDEX).map(|file| file.plain.clone()).unwrap_or_default();
        let scripts = inline_scripts(&String::from_utf8_lossy(&index));
        let further = if simulator { SIMULATOR_POLICY } else { "" };
        let policy = format!("{POLICY}; script-src 'self'{scripts}{further}");
        Ok(Some(self.0.get_or_init(|| Arc::new(Build { files, policy })).clone()))
    }
}

/// The scripts that stand in the page itself, as sources of a Content-Security-Policy: these run, and no others.
fn inline_scripts(page: &str) -> String {
    let mut sources = String::new();
    let mut rest = page;
    while let Some((_, tag)) = rest.split_once("<script") {
        let Some((attributes, body)) = tag.split_once('>') else {
            break;
        };
        let (script, after) = body.split_once("</script>").unwrap_or((body, ""));
        if !attributes.contains("src=") {
            let digest = BASE64_STANDARD.encode(Sha256::digest(script));
            let _ = write!(sources, " 'sha256-{digest}'");
        }
        rest = after;
    }
    sources
}

fn gather(directory: &Path, prefix: &str, files: &mut HashMap<String, File>) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(|name| format!("{prefix}{name}")) else {
            continue;
        };
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{name}/"), files)?;
        } else if !CODINGS.iter().any(|(_, ending)| name.ends_with(ending)) {
            files.insert(name, File::load(&entry.path())?);
        }
    }
    Ok(())
}

impl File {
    fn load(path: &Path) -> io::Result<Self> {
        let plain = Bytes::from(std::fs::read(path)?);
        let mut packed = Vec::new();
        for (coding, ending) in CODINGS {
            let mut compressed = path.as_os_str().to_owned();
            compressed.push(ending);
            match std::fs::read(compressed) {
                Ok(bytes) => packed.push((coding, bytes.into())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        let digest = Sha256::digest(&plain);
        let mut tag = "W/\"".to_owned();
        for byte in digest.iter().take(12) {
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        Ok(Self {
            plain,
            packed,
            content_type: content_type(path),
            tag,
        })
    }

    fn answer(&self, path: &str, policy: &str, request: &HttpRequest) -> HttpResponse {
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
            .insert_header((CONTENT_SECURITY_POLICY, policy))
            .insert_header((VARY, "accept-encoding"));
        if known {
            return response.finish();
        }
        let accepted = header(ACCEPT_ENCODING).unwrap_or_default();
        let accepts = |coding: &str| accepted.split([',', ';']).any(|word| word.trim() == coding);
        match self.packed.iter().find(|(coding, _)| accepts(coding)) {
            Some((coding, bytes)) => response.insert_header((CONTENT_ENCODING, *coding)).body(bytes.clone()),
            None => response.body(self.plain.clone()),
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
    let Some(build) = shelf.build(&state.settings)? else {
        return Ok(HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body(NOT_BUILT));
    };
    let path = if path.is_empty() { INDEX } else { path.as_str() };
    let file = build.files.get(path).ok_or(Problem::NotFound)?;
    Ok(file.answer(path, &build.policy, &request))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use minyi_gateways::Mode;

    use super::{BUILT, INDEX, SIMULATOR_MARK, Shelf};
    use crate::config::{LimitsConfig, Settings};

    #[test]
    fn the_build_for_the_simulator_is_nothing_for_production() {
        let web_dir = std::env::temp_dir().join(format!("minyi-client-{}", uuid::Uuid::new_v4()));
        let built = web_dir.join(BUILT);
        std::fs::create_dir_all(&built).unwrap();
        std::fs::write(built.join(INDEX), "").unwrap();
        let served = |mode| {
            let limits = LimitsConfig {
                limit_address_per_minute: 1,
                limit_code_per_minute: 1,
                limit_receipt_per_minute: 1,
                limit_guesses_per_minute: 1,
            };
            let settings = Settings {
                mode,
                public_url: "https://minyi.example".to_owned(),
                web_dir: web_dir.clone(),
                limits,
                trusted_proxies: Vec::new(),
            };
            Shelf::default().build(&settings).unwrap().is_some()
        };
        assert!(served(Mode::Production));
        std::fs::write(built.join(SIMULATOR_MARK), "").unwrap();
        assert!(served(Mode::Development) && !served(Mode::Production));
        std::fs::remove_dir_all(&web_dir).unwrap();
    }
}
