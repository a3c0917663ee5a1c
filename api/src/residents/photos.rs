//! Photos: taken in, made harmless, shown to those who have a link.

use actix_multipart::Multipart;
use actix_web::{
    HttpResponse, get,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION},
    post,
    web::{Bytes, Path, Query},
};
use chrono::{DateTime, TimeDelta, Utc};
use minyi_gateways::{clock::random_bytes, keys::photo_path};
use minyi_store::{NewPhoto, PhotoView};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::multipart;
use crate::{
    address::ClientAddress,
    contract::ServiceConfig,
    pictures,
    problem::Problem,
    state::{AppState, State},
};

/// A link is good for at least this long, and at most twice as long: links made within one period are equal, so
/// that a browser shows the picture that it already has.
const LINK_PERIOD_SECONDS: i64 = 600;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(create_photo);
}

/// Which of the two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// At most 1600 pixels.
    Full,
    /// At most 320 pixels.
    Thumbnail,
}

impl Variant {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Thumbnail => "thumbnail",
        }
    }
}

/// A form with a picture.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form in the contract")]
pub struct PhotoForm {
    /// JPEG, PNG or WebP; at most 15 MB and 8192 pixels a side.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// The id to put into `photo_ids`. An unattached photo is removed after three days.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "7c0d6f0e-5b1c-4a53-9d55-0a4f0c1f2b3a"}))]
pub struct PhotoResponse {
    id: Uuid,
}

/// A photo with links that are good for some minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhotoLinks {
    id: Uuid,
    /// Pixels.
    width: i32,
    /// Pixels.
    height: i32,
    #[schema(
        example = "https://my.example.gov.cn/photos/7c0d6f0e-5b1c-4a53-9d55-0a4f0c1f2b3a/full.jpg?expires=1795176000&signature=c2ln"
    )]
    url: String,
    thumbnail_url: String,
}

impl AppState {
    /// Takes in an uploaded picture; it belongs to nothing yet.
    ///
    /// # Errors
    /// Those of [`pictures::process`], [`Problem::RateLimited`], [`Problem::Unavailable`].
    pub async fn keep_photo(&self, bytes: Bytes, address: ClientAddress) -> Result<Uuid, Problem> {
        self.keep_photo_as(Uuid::new_v4(), bytes, address).await
    }

    /// Takes in a picture of a form that may be sent again: with the same `form_key` the same bytes are the same
    /// photo, so that the form's content does not change by being repeated.
    ///
    /// # Errors
    /// As [`AppState::keep_photo`].
    pub async fn keep_photo_once(&self, form_key: &str, bytes: Bytes, address: ClientAddress) -> Result<Uuid, Problem> {
        let id = repeatable_id(form_key, &bytes);
        let known = self.ask(move |store| store.photo(id)).await?;
        // The thumbnail is stored last: where it is missing, the first try broke off.
        if let Some(photo) = known
            && self.objects.get(&photo.thumbnail_name).await?.is_some()
        {
            return Ok(id);
        }
        self.keep_photo_as(id, bytes, address).await
    }

    async fn keep_photo_as(&self, id: Uuid, bytes: Bytes, address: ClientAddress) -> Result<Uuid, Problem> {
        self.limit_photo(address).await?;
        let picture = self.compute(move || pictures::process(&bytes)).await??;
        let mut photo = NewPhoto {
            id,
            object_name: object_name(),
            thumbnail_name: object_name(),
            width: i32::try_from(picture.width).map_err(Problem::internal)?,
            height: i32::try_from(picture.height).map_err(Problem::internal)?,
            size_bytes: i64::try_from(picture.full.len()).map_err(Problem::internal)?,
            uploaded_at: self.now(),
        };
        // The row comes first: an object that no row knows would never be found again and removed.
        let row = photo.clone();
        if !self.ask(move |store| store.add_photo(&row)).await? {
            let known = self.ask(move |store| store.photo(id)).await?;
            let known = known.ok_or_else(|| Problem::internal("a photo vanished while it was stored"))?;
            photo.object_name = known.object_name;
            photo.thumbnail_name = known.thumbnail_name;
        }
        self.objects.put(&photo.object_name, picture.full.into()).await?;
        self.objects
            .put(&photo.thumbnail_name, picture.thumbnail.into())
            .await?;
        Ok(id)
    }

    /// A path that opens a photo for some minutes. Only for those who may see what the photo belongs to.
    pub fn photo_path(&self, id: Uuid, variant: Variant) -> String {
        let period = self.now().timestamp().div_euclid(LINK_PERIOD_SECONDS);
        let expires = (period + 2) * LINK_PERIOD_SECONDS;
        let expires_at = DateTime::<Utc>::from_timestamp(expires, 0).unwrap_or_else(|| self.now());
        self.keys
            .links
            .signed_path(&photo_path(id, variant.as_str()), expires_at)
    }

    /// The links of photos, for JSON.
    pub fn photo_links(&self, photos: &[PhotoView]) -> Vec<PhotoLinks> {
        let links = |photo: &PhotoView| PhotoLinks {
            id: photo.id,
            width: photo.width,
            height: photo.height,
            url: self.url(&self.photo_path(photo.id, Variant::Full)),
            thumbnail_url: self.url(&self.photo_path(photo.id, Variant::Thumbnail)),
        };
        photos.iter().map(links).collect()
    }
}

/// The id of a picture in a form. Who does not know the form's key cannot guess it.
fn repeatable_id(form_key: &str, bytes: &[u8]) -> Uuid {
    let digest = Sha256::new()
        .chain_update(form_key)
        .chain_update(Sha256::digest(bytes))
        .finalize();
    let digest: [u8; 32] = digest.into();
    uuid::Builder::from_custom_bytes(*digest.first_chunk().unwrap_or(&[0; 16])).into_uuid()
}

/// A name that nobody can guess; the first byte spreads the files over 256 directories.
fn object_name() -> String {
    let name = format!("{:032x}", u128::from_be_bytes(random_bytes()));
    format!("photos/{}/{name}.jpg", name.get(..2).unwrap_or("00"))
}

/// Upload a photo (上传照片)
///
/// The picture is turned upright, shrunk to 1600 pixels and stored without any metadata (position, time, camera).
#[utoipa::path(tag = "群众", request_body(content = PhotoForm, content_type = "multipart/form-data"), responses(
    (status = 201, description = "stored; put the id into `photo_ids`", body = PhotoResponse),
    (status = 413, description = "`payload_too_large`：照片超过 15 MB"),
    (status = 415, description = "`photo_heic`：HEIC 照片；`photo_format`：不是 JPEG、PNG、WebP"),
    (status = 422, description = "`photo_incomplete`：没有传完；`photo_unreadable`：打不开；`photo_too_many_pixels`：尺寸太大；`invalid_fields`：没有 file"),
))]
#[post("/photos")]
async fn create_photo(state: State, address: ClientAddress, mut form: Multipart) -> Result<HttpResponse, Problem> {
    let bytes = multipart::read_photo(&mut form).await?;
    let id = state.keep_photo(bytes, address).await?;
    Ok(HttpResponse::Created().json(PhotoResponse { id }))
}

/// The proof that a link was made by us.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Signature {
    /// Unix seconds.
    expires: i64,
    signature: String,
}

/// Open a photo by a signed link (看照片)
#[utoipa::path(tag = "群众", params(
    ("id" = Uuid, Path, description = "the photo"),
    ("variant" = String, Path, description = "`full` or `thumbnail`"),
    Signature
), responses(
    (status = 200, description = "a JPEG", body = crate::openapi::File, content_type = "image/jpeg"),
    (status = 403, description = "`link_invalid`：链接不对"),
    (status = 404, description = "`photo_unknown`：没有这张照片"),
    (status = 410, description = "`link_expired`：链接过期，请刷新原来的页面"),
))]
#[get("/photos/{id}/{variant}.jpg")]
pub async fn get_photo(
    state: State,
    path: Path<(Uuid, String)>,
    query: Query<Signature>,
) -> Result<HttpResponse, Problem> {
    let (id, variant) = path.into_inner();
    let variant = match variant.as_str() {
        "full" => Variant::Full,
        "thumbnail" => Variant::Thumbnail,
        _ => return Err(Problem::PhotoUnknown),
    };
    let now = state.now();
    let signed = photo_path(id, variant.as_str());
    state.keys.links.verify(&signed, query.expires, &query.signature, now)?;
    let photo = state
        .ask(move |store| store.photo(id))
        .await?
        .ok_or(Problem::PhotoUnknown)?;
    let name = if variant == Variant::Full {
        photo.object_name
    } else {
        photo.thumbnail_name
    };
    let object = state.objects.get(&name).await?.ok_or(Problem::PhotoUnknown)?;
    let left = TimeDelta::seconds(query.expires - now.timestamp()).num_seconds();
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header((CACHE_CONTROL, format!("private, max-age={left}, immutable")))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"photo.jpg\""))
        .body(object.bytes))
}
