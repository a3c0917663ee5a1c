//! What a resident sends, and how it is checked.

use std::collections::HashSet;

use minyi_domain::{
    submission::{Contact, ContactError, CoordinateSystem, Kind, Location, MAX_PHOTOS, parse_address},
    text::{Address, SubmissionText},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    openapi::words,
    problem::{FieldProblem, Problem},
};

/// A submission as sent.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[schema(example = json!({
    "kind": "problem", "text": "3 号院门口的路灯坏了半个多月，晚上老人出门看不清台阶。",
    "photo_ids": ["7c0d6f0e-5b1c-4a53-9d55-0a4f0c1f2b3a"],
    "location": {"longitude": 126.642, "latitude": 45.757, "coordinate_system": "gcj02", "address": "杏林路 3 号院门口"},
    "contact": {"name": "王阿姨", "phone": "13800001234"}
}))]
pub struct SubmissionRequest {
    #[schema(schema_with = words::kind)]
    pub kind: Kind,
    #[schema(min_length = 5, max_length = 4000)]
    pub text: String,
    /// From `POST /api/v1/photos`, in the order in which they are shown.
    #[serde(default)]
    #[schema(max_items = 9)]
    pub photo_ids: Vec<Uuid>,
    /// Where it is, if the resident wants to say.
    pub location: Option<LocationRequest>,
    /// How to reach the resident; optional, encrypted, seen only by who handles the matter.
    pub contact: Option<ContactRequest>,
    /// It is about officials: only the people's congress above is to see it (只给上级人大看).
    #[serde(default, skip_serializing_if = "is_false")]
    pub confidential: bool,
    /// The matter may be published without personal data once it is answered: a consent of its own, off unless the
    /// resident asks for it, and taken back at any time (公开的单独同意).
    #[serde(default, skip_serializing_if = "is_false")]
    pub publish_consent: bool,
}

/// What is not wished for stays out of the digest: the same content is the same request, as before there was this wish.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(wish: &bool) -> bool {
    !wish
}

/// A position, a place in words, or both.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub struct LocationRequest {
    /// Degrees.
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: Option<f64>,
    /// Degrees.
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: Option<f64>,
    #[schema(schema_with = words::coordinate_system, required = false)]
    pub coordinate_system: Option<CoordinateSystem>,
    #[schema(max_length = 200)]
    pub address: Option<String>,
}

/// How to reach the resident.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub struct ContactRequest {
    #[schema(max_length = 30)]
    pub name: Option<String>,
    /// A mobile number, or a landline with its area code.
    pub phone: Option<String>,
}

/// A submission that the rules allow.
pub(super) struct Checked {
    pub kind: Kind,
    pub text: SubmissionText,
    pub photo_ids: Vec<Uuid>,
    pub location: Option<Location>,
    pub address: Option<Address>,
    pub contact: Contact,
    pub confidential: bool,
    pub publish_consent: bool,
}

/// SHA-256 over what it was sent to and what was sent, the same for the same content however it was written down.
///
/// # Errors
/// [`Problem::Internal`]: never.
pub fn digest(sent_to: &str, request: &SubmissionRequest) -> Result<[u8; 32], Problem> {
    let canonical = serde_json::to_vec(&(sent_to, request)).map_err(Problem::internal)?;
    Ok(Sha256::digest(&canonical).into())
}

/// Holds a submission against the rules and names everything that is wrong with it at once.
pub(super) fn check(request: SubmissionRequest) -> Result<Checked, Problem> {
    let mut wrong = Vec::new();
    let text = SubmissionText::parse(&request.text)
        .map_err(|error| wrong.push(FieldProblem::text("/text", error)))
        .ok();
    check_photos(&request.photo_ids, "/photo_ids", &mut wrong);
    let (location, address) = check_location(request.location, &mut wrong);
    let contact = request.contact.unwrap_or(ContactRequest {
        name: None,
        phone: None,
    });
    let contact = Contact::parse(contact.name.as_deref(), contact.phone.as_deref())
        .map_err(|error| wrong.push(contact_problem(error)))
        .unwrap_or_default();
    match text {
        Some(text) if wrong.is_empty() => Ok(Checked {
            kind: request.kind,
            text,
            photo_ids: request.photo_ids,
            location,
            address,
            contact,
            confidential: request.confidential,
            publish_consent: request.publish_consent,
        }),
        _ => Err(Problem::Invalid(wrong)),
    }
}

/// Checks a list of photos as far as it can be seen without the photos.
pub fn check_photos(ids: &[Uuid], pointer: &str, wrong: &mut Vec<FieldProblem>) {
    if ids.len() > MAX_PHOTOS {
        let detail = format!("最多放 {MAX_PHOTOS} 张照片，现在有 {} 张。", ids.len());
        wrong.push(FieldProblem::new(pointer, "too_many", detail));
    } else if ids.iter().collect::<HashSet<_>>().len() < ids.len() {
        wrong.push(FieldProblem::new(pointer, "duplicate", "同一张照片放了两次。"));
    }
}

fn check_location(
    location: Option<LocationRequest>,
    wrong: &mut Vec<FieldProblem>,
) -> (Option<Location>, Option<Address>) {
    let Some(LocationRequest {
        longitude,
        latitude,
        coordinate_system,
        address,
    }) = location
    else {
        return (None, None);
    };
    let address = parse_address(address.as_deref())
        .map_err(|error| wrong.push(FieldProblem::text("/location/address", error)))
        .unwrap_or_default();
    let position = match (longitude, latitude, coordinate_system) {
        (Some(longitude), Some(latitude), Some(system)) => Location::parse(longitude, latitude, system)
            .map_err(|error| {
                let pointer = format!("/location/{}", error.axis);
                wrong.push(FieldProblem::new(pointer, "out_of_range", "坐标超出了范围。"));
            })
            .ok(),
        (None, None, _) => None,
        _ => {
            let detail = "经度、纬度和坐标系（wgs84 或 gcj02）要一起填。";
            wrong.push(FieldProblem::new("/location", "incomplete", detail));
            None
        }
    };
    (position, address)
}

fn contact_problem(error: ContactError) -> FieldProblem {
    match error {
        ContactError::Name(error) => FieldProblem::text("/contact/name", error),
        ContactError::Phone => {
            let detail = "电话号码不对：请填 11 位手机号，或者带区号的座机号；也可以不填。";
            FieldProblem::new("/contact/phone", "phone_invalid", detail)
        }
    }
}
