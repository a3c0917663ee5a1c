//! Reads a mail as far as a person would see it: subject, and the plain text of a multipart message (RFC 2045, 2047).

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// What a person sees, and the Message-ID.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mail {
    pub subject: String,
    pub text: String,
    pub id: Option<String>,
}

pub fn read(raw: &str) -> Mail {
    let (headers, body) = split(raw);
    let own = |name: &str| header(&headers, name).unwrap_or_default();
    let text = match parameter(own("content-type"), "boundary") {
        Some(boundary) => part(body, &boundary),
        None => decode(body, own("content-transfer-encoding")),
    };
    Mail {
        subject: words(own("subject")),
        text: text.replace("\r\n", "\n").trim().to_owned(),
        id: header(&headers, "message-id").map(str::to_owned),
    }
}

/// Headers, unfolded and with names in small letters; body.
fn split(raw: &str) -> (Vec<(String, String)>, &str) {
    let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_lowercase(), value.trim().to_owned()))
    };
    (head.lines().filter_map(header).collect(), body)
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(own, _)| own == name)?;
    Some(&found.1)
}

fn parameter(value: &str, name: &str) -> Option<String> {
    let (_, rest) = value.split_once(&format!("{name}="))?;
    let rest = rest.split(';').next()?;
    Some(rest.trim().trim_matches('"').to_owned())
}

/// The part in plain text.
fn part(body: &str, boundary: &str) -> String {
    let line = format!("--{boundary}");
    let parts = body.split(&line).map(|part| split(part.trim_start()));
    let plain =
        parts.filter(|(headers, _)| header(headers, "content-type").is_some_and(|kind| kind.starts_with("text/plain")));
    let mut texts =
        plain.map(|(headers, body)| decode(body, header(&headers, "content-transfer-encoding").unwrap_or_default()));
    texts.next().unwrap_or_default()
}

fn decode(body: &str, encoding: &str) -> String {
    let bytes = match encoding.to_lowercase().as_str() {
        "base64" => {
            let joined: String = body.split_whitespace().collect();
            STANDARD.decode(joined).unwrap_or_default()
        }
        "quoted-printable" => quoted(&body.replace("=\r\n", "")),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `=E6=B0=91` as bytes.
fn quoted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| *first == b'=');
        let value = escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match value {
            Some(value) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

/// `=?utf-8?b?…?=` in a header; what is not encoded stays.
fn words(value: &str) -> String {
    let mut text = String::new();
    let mut was_encoded = false;
    for word in value.split(' ') {
        let inner = word.strip_prefix("=?").and_then(|word| word.strip_suffix("?="));
        let parts: Vec<&str> = inner.map(|inner| inner.splitn(3, '?').collect()).unwrap_or_default();
        let decoded = match parts.as_slice() {
            [_, "b" | "B", data] => STANDARD.decode(data).ok(),
            [_, "q" | "Q", data] => Some(quoted(&data.replace('_', " "))),
            _ => None,
        };
        // White space between two encoded words does not count.
        let is_joined = was_encoded && decoded.is_some();
        if !text.is_empty() && !is_joined {
            text.push(' ');
        }
        was_encoded = decoded.is_some();
        match decoded {
            Some(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
            None => text.push_str(word),
        }
    }
    text
}
