//! A report of figures (月报): what a month was like, as PDF and as workbook, with charts.

use chrono::NaiveDate;
use rust_xlsxwriter::{Chart as XlsxChart, ChartType, Color, DocProperties, Format, Workbook};

use crate::Error;

/// What a report says.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub title: String,
    /// Whose figures, of which days, taken when.
    pub note: String,
    pub figures: Vec<Figure>,
    pub charts: Vec<Bars>,
    /// What the rates mean: a name and its definition.
    pub definitions: Vec<(String, String)>,
}

/// One figure beside that of the period before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    pub name: String,
    pub now: String,
    pub before: String,
    /// How it changed, in words; empty: not comparable.
    pub change: String,
}

/// A chart of bars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    pub title: String,
    /// What the labels are: 分类, 联络站.
    pub by: String,
    pub bars: Vec<(String, u32)>,
}

const FIGURES: [&str; 4] = ["项目", "本月", "上月", "变化"];
const SHADE: Color = Color::RGB(0x00F6_E3DF);
const RED: Color = Color::RGB(0x00B3_261E);
/// Rows that a chart covers.
const CHART_ROWS: u32 = 16;

/// The report as a workbook: the figures, then for each chart a sheet with its numbers and the chart beside them.
///
/// # Errors
/// [`Error::Xlsx`].
pub fn report_xlsx(report: &Report, written_on: NaiveDate) -> Result<Vec<u8>, Error> {
    let mut workbook = Workbook::new();
    let written_on = written_on.and_time(chrono::NaiveTime::MIN).and_utc();
    workbook.set_properties(
        &DocProperties::new()
            .set_title(&report.title)
            .set_creation_datetime(&written_on),
    );
    let heading = Format::new().set_bold().set_background_color(SHADE);
    let large = Format::new().set_bold().set_font_size(16);
    let wrapped = Format::new().set_text_wrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name("概况")?;
    sheet.set_column_width(0, 20)?.set_column_width(1, 60)?;
    sheet.write_string_with_format(0, 0, &report.title, &large)?;
    sheet.write_string(1, 0, &report.note)?;
    for (column, title) in (0..).zip(FIGURES) {
        sheet.write_string_with_format(3, column, title, &heading)?;
    }
    let mut row = 4;
    for figure in &report.figures {
        for (column, words) in (0..).zip([&figure.name, &figure.now, &figure.before, &figure.change]) {
            sheet.write_string(row, column, words)?;
        }
        row += 1;
    }
    for (name, definition) in &report.definitions {
        row += 1;
        sheet.write_string(row, 0, name)?;
        sheet.write_string_with_format(row, 1, definition, &wrapped)?;
    }
    for chart in &report.charts {
        chart_sheet(&mut workbook, chart, &heading)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn chart_sheet(workbook: &mut Workbook, chart: &Bars, heading: &Format) -> Result<(), Error> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(&chart.title)?;
    sheet.set_column_width(0, 30)?;
    sheet.write_string_with_format(0, 0, &chart.by, heading)?;
    sheet.write_string_with_format(0, 1, "件数", heading)?;
    let mut last = 0;
    for (row, (label, count)) in (1..).zip(&chart.bars) {
        sheet.write_string(row, 0, label)?;
        sheet.write_number(row, 1, *count)?;
        last = row;
    }
    if last > 0 {
        let mut bars = XlsxChart::new(ChartType::Bar);
        let series = bars.add_series();
        series
            .set_categories((chart.title.as_str(), 1, 0, last, 0))
            .set_values((chart.title.as_str(), 1, 1, last, 1))
            .set_format(
                rust_xlsxwriter::ChartFormat::new()
                    .set_solid_fill(rust_xlsxwriter::ChartSolidFill::new().set_color(RED)),
            );
        bars.title().set_name(&chart.title);
        bars.legend().set_hidden();
        bars.y_axis().set_reverse();
        bars.set_width(720).set_height(20 * CHART_ROWS.max(last + 4));
        sheet.insert_chart(0, 3, &bars)?;
    }
    Ok(())
}
