//! The table stand (桌牌): A4 folded in the middle, so that both halves are read from their side of the table.

use minyi_domain::sheet::{Design, Sheet};

use super::canvas::{Align, Canvas, Ink, Style, area};
use super::cards::code;
use super::page::{HEIGHT, WIDTH};
use super::poster::GREY;
use crate::Error;

/// A half's height, in millimetres.
const HALF: f32 = HEIGHT / 2.0;
const SIDE: f32 = 12.0;
const BAND: f32 = 30.0;
/// The code with its quiet zone.
const CODE: f32 = 92.0;

pub(super) fn draw(canvas: &mut Canvas, sheet: &Sheet, design: &Design) -> Result<(), Error> {
    canvas.moved((0.0, HALF), false, |canvas| half(canvas, sheet, design))?;
    canvas.moved((WIDTH, HALF), true, |canvas| half(canvas, sheet, design))?;
    // Where it is folded; dashes, so that nobody cuts here.
    for dash in 0_u8..42 {
        let x = f32::from(dash) * 5.0;
        canvas.line((x, HALF), (x + 2.0, HALF), 0.1, GREY);
    }
    Ok(())
}

fn half(canvas: &mut Canvas, sheet: &Sheet, design: &Design) -> Result<(), Error> {
    let palette = canvas.palette;
    canvas.rectangle(area(0.0, 0.0, WIDTH, BAND), palette.main);
    canvas.rectangle(area(0.0, BAND, WIDTH, 1.2), palette.accent);
    let title = Style::new("title", 46.0, 20.0)
        .bold()
        .ink(Ink::White)
        .tracking(0.08)
        .align(Align::Left);
    canvas.text(&design.title, area(SIDE, 4.0, 90.0, BAND - 8.0), &title)?;
    let hint = Style::new("hint", 21.0, 10.0)
        .bold()
        .ink(palette.pale)
        .align(Align::Right);
    let right = WIDTH - SIDE;
    canvas.text(&design.hint, area(104.0, 4.0, right - 104.0, BAND - 8.0), &hint)?;
    code(canvas, sheet, area(SIDE - 6.0, BAND + 8.0, CODE, CODE))?;

    let (x, width) = (SIDE + CODE - 2.0, right - SIDE - CODE + 2.0);
    let line = |y: f32, height: f32| area(x, BAND + y, width, height);
    let place = Style::new("place", 21.0, 9.0).bold().align(Align::Left);
    canvas.text(&sheet.place, line(12.0, 26.0), &place)?;
    let steps = Style::new("step", 14.0, 10.0).ink(GREY).align(Align::Left);
    canvas.text(
        "打开微信扫一扫，写字拍照都可以，代表会答复您。",
        line(40.0, 16.0),
        &steps,
    )?;
    let station = Style::new("station", 14.0, 8.0).align(Align::Left);
    canvas.text(&sheet.station, line(58.0, 12.0), &station)?;
    if let Some(hotline) = design.hotline.as_ref().or(sheet.hotline.as_ref()) {
        let number = Style::new("hotline", 19.0, 10.0)
            .bold()
            .ink(palette.main)
            .align(Align::Left);
        canvas.text(&format!("电话 {hotline}"), line(71.0, 10.0), &number)?;
    }
    let token = Style::new("token", 15.0, 9.0).bold().align(Align::Left);
    canvas.text(&format!("编号 {}", sheet.typed_token), line(83.0, 8.0), &token)?;
    let typed = Style::new("typed address", 9.5, 6.0).ink(GREY).align(Align::Left);
    let help = format!("扫不开，在手机浏览器输入 {} 再键入编号", sheet.typed_address);
    canvas.text(&help, line(91.5, 8.0), &typed)?;
    Ok(())
}
