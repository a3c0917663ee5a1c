//! A few made-up pictures of streets, drawn by the program.

use std::io::Cursor;

use bytes::Bytes;
use image::{RgbImage, codecs::jpeg::JpegEncoder, imageops::FilterType};
use minyi_domain::submission::Kind;
use minyi_gateways::objects::Objects;
use minyi_store::{NewPhoto, Store};
use uuid::Uuid;

use crate::{Error, Result, drawing, seed::Seed, story::Case};

const JPEG_QUALITY: u8 = 82;
const THUMBNAIL_PX: (u32, u32) = (320, 240);
/// So many of a hundred problems come with photos.
const PERCENT_WITH_PHOTOS: u32 = 12;

/// Where photos go.
pub struct Album {
    objects: Objects,
    runtime: tokio::runtime::Runtime,
}

impl Album {
    /// Photos are kept in the product's own object store.
    pub fn new(objects: Objects) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { objects, runtime })
    }

    /// Draws and uploads the photos of a case, if it has any, and tells their ids.
    pub fn hang(&self, store: &Store, seed: &Seed, case: &Case) -> Result<Vec<Uuid>> {
        let mut chance = seed.chance(&format!("photos:{}", case.key));
        if case.kind != Kind::Problem || !chance.percent(PERCENT_WITH_PHOTOS) {
            return Ok(Vec::new());
        }
        (0..chance.between(1, 4))
            .map(|position| self.add(store, seed, case, position))
            .collect()
    }

    fn add(&self, store: &Store, seed: &Seed, case: &Case, position: i64) -> Result<Uuid> {
        let label = format!("photo:{}:{position}", case.key);
        let mut bytes = [0; 16];
        bytes
            .iter_mut()
            .zip(seed.bytes(&label))
            .for_each(|(to, from)| *to = from);
        let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
        if store.photo(id)?.is_some() {
            return Ok(id);
        }
        let picture = drawing::street(&mut seed.chance(&label));
        let (width, height) = THUMBNAIL_PX;
        let thumbnail = jpeg(&image::imageops::resize(&picture, width, height, FilterType::Triangle))?;
        let full = jpeg(&picture)?;
        let photo = NewPhoto {
            id,
            object_name: object_name(seed, &format!("full:{label}")),
            thumbnail_name: object_name(seed, &format!("thumbnail:{label}")),
            width: i32::try_from(picture.width()).unwrap_or(i32::MAX),
            height: i32::try_from(picture.height()).unwrap_or(i32::MAX),
            size_bytes: i64::try_from(full.len()).unwrap_or(i64::MAX),
            uploaded_at: case.submitted_at,
        };
        // The objects come first: a run that ends in between writes them again under the same names.
        self.runtime.block_on(async {
            self.objects.put(&photo.object_name, Bytes::from(full)).await?;
            self.objects.put(&photo.thumbnail_name, Bytes::from(thumbnail)).await
        })?;
        store.add_photo(&photo)?;
        Ok(id)
    }
}

fn object_name(seed: &Seed, label: &str) -> String {
    let name: String = seed
        .bytes(label)
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("photos/{}/{name}.jpg", name.get(..2).unwrap_or("00"))
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    picture
        .write_with_encoder(encoder)
        .map_err(|_| Error::Data("a picture cannot be encoded"))?;
    Ok(bytes.into_inner())
}
