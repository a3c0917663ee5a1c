//! The form of a proposal (代表建议、批评和意见专用纸): a table, the text over as many pages as it needs, the submissions
//! that it came from, and lines to sign on.

use krilla::Document;
use krilla::metadata::Metadata;

use super::canvas::{Align, Area, Canvas, Ink, Style, area};
use super::page::{HEIGHT, Press, WIDTH};
use super::poster::GREY;
use super::text::{Block, Line, flow};
use crate::{Error, font::Font};

/// What stands on the form. What is empty leaves room to write by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Whose paper it is, such as 某县人民代表大会.
    pub congress: String,
    /// The heading, such as 代表建议、批评和意见专用纸.
    pub heading: String,
    pub number: String,
    pub title: String,
    /// Name of the deputy who brings it in (领衔代表).
    pub lead: String,
    /// The deputy's level in words.
    pub level: String,
    pub workplace: String,
    /// Names of those who sign it too (附议代表).
    pub cosigners: Vec<String>,
    pub station: String,
    /// Address and telephone of the station.
    pub station_contact: String,
    /// With paragraphs.
    pub text: String,
    /// Numbers of the submissions that it came from.
    pub sources: Vec<String>,
    /// The office that answers.
    pub office: String,
    pub drafted_on: String,
    pub submitted_on: String,
}

/// White at both sides, in millimetres.
const SIDE: f32 = 20.0;
const COLUMN: f32 = WIDTH - 2.0 * SIDE;
/// The width of the table's first column, in millimetres.
const LABEL: f32 = 30.0;
/// Where the text of a page ends, in millimetres.
const BOTTOM: f32 = HEIGHT - 22.0;
/// Where the text of a further page begins, in millimetres.
const TOP: f32 = 22.0;
/// Air beside a text in its box, in millimetres.
const PAD: f32 = 3.0;
/// What the lines to sign on take, in millimetres.
const SIGNATURES: f32 = 42.0;
const HAIRLINE: f32 = 0.25;

/// A row of the table.
struct Row {
    label: &'static str,
    block: Block,
    height: f32,
}

/// The form as a PDF with embedded font and text that can be searched and copied.
///
/// # Errors
/// [`Error::DoesNotFit`] with the part that is too long, [`Error::MissingGlyph`], [`Error::Pdf`].
pub fn form_pdf(form: &Form, font: &Font) -> Result<Vec<u8>, Error> {
    let press = Press::plain(font)?;
    let rows = rows(form, &press)?;
    let table: f32 = rows.iter().map(|row| row.height).sum();
    let first_top = 58.0 + table;
    let pages = pages(body(form, &press)?, first_top);
    let mut document = Document::new();
    let title = format!("{} {}", form.heading, form.title);
    document.set_metadata(Metadata::new().title(title).language("zh-CN".to_owned()));
    let count = pages.len();
    for (index, lines) in pages.into_iter().enumerate() {
        press.page(&mut document, (WIDTH, HEIGHT), |canvas| {
            let mut top = TOP;
            if index == 0 {
                head(canvas, form)?;
                table_of(canvas, &rows)?;
                top = first_top;
            }
            let end = text(canvas, lines, top, index + 1 == count)?;
            if index + 1 == count {
                signatures(canvas, form, end)?;
            }
            footer(canvas, &form.number, index + 1, count)
        })?;
    }
    document.finish().map_err(|error| Error::Pdf(error.to_string()))
}

fn words() -> Style {
    Style::new("form", 11.0, 11.0).align(Align::Left)
}

fn body_style() -> Style {
    let mut style = Style::new("text", 12.0, 12.0).align(Align::Left);
    style.sizes.leading = 1.6;
    style
}

fn line_height(style: &Style) -> f32 {
    style.sizes.largest * style.sizes.leading
}

fn rows(form: &Form, press: &Press) -> Result<Vec<Row>, Error> {
    let lead = format!("{}　{}　{}", form.lead, form.level, form.workplace);
    let station = format!("{}　{}", form.station, form.station_contact);
    let dates = match form.submitted_on.as_str() {
        "" => format!("起草：{}", form.drafted_on),
        submitted => format!("起草：{}　提交：{submitted}", form.drafted_on),
    };
    let rows = [
        ("标　　题", form.title.clone()),
        ("领衔代表", lead),
        ("附议代表", form.cosigners.join("、")),
        ("联 络 站", station),
        ("承办单位", form.office.clone()),
        ("日　　期", dates),
    ];
    let style = words();
    let (size, height) = (style.sizes.largest, line_height(&style));
    rows.into_iter()
        .map(|(label, value)| {
            let ems = (COLUMN - LABEL - 2.0 * PAD) / size;
            let lines = flow(&press.regular, value.trim(), ems, 0.0, &style.sizes)?;
            // A row has a few lines.
            #[expect(clippy::cast_precision_loss, reason = "small whole number")]
            let height = (lines.len().max(1) as f32 * height + 4.0).max(10.0);
            Ok(Row {
                label,
                block: Block { lines, size },
                height,
            })
        })
        .collect()
}

/// The text and below it where it came from, in lines.
fn body(form: &Form, press: &Press) -> Result<Vec<Line>, Error> {
    let style = body_style();
    let ems = (COLUMN - 2.0 * PAD) / style.sizes.largest;
    let mut text = form.text.clone();
    if !form.sources.is_empty() {
        let (count, numbers) = (form.sources.len(), form.sources.join("、"));
        text.push_str(&format!("\n本建议由 {count} 件群众民意综合而成，登记编号：{numbers}。"));
    }
    flow(&press.regular, &text, ems, 2.0, &style.sizes)
}

/// The lines of each page; the last one has room for the signatures.
fn pages(lines: Vec<Line>, first_top: f32) -> Vec<Vec<Line>> {
    let height = line_height(&body_style());
    let mut pages: Vec<Vec<Line>> = vec![Vec::new()];
    let mut y = first_top + PAD;
    for line in lines {
        if y + height > BOTTOM {
            pages.push(Vec::new());
            y = TOP + PAD;
        }
        if let Some(page) = pages.last_mut() {
            page.push(line);
        }
        y += height;
    }
    if y + SIGNATURES > BOTTOM {
        pages.push(Vec::new());
    }
    pages
}

fn head(canvas: &mut Canvas, form: &Form) -> Result<(), Error> {
    let congress = Style::new("congress", 15.0, 9.0);
    canvas.text(&form.congress, area(SIDE, 16.0, COLUMN, 9.0), &congress)?;
    let heading = Style::new("heading", 22.0, 14.0).bold().ink(canvas.palette.main);
    canvas.text(&form.heading, area(SIDE, 27.0, COLUMN, 13.0), &heading)?;
    let number = Style::new("number", 11.0, 8.0).align(Align::Right);
    let said = if form.number.is_empty() {
        "编号：　　　　　　　　"
    } else {
        form.number.as_str()
    };
    canvas.text(said, area(SIDE, 45.0, COLUMN, 7.0), &number)?;
    Ok(())
}

fn table_of(canvas: &mut Canvas, rows: &[Row]) -> Result<(), Error> {
    let mut y = 54.0;
    frame(canvas, area(SIDE, y, COLUMN, rows.iter().map(|row| row.height).sum()));
    for row in rows {
        canvas.text(
            row.label,
            area(SIDE, y, LABEL, row.height),
            &Style::new("form", 11.0, 11.0).bold(),
        )?;
        let style = words();
        let place = area(SIDE + LABEL + PAD, y, COLUMN - LABEL - 2.0 * PAD, row.height);
        // In the middle of the row.
        #[expect(clippy::cast_precision_loss, reason = "small whole number")]
        let top = y + (row.height - row.block.lines.len() as f32 * line_height(&style)) / 2.0;
        canvas.block(&row.block, place, top, &style)?;
        y += row.height;
        canvas.line((SIDE, y), (SIDE + COLUMN, y), HAIRLINE, Ink::Black);
    }
    canvas.line((SIDE + LABEL, 54.0), (SIDE + LABEL, y), HAIRLINE, Ink::Black);
    Ok(())
}

/// The lines in their frame; returns where they end.
fn text(canvas: &mut Canvas, lines: Vec<Line>, top: f32, is_last: bool) -> Result<f32, Error> {
    let style = body_style();
    #[expect(clippy::cast_precision_loss, reason = "small whole number")]
    let end = top + PAD + lines.len() as f32 * line_height(&style);
    let bottom = if is_last { end + SIGNATURES } else { BOTTOM };
    frame(canvas, area(SIDE, top, COLUMN, bottom - top));
    let block = Block {
        lines,
        size: style.sizes.largest,
    };
    let place = area(SIDE + PAD, top, COLUMN - 2.0 * PAD, end - top);
    canvas.block(&block, place, top + PAD, &style)?;
    Ok(end)
}

fn signatures(canvas: &mut Canvas, form: &Form, top: f32) -> Result<(), Error> {
    let style = words();
    let date = "　　　　年　　月　　日";
    let cosigners = if form.cosigners.is_empty() {
        "附议代表（签名）：　　　　　　（无）".to_owned()
    } else {
        format!("附议代表（签名，共 {} 人）：", form.cosigners.len())
    };
    let lines = ["领衔代表（签名）：", cosigners.as_str(), "承办单位（签收盖章）："];
    let mut y = top + 4.0;
    for line in lines {
        canvas.text(line, area(SIDE + PAD, y, 90.0, 9.0), &style)?;
        let right = words().align(Align::Right);
        canvas.text(date, area(SIDE + 100.0, y, COLUMN - 100.0 - PAD, 9.0), &right)?;
        y += 12.0;
    }
    Ok(())
}

fn footer(canvas: &mut Canvas, number: &str, page: usize, count: usize) -> Result<(), Error> {
    let style = Style::new("footer", 9.0, 7.0).ink(GREY);
    let said = format!("{number}　第 {page} 页　共 {count} 页");
    canvas.text(said.trim(), area(SIDE, HEIGHT - 17.0, COLUMN, 6.0), &style)?;
    Ok(())
}

fn frame(canvas: &mut Canvas, place: Area) {
    let (right, bottom) = (place.x + place.width, place.bottom());
    let corners = [
        (place.x, place.y),
        (right, place.y),
        (right, bottom),
        (place.x, bottom),
        (place.x, place.y),
    ];
    canvas.polyline(&corners, 0.4, Ink::Black);
}
