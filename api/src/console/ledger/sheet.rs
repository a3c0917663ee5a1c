//! The ledger's columns on paper and in a workbook.

use minyi_domain::calendar::{WorkCalendar, local_date};
use minyi_print::table::{Cell, Column};
use minyi_store::LedgerRow;

use super::days_used;

/// What a column shows of a text, in characters.
const SUMMARY: usize = 60;

/// The width of all together is that of A4 lying, less its margins.
pub const COLUMNS: [Column; 16] = [
    Column::new("编号", 27.0),
    Column::new("登记日期", 16.0),
    Column::new("来源", 14.0),
    Column::new("网格", 20.0),
    Column::new("联络站", 24.0),
    Column::new("种类", 14.0),
    Column::new("分类", 16.0),
    Column::new("摘要", 34.0),
    Column::new("办理人", 13.0),
    Column::new("承办单位", 18.0),
    Column::new("承诺日期", 16.0),
    Column::new("首次答复", 16.0),
    Column::new("用时（工作日）", 10.0),
    Column::new("状态", 16.0),
    Column::new("结果", 12.0),
    Column::new("评价", 11.0),
];

/// A row in these columns.
pub fn cells(row: LedgerRow, calendar: &WorkCalendar) -> Vec<Cell> {
    let days = days_used(&row, calendar);
    let state = if row.overdue {
        format!("{}（超期）", row.state.zh())
    } else {
        row.state.zh().to_owned()
    };
    let result = row
        .declined_as
        .or_else(|| row.result.map(|result| result.zh().to_owned()));
    let rating = row.rating.map(|(solved, satisfaction)| {
        let solved = if solved { "已解决" } else { "没有解决" };
        format!("{}，{solved}", satisfaction.zh())
    });
    vec![
        Cell::Text(row.number),
        Cell::Date(local_date(row.submitted_at)),
        Cell::Text(row.channel.zh().to_owned()),
        Cell::Text(row.grid_name),
        Cell::Text(row.site_name),
        Cell::Text(row.kind.zh().to_owned()),
        Cell::maybe(row.category),
        Cell::Text(shorten(&row.summary)),
        Cell::Text(row.handler.unwrap_or_else(|| "联络站".to_owned())),
        Cell::maybe(row.office),
        Cell::Date(local_date(row.promised_at)),
        row.first_answered_at
            .map_or(Cell::Empty, |at| Cell::Date(local_date(at))),
        days.map_or(Cell::Empty, |days| Cell::Number(days.into())),
        Cell::Text(state),
        Cell::maybe(result),
        Cell::maybe(rating),
    ]
}

/// The beginning of a text in one line.
pub fn shorten(text: &str) -> String {
    let mut line: String = text
        .chars()
        .take(SUMMARY)
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    if text.chars().count() > SUMMARY {
        line.push('…');
    }
    line
}
