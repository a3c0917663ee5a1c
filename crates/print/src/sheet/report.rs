//! A report (月报) as PDF: A4 standing, the figures first, then the charts, drawn as bars with their numbers.

use krilla::Document;
use krilla::metadata::Metadata;

use super::canvas::{Align, Canvas, Ink, Style, area};
use super::page::{self, Press};
use super::poster::GREY;
use super::text::{self};
use crate::report::{Bars, Figure, Report};
use crate::{Error, font::Font};

const SIZE: (f32, f32) = (page::WIDTH, page::HEIGHT);
const SIDE: f32 = 18.0;
const ACROSS: f32 = SIZE.0 - 2.0 * SIDE;
const TOP: f32 = 18.0;
const BOTTOM: f32 = SIZE.1 - 18.0;
const LINE: Ink = Ink::Colour(190, 180, 170);
const RED: Ink = Ink::Colour(179, 38, 30);
/// Where a bar begins, after its label, and the longest bar.
const BAR_X: f32 = SIDE + 48.0;
const BAR_LONGEST: f32 = ACROSS - 48.0 - 18.0;
const BAR_ROW: f32 = 6.4;
/// More than that nobody compares by eye; the workbook has all.
const MOST_BARS: usize = 24;
const FIGURE_ROW: f32 = 8.0;
const FIGURE_COLUMNS: [(f32, f32); 4] = [(0.0, 62.0), (62.0, 40.0), (102.0, 36.0), (138.0, 36.0)];

/// A part of the report that stays together on a page.
enum Part<'r> {
    Figures(&'r [Figure]),
    Chart(&'r Bars),
    Definition(&'r str, &'r str),
}

/// The report as PDF.
///
/// # Errors
/// [`Error::MissingGlyph`], [`Error::DoesNotFit`] if a name is too long for its place, [`Error::Pdf`].
pub fn report_pdf(report: &Report, font: &Font) -> Result<Vec<u8>, Error> {
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(report.title.clone()).language("zh-CN".to_owned()));
    let press = Press::plain(font)?;
    let pages = into_pages(report);
    for (index, parts) in pages.iter().enumerate() {
        let foot = format!("第 {} 页，共 {} 页", index + 1, pages.len());
        press.page(&mut document, SIZE, |canvas| {
            let mut y = TOP;
            if index == 0 {
                let style = Style::new("title", 20.0, 10.0).bold();
                canvas.text(&report.title, area(SIDE, y, ACROSS, 12.0), &style)?;
                let small = Style::new("note", 9.0, 5.0).ink(GREY);
                canvas.text(&report.note, area(SIDE, y + 12.0, ACROSS, 6.0), &small)?;
                y += HEAD;
            }
            for part in parts {
                draw(canvas, part, y)?;
                y += height(part);
            }
            let small = Style::new("foot", 8.0, 6.0).ink(GREY);
            canvas.text(&foot, area(SIDE, SIZE.1 - 13.0, ACROSS, 5.0), &small)?;
            Ok(())
        })?;
    }
    document.finish().map_err(|error| Error::Pdf(error.to_string()))
}

/// The title and the note.
const HEAD: f32 = 24.0;

fn into_pages(report: &Report) -> Vec<Vec<Part<'_>>> {
    let mut pages: Vec<Vec<Part<'_>>> = vec![Vec::new()];
    let mut y = TOP + HEAD;
    let charts = report.charts.iter().filter(|chart| !chart.bars.is_empty());
    let definitions = report.definitions.iter();
    let parts = std::iter::once(Part::Figures(&report.figures))
        .chain(charts.map(Part::Chart))
        .chain(definitions.map(|(name, words)| Part::Definition(name, words)));
    for part in parts {
        if y + height(&part) > BOTTOM {
            pages.push(Vec::new());
            y = TOP;
        }
        y += height(&part);
        if let Some(page) = pages.last_mut() {
            page.push(part);
        }
    }
    pages
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows on a page")]
fn height(part: &Part<'_>) -> f32 {
    match part {
        Part::Figures(figures) => (figures.len() + 1) as f32 * FIGURE_ROW + 6.0,
        Part::Chart(chart) => chart.bars.len().min(MOST_BARS) as f32 * BAR_ROW + 16.0,
        Part::Definition(..) => 11.0,
    }
}

fn draw(canvas: &mut Canvas, part: &Part<'_>, y: f32) -> Result<(), Error> {
    match part {
        Part::Figures(figures) => draw_figures(canvas, figures, y),
        Part::Chart(chart) => draw_chart(canvas, chart, y),
        Part::Definition(name, words) => {
            let small = Style::new("definition", 7.5, 5.0).ink(GREY).align(Align::Left);
            let block = text::paragraph(canvas.regular, &format!("{name}：{words}"), ACROSS, &small.sizes)?;
            canvas.block(&block, area(SIDE, y, ACROSS, 10.0), y, &small)
        }
    }
}

fn draw_figures(canvas: &mut Canvas, figures: &[Figure], mut y: f32) -> Result<(), Error> {
    let heading = ["项目", "本月", "上月", "变化"];
    let mut row = |canvas: &mut Canvas, cells: [&str; 4], bold: bool| {
        for ((x, width), words) in FIGURE_COLUMNS.into_iter().zip(cells) {
            let style = Style::new("figure", 11.0, 6.0).align(Align::Left);
            let style = if bold { style.bold() } else { style };
            if !words.is_empty() {
                canvas.text(words, area(SIDE + x, y, width - 2.0, FIGURE_ROW), &style)?;
            }
        }
        y += FIGURE_ROW;
        canvas.line((SIDE, y), (SIDE + ACROSS, y), 0.15, LINE);
        Ok::<(), Error>(())
    };
    row(canvas, heading, true)?;
    for figure in figures {
        row(
            canvas,
            [&figure.name, &figure.now, &figure.before, &figure.change],
            false,
        )?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a bar is drawn to a tenth of a millimetre")]
fn draw_chart(canvas: &mut Canvas, chart: &Bars, y: f32) -> Result<(), Error> {
    let heading = Style::new("chart", 12.0, 7.0).bold().align(Align::Left);
    canvas.text(&chart.title, area(SIDE, y, ACROSS, 8.0), &heading)?;
    let most = chart.bars.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let label = Style::new("label", 8.0, 4.0).align(Align::Right);
    let number = Style::new("number", 8.0, 6.0).align(Align::Left);
    let mut y = y + 9.0;
    for (name, count) in chart.bars.iter().take(MOST_BARS) {
        let long = BAR_LONGEST * (*count as f32) / (most as f32);
        canvas.text(name, area(SIDE, y, BAR_X - SIDE - 2.0, BAR_ROW), &label)?;
        canvas.rectangle(area(BAR_X, y + 1.0, long.max(0.2), BAR_ROW - 2.0), RED);
        canvas.text(&count.to_string(), area(BAR_X + long + 1.5, y, 16.0, BAR_ROW), &number)?;
        y += BAR_ROW;
    }
    Ok(())
}
