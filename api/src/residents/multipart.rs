//! Reading uploaded forms within limits.

use actix_multipart::{Field, Multipart};
use actix_web::web::Bytes;
use futures_util::TryStreamExt as _;

use crate::problem::Problem;

/// The largest photo that is taken, in bytes.
pub const PHOTO_LIMIT_BYTES: usize = 15 << 20;
/// A form with more fields than this is nothing of ours.
const MAX_FIELDS: usize = 20;

/// The next field of a form.
///
/// # Errors
/// [`Problem::Malformed`] if the form is broken off or is none.
pub async fn next_field(form: &mut Multipart) -> Result<Option<Field>, Problem> {
    form.try_next().await.map_err(|error| malformed(&error))
}

/// Reads a field to its end.
///
/// # Errors
/// [`Problem::PayloadTooLarge`], [`Problem::Malformed`].
pub async fn read_field(field: &mut Field, limit_bytes: usize) -> Result<Bytes, Problem> {
    let read = field
        .bytes(limit_bytes)
        .await
        .map_err(|_| Problem::PayloadTooLarge { limit_bytes })?;
    read.map_err(|error| malformed(&error))
}

/// Reads the field `file` of an upload.
///
/// # Errors
/// As the two above, and [`Problem::Invalid`] if there is no such field.
pub async fn read_photo(form: &mut Multipart) -> Result<Bytes, Problem> {
    for _ in 0..MAX_FIELDS {
        let Some(mut field) = next_field(form).await? else {
            break;
        };
        let is_photo = field.name() == Some("file");
        let bytes = read_field(&mut field, PHOTO_LIMIT_BYTES).await?;
        if is_photo {
            return Ok(bytes);
        }
    }
    Err(Problem::field("/file", "required", "请选择一张照片（表单字段 file）。"))
}

fn malformed(error: &actix_multipart::MultipartError) -> Problem {
    Problem::Malformed {
        detail: format!("上传的内容读不出来：{error}"),
    }
}
