//! The form of a proposal as PDF, read back by poppler.

use minyi_print::sheet::form::{Form, form_pdf};

use crate::tools::{font, pixels, text, words};

fn form() -> Form {
    Form {
        congress: "临江区人民代表大会".to_owned(),
        heading: "闭会期间代表建议、批评和意见专用纸".to_owned(),
        number: "〔2026〕闭会第0007号".to_owned(),
        title: "关于更换老旧路灯的建议".to_owned(),
        lead: "王建国".to_owned(),
        level: "县（市、区）人大代表".to_owned(),
        workplace: "临江中学".to_owned(),
        cosigners: vec!["李秀英".to_owned(), "张伟".to_owned()],
        station: "柳荫街道人大代表联络站".to_owned(),
        station_contact: "柳荫路1号 0571-88081234".to_owned(),
        text: "全区老旧路灯较多。\n建议分批更换。".to_owned(),
        sources: vec!["20261121-ACDE347".to_owned()],
        office: "临江区城市管理局".to_owned(),
        drafted_on: "2026年11月21日".to_owned(),
        submitted_on: "2026年11月22日".to_owned(),
    }
}

#[test]
fn everything_on_the_form_can_be_found() {
    let found = text(&form_pdf(&form(), font()).unwrap());
    let form = form();
    for said in [
        &form.congress,
        &form.heading,
        &form.number,
        &form.title,
        &form.lead,
        &form.level,
        &form.workplace,
        &form.station,
        &form.office,
        &form.drafted_on,
        &form.submitted_on,
    ] {
        assert!(found.contains(said.as_str()), "{said}: {found}");
    }
    for said in ["李秀英、张伟", "20261121-ACDE347", "领衔代表（签名）", "第1页共1页"] {
        assert!(found.contains(said), "{said}: {found}");
    }
}

#[test]
fn a_long_text_goes_on_over_several_pages_and_loses_nothing() {
    let paragraph = "路灯太暗，老人晚上出门看不清台阶，建议分批更换为节能灯具；".repeat(20);
    let long = Form {
        text: (0..12).map(|n| format!("第{n}段：{paragraph}\n")).collect(),
        sources: (0..200).map(|n| format!("20261121-ACDE{n:03}")).collect(),
        cosigners: (0..60).map(|n| format!("代表{n}")).collect(),
        ..form()
    };
    let pdf = form_pdf(&long, font()).unwrap();
    let found = text(&pdf);
    // One or the other is cut by the foot of a page.
    let whole = found.matches("路灯太暗").count();
    assert!((232..=240).contains(&whole), "{whole}");
    assert!(found.contains("20261121-ACDE199"), "the last of the submissions");
    let pages = (1..).take_while(|n| found.contains(&format!("第{n}页共"))).count();
    assert!(pages >= 7, "{pages}");
    // Nothing is printed outside of the margins.
    for (left, top, right, bottom, word) in words(&pdf) {
        let inside = left >= 56.0 && right <= 540.0 && top >= 40.0 && bottom <= 810.0;
        assert!(inside, "{word}: {left} {top} {right} {bottom}");
    }
}

#[test]
fn an_address_longer_than_a_line_is_broken() {
    let form = Form {
        text: format!("见 https://example.gov.cn/{}", "a".repeat(200)),
        number: String::new(),
        cosigners: Vec::new(),
        ..form()
    };
    let pdf = form_pdf(&form, font()).unwrap();
    let page = pixels(&pdf, 1, 60);
    assert_eq!((page.width(), page.height()), (497, 702));
}
