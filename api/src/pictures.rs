//! What becomes of an uploaded photo: two upright JPEGs without anything that the camera wrote into it.
//!
//! The order matters. The header is read first and refuses what is too large before a pixel is decoded, so that a
//! bomb costs nothing; then the picture is shrunk, and only then turned.

mod complete;

use std::io::Cursor;

use fast_image_resize::{ResizeOptions, Resizer};
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, RgbImage, codecs::jpeg::JpegEncoder,
    error::LimitErrorKind,
};

use crate::problem::Problem;

/// The longest side that is decoded, in pixels.
const MAX_SIDE_PX: u32 = 8192;
/// Memory for decoding one picture.
const MAX_ALLOC_BYTES: u64 = 200 << 20;
/// The longest side that is kept, in pixels.
const FULL_PX: u32 = 1600;
/// The longest side of the small picture, in pixels.
const THUMBNAIL_PX: u32 = 320;
const JPEG_QUALITY: u8 = 82;

/// A photo as it is kept.
pub struct Picture {
    /// JPEG.
    pub full: Vec<u8>,
    /// JPEG.
    pub thumbnail: Vec<u8>,
    /// Pixels of `full`.
    pub width: u32,
    /// Pixels of `full`.
    pub height: u32,
}

/// Reads what was uploaded and makes what is kept. Takes a fifth of a second for a phone's photo.
///
/// # Errors
/// [`Problem::PhotoHeic`], [`Problem::PhotoFormat`], [`Problem::PhotoIncomplete`], [`Problem::PhotoUnreadable`],
/// [`Problem::PhotoTooManyPixels`].
pub fn process(bytes: &[u8]) -> Result<Picture, Problem> {
    let format = recognise(bytes)?;
    if format == ImageFormat::Jpeg && !complete::is_complete_jpeg(bytes) {
        return Err(Problem::PhotoIncomplete);
    }
    let full = decode(bytes, format)?;
    let thumbnail = shrink(full.clone(), THUMBNAIL_PX)?;
    let full = full.into_rgb8();
    let (width, height) = full.dimensions();
    Ok(Picture {
        full: encode(&full)?,
        thumbnail: encode(&thumbnail.into_rgb8())?,
        width,
        height,
    })
}

fn recognise(bytes: &[u8]) -> Result<ImageFormat, Problem> {
    if let Some(brand) = bytes.get(4..12).and_then(|head| head.strip_prefix(b"ftyp"))
        && matches!(
            brand,
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1"
        )
    {
        return Err(Problem::PhotoHeic);
    }
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => Ok(format),
        _ => Err(Problem::PhotoFormat),
    }
}

/// Decoded, shrunk to what is kept, on white, upright.
fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, Problem> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PX);
    limits.max_image_height = Some(MAX_SIDE_PX);
    limits.max_alloc = Some(MAX_ALLOC_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    // The side limits are not every decoder's own; the size of the pixels is nobody's.
    if width > MAX_SIDE_PX || height > MAX_SIDE_PX || decoder.total_bytes() > MAX_ALLOC_BYTES {
        return Err(Problem::PhotoTooManyPixels);
    }
    let orientation = decoder.orientation().map_err(refused)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    let mut picture = on_white(shrink(simple(picture), FULL_PX)?);
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Eight bits a channel: what a JPEG holds.
fn simple(picture: DynamicImage) -> DynamicImage {
    if picture.color().has_alpha() {
        picture.into_rgba8().into()
    } else {
        picture.into_rgb8().into()
    }
}

fn shrink(picture: DynamicImage, longest_px: u32) -> Result<DynamicImage, Problem> {
    let (width, height) = (picture.width(), picture.height());
    let longest = width.max(height);
    if longest <= longest_px {
        return Ok(picture);
    }
    let scaled = |side: u32| {
        let scaled = u64::from(side) * u64::from(longest_px) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(longest_px).max(1)
    };
    let mut small = DynamicImage::new(scaled(width), scaled(height), picture.color());
    Resizer::new()
        .resize(&picture, &mut small, &ResizeOptions::default())
        .map_err(Problem::internal)?;
    Ok(small)
}

fn on_white(picture: DynamicImage) -> DynamicImage {
    let DynamicImage::ImageRgba8(picture) = picture else {
        return picture;
    };
    let blend = |colour: u8, alpha: u8| {
        let (colour, alpha) = (u16::from(colour), u16::from(alpha));
        u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
    };
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (to, from) in flat.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = from.0;
        to.0 = [red, green, blue].map(|colour| blend(colour, alpha));
    }
    flat.into()
}

fn encode(picture: &RgbImage) -> Result<Vec<u8>, Problem> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY)
        .encode_image(picture)
        .map_err(Problem::internal)?;
    Ok(jpeg)
}

fn refused(error: ImageError) -> Problem {
    match error {
        ImageError::Limits(error)
            if matches!(
                error.kind(),
                LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory
            ) =>
        {
            Problem::PhotoTooManyPixels
        }
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Problem::PhotoIncomplete,
        _ => Problem::PhotoUnreadable,
    }
}
