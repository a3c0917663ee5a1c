//! Whether a JPEG was received to its end. Decoders fill what is missing with grey and say nothing.

const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// Whether the end marker stands where the picture ends. Cameras append further pictures and notes after it, and
/// write small pictures with end markers of their own before it; so the segments are walked through.
pub fn is_complete_jpeg(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(&[0xff, 0xd8]) else {
        return false;
    };
    while let Some((marker, after)) = next_marker(rest) {
        match marker {
            END => return true,
            // Restart markers and TEM have no length.
            0xd0..=0xd7 | 0x01 => rest = after,
            _ => {
                let Some(segment) = skip_segment(after) else {
                    return false;
                };
                rest = if marker == SCAN { skip_scan(segment) } else { segment };
            }
        }
    }
    false
}

/// The marker that stands here, and what follows it; any number of fill bytes may precede it.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let rest = bytes.strip_prefix(&[0xff])?;
    let fill = rest.iter().take_while(|byte| **byte == 0xff).count();
    rest.get(fill..)?.split_first().map(|(marker, after)| (*marker, after))
}

/// What follows a segment that begins with its length.
fn skip_segment(bytes: &[u8]) -> Option<&[u8]> {
    let length = bytes.first_chunk::<2>()?;
    bytes.get(usize::from(u16::from_be_bytes(*length)).max(2)..)
}

/// What follows the compressed pixels: the first marker that is neither an escaped byte nor a restart.
fn skip_scan(bytes: &[u8]) -> &[u8] {
    let is_end = |pair: &[u8]| matches!(pair, [0xff, next] if !matches!(next, 0 | 0xd0..=0xd7 | 0xff));
    let length = bytes.windows(2).position(is_end).unwrap_or(bytes.len());
    bytes.get(length..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail loudly")]
    use image::{RgbImage, codecs::jpeg::JpegEncoder};

    use super::*;

    fn jpeg() -> Vec<u8> {
        let picture = RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 4, y as u8 * 5, 99]));
        let mut bytes = Vec::new();
        JpegEncoder::new(&mut bytes).encode_image(&picture).unwrap();
        bytes
    }

    #[test]
    fn every_shortened_jpeg_is_incomplete() {
        let whole = jpeg();
        assert!(is_complete_jpeg(&whole));
        for length in 0..whole.len() {
            assert!(!is_complete_jpeg(&whole[..length]), "{length} of {}", whole.len());
        }
    }

    #[test]
    fn what_a_camera_appends_does_not_matter() {
        let mut appended = jpeg();
        appended.extend_from_slice(b"trailing notes");
        assert!(is_complete_jpeg(&appended));
    }

    #[test]
    fn the_end_of_an_embedded_preview_is_not_the_end() {
        let whole = jpeg();
        let preview = [
            &[0xff, 0xd8, 0xff, 0xe1, 0x00, 0x06][..],
            &[0xff, 0xd9, 0xff, 0xd9],
            &whole[2..],
        ]
        .concat();
        assert!(is_complete_jpeg(&preview));
        assert!(!is_complete_jpeg(&preview[..preview.len() - 2]));
    }
}
