//! Stands and cards, designs of one's own, previews, and many parts as one file.

use image::{GrayImage, ImageFormat, RgbaImage, imageops};
use minyi_domain::sheet::{Design, Sheet, Template};
use minyi_print::code::Picture;
use minyi_print::join::Joiner;
use minyi_print::sheet::{Look, preview_png, sheets_pdf};

use crate::tools::{font, pixels, rqrr, sheet, text, words, zbar};

fn own() -> Look {
    let mut logo = std::io::Cursor::new(Vec::new());
    let picture = RgbaImage::from_fn(300, 150, |x, y| {
        image::Rgba([(x % 255) as u8, (y % 255) as u8, 120, 255])
    });
    picture.write_to(&mut logo, ImageFormat::Png).unwrap();
    Look {
        design: Design {
            title: "某县民意直通车".to_owned(),
            hint: "有事您就扫一扫，代表来帮您".to_owned(),
            hotline: Some("12345-6".to_owned()),
            main: "#0b3d91".parse().unwrap(),
            accent: "#4caf50".parse().unwrap(),
            code: "#0b2545".parse().unwrap(),
        },
        logo: Some(Picture::read(&logo.into_inner()).unwrap()),
        ..Look::plain(Template::A4)
    }
}

fn looks() -> impl Iterator<Item = Look> {
    Template::ALL
        .iter()
        .flat_map(|&template| [own(), Look::plain(template)].map(|look| Look { template, ..look }))
}

#[test]
fn every_template_in_every_design_is_read_by_two_decoders_at_150_dpi() {
    for look in looks() {
        let pdf = sheets_pdf(&[sheet(1)], &look, font()).unwrap();
        // A label is held closer to the eye than a poster.
        let dpi = if look.template == Template::Labels { 300 } else { 150 };
        let page = pixels(&pdf, 1, dpi);
        let found = zbar(&page);
        assert!(
            !found.is_empty() && found.iter().all(|url| *url == sheet(1).url),
            "zbar, {:?}",
            look.template
        );
        assert!(rqrr(&page).contains(&sheet(1).url), "rqrr, {:?}", look.template);
    }
}

#[test]
fn a_preview_shows_the_code_that_will_be_printed() {
    for look in looks() {
        let sheets = vec![sheet(1); 1];
        let png = preview_png(&sheets, &look, font(), 2480).unwrap();
        let page = image::load_from_memory(&png).unwrap().into_luma8();
        assert!(rqrr(&page).contains(&sheet(1).url), "{:?}", look.template);
        let printed = coarse(&pixels(&sheets_pdf(&sheets, &look, font()).unwrap(), 1, 150));
        let shown = coarse(&page);
        assert!(
            difference(&shown, &printed) < 6.0,
            "{:?}: {}",
            look.template,
            difference(&shown, &printed)
        );
    }
}

/// So small that what stands where can be compared, whatever drew the edges.
fn coarse(picture: &GrayImage) -> GrayImage {
    imageops::resize(picture, 60, 60, imageops::FilterType::Triangle)
}

/// The mean difference of two pictures' grey values.
fn difference(one: &GrayImage, other: &GrayImage) -> f64 {
    let pairs = one.pixels().zip(other.pixels());
    let sum: f64 = pairs.map(|(a, b)| f64::from(a.0[0].abs_diff(b.0[0]))).sum();
    sum / f64::from(one.width() * one.height())
}

#[test]
fn a_design_brings_its_own_words() {
    for look in looks() {
        let found = text(&sheets_pdf(&[sheet(1)], &look, font()).unwrap());
        assert!(found.contains(&look.design.title), "{:?}: {found}", look.template);
        assert!(found.contains(&look.design.hint), "{:?}: {found}", look.template);
        if let Some(hotline) = look
            .design
            .hotline
            .as_ref()
            .filter(|_| look.template != Template::Labels)
        {
            assert!(
                found.contains(hotline) && !found.contains("8808"),
                "{:?}: {found}",
                look.template
            );
        }
    }
}

#[test]
fn a_stand_is_read_from_both_sides_of_the_table() {
    let pdf = sheets_pdf(&[sheet(1)], &Look::plain(Template::Stand), font()).unwrap();
    let page = pixels(&pdf, 1, 150);
    let half = page.height() / 2;
    let lower = imageops::crop_imm(&page, 0, half, page.width(), half).to_image();
    let upper = imageops::crop_imm(&page, 0, 0, page.width(), half).to_image();
    assert_eq!(zbar(&lower), [sheet(1).url]);
    assert!(
        difference(&coarse(&imageops::rotate180(&upper)), &coarse(&lower)) < 4.0,
        "the upper half stands on its head"
    );
}

#[test]
fn ten_cards_fit_on_a_page() {
    let sheets: Vec<Sheet> = (0..11).map(sheet).collect();
    let pdf = sheets_pdf(&sheets, &Look::plain(Template::Cards), font()).unwrap();
    let page = pixels(&pdf, 1, 300);
    for (index, sheet) in sheets.iter().take(10).enumerate() {
        let (column, row) = ((index % 2) as u32, (index / 2) as u32);
        // 15 mm from the left, 13.5 mm from the top; 90 × 54 mm.
        let card = imageops::crop_imm(&page, 177 + column * 1063, 159 + row * 638, 1063, 638).to_image();
        assert_eq!(zbar(&card), std::slice::from_ref(&sheet.url));
    }
    assert_eq!(zbar(&pixels(&pdf, 2, 300)), [sheets.last().unwrap().url.clone()]);
}

fn joined(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut joiner = Joiner::new();
    let mut whole = Vec::new();
    for part in parts {
        whole.extend(joiner.append(part).unwrap());
    }
    whole.extend(joiner.finish("民意码 某县"));
    whole
}

#[test]
fn parts_joined_are_one_file_with_all_pages_in_order() {
    let sheets: Vec<Sheet> = (0..7).map(sheet).collect();
    for look in [Look::plain(Template::A5), own()] {
        let parts: Vec<_> = sheets
            .chunks(3)
            .map(|some| sheets_pdf(some, &look, font()).unwrap())
            .collect();
        let whole = joined(&parts);
        for (page, sheet) in (1..).zip(&sheets) {
            assert_eq!(
                zbar(&pixels(&whole, page, 100)),
                std::slice::from_ref(&sheet.url),
                "page {page}"
            );
        }
        let found = text(&whole);
        for sheet in &sheets {
            assert!(found.contains(&sheet.place), "{} can be searched for", sheet.place);
        }
        let alone = pixels(&sheets_pdf(&sheets[4..5], &look, font()).unwrap(), 1, 60);
        assert!(pixels(&whole, 5, 60) == alone, "a joined page looks as it does alone");
    }
}

#[test]
fn a_joined_file_is_correct_for_a_strict_reader() {
    let parts: Vec<_> = (0..3)
        .map(|n| sheets_pdf(&[sheet(n)], &own(), font()).unwrap())
        .collect();
    let whole = joined(&parts);
    let file = std::env::temp_dir().join(format!("minyi-joined-{}.pdf", std::process::id()));
    std::fs::write(&file, &whole).unwrap();
    let info = std::process::Command::new("pdfinfo").arg(&file).output().unwrap();
    std::fs::remove_file(&file).unwrap();
    let (said, complaints) = (
        String::from_utf8_lossy(&info.stdout),
        String::from_utf8_lossy(&info.stderr),
    );
    assert!(
        said.contains("Pages:           3") && said.contains("民意码 某县"),
        "{said}"
    );
    assert!(complaints.is_empty(), "{complaints}");
    assert!(!words(&whole).is_empty());
}

#[test]
fn what_is_no_part_of_ours_is_refused() {
    let part = sheets_pdf(&[sheet(1)], &Look::plain(Template::A4), font()).unwrap();
    for broken in [&part[..part.len() / 2], b"%PDF-1.7", b"", &part[..part.len() - 20]] {
        assert!(Joiner::new().append(broken).is_err());
    }
    assert!(Picture::read(b"<svg/>").is_err());
}
