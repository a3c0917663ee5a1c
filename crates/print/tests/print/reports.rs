//! Monthly reports, judged by programs that did not make them.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use minyi_print::report::{Bars, Figure, Report, report_xlsx};
use minyi_print::sheet::report_pdf;

use crate::tools::{font, pixels, text};

fn report(bars: usize) -> Report {
    let bar = |number| {
        (
            format!("某某自治州临江县柳荫镇槐树里社区代表联络站第 {number} 站"),
            number,
        )
    };
    Report {
        title: "临江县民意月报（2026 年 11 月）".to_owned(),
        note: "2026-11-01 至 2026-11-30 登记的民意".to_owned(),
        figures: vec![Figure {
            name: "登记".to_owned(),
            now: "128".to_owned(),
            before: "97".to_owned(),
            change: "+31".to_owned(),
        }],
        charts: ["分类", "各联络站", "近十二个月"]
            .map(|title| Bars {
                title: title.to_owned(),
                by: title.to_owned(),
                bars: (1..=u32::try_from(bars).unwrap()).map(bar).collect(),
            })
            .into(),
        definitions: vec![("响应率".to_owned(), "承诺期限已到的民意里，按期答复的比例。".repeat(3))],
    }
}

#[test]
fn a_report_says_its_figures_and_draws_a_bar_for_each_number() {
    let pdf = report_pdf(&report(12), font()).unwrap();
    let said = text(&pdf);
    for part in ["临江县民意月报", "登记12897+31", "各联络站", "响应率"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let page = pixels(&pdf, 1, 60);
    let bars = page.pixels().filter(|pixel| (60..=100).contains(&pixel.0[0])).count();
    assert!(bars > 1_000, "{bars} pixels of bars");
}

#[test]
fn a_month_in_which_nothing_happened_is_a_report_too() {
    let said = text(&report_pdf(&report(0), font()).unwrap());
    assert!(said.contains("第1页，共1页"), "{said}");
}

#[test]
fn the_workbook_has_each_charts_numbers_on_a_sheet_of_its_own() {
    let bytes = report_xlsx(&report(3), "2026-12-01".parse().unwrap()).unwrap();
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["概况", "分类", "各联络站", "近十二个月"]);
    let sheet = book.worksheet_range("分类").unwrap();
    assert_eq!(sheet.get_value((3, 1)), Some(&Data::Float(3.0)));
    let overview = book.worksheet_range("概况").unwrap();
    assert_eq!(overview.get_value((4, 1)), Some(&Data::String("128".to_owned())));
}
