//! Photos and other files: a local directory (default) or an S3-compatible store.
//!
//! A name is given by the caller: parts of `[0-9a-z_-]` joined by `/`, with an extension out of
//! [`CONTENT_TYPES`], for instance `photos/3f/3f9c….jpg`. The extension **is** the content type:
//! a directory cannot store one beside the bytes, and a file that could be served under a type
//! chosen by an uploader would be a way to serve HTML. Objects are written once under names that
//! nobody can guess, and never changed.
//!
//! Local writes go to a temporary file that is synced and renamed: a reader sees the whole
//! object or none, also after a power cut.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::{
    Attribute, Attributes, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMultipartOptions, PutOptions,
    WriteMultipart, aws::AmazonS3Builder, local::LocalFileSystem, path::Path, prefix::PrefixStore,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::{Error, Result};

/// The extensions that an object may have, and the content type each stands for.
pub const CONTENT_TYPES: [(&str, &str); 5] = [
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
    ("pdf", "application/pdf"),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
];

const SETTING: &str = "MINYI_OBJECTS";

/// Where the objects are.
#[derive(Debug, Clone, clap::Args)]
pub struct ObjectsConfig {
    /// Place of photos and files: `file:///path` or `s3://bucket/prefix`
    #[arg(long, env = "MINYI_OBJECTS", default_value = "file:///var/lib/minyima/objects")]
    pub objects: Url,
    /// Address of an S3-compatible service, for instance <http://127.0.0.1:9000>
    #[arg(long, env = "MINYI_S3_ENDPOINT")]
    pub s3_endpoint: Option<Url>,
    /// Region of the S3 bucket
    #[arg(long, env = "MINYI_S3_REGION", default_value = "us-east-1")]
    pub s3_region: String,
    /// Access key for S3
    #[arg(long, env = "MINYI_S3_ACCESS_KEY", hide_env_values = true)]
    pub s3_access_key: Option<String>,
    /// Secret key for S3
    #[arg(long, env = "MINYI_S3_SECRET_KEY", hide_env_values = true)]
    pub s3_secret_key: Option<SecretString>,
}

/// The object store. Clones share it.
#[derive(Debug, Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    /// The local directory refuses attributes.
    stores_content_type: bool,
}

/// An object as it was read.
#[derive(Debug, Clone)]
pub struct Object {
    /// The content.
    pub bytes: Bytes,
    /// The content type that belongs to the name.
    pub content_type: &'static str,
}

/// A part of an object as it is being read.
pub struct ObjectPart {
    /// The content, bit by bit.
    pub stream: BoxStream<'static, object_store::Result<Bytes>>,
    /// The size of the whole object.
    pub size_bytes: u64,
    /// The content type that belongs to the name.
    pub content_type: &'static str,
}

/// An object that is being written bit by bit; nobody sees it before [`ObjectWriter::finish`].
#[derive(Debug)]
pub struct ObjectWriter(WriteMultipart);

impl ObjectWriter {
    /// Appends; waits while too much is on its way.
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.0.wait_for_capacity(1).await.map_err(Error::Objects)?;
        self.0.put(bytes);
        Ok(())
    }

    /// Makes the object visible.
    pub async fn finish(self) -> Result<()> {
        self.0.finish().await.map(drop).map_err(Error::Objects)
    }

    /// Throws away what was written.
    pub async fn abort(self) -> Result<()> {
        self.0.abort().await.map_err(Error::Objects)
    }
}

impl Objects {
    /// Opens the configured store; a local directory is created. An S3 service is not contacted
    /// yet.
    pub fn open(config: &ObjectsConfig) -> Result<Self> {
        match config.objects.scheme() {
            "file" => open_directory(&config.objects),
            "s3" => open_s3(config),
            _ => Err(Error::configuration(SETTING, "expected file:///path or s3://bucket")),
        }
    }

    /// Stores `bytes` under `name`; an object of that name is replaced.
    pub async fn put(&self, name: &str, bytes: Bytes) -> Result<()> {
        let (path, content_type) = parse_name(name)?;
        let mut options = PutOptions::default();
        if self.stores_content_type {
            options.attributes = Attributes::from_iter([(Attribute::ContentType, content_type)]);
        }
        let put = self.store.put_opts(&path, bytes.into(), options);
        put.await.map(drop).map_err(Error::Objects)
    }

    /// Reads an object whole; `None` if there is none of that name.
    pub async fn get(&self, name: &str) -> Result<Option<Object>> {
        let (path, content_type) = parse_name(name)?;
        let Some(found) = found(self.store.get(&path).await)? else {
            return Ok(None);
        };
        let bytes = found.bytes().await.map_err(Error::Objects)?;
        Ok(Some(Object { bytes, content_type }))
    }

    /// Begins to write a large object.
    pub async fn write(&self, name: &str) -> Result<ObjectWriter> {
        let (path, content_type) = parse_name(name)?;
        let mut options = PutMultipartOptions::default();
        if self.stores_content_type {
            options.attributes = Attributes::from_iter([(Attribute::ContentType, content_type)]);
        }
        let upload = self
            .store
            .put_multipart_opts(&path, options)
            .await
            .map_err(Error::Objects)?;
        Ok(ObjectWriter(WriteMultipart::new(upload)))
    }

    /// Reads the bytes `from..until` of an object, or all that there are; `None` if there is none of that name.
    pub async fn read(&self, name: &str, range: Option<(u64, u64)>) -> Result<Option<ObjectPart>> {
        let (path, content_type) = parse_name(name)?;
        let options = GetOptions {
            range: range.map(|(from, until)| GetRange::Bounded(from..until)),
            ..GetOptions::default()
        };
        let Some(found) = found(self.store.get_opts(&path, options).await)? else {
            return Ok(None);
        };
        Ok(Some(ObjectPart {
            size_bytes: found.meta.size,
            stream: found.into_stream(),
            content_type,
        }))
    }

    /// Removes an object. Removing what is not there is no error: a repeated clean-up succeeds.
    pub async fn delete(&self, name: &str) -> Result<()> {
        let (path, _) = parse_name(name)?;
        found(self.store.delete(&path).await).map(drop)
    }
}

fn found<T>(result: object_store::Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(Error::Objects(error)),
    }
}

fn parse_name(name: &str) -> Result<(Path, &'static str)> {
    let (stem, extension) = name.rsplit_once('.').ok_or(Error::ObjectName("no extension"))?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    let fits = |part: &str| !part.is_empty() && part.bytes().all(plain);
    if name.len() > 255 || !stem.split('/').all(fits) {
        return Err(Error::ObjectName("parts of a–z, 0–9, - and _ joined by /"));
    }
    let known = CONTENT_TYPES.into_iter().find(|(known, _)| *known == extension);
    let (_, content_type) = known.ok_or(Error::ObjectName("unknown extension"))?;
    Ok((Path::from(name), content_type))
}

fn open_directory(url: &Url) -> Result<Objects> {
    let unusable = |problem: String| Error::configuration(SETTING, problem);
    let directory = url
        .to_file_path()
        .map_err(|()| unusable("expected file:///absolute/path".into()))?;
    std::fs::create_dir_all(&directory).map_err(|error| unusable(format!("cannot create the directory: {error}")))?;
    let local = LocalFileSystem::new_with_prefix(&directory).map_err(Error::Objects)?;
    Ok(Objects {
        store: Arc::new(local.with_fsync(true)),
        stores_content_type: false,
    })
}

fn open_s3(config: &ObjectsConfig) -> Result<Objects> {
    let bucket = config.objects.host_str().filter(|bucket| !bucket.is_empty());
    let bucket = bucket.ok_or_else(|| Error::configuration(SETTING, "expected s3://bucket"))?;
    let (Some(access), Some(secret)) = (&config.s3_access_key, &config.s3_secret_key) else {
        let problem = "an s3 store needs this and MINYI_S3_SECRET_KEY";
        return Err(Error::configuration("MINYI_S3_ACCESS_KEY", problem));
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&config.s3_region)
        .with_access_key_id(access)
        .with_secret_access_key(secret.expose_secret());
    if let Some(endpoint) = &config.s3_endpoint {
        builder = builder
            .with_endpoint(endpoint.as_str().trim_end_matches('/'))
            .with_allow_http(endpoint.scheme() == "http");
    }
    let s3 = builder.build().map_err(Error::Objects)?;
    let prefix = Path::from(config.objects.path());
    Ok(Objects {
        store: Arc::new(PrefixStore::new(s3, prefix)),
        stores_content_type: true,
    })
}
