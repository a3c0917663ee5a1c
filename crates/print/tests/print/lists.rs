//! Slips and lists, judged by programs that did not make them.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use minyi_print::book::Book;
use minyi_print::sheet::{Slip, slip_pdf, table_pdf};
use minyi_print::table::{Cell, Column};

use crate::tools::{font, pixels, rqrr, text, zbar};

const COLUMNS: [Column; 4] = [
    Column {
        title: "编号",
        width: 40.0,
    },
    Column {
        title: "日期",
        width: 30.0,
    },
    Column {
        title: "摘要",
        width: 177.0,
    },
    Column {
        title: "用时",
        width: 30.0,
    },
];

fn row(number: usize, summary: &str) -> Vec<Cell> {
    vec![
        Cell::Text(format!("20261121-ACDE{number:03}")),
        Cell::Date("2026-11-21".parse().unwrap()),
        Cell::Text(summary.to_owned()),
        Cell::Number(3),
    ]
}

#[test]
fn the_code_of_a_slip_leads_to_the_receipt_and_its_text_says_the_rest() {
    let slip = Slip {
        number: "20261121-ACDE347",
        receipt: "ACDE-3467-KMNP-RTVW-XY34",
        url: "https://my.example.gov.cn/r/ACDE3467KMNPRTVWXY34",
        typed_address: "my.example.gov.cn/r",
        registered_on: "11月21日（周六）",
        answer_by: "11月27日（周五），暂定",
        place: "某某自治州临江县柳荫镇（经济开发区）槐树里社区居民委员会第三网格（东至人民路，西至解放路）",
        station: "柳荫镇经济开发区槐树里社区人大代表联络站（人民之家）",
        hotline: Some("0571-8808 1234"),
    };
    let pdf = slip_pdf(&slip, font()).unwrap();
    let page = pixels(&pdf, 1, 200);
    assert_eq!(rqrr(&page), [slip.url]);
    assert_eq!(zbar(&page), [slip.url]);
    let said = text(&pdf);
    for part in [slip.number, slip.receipt, slip.answer_by, slip.place, "0571-88081234"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_list_goes_over_pages_that_are_counted_and_wraps_what_is_long() {
    let long = "路灯坏了🙂".repeat(30);
    let rows: Vec<_> = (0..200)
        .map(|number| row(number, if number == 7 { &long } else { "路灯坏了" }))
        .collect();
    let said = text(&table_pdf("民意台账", "2026 年", &COLUMNS, &rows, font()).unwrap());
    assert!(
        said.contains("第1页") && said.contains("ACDE000") && said.contains("ACDE199"),
        "{said}"
    );
    let pages = said.matches("民意台账").count();
    assert!(pages > 2 && said.contains(&format!("共{pages}页")), "{pages}");
    assert_eq!(said.matches("摘要").count(), pages);
    // No character is lost; what the font lacks is shown to be something.
    assert_eq!(said.matches('□').count(), 30);
}

#[test]
fn a_list_without_rows_is_a_page_with_its_heading() {
    let said = text(&table_pdf("民意台账", "没有", &COLUMNS, &[], font()).unwrap());
    assert!(said.contains("共1页") && said.contains("用时"), "{said}");
}

#[test]
fn a_workbook_keeps_dates_as_dates_and_formulas_as_texts() {
    let mut book = Book::new("民意台账", "2026-11-21".parse().unwrap()).unwrap();
    let (ledger, answers) = (
        book.sheet("台账", &COLUMNS).unwrap(),
        book.sheet("答复", &COLUMNS).unwrap(),
    );
    for number in 0..3 {
        book.row(ledger, &row(number, "=1+1")).unwrap();
        book.row(
            answers,
            &[Cell::Empty, Cell::maybe(None::<String>), Cell::Text("好".to_owned())],
        )
        .unwrap();
    }
    let file = book.finish().unwrap();
    let mut read: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    assert_eq!(read.sheet_names(), ["台账", "答复"]);
    let range = read.worksheet_range("台账").unwrap();
    assert_eq!(range.get_size(), (4, 4));
    assert_eq!(range.get((0, 2)), Some(&Data::String("摘要".to_owned())));
    assert_eq!(range.get((1, 2)), Some(&Data::String("=1+1".to_owned())));
    assert!(
        matches!(range.get((1, 1)), Some(Data::DateTime(day)) if (day.as_f64() - 46_347.0).abs() < 0.1),
        "{range:?}"
    );
    assert!(read.worksheet_formula("台账").unwrap().is_empty());
}
