//! The code as SVG and PNG.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, RgbaImage};
use minyi_print::Error;
use minyi_print::code::{CodeImage, ErrorCorrection, Logo};
use proptest::prelude::*;
use resvg::{tiny_skia, usvg};

use crate::tools::{rqrr, zbar};

const URL: &str = "https://my.example.gov.cn/c/ACDE3467KMNP";

/// The SVG as a browser would show it at a width that is no multiple of its modules.
fn rasterised(svg: &str) -> GrayImage {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).unwrap();
    let mut pixels = tiny_skia::Pixmap::new(431, 431).unwrap();
    let scale = 431.0 / tree.size().width();
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    let png = pixels.encode_png().unwrap();
    image::load_from_memory(&png).unwrap().into_luma8()
}

fn opened(png: &[u8]) -> GrayImage {
    image::load_from_memory(png).unwrap().into_luma8()
}

fn picture(width: u32, height: u32) -> Vec<u8> {
    let pixels = RgbaImage::from_fn(width, height, |x, y| {
        image::Rgba([if (x / 8 + y / 8) % 2 == 0 { 0 } else { 255 }, 40, 90, 255])
    });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(pixels)
        .write_to(&mut file, ImageFormat::Png)
        .unwrap();
    file.into_inner()
}

fn every_level() -> impl Strategy<Value = ErrorCorrection> {
    use ErrorCorrection::{H, L, M, Q};
    prop_oneof![Just(L), Just(M), Just(Q), Just(H)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_address_reads_back_from_svg_and_png(
        host in "[a-z]{1,3}(\\.[a-z]{2,12}){1,4}",
        token in "[2-9A-HJ-NP-Z]{12}",
        error_correction in every_level(),
    ) {
        let url = format!("https://{host}/c/{token}");
        let code = CodeImage { error_correction, ..CodeImage::new(&url) };
        prop_assert_eq!(rqrr(&rasterised(&code.svg().unwrap())), vec![url.clone()]);
        prop_assert_eq!(rqrr(&opened(&code.png(300).unwrap())), vec![url.clone()]);
    }

    #[test]
    fn a_logo_never_harms_reading(
        host in "[a-z]{1,3}(\\.[a-z]{2,12}){1,2}",
        token in "[2-9A-HJ-NP-Z]{12}",
        size_px in 200_u32..900,
        own in any::<bool>(),
    ) {
        let url = format!("https://{host}/c/{token}");
        let logo = if own { Logo::from_png(&picture(64, 64)).unwrap() } else { Logo::Mark };
        let code = CodeImage { logo: Some(logo), ..CodeImage::new(&url) };
        let png = opened(&code.png(size_px).unwrap());
        prop_assert_eq!(rqrr(&png), vec![url.clone()]);
        prop_assert_eq!(zbar(&png), vec![url.clone()]);
        prop_assert_eq!(rqrr(&rasterised(&code.svg().unwrap())), vec![url]);
    }
}

#[test]
fn a_png_has_whole_pixels_a_module_and_only_black_and_white() {
    let png = CodeImage::new(URL).png(500).unwrap();
    let picture = opened(&png);
    // 37 modules and the quiet zone on both sides make 45; 11 px each are the most that fit.
    assert_eq!(picture.dimensions(), (495, 495));
    assert!(picture.pixels().all(|p| p.0 == [0] || p.0 == [255]));
    assert!(png.len() < 4_000, "{} bytes", png.len());
}

#[test]
fn the_quiet_zone_is_white_and_as_wide_as_asked() {
    let code = CodeImage {
        quiet_zone_modules: 6,
        ..CodeImage::new(URL)
    };
    let picture = opened(&code.png(490).unwrap());
    let first_black = picture.enumerate_pixels().find(|(.., p)| p.0 == [0]).unwrap();
    assert_eq!((first_black.0, first_black.1), (60, 60));
}

#[test]
fn an_svg_is_small_and_measured_in_modules() {
    let svg = CodeImage::new(URL).svg().unwrap();
    assert!(svg.contains(r#"viewBox="0 0 45 45""#));
    assert!(svg.len() < 9_000, "{} bytes", svg.len());
}

#[test]
fn a_logo_covers_at_most_a_twentieth() {
    for length in [1, 10, 20, 30, 40, 58] {
        let content = "a".repeat(length);
        let plain = CodeImage::new(&content);
        let marked = CodeImage {
            logo: Some(Logo::Mark),
            ..plain.clone()
        };
        let (plain, marked) = (opened(&plain.png(800).unwrap()), opened(&marked.png(800).unwrap()));
        let changed: Vec<_> = plain
            .enumerate_pixels()
            .filter(|(x, y, p)| marked.get_pixel(*x, *y) != *p)
            .map(|(x, ..)| x)
            .collect();
        let width = changed.iter().max().unwrap() - changed.iter().min().unwrap() + 1;
        assert!(width * width <= plain.width() * plain.height() / 20);
    }
}

#[test]
fn a_picture_too_small_to_read_or_too_large_is_refused() {
    let code = CodeImage::new(URL);
    assert!(matches!(code.png(89), Err(Error::TooSmall { minimum_px: 90 })));
    assert_eq!(rqrr(&opened(&code.png(90).unwrap())), [URL]);
    assert!(matches!(code.png(4097), Err(Error::TooLarge { maximum_px: 4096 })));
}

#[test]
fn a_logo_needs_the_highest_level() {
    let code = CodeImage {
        error_correction: ErrorCorrection::Q,
        logo: Some(Logo::Mark),
        ..CodeImage::new(URL)
    };
    assert!(matches!(code.svg(), Err(Error::LogoNeedsLevelH)));
}

#[test]
fn a_logo_needs_a_code_without_an_alignment_pattern_in_the_middle() {
    let content = "a".repeat(59);
    let code = CodeImage {
        logo: Some(Logo::Mark),
        ..CodeImage::new(&content)
    };
    assert!(matches!(code.svg(), Err(Error::LogoNeedsShorterContent)));
}

#[test]
fn a_logo_that_is_no_png_or_far_too_large_is_refused() {
    assert!(matches!(Logo::from_png(b"GIF89a"), Err(Error::LogoPicture(_))));
    assert!(matches!(Logo::from_png(&picture(2049, 8)), Err(Error::LogoPicture(_))));
}

#[test]
fn content_that_no_code_holds_is_refused() {
    let content = "a".repeat(2_000);
    assert!(matches!(CodeImage::new(&content).svg(), Err(Error::Content(_))));
}
