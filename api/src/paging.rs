//! Lists in pages. A cursor is opaque: where it points to is nobody's business.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use minyi_store::{ClusterCursor, Cursor};
use uuid::Uuid;

use crate::problem::Problem;

/// The largest page.
const MAX_LIMIT: i64 = 100;
/// The page that nobody asked to be of another size.
const DEFAULT_LIMIT: i64 = 20;

/// Reads the parameter `limit`.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_limit(limit: Option<i64>) -> Result<i64, Problem> {
    match limit.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(Problem::field(
            "limit",
            "out_of_range",
            format!("limit 要在 1 到 {MAX_LIMIT} 之间。"),
        )),
    }
}

fn invalid() -> Problem {
    Problem::field(
        "cursor",
        "cursor_invalid",
        "cursor 不对，请用上一页返回的 next_cursor。",
    )
}

/// A cursor for the next request.
pub fn write_cursor(cursor: Cursor) -> String {
    write_pair(cursor.at.timestamp_micros(), cursor.id)
}

/// Reads the parameter `cursor`.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_cursor(text: Option<&str>) -> Result<Option<Cursor>, Problem> {
    let Some((at, id)) = read_pair(text)? else {
        return Ok(None);
    };
    let at = DateTime::from_timestamp_micros(at).ok_or_else(invalid)?;
    Ok(Some(Cursor { at, id }))
}

/// As [`write_cursor`], for a list of clusters.
pub fn write_cluster_cursor(cursor: ClusterCursor) -> String {
    write_pair(cursor.rank, cursor.id)
}

/// As [`read_cursor`], for a list of clusters.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_cluster_cursor(text: Option<&str>) -> Result<Option<ClusterCursor>, Problem> {
    Ok(read_pair(text)?.map(|(rank, id)| ClusterCursor { rank, id }))
}

fn write_pair(number: i64, id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode([&number.to_be_bytes()[..], id.as_bytes()].concat())
}

fn read_pair(text: Option<&str>) -> Result<Option<(i64, Uuid)>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
    let (number, id) = bytes.split_first_chunk::<8>().ok_or_else(invalid)?;
    let id = Uuid::from_slice(id).map_err(|_| invalid())?;
    Ok(Some((i64::from_be_bytes(*number), id)))
}

/// As [`write_cursor`], for a list in the order of a text.
pub fn write_text_cursor(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// As [`read_cursor`], for a list in the order of a text.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_text_cursor(text: Option<&str>) -> Result<Option<String>, Problem> {
    let decode = |text: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    text.map(|text| decode(text).ok_or_else(invalid)).transpose()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn a_cursor_comes_back_to_the_microsecond() {
        let at = "2026-11-20T04:00:00.123456Z".parse().unwrap();
        let cursor = Cursor {
            at,
            id: Uuid::from_u128(7),
        };
        assert_eq!(read_cursor(Some(&write_cursor(cursor))).unwrap(), Some(cursor));
        assert_eq!(read_cursor(None).unwrap(), None);
        for wrong in ["", "AAAA", "%%%", &"A".repeat(60)] {
            assert!(read_cursor(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
