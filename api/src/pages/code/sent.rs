//! The form as it comes from a browser without a script: multipart, photos included.

use actix_multipart::{Field, Multipart};
use minyi_domain::submission::{CoordinateSystem, Kind, MAX_PHOTOS};
use minyi_domain::text::SubmissionText;
use uuid::Uuid;

use super::view::{FieldError, FormView, kind_choices};
use crate::{
    address::ClientAddress,
    problem::{FieldProblem, Problem},
    residents::{
        multipart::{PHOTO_LIMIT_BYTES, next_field, read_field},
        submissions::{ContactRequest, LocationRequest, SubmissionRequest},
    },
    state::AppState,
};

/// More than 4000 characters need, so that a text that is too long is told its length.
const FIELD_LIMIT_BYTES: usize = 256 * 1024;
/// All fields of the form, nine photos, and nine that came before.
const MAX_FIELDS: usize = 40;

/// Reads the form and keeps its photos. What is wrong with a photo stands in the form's errors.
///
/// # Errors
/// [`Problem::Malformed`], [`Problem::PayloadTooLarge`], and what hinders keeping photos at all.
pub async fn read(
    state: &AppState,
    mut parts: Multipart,
    address: ClientAddress,
) -> Result<(FormView, String), Problem> {
    let mut form = FormView::default();
    let mut kind = String::new();
    let other = |name: &str, value: String| {
        if name == "kind" {
            kind = value;
        }
    };
    read_fields(state, &mut parts, &mut form, address, other).await?;
    form.kinds = kind_choices(&kind);
    Ok((form, kind))
}

/// Reads the fields of `parts` into `form`; what the form does not know goes to `other`.
///
/// # Errors
/// As [`read`].
pub async fn read_fields(
    state: &AppState,
    parts: &mut Multipart,
    form: &mut FormView,
    address: ClientAddress,
    mut other: impl FnMut(&str, String),
) -> Result<(), Problem> {
    for _ in 0..MAX_FIELDS {
        let Some(mut field) = next_field(parts).await? else {
            break;
        };
        let name = field.name().unwrap_or_default().to_owned();
        if name == "photos" {
            read_photo(state, form, &mut field, address).await?;
            continue;
        }
        let value = read_field(&mut field, FIELD_LIMIT_BYTES).await?;
        let value = String::from_utf8_lossy(&value).into_owned();
        match name.as_str() {
            "text" => form.text = value,
            "address" => form.address = value,
            "longitude" => form.longitude = value,
            "latitude" => form.latitude = value,
            "name" => form.name = value,
            "phone" => form.phone = value,
            "confidential" => form.confidential = value == "true",
            "publish_consent" => form.publish_consent = value == "yes",
            "idempotency_key" => form.idempotency_key = value,
            "photo_ids" => form.add_photos(value.parse::<Uuid>()),
            _ => other(&name, value),
        }
    }
    Ok(())
}

async fn read_photo(
    state: &AppState,
    form: &mut FormView,
    field: &mut Field,
    address: ClientAddress,
) -> Result<(), Problem> {
    let bytes = read_field(field, PHOTO_LIMIT_BYTES).await?;
    // A file field that was left alone comes as an empty file.
    if bytes.is_empty() {
        return Ok(());
    }
    if form.photo_ids.len() >= MAX_PHOTOS {
        form.add_error("photos", format!("最多 {MAX_PHOTOS} 张照片，多出的没有加上"));
        return Ok(());
    }
    // The key stands before the photos in our form; without one there is nothing that could be repeated.
    let kept = if form.idempotency_key.is_empty() {
        state.keep_photo(bytes, address).await
    } else {
        state.keep_photo_once(&form.idempotency_key, bytes, address).await
    };
    match kept {
        Ok(id) => form.add_photos([id]),
        Err(problem @ (Problem::Internal(_) | Problem::Unavailable(_) | Problem::RateLimited { .. })) => {
            return Err(problem);
        }
        Err(problem) => form.add_error("photos", format!("{}。{}", problem.title(), problem.detail())),
    }
    Ok(())
}

impl FormView {
    /// The same picture chosen twice is shown once.
    fn add_photos(&mut self, ids: impl IntoIterator<Item = Uuid>) {
        for id in ids {
            if !self.photo_ids.contains(&id) {
                self.photo_ids.push(id);
            }
        }
    }

    /// Adds a mistake; of several in one field the first is shown.
    pub fn add_error(&mut self, field: &'static str, text: String) {
        if self.error(field).is_none() {
            self.errors.push(FieldError { field, text });
        }
    }

    /// Shows what the API says about its fields at the form's fields.
    pub fn add_problem(&mut self, problem: &Problem) {
        if problem.errors().is_empty() {
            self.add_error("send", problem.detail());
        }
        for error in problem.errors() {
            self.add_error(field_of(&error.pointer), error.detail.clone());
        }
    }

    /// The form as the API takes it; `None` if no kind was chosen, which is then among the errors.
    pub fn request(&mut self, kind: &str) -> Option<SubmissionRequest> {
        let Ok(kind) = kind.parse::<Kind>() else {
            self.add_error("kind", "请选一种".to_owned());
            if let Err(error) = SubmissionText::parse(&self.text) {
                self.add_error("text", FieldProblem::text("/text", error).detail);
            }
            return None;
        };
        let filled = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let position = self.longitude.parse().ok().zip(self.latitude.parse().ok());
        let location = LocationRequest {
            longitude: position.map(|(longitude, _)| longitude),
            latitude: position.map(|(_, latitude)| latitude),
            coordinate_system: position.map(|_| CoordinateSystem::Wgs84),
            address: filled(&self.address),
        };
        let contact = ContactRequest {
            name: filled(&self.name),
            phone: filled(&self.phone),
        };
        Some(SubmissionRequest {
            kind,
            text: self.text.clone(),
            photo_ids: self.photo_ids.clone(),
            location: Some(location).filter(|place| place.address.is_some() || place.longitude.is_some()),
            confidential: self.confidential,
            contact: Some(contact).filter(|contact| contact.name.is_some() || contact.phone.is_some()),
            publish_consent: self.publish_consent,
        })
    }
}

/// The form's field for a pointer of the API.
fn field_of(pointer: &str) -> &'static str {
    match pointer {
        "/text" => "text",
        "/kind" => "kind",
        "/grid_id" => "grid",
        "/channel" => "channel",
        "/contact/name" => "name",
        "/contact/phone" => "phone",
        pointer if pointer.starts_with("/location") => "address",
        pointer if pointer.starts_with("/photo_ids") => "photos",
        _ => "send",
    }
}
