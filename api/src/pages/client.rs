//! The clients in a browser: the deputies' (代表端 H5) under `/deputy/` and the console (工作台) under `/console/`. What
//! npm built is read once and handed out as it is.

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
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ETAG, HeaderName, HeaderValue,
        IF_NONE_MATCH, VARY,
    },
    web::{self, Bytes},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use minyi_gateways::Mode;
use sha2::{Digest as _, Sha256};

use crate::{config::Settings, problem::Problem, state::State};

/// A built client and where it is found.
pub struct Client {
    /// Its address, with a slash at both ends.
    pub address: &'static str,
    /// Where the build puts the files, under the directory of the web clients.
    built: &'static str,
    /// Its addresses are pages of its own: whatever is no file is answered with the first page.
    has_own_addresses: bool,
    /// May use the camera of the machine, to read codes.
    uses_camera: bool,
    /// Said where there is no build.
    not_built: &'static str,
}

/// The deputies' client (代表端 H5).
pub const DEPUTY: Client = Client {
    address: "/deputy/",
    built: "deputy/dist/build/h5",
    has_own_addresses: false,
    uses_camera: false,
    not_built: "代表端还没有构建：请在 web/deputy 中运行 npm ci 和 npm run build:h5。",
};

/// The console (工作台) of staff, offices and administrators.
pub const CONSOLE: Client = Client {
    address: "/console/",
    built: "console/dist/build/console",
    has_own_addresses: true,
    uses_camera: true,
    not_built: "工作台还没有构建：请在 web/console 中运行 npm ci 和 npm run build。",
};

const INDEX: &str = "index.html";
/// Names in here carry a hash of their content.
const HASHED: &str = "assets/";
/// How files are compressed, the smallest first, and what their names end with then.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];
/// As for the other pages; besides, the clients' components set styles by script and bring small fonts with them.
const POLICY: &str = "default-src 'self'; font-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self' blob: data:";
const WITH_CAMERA: &str = "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()";
/// The build for the WeChat simulator has this file. It can be entered by a link with a login code in it and talks to
/// the simulator on this machine, so it is nothing for production.
const SIMULATOR_MARK: &str = "simulator.txt";
const SIMULATOR_POLICY: &str = "; connect-src 'self' http://127.0.0.1:*";

/// Holds a client's build once it has been asked for.
pub struct Shelf {
    client: &'static Client,
    build: OnceLock<Arc<Build>>,
}

/// A build of the client.
struct Build {
    /// By the path under the client's address. Only what stands here is ever served, whatever path is asked for.
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
    /// An empty shelf.
    pub const fn of(client: &'static Client) -> Self {
        Self {
            client,
            build: OnceLock::new(),
        }
    }

    /// The build; `None` when there is none that may be served in this mode.
    fn build(&self, settings: &Settings) -> Result<Option<Arc<Build>>, Problem> {
        if let Some(build) = self.build.get() {
            return Ok(Some(build.clone()));
        }
        let directory = settings.web_dir.join(self.client.built);
        let simulator = directory.join(SIMULATOR_MARK).exists();
        if !directory.join(INDEX).is_file() || (simulator && settings.mode == Mode::Production) {
            return Ok(None);
        }
        let mut files = HashMap::new();
        gather(&directory, "", &mut files)
            .map_err(|error| Problem::internal(format!("{}: {error}", directory.display())))?;
        let index = files.get(INDEX).map(|file| file.plain.clone()).unwrap_or_default();
        let mut policy = POLICY.to_owned();
        if let Some(tiles) = &settings.map_tiles {
            let _ = write!(policy, " {}", tiles.origin);
        }
        let scripts = inline_scripts(&String::from_utf8_lossy(&index));
        let further = if simulator { SIMULATOR_POLICY } else { "" };
        let _ = write!(policy, "; script-src 'self'{scripts}{further}");
        Ok(Some(
            self.build.get_or_init(|| Arc::new(Build { files, policy })).clone(),
        ))
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
    let client = shelf.client;
    let Some(build) = shelf.build(&state.settings)? else {
        return Ok(HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body(client.not_built));
    };
    let is_page = path.is_empty() || (client.has_own_addresses && !path.starts_with(HASHED));
    let found = build.files.get_key_value(path.as_str());
    let index = || build.files.get_key_value(INDEX).filter(|_| is_page);
    let (name, file) = found.or_else(index).ok_or(Problem::NotFound)?;
    let mut answer = file.answer(name, &build.policy, &request);
    if client.uses_camera {
        let policy = HeaderValue::from_static(WITH_CAMERA);
        answer
            .headers_mut()
            .insert(HeaderName::from_static("permissions-policy"), policy);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use minyi_gateways::Mode;

    use super::{DEPUTY, INDEX, SIMULATOR_MARK, Shelf};
    use crate::config::{LimitsConfig, Settings};

    #[test]
    fn the_build_for_the_simulator_is_nothing_for_production() {
        let web_dir = std::env::temp_dir().join(format!("minyi-client-{}", uuid::Uuid::new_v4()));
        let built = web_dir.join(DEPUTY.built);
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
                map_tiles: None,
            };
            Shelf::of(&DEPUTY).build(&settings).unwrap().is_some()
        };
        assert!(served(Mode::Production));
        std::fs::write(built.join(SIMULATOR_MARK), "").unwrap();
        assert!(served(Mode::Development) && !served(Mode::Production));
        std::fs::remove_dir_all(&web_dir).unwrap();
    }
}
