//! The contract is what the code says, and the code registers what the contract says.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use reqwest::Method;

use crate::app::{App, send};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn openapi_yaml_at_the_root_is_what_the_code_generates() {
    let stored = fs::read_to_string(root().join("../openapi.yaml")).unwrap();
    let generated = minyi_api::openapi::yaml().unwrap();
    assert!(
        stored == generated,
        "run: cargo run -p minyi-api -- openapi > openapi.yaml"
    );
}

/// The Rust files below a folder, with what stands in them.
pub fn rust_files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.push((path, text));
        }
    }
    files
}

/// Handler names with method, as written at the handlers outside of `pages`.
fn handlers() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let folder = root().join("src");
    let mut files = rust_files(&folder);
    files.retain(|(path, _)| !path.starts_with(folder.join("pages")));
    for (_, text) in files {
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let method = ["get", "post", "put", "patch", "delete"]
                .into_iter()
                .find(|method| line.starts_with(&format!("#[{method}(\"")));
            if let Some(method) = method {
                let name = lines.next().unwrap().split("fn ").nth(1).unwrap();
                let name = name.split('(').next().unwrap();
                found.insert((method.to_owned(), name.to_owned()));
            }
        }
    }
    found
}

pub fn operations() -> BTreeSet<(String, String, String)> {
    let mut operations = BTreeSet::new();
    let (mut path, mut method) = (String::new(), String::new());
    for line in minyi_api::openapi::yaml().unwrap().lines() {
        let trimmed = line.trim_start();
        match line.len() - trimmed.len() {
            2 if trimmed.starts_with('/') => path = trimmed.trim_end_matches(':').to_owned(),
            4 if !path.is_empty() => method = trimmed.trim_end_matches(':').to_owned(),
            6 => {
                if let Some(name) = trimmed.strip_prefix("operationId: ") {
                    operations.insert((method.clone(), name.to_owned(), path.clone()));
                }
            }
            _ => {}
        }
    }
    operations
}

/// Where the types of the contract are declared, by their name in it.
fn schema_types() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in ["src", "../crates"] {
        for (path, text) in rust_files(&root().join(folder)) {
            for (at, _) in text.match_indices("#[derive(") {
                let derives = text[at..].split(")]").next().unwrap();
                if derives.contains("ToSchema") {
                    let line = text[..at].lines().count() + 1;
                    let place = format!("{}:{line}", path.display());
                    found.entry(schema_name(&text[at..])).or_default().push(place);
                }
            }
        }
    }
    found
}

/// The name in the contract of the type whose attributes `text` begins with.
fn schema_name(text: &str) -> String {
    let declared = |line: &str| {
        let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
        let is_type = matches!(words.next(), Some("struct" | "enum"));
        words.next().filter(|_| is_type).map(name_of)
    };
    let (line, name) = text.lines().find_map(|line| Some((line, declared(line)?))).unwrap();
    let attributes = &text[..text.find(line).unwrap()];
    match attributes.split_once("schema(as = ") {
        Some((_, given)) => name_of(given),
        None => name,
    }
}

fn name_of(text: &str) -> String {
    let is_part = |letter: &char| letter.is_alphanumeric() || matches!(letter, '_' | ':');
    text.chars().take_while(is_part).collect()
}

/// Of two types of one name the second would silently stand in the place of the first.
#[test]
fn no_two_types_of_the_contract_have_one_name() {
    let mut found = schema_types();
    assert!(found.len() > 300 && found.contains_key("Problem"), "{:?}", found.keys());
    found.retain(|_, places| places.len() > 1);
    assert!(found.is_empty(), "give one of each another name: {found:#?}");
}

#[test]
fn the_name_of_a_type_is_the_one_that_the_contract_shows() {
    let named = |text| schema_name(text);
    assert_eq!(named("#[derive(ToSchema)]\npub struct Page<T> {"), "Page");
    assert_eq!(
        named("#[derive(ToSchema)]\n#[schema(as = Given, example = 1)]\nenum Own {"),
        "Given"
    );
    assert_eq!(named("#[derive(ToSchema)]\npub(crate) struct File(Vec<u8>);"), "File");
}

#[test]
fn every_handler_stands_in_the_contract_under_its_own_name() {
    let mut written = handlers();
    // The contract does not describe itself.
    written.remove(&("get".to_owned(), "get_openapi".to_owned()));
    let described: BTreeSet<_> = operations()
        .into_iter()
        .map(|(method, name, _)| (method, name))
        .collect();
    assert!(described.len() > 20, "{described:?}");
    assert_eq!(written, described);
}

#[actix_web::test]
async fn every_operation_of_the_contract_is_answered_by_a_route() {
    // Without a token, WeChat has no address to push to.
    let app = App::with(&["--wechat-push-token", "token"]).await;
    for (method, name, path) in operations() {
        let concrete = path
            .replace("{id}", &uuid::Uuid::nil().to_string())
            .replace("{variant}", "full");
        let concrete = concrete.replace(['{', '}'], "");
        let method: Method = method.to_uppercase().parse().unwrap();
        let answer = send(app.request(method, &concrete)).await;
        let code = serde_json::from_slice::<serde_json::Value>(&answer.bytes).unwrap_or_default()["code"].clone();
        assert!(
            code != "not_found" && code != "method_not_allowed",
            "{name} {path}: {code}"
        );
    }
}

#[actix_web::test]
async fn the_contract_is_served_with_a_page_that_loads_nothing_from_outside() {
    let app = App::start().await;
    let yaml = app.get("/openapi.yaml").await.expect(200).text();
    assert!(yaml.starts_with("openapi: 3.1"), "{}", &yaml[..40]);
    assert_eq!(app.get("/docs").await.status, 307);
    let page = app.get("/docs/").await.expect(200).text();
    assert!(page.contains("swagger-ui"), "{page}");
    assert!(!page.contains("https://"), "{page}");
}
