//! Posters and labels as PDF, rendered by poppler.

use std::path::Path;

use image::{GrayImage, imageops};
use minyi_domain::sheet::{Sheet, SheetDeputy, Template};
use minyi_print::Error;
use minyi_print::font::{CANDIDATES, Font};
use minyi_print::sheet::{Look, sheets_pdf};

use crate::tools::{deputies, font, pixels, rqrr, sheet, text, words, zbar};

fn pdf(sheets: &[Sheet], template: Template) -> Vec<u8> {
    sheets_pdf(sheets, &Look::plain(template), font()).unwrap()
}

/// With marks for the printing shop.
fn marked(sheets: &[Sheet], template: Template, crop_marks: bool) -> Vec<u8> {
    let look = Look {
        crop_marks,
        ..Look::plain(template)
    };
    sheets_pdf(sheets, &look, font()).unwrap()
}

/// A sheet whose every text is longer than usual.
fn long_sheet() -> Sheet {
    let level = "街道选举委员会推选的区第十八届人大代表".to_owned();
    let deputy = |number: usize| SheetDeputy {
        name: format!("阿卜杜热合曼·买买提江·托合提{number}尼亚孜"),
        level: level.clone(),
    };
    Sheet {
        place: "某某苗族侗族自治州临江县柳荫镇（经济开发区）槐树里社区居民委员会第三网格（东至人民路，西至解放路）"
            .to_owned(),
        station: "柳荫镇经济开发区槐树里社区人大代表联络站（人民之家）".to_owned(),
        url: "https://minyi.some-long-prefecture.example.gov.cn/c/ACDE3467KMNP".to_owned(),
        typed_address: "minyi.some-long-prefecture.example.gov.cn/c".to_owned(),
        deputies: (10..22).map(deputy).collect(),
        hotline: Some("0855-8808 1234 转 8016".to_owned()),
        ..sheet(1)
    }
}

#[test]
fn a_poster_at_150_dpi_is_read_by_two_decoders() {
    for format in [Template::A4, Template::A5] {
        for sheet in [sheet(1), long_sheet()] {
            let page = pixels(&pdf(std::slice::from_ref(&sheet), format), 1, 150);
            assert_eq!(rqrr(&page), std::slice::from_ref(&sheet.url), "rqrr, {format:?}");
            assert_eq!(zbar(&page), std::slice::from_ref(&sheet.url), "zbar, {format:?}");
        }
    }
}

/// The labels of a page of 300 dots an inch, cut apart: as a phone sees them, and because neither decoder
/// reliably tells two dozen codes in one picture apart.
fn labels(page: &GrayImage) -> Vec<GrayImage> {
    let cut = |n: u32| imageops::crop_imm(page, n % 3 * 827, 6 + n / 3 * 437, 826, 437).to_image();
    (0..24).map(cut).collect()
}

#[test]
fn all_24_labels_of_a_page_at_300_dpi_are_read_by_two_decoders() {
    let sheets: Vec<_> = (0..25).map(sheet).collect();
    for crop_marks in [false, true] {
        let pdf = marked(&sheets, Template::Labels, crop_marks);
        for (label, sheet) in labels(&pixels(&pdf, 1, 300)).iter().zip(&sheets) {
            assert_eq!(rqrr(label), std::slice::from_ref(&sheet.url), "rqrr");
            assert_eq!(zbar(label), std::slice::from_ref(&sheet.url), "zbar");
        }
        assert_eq!(zbar(&pixels(&pdf, 2, 300)), [sheets.last().unwrap().url.clone()]);
    }
}

#[test]
fn a_poster_with_twelve_deputies_still_has_a_code_of_nine_centimetres() {
    for sheet in [
        long_sheet(),
        Sheet {
            deputies: long_sheet().deputies,
            ..sheet(1)
        },
    ] {
        let page = pixels(&pdf(&[sheet], Template::A4), 1, 254);
        let mut prepared = rqrr::PreparedImage::prepare(page);
        let grids = prepared.detect_grids();
        let [top_left, top_right, ..] = grids.first().unwrap().bounds;
        // At 254 dots an inch a millimetre has ten pixels; the bounds are good to about a module.
        let side_mm = (top_right.x - top_left.x) / 10;
        assert!(side_mm >= 89, "{side_mm} mm");
    }
}

#[test]
fn every_text_of_a_sheet_can_be_found_in_the_pdf() {
    for sheet in [sheet(1), long_sheet()] {
        let found = text(&pdf(std::slice::from_ref(&sheet), Template::A4));
        let Sheet {
            place,
            station,
            typed_token,
            typed_address,
            hotline,
            ..
        } = &sheet;
        for said in [
            &"民意码".to_owned(),
            &"扫一扫，有事找代表".to_owned(),
            place,
            station,
            typed_token,
            typed_address,
            &hotline.clone().unwrap(),
        ] {
            let said: String = said.split_whitespace().collect();
            assert!(found.contains(&said), "{said} is not in {found}");
        }
    }
}

#[test]
fn no_deputy_is_left_out() {
    let names = [
        "王一", "王二", "王三", "王四", "王五", "王六", "王七", "王八", "王九", "王十", "王百", "王千",
    ];
    for count in 1..=names.len() {
        let named = names.get(..count).unwrap();
        let found = text(&pdf(
            &[Sheet {
                deputies: deputies(named),
                ..sheet(1)
            }],
            Template::A4,
        ));
        assert!(named.iter().all(|name| found.contains(name)), "{count}: {found}");
    }
    let crowd = deputies(&["王一"; 30]);
    let found = text(&pdf(
        &[Sheet {
            deputies: crowd,
            ..sheet(1)
        }],
        Template::A4,
    ));
    assert_eq!(found.matches("王一").count(), 11);
    assert!(found.contains("等30位代表"));
}

#[test]
fn nothing_overlaps_and_nothing_leaves_the_page() {
    let anonymous = Sheet {
        deputies: Vec::new(),
        hotline: None,
        ..sheet(1)
    };
    for sheet in [sheet(1), anonymous, long_sheet()] {
        for format in [Template::A4, Template::Labels] {
            let words = words(&pdf(std::slice::from_ref(&sheet), format));
            assert!(words.len() >= 5);
            for (index, a) in words.iter().enumerate() {
                assert!(a.0 >= 8.0 && a.1 >= 0.0 && a.2 <= 587.3 && a.3 <= 841.9, "{a:?}");
                for b in words.iter().skip(index + 1) {
                    assert!(!overlap(a, b), "{a:?} {b:?}");
                }
            }
        }
    }
}

/// Poppler's boxes are as high as the font's line, 1.45 em; the characters fill the middle of that.
fn overlap(a: &(f32, f32, f32, f32, String), b: &(f32, f32, f32, f32, String)) -> bool {
    let ink = |w: &(f32, f32, f32, f32, String)| {
        let spare = (w.3 - w.1) * (0.45 / 1.45) / 2.0;
        (w.1 + spare, w.3 - spare)
    };
    let ((a_top, a_bottom), (b_top, b_bottom)) = (ink(a), ink(b));
    a.0 < b.2 - 0.5 && b.0 < a.2 - 0.5 && a_top < b_bottom - 0.5 && b_top < a_bottom - 0.5
}

#[test]
fn a_batch_has_one_page_a_sheet_and_stays_small() {
    let sheets: Vec<_> = (0..60).map(sheet).collect();
    let pdf = pdf(&sheets, Template::A4);
    assert!(pdf.len() < 1_500_000, "{} bytes", pdf.len());
    assert_eq!(zbar(&pixels(&pdf, 60, 100)), [sheets.last().unwrap().url.clone()]);
}

#[test]
fn crop_marks_leave_the_sheet_its_size_and_its_code() {
    let plain = pixels(&pdf(&[sheet(1)], Template::A5), 1, 100);
    let marked = marked(&[sheet(1)], Template::A5, true);
    let page = pixels(&marked, 1, 100);
    // Twelve millimetres on both sides are 94.5 pixels.
    assert!((94..=95).contains(&(page.width() - plain.width())));
    assert!((94..=95).contains(&(page.height() - plain.height())));
    assert!(String::from_utf8_lossy(&marked).contains("/TrimBox"));
    assert_eq!(zbar(&page), [sheet(1).url]);
}

#[test]
fn the_pdf_says_its_title_and_language_and_is_the_same_each_time() {
    let (once, again) = (pdf(&[sheet(1)], Template::A4), pdf(&[sheet(1)], Template::A4));
    assert!(once == again);
    let raw = String::from_utf8_lossy(&once).into_owned();
    assert!(raw.contains("zh-CN"));
    assert!(
        raw.contains("民意码 临江区柳荫街道槐树里社区第1网格"),
        "the title in the XMP metadata"
    );
}

#[test]
fn a_character_without_a_glyph_is_an_error_that_names_sheet_and_field() {
    // A character of the private use area, as old registers used them for rare names.
    let broken = Sheet {
        deputies: deputies(&["王\u{E123}"]),
        ..sheet(2)
    };
    let error = sheets_pdf(&[sheet(1), broken], &Look::plain(Template::A4), font()).unwrap_err();
    let Error::Sheet { number: 2, source } = error else {
        panic!("{error}")
    };
    assert!(matches!(
        *source,
        Error::MissingGlyph {
            field: "deputy's name",
            character: '\u{E123}'
        }
    ));
}

#[test]
fn a_text_that_cannot_fit_is_an_error_and_not_cut_off() {
    let endless = Sheet {
        place: "很长的地名".repeat(80),
        ..sheet(1)
    };
    let error = sheets_pdf(&[endless], &Look::plain(Template::A4), font()).unwrap_err();
    let Error::Sheet { number: 1, source } = error else {
        panic!("{error}")
    };
    assert!(matches!(*source, Error::DoesNotFit { field: "place" }));
}

#[test]
fn line_breaks_and_tabs_of_a_form_field_are_spaces() {
    let untidy = Sheet {
        place: " 临江区\n柳荫街道\t ".to_owned(),
        ..sheet(1)
    };
    assert!(text(&pdf(&[untidy], Template::A4)).contains("临江区柳荫街道"));
}

#[test]
fn no_sheet_and_no_font_are_errors() {
    assert!(matches!(
        sheets_pdf(&[], &Look::plain(Template::A4), font()),
        Err(Error::NoSheets)
    ));
    let missing = Font::load(Path::new("/nonexistent/font.ttc"), 2);
    assert!(matches!(missing, Err(Error::FontFile { .. })));
    let not_a_font = Font::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")), 0);
    assert!(matches!(not_a_font, Err(Error::FontFormat { .. })));
    let (path, ..) = CANDIDATES.iter().find(|(path, ..)| Path::new(path).is_file()).unwrap();
    let no_such_face = Font::load(Path::new(path), 99);
    assert!(matches!(no_such_face, Err(Error::FontFormat { index: 99, .. })));
    assert!(Error::FontMissing.to_string().contains("fonts-noto-cjk"));
}
