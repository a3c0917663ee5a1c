//! The deputies' names on a poster: a table of at most four columns and three rows.

use minyi_domain::sheet::SheetDeputy;

use super::GREY;
use crate::Error;
use crate::sheet::canvas::{Area, Canvas, Style, area};

/// A poster names so many; the last place counts those who are left over.
const MOST: usize = 12;
const HEADING_HEIGHT: f32 = 7.5;
/// The height of a row when there are three, in millimetres; fewer rows are higher and set larger.
const ROW_HEIGHT: f32 = 11.0;
/// White between two columns, in millimetres.
const GUTTER: f32 = 4.0;

/// The height that the table takes, in millimetres; nothing when no one is named.
pub(super) fn height(deputies: &[SheetDeputy]) -> f32 {
    if deputies.is_empty() {
        return 0.0;
    }
    let rows = rows(deputies.len().min(MOST));
    HEADING_HEIGHT + ROW_HEIGHT * enlarged(rows) * float(rows)
}

pub(super) fn draw(canvas: &mut Canvas, deputies: &[SheetDeputy], place: Area) -> Result<(), Error> {
    if deputies.is_empty() {
        return Ok(());
    }
    heading(canvas, area(place.x, place.y, place.width, HEADING_HEIGHT))?;
    let cells = cells(deputies);
    let (columns, enlarged) = (columns(cells.len()), enlarged(rows(cells.len())));
    let (width, height) = (place.width / float(columns), ROW_HEIGHT * enlarged);
    let mut top = place.y + HEADING_HEIGHT;
    for row in cells.chunks(columns) {
        // The last row may be shorter; it stands in the middle all the same.
        let mut left = place.x + (place.width - width * float(row.len())) / 2.0;
        for entry in row {
            cell(
                canvas,
                entry,
                area(left + GUTTER / 2.0, top, width - GUTTER, height),
                enlarged,
            )?;
            left += width;
        }
        top += height;
    }
    Ok(())
}

/// A name and below it the level.
fn cell(canvas: &mut Canvas, (name, level): &(String, String), place: Area, enlarged: f32) -> Result<(), Error> {
    let Area { x, y, width, height } = place;
    let style = Style::new("deputy's name", 15.5 * enlarged, 6.0).bold();
    canvas.text(name, area(x, y, width, height * 0.56), &style)?;
    let style = Style::new("deputy's level", 9.5 * enlarged, 4.7).ink(GREY);
    canvas.text(level, area(x, y + height * 0.53, width, height * 0.385), &style)?;
    Ok(())
}

fn heading(canvas: &mut Canvas, place: Area) -> Result<(), Error> {
    let palette = canvas.palette;
    let style = Style::new("heading", 14.0, 14.0).bold().ink(palette.main);
    canvas.text("您身边的人大代表", area(place.x, place.y, place.width, 6.5), &style)?;
    let (middle, y) = (place.x + place.width / 2.0, place.y + 3.2);
    canvas.line((place.x, y), (middle - 24.0, y), 0.35, palette.accent);
    canvas.line((middle + 24.0, y), (place.x + place.width, y), 0.35, palette.accent);
    Ok(())
}

/// What stands in the places of the table: a name and a level each.
fn cells(deputies: &[SheetDeputy]) -> Vec<(String, String)> {
    let named = if deputies.len() > MOST {
        MOST - 1
    } else {
        deputies.len()
    };
    let cell = |deputy: &SheetDeputy| (deputy.name.clone(), deputy.level.clone());
    let mut cells: Vec<_> = deputies.iter().take(named).map(cell).collect();
    if deputies.len() > named {
        cells.push((format!("等{}位代表", deputies.len()), "扫码看全部名单".to_owned()));
    }
    cells
}

fn rows(count: usize) -> usize {
    count.div_ceil(columns(count))
}

/// How many times larger than in three rows the names are set.
fn enlarged(rows: usize) -> f32 {
    match rows {
        0 | 1 => 1.3,
        2 => 1.15,
        _ => 1.0,
    }
}

fn columns(count: usize) -> usize {
    match count {
        0..=4 => count.max(1),
        5 | 6 | 9 => 3,
        _ => 4,
    }
}

fn float(count: usize) -> f32 {
    // The table has at most twelve places.
    #[expect(clippy::cast_precision_loss, reason = "small whole number")]
    let float = count as f32;
    float
}
