//! Copying an object with new numbers.

use std::collections::HashMap;

use super::{put, read::number};
use crate::Error;

/// Copies an object's body, with every reference `n 0 R` renumbered; a dictionary gets `parent` as its first entry. What
/// stands in strings and in the stream is left as it is.
pub(super) fn copy(
    body: &[u8],
    numbers: &HashMap<u32, u32>,
    parent: Option<u32>,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut rest = body.trim_ascii_start();
    if let Some(parent) = parent {
        rest = rest
            .strip_prefix(b"<<")
            .ok_or(Error::Part("a page tree that is no dictionary"))?;
        put(out, format_args!("<< /Parent {parent} 0 R"));
    }
    while let Some(&byte) = rest.first() {
        let length = match byte {
            b'(' => string(rest).ok_or(Error::Part("a broken string"))?,
            b'<' if rest.get(1) == Some(&b'<') => 2,
            b'<' => {
                1 + rest
                    .iter()
                    .position(|byte| *byte == b'>')
                    .ok_or(Error::Part("a broken string"))?
            }
            b'/' => 1 + word(rest.get(1..).unwrap_or_default()),
            b'0'..=b'9' => {
                if let Some((old, after)) = reference(rest) {
                    let new = numbers
                        .get(&old)
                        .ok_or(Error::Part("a reference to what is left out"))?;
                    put(out, format_args!("{new} 0 R"));
                    rest = after;
                    continue;
                }
                word(rest)
            }
            _ if is_plain(byte) => {
                let length = word(rest);
                if rest.get(..length) == Some(b"stream") {
                    out.extend_from_slice(rest);
                    return Ok(());
                }
                length
            }
            _ => 1,
        };
        let (token, after) = rest.split_at_checked(length).ok_or(Error::Part("a broken object"))?;
        out.extend_from_slice(token);
        rest = after;
    }
    Ok(())
}

/// The length of a string in parentheses, which may hold pairs of them.
fn string(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut escaped) = (0_u32, false);
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' if depth <= 1 => return Some(index + 1),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A character of a number or a word, as against white space and delimiters.
fn is_plain(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && byte != 0 && !b"()<>[]{}/%".contains(&byte)
}

/// The length of a number, a word, or what follows the slash of a name.
fn word(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !is_plain(*byte)).unwrap_or(bytes.len())
}

/// `12 0 R`, and what follows.
fn reference(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (old, rest) = number(bytes)?;
    let (_, rest) = number(rest.strip_prefix(b" ")?)?;
    let rest = rest.strip_prefix(b" R")?;
    if rest.first().is_some_and(|byte| is_plain(*byte)) {
        return None;
    }
    Some((u32::try_from(old).ok()?, rest))
}
