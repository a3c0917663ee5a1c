#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail loudly")]

use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Vec<(Kind, &str)> {
    let findings = find(text, None);
    findings
        .iter()
        .map(|finding| (finding.kind, &text[finding.range.clone()]))
        .collect()
}

#[test]
fn phones_are_found_however_they_are_written() {
    for phone in [
        "13800001234",
        "138 0000 1234",
        "138-0000-1234",
        "+86 138-0000-1234",
        "8613800001234",
        "１３８００００１２３４",
        "1 3 8 0 0 0 0 1 2 3 4",
        "一三八零零零零一二三四",
        "138零零零零1234",
        "138\u{200b}0000\u{200b}1234",
        "0731-88001234",
        "(0731) 8800 1234",
        "010-88001234",
        "073188001234",
    ] {
        assert_eq!(
            redact(&format!("请打{phone}一直没人接"), None),
            "请打（电话已隐去）一直没人接",
            "{phone}"
        );
    }
    assert_eq!(found("联系电话：8800123。"), [(Kind::Phone, "8800123")]);
}

#[test]
fn other_numbers_are_no_phones() {
    for text in [
        "12345热线",
        "2019-05-01 2019-06-01都停水",
        "2019年12月23日8:50",
        "第20191223号文件",
        "一共1380000元",
        "3283路",
        "联系时间20191223",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn identity_numbers_cards_and_plates_are_found() {
    for (text, kind) in [
        ("43010219900307123X", Kind::IdNumber),
        ("430102 19900307 1234", Kind::IdNumber),
        ("４３０１０２１９９００３０７１２３x", Kind::IdNumber),
        ("430102900307123", Kind::IdNumber),
        ("6222 0200 1111 2222 333", Kind::BankCard),
        ("湘A12345", Kind::Plate),
        ("湘 A·D12345", Kind::Plate),
        ("京ad12345", Kind::Plate),
        ("粤B1234学", Kind::Plate),
        ("zhang.san@example.com", Kind::Email),
    ] {
        assert_eq!(found(&format!("号码是{text}，请查")), [(kind, text)], "{text}");
    }
    assert_eq!(found("湘A3区的道路"), []);
    assert_eq!(found("加我微信：abc_12345吧"), [(Kind::Account, "abc_12345")]);
    assert_eq!(found("QQ 12345678"), [(Kind::Account, "12345678")]);
}

#[test]
fn names_are_found_by_what_stands_around_them() {
    for (text, name) in [
        ("请王主任看看", "王"),
        ("感谢杨书记", "杨"),
        ("李建国书记来过", "李建国"),
        ("欧阳娜娜老师说", "欧阳娜娜"),
        ("我叫张小三。", "张小三"),
        ("本人陈明，住在这里", "陈明"),
        ("联系人：赵子龙", "赵子龙"),
    ] {
        assert_eq!(found(text), [(Kind::Name, name)], "{text}");
    }
    for text in [
        "我是高中生",
        "向老师反映",
        "项目经理不在",
        "张家村书记",
        "担任经理",
        "许多女同学",
        "我是李家庄的",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
    assert_eq!(redact("小明家的小明", Some("小明")), "某某家的某某");
    assert_eq!(redact("电话已隐去的电话", Some("电话")), "电话已隐去的电话");
}

#[test]
fn doors_are_hidden_and_streets_and_houses_stay() {
    for (text, door) in [
        ("幸福小区3栋2单元501室漏水", "3栋2单元501室"),
        ("米兰春天G2栋320，一家店", "G2栋320"),
        ("幸福路12号门口", "12号"),
        ("十二号楼三单元六楼", "十二号楼三单元六楼"),
        ("住在5-1-302", "5-1-302"),
        ("住1203室", "1203室"),
    ] {
        assert_eq!(found(text), [(Kind::Door, door)], "{text}");
    }
    for text in [
        "3栋门口",
        "地铁路2号线",
        "3栋200多户",
        "2019年5月3号2楼",
        "1号楼、2号楼",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

/// A mobile or a landline with separators and figures of any kind.
fn phone() -> impl Strategy<Value = (String, String)> {
    let national = prop_oneof!["1[3-9][0-9]{9}", "0[3-9][0-9]{2}[2-8][0-9]{7}", "010[2-8][0-9]{7}"];
    let gap = prop_oneof![
        4 => Just(""), 1 => Just(" "), 1 => Just("-"), 1 => Just("－"), 1 => Just("\u{3000}"), 1 => Just("\u{200b}"),
        1 => Just("."), 1 => Just("—"), 1 => Just("\n"),
    ];
    let figures =
        prop_oneof![3 => Just("0123456789"), 1 => Just("０１２３４５６７８９"), 1 => Just("〇一二三四五六七八九")];
    let prefix = prop_oneof![Just(""), Just("+86"), Just("+86 "), Just("0086-"), Just("86")];
    (national, proptest::collection::vec((gap, figures), 13), prefix).prop_map(|(national, ways, prefix)| {
        let mut written = prefix.to_owned();
        for (index, (digit, (gap, figures))) in national.bytes().zip(&ways).enumerate() {
            // Nobody cuts an area code in two.
            if index > 3 || national.starts_with('1') {
                written.push_str(if index > 0 { gap } else { "" });
            }
            written.extend(figures.chars().nth(usize::from(digit - b'0')));
        }
        (national, written)
    })
}

/// All digits of a text that have nothing but separators between them, as figures.
fn digits(text: &str) -> Vec<String> {
    let mut runs = vec![String::new()];
    for sign in signs::read(text) {
        match sign.digit {
            Some(digit) => runs.last_mut().unwrap().push(char::from(b'0' + digit.value)),
            None if sign.separates() => {}
            None => runs.push(String::new()),
        }
    }
    runs
}

/// Texts in which what is looked for is frequent.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("王"),
        Just("主任"),
        Just("我叫"),
        Just("建国"),
        Just("3"),
        Just("栋"),
        Just("单元"),
        Just("室"),
        Just("号"),
        Just("路"),
        Just("138"),
        Just("0000"),
        Just("1234"),
        Just(" "),
        Just("-"),
        Just("（"),
        Just("）"),
        Just("湘"),
        Just("A"),
        Just("微信"),
        Just("@"),
        Just("a.b"),
        Just("电话"),
        Just("某某"),
        Just("19900307"),
        Just("x"),
        Just("，"),
        Just("（电话已隐去）"),
        Just("一"),
        Just("0731"),
        Just("\u{200b}"),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn check(text: &str, name: Option<&str>) -> Result<(), TestCaseError> {
    let mut end = 0;
    for finding in find(text, name) {
        prop_assert!(finding.range.start >= end && finding.range.start < finding.range.end);
        prop_assert!(text.get(finding.range.clone()).is_some(), "{:?}", finding);
        end = finding.range.end;
    }
    let once = redact(text, name);
    prop_assert_eq!(redact(&once, name), once);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_phone_survives((national, written) in phone(), before in "[\u{4e00}-\u{4e20}，。a-z]{0,6}", after in "[，。去了a-z]{1,6}") {
        let hidden = redact(&format!("{before}。{written}{after}"), None);
        prop_assert!(digits(&hidden).iter().all(|run| !run.contains(&national)), "{hidden}");
    }

    #[test]
    fn ranges_fit_any_text_and_hiding_twice_is_hiding_once(text in any::<String>(), name in proptest::option::of(".{0,4}")) {
        check(&text, name.as_deref())?;
    }

    #[test]
    fn ranges_fit_telling_texts_too(text in pieces(), name in proptest::option::of(pieces())) {
        check(&text, name.as_deref())?;
    }
}
