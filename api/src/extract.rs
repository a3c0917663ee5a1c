//! Extractors whose failures say where the mistake is.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, web};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The largest JSON body: a text of 4,000 characters, all of them escaped, fits three times.
pub const BODY_LIMIT_BYTES: usize = 128 * 1024;

/// A JSON body.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request.content_type().eq_ignore_ascii_case("application/json");
        let body = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Problem::UnsupportedMediaType);
            }
            let body = body.await.map_err(|error| Problem::from_actix(&error))?;
            parse(&body).map(Self)
        })
    }
}

/// A JSON body larger than usual, of at most `most_bytes`.
///
/// # Errors
/// Those of [`JsonBody`].
pub async fn json_up_to<T: DeserializeOwned>(
    most_bytes: usize,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<T, Problem> {
    if !request.content_type().eq_ignore_ascii_case("application/json") {
        return Err(Problem::UnsupportedMediaType);
    }
    let body = payload.to_bytes_limited(most_bytes).await;
    let body = body.map_err(|_| Problem::PayloadTooLarge {
        limit_bytes: most_bytes,
    })?;
    parse(&body.map_err(|error| Problem::from_actix(&error))?)
}

/// A mistake in the syntax is [`Problem::Malformed`]; a missing or unknown value is a mistake in its field.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            let pointer = pointer(error.path());
            // The path ends at the object that should hold the field; only the message names the field.
            let message = inner.to_string();
            let missing = message
                .strip_prefix("missing field `")
                .and_then(|rest| rest.split('`').next());
            if let Some(field) = missing {
                return Problem::field(&format!("{pointer}/{field}"), "required", "缺少这一项。");
            }
            return Problem::field(&pointer, "wrong_type", in_chinese(&message));
        }
        Problem::Malformed {
            detail: format!("JSON 格式不对：{inner}"),
        }
    })?;
    json.end().map_err(|error| Problem::Malformed {
        detail: format!("JSON 格式不对：{error}"),
    })?;
    Ok(value)
}

/// The library explains in English; what a person needs of it are the words that would be right.
fn in_chinese(message: &str) -> String {
    let Some((_, expected)) = message.split_once("expected one of ") else {
        return "这一项的格式不对。".to_owned();
    };
    let words: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    format!("这一项只能是：{}。", words.join("、"))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}
