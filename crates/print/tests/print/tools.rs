//! The independent programs, and sample sheets.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use image::GrayImage;
use minyi_domain::sheet::{Sheet, SheetDeputy};
use minyi_print::font::Font;

pub fn font() -> &'static Font {
    static FONT: OnceLock<Font> = OnceLock::new();
    FONT.get_or_init(|| Font::find().expect("the tests need a Chinese font"))
}

/// What every code in the picture says, by rqrr.
pub fn rqrr(picture: &GrayImage) -> Vec<String> {
    let mut prepared = rqrr::PreparedImage::prepare(picture.clone());
    let grids = prepared.detect_grids();
    grids
        .iter()
        .filter_map(|grid| grid.decode().ok())
        .map(|(_, content)| content)
        .collect()
}

/// What every code in the picture says, by zbar.
pub fn zbar(picture: &GrayImage) -> Vec<String> {
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let arguments = ["--raw", "--quiet", "--nodbus", "-Sdisable", "-Sqrcode.enable", "-"];
    let output = run("zbarimg", "zbar-tools", &arguments, &png.into_inner());
    String::from_utf8(output).unwrap().lines().map(str::to_owned).collect()
}

/// One page of a PDF (counted from 1) as pixels, by poppler.
pub fn pixels(pdf: &[u8], page: u32, dots_per_inch: u32) -> GrayImage {
    let (page, dpi) = (page.to_string(), dots_per_inch.to_string());
    let arguments = ["-png", "-gray", "-r", &dpi, "-f", &page, "-l", &page, "-"];
    let png = run("pdftoppm", "poppler-utils", &arguments, pdf);
    image::load_from_memory(&png).unwrap().into_luma8()
}

/// A PDF's text without any white space, by poppler.
pub fn text(pdf: &[u8]) -> String {
    let text = run("pdftotext", "poppler-utils", &["-", "-"], pdf);
    String::from_utf8(text).unwrap().split_whitespace().collect()
}

/// Each word's box as (left, top, right, bottom, word), in points, by poppler.
pub fn words(pdf: &[u8]) -> Vec<(f32, f32, f32, f32, String)> {
    let html = run("pdftotext", "poppler-utils", &["-bbox", "-", "-"], pdf);
    let html = String::from_utf8(html).unwrap();
    let words = html.lines().filter_map(|line| line.trim().strip_prefix("<word "));
    words
        .map(|word| {
            let mut quoted = word.split('"').skip(1).step_by(2).map(|n| n.parse().unwrap());
            let mut number = || quoted.next().unwrap();
            let (_, said) = word.split_once('>').unwrap();
            let said = said.trim_end_matches("</word>").to_owned();
            (number(), number(), number(), number(), said)
        })
        .collect()
}

fn run(program: &str, package: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("the tests need {program} of the package {package}: {e}"));
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // Written from a thread of its own, because the program may answer before it has read all.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap().stdout
    })
}

pub fn sheet(number: usize) -> Sheet {
    Sheet {
        purpose: None,
        place: format!("临江区柳荫街道槐树里社区第{number}网格"),
        station: "柳荫街道人大代表联络站".to_owned(),
        url: format!("https://my.example.gov.cn/c/ACDE3467K{number:03}"),
        typed_token: format!("ACDE-3467-K{number:03}"),
        typed_address: "my.example.gov.cn/c".to_owned(),
        deputies: deputies(&["王建国", "李秀英", "张伟"]),
        hotline: Some("0571-8808 1234".to_owned()),
    }
}

pub fn deputies(names: &[&str]) -> Vec<SheetDeputy> {
    let deputy = |name: &&str| SheetDeputy {
        name: (*name).into(),
        level: "区人大代表".into(),
    };
    names.iter().map(deputy).collect()
}
