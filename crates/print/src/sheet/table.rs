//! A list as PDF: A4 lying, the heading on every page, rows as high as they need to be.

use krilla::Document;
use krilla::metadata::Metadata;

use super::canvas::{Align, Canvas, Ink, Style, area};
use super::page::{self, Press};
use super::poster::GREY;
use super::text::{self, Block};
use crate::table::{Cell, Column};
use crate::{Error, font::Font};

/// A4 lying, in millimetres.
const SIZE: (f32, f32) = (page::HEIGHT, page::WIDTH);
const SIDE: f32 = 10.0;
/// Where the table begins and ends on a page.
const TOP: f32 = 24.0;
const BOTTOM: f32 = SIZE.1 - 14.0;
/// Air around the text of a cell.
const PADDING: f32 = 0.8;
const BODY_PT: f32 = 7.0;
const HAIRLINE: f32 = 0.1;
const LINE: Ink = Ink::Colour(190, 180, 170);
const SHADE: Ink = Ink::Colour(246, 240, 232);

/// The cells of a row, broken into lines.
struct Row {
    cells: Vec<Block>,
    height: f32,
}

/// The list with its title; `note` says what was chosen and by whom it was taken.
///
/// # Errors
/// [`Error::MissingGlyph`] in the title or the note, [`Error::DoesNotFit`] if a column is narrower than a character,
/// [`Error::Pdf`].
pub fn table_pdf(
    title: &str,
    note: &str,
    columns: &[Column],
    rows: &[Vec<Cell>],
    font: &Font,
) -> Result<Vec<u8>, Error> {
    let mut document = Document::new();
    let metadata = Metadata::new().title(title.to_owned()).language("zh-CN".to_owned());
    document.set_metadata(metadata);
    let press = Press::plain(font)?;
    let heading: Vec<Cell> = columns
        .iter()
        .map(|column| Cell::Text(column.title.to_owned()))
        .collect();
    let heading = lay_out(&press, columns, &heading, true)?;
    let mut laid_out = Vec::with_capacity(rows.len());
    for row in rows {
        laid_out.push(lay_out(&press, columns, row, false)?);
    }
    let pages = into_pages(laid_out, heading.height);
    for (index, rows) in pages.iter().enumerate() {
        let foot = format!("第 {} 页，共 {} 页", index + 1, pages.len());
        press.page(&mut document, SIZE, |canvas| {
            frame(canvas, title, note, &foot)?;
            let mut y = TOP;
            canvas.rectangle(area(SIDE, y, width(columns), heading.height), SHADE);
            y = draw_row(canvas, columns, &heading, y, true)?;
            for row in rows {
                y = draw_row(canvas, columns, row, y, false)?;
            }
            Ok(())
        })?;
    }
    document.finish().map_err(|error| Error::Pdf(error.to_string()))
}

fn style(bold: bool) -> Style {
    let style = Style::new("table", BODY_PT, BODY_PT).align(Align::Left);
    if bold { style.bold() } else { style }
}

fn width(columns: &[Column]) -> f32 {
    columns.iter().map(|column| column.width).sum()
}

fn lay_out(press: &Press, columns: &[Column], cells: &[Cell], bold: bool) -> Result<Row, Error> {
    let face = if bold { &press.bold } else { &press.regular };
    let sizes = style(bold).sizes;
    let blocks: Result<Vec<Block>, Error> = columns
        .iter()
        .zip(cells)
        .map(|(column, cell)| text::paragraph(face, &cell.words(), column.width - 2.0 * PADDING, &sizes))
        .collect();
    let cells = blocks?;
    let height = |block: &Block| text::block_height(block.lines.len(), block.size, &sizes);
    let height = cells.iter().map(height).fold(0.0, f32::max) + 2.0 * PADDING;
    Ok(Row { cells, height })
}

/// A row that is higher than a page gets a page of its own; a list without a row is one page with its heading.
fn into_pages(rows: Vec<Row>, heading: f32) -> Vec<Vec<Row>> {
    let mut pages: Vec<Vec<Row>> = vec![Vec::new()];
    let mut y = TOP + heading;
    for row in rows {
        let full = y + row.height > BOTTOM;
        match pages.last_mut() {
            Some(page) if !full || page.is_empty() => {
                y += row.height;
                page.push(row);
            }
            _ => {
                y = TOP + heading + row.height;
                pages.push(vec![row]);
            }
        }
    }
    pages
}

fn frame(canvas: &mut Canvas, title: &str, note: &str, foot: &str) -> Result<(), Error> {
    let across = SIZE.0 - 2.0 * SIDE;
    let heading = Style::new("title", 14.0, 9.0).bold();
    canvas.text(title, area(SIDE, 7.0, across, 8.0), &heading)?;
    let small = Style::new("note", 8.0, 5.0).ink(GREY);
    canvas.text(note, area(SIDE, 15.5, across, 7.0), &small)?;
    canvas.text(foot, area(SIDE, BOTTOM + 3.0, across, 5.0), &small)?;
    Ok(())
}

/// Draws a row from `y` on; says where the next one begins.
fn draw_row(canvas: &mut Canvas, columns: &[Column], row: &Row, y: f32, bold: bool) -> Result<f32, Error> {
    let (style, bottom) = (style(bold), y + row.height);
    let mut x = SIDE;
    for (column, block) in columns.iter().zip(&row.cells) {
        let place = area(x + PADDING, y + PADDING, column.width - 2.0 * PADDING, row.height);
        canvas.block(block, place, y + PADDING, &style)?;
        x += column.width;
    }
    canvas.line((SIDE, bottom), (SIDE + width(columns), bottom), HAIRLINE, LINE);
    Ok(bottom)
}
