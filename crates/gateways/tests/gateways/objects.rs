use std::path::PathBuf;

use bytes::Bytes;
use minyi_gateways::{
    Error,
    clock::random_bytes,
    objects::{Objects, ObjectsConfig},
};
use url::Url;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_bytes, header, method, path},
};

struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let name = format!("minyi-objects-{:032x}", u128::from_be_bytes(random_bytes()));
        Self(std::env::temp_dir().join(name))
    }

    fn open(&self) -> Objects {
        Objects::open(&config(Url::from_file_path(&self.0).unwrap())).unwrap()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn config(objects: Url) -> ObjectsConfig {
    ObjectsConfig {
        objects,
        s3_endpoint: None,
        s3_region: "us-east-1".into(),
        s3_access_key: None,
        s3_secret_key: None,
    }
}

#[tokio::test]
async fn an_object_is_stored_read_and_removed() {
    let directory = Directory::new();
    let objects = directory.open();
    let name = "photos/3f/3f9c-1_full.jpg";
    assert!(objects.get(name).await.unwrap().is_none());

    objects.put(name, Bytes::from_static(b"first")).await.unwrap();
    objects.put(name, Bytes::from_static(b"second one")).await.unwrap();
    let object = directory.open().get(name).await.unwrap().unwrap();
    assert_eq!(
        (&object.bytes[..], object.content_type),
        (&b"second one"[..], "image/jpeg")
    );
    let folder = std::fs::read_dir(directory.0.join("photos/3f")).unwrap();
    assert_eq!(folder.count(), 1, "no temporary file stays behind");

    objects.delete(name).await.unwrap();
    objects.delete(name).await.unwrap();
    assert!(objects.get(name).await.unwrap().is_none());
}

#[tokio::test]
async fn a_name_cannot_leave_the_directory_or_choose_an_active_content_type() {
    let objects = Directory::new().open();
    let names = [
        "../secret.jpg",
        "a/../b.jpg",
        "/etc/passwd.jpg",
        "a//b.jpg",
        "a.html",
        "a.svg",
        "a",
        "a.JPG",
        "a.html.jpg",
        ".jpg",
        "a\\b.jpg",
        "照片.jpg",
        "",
    ];
    for name in names {
        let refused = objects.put(name, Bytes::new()).await;
        assert!(matches!(refused, Err(Error::ObjectName(_))), "{name}");
    }
}

#[tokio::test]
async fn an_s3_store_gets_the_content_type_and_a_signed_request() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(path("/bucket/some/prefix/photos/a.jpg"))
        .and(header("content-type", "image/jpeg"))
        .and(body_bytes(b"bytes"))
        .respond_with(ResponseTemplate::new(200).insert_header("etag", "\"1\""))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(404))
        .mount(&server)
        .await;
    let objects = Objects::open(&ObjectsConfig {
        s3_endpoint: Some(server.uri().parse().unwrap()),
        s3_access_key: Some("access".into()),
        s3_secret_key: Some("secret".into()),
        ..config("s3://bucket/some/prefix".parse().unwrap())
    })
    .unwrap();
    objects.put("photos/a.jpg", Bytes::from_static(b"bytes")).await.unwrap();
    assert!(objects.get("photos/b.jpg").await.unwrap().is_none());
    let requests = server.received_requests().await.unwrap();
    assert!(
        requests
            .iter()
            .all(|request| request.headers.contains_key("authorization"))
    );
}

#[test]
fn an_incomplete_setting_is_refused_at_the_start() {
    for place in ["https://example.com/", "s3://bucket"] {
        let refused = Objects::open(&config(place.parse().unwrap()));
        assert!(matches!(refused, Err(Error::Configuration { .. })), "{place}");
    }
}
