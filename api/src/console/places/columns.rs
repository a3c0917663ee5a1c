//! The columns of the workbooks, and how their rows are read.

mod people;

use std::str::FromStr;

use chrono::NaiveDate;
use minyi_domain::places::SiteKind;
use minyi_print::template::{Field, FilledRow};
use minyi_store::{GridForm, OfficeForm, PlaceForm, RegionForm, SiteForm};
use uuid::Uuid;

use super::{check::Wrong, grids::GridBody, offices::OfficeBody, regions::RegionBody, sites::SiteBody};

/// What can be imported: columns, an example, and how a row is read.
pub trait Importable: PlaceForm {
    const FIELDS: &'static [Field];
    const EXAMPLE: &'static [&'static str];
    fn read(cells: &Cells<'_>, wrong: &mut Wrong) -> Option<Self>;
}

/// The cells of a row by the names of the fields.
pub struct Cells<'a> {
    fields: &'static [Field],
    row: &'a FilledRow,
}

impl<'a> Cells<'a> {
    pub fn new(fields: &'static [Field], row: &'a FilledRow) -> Self {
        Self { fields, row }
    }

    fn text(&self, key: &str) -> String {
        let column = self.fields.iter().position(|field| field.key == key);
        let cell = column.and_then(|column| self.row.cells.get(column));
        cell.cloned().unwrap_or_default()
    }

    fn maybe(&self, key: &str) -> Option<String> {
        Some(self.text(key)).filter(|text| !text.is_empty())
    }

    fn date(&self, key: &'static str, wrong: &mut Wrong) -> Option<NaiveDate> {
        let text = self.maybe(key)?;
        let plain = text.replace(['/', '.', '年', '月'], "-").replace('日', "");
        let date = NaiveDate::parse_from_str(&plain, "%Y-%m-%d").ok();
        if date.is_none() {
            wrong.add(key, "not_a_date", format!("“{text}”不是日期，要写成 2026-01-31 这样。"));
        }
        date
    }

    fn degrees(&self, key: &'static str, wrong: &mut Wrong) -> Option<f64> {
        let text = self.maybe(key)?;
        let degrees = f64::from_str(&text).ok();
        if degrees.is_none() {
            wrong.add(key, "not_a_number", format!("“{text}”不是数字。"));
        }
        degrees
    }

    fn yes(&self, key: &'static str, wrong: &mut Wrong) -> bool {
        match self.text(key).as_str() {
            "是" => true,
            "" | "否" => false,
            _ => {
                wrong.add(key, "unknown_value", "只能填“是”或者“否”。");
                false
            }
        }
    }

    /// One of a set of words, by its Chinese name.
    fn word<T: Copy>(&self, key: &'static str, all: &[(&'static str, T)], wrong: &mut Wrong) -> Option<T> {
        let text = self.text(key);
        let found = all.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            wrong.add(key, "unknown_value", format!("只能填：{}。", names.join("、")));
        }
        found.map(|(_, word)| *word)
    }
}

const fn field(key: &'static str, title: &'static str, width: f64, note: &'static str) -> Field {
    Field {
        key,
        title,
        width,
        required: false,
        note,
        choices: &[],
    }
}

const fn required(key: &'static str, title: &'static str, width: f64, note: &'static str) -> Field {
    Field {
        required: true,
        ..field(key, title, width, note)
    }
}

const fn choice(key: &'static str, title: &'static str, required: bool, choices: &'static [&'static str]) -> Field {
    Field {
        key,
        title,
        width: 22.0,
        required,
        note: "",
        choices,
    }
}

const REGION: Field = required(
    "region_code",
    "区划代码",
    18.0,
    "所属行政区划的代码：6、9 或 12 位，要先导入区划。",
);
const ENDS: Field = field("valid_until", "失效日期", 14.0, "从这一天起不再有效；现在有效的不填。");
const YES: &[&str] = &["是", "否"];

impl Importable for RegionForm {
    const FIELDS: &'static [Field] = &[
        required(
            "code",
            "区划代码",
            18.0,
            "2、4、6、9 或 12 位数字：省、市、县、乡镇、村居；末尾的零可以省略。",
        ),
        required("name", "名称", 30.0, "例如“杏林镇”。"),
        field("valid_from", "启用日期", 14.0, "不知道可以不填。"),
        ENDS,
    ];
    const EXAMPLE: &'static [&'static str] = &["990102003", "杏林镇", "", ""];

    fn read(cells: &Cells<'_>, wrong: &mut Wrong) -> Option<Self> {
        let body = RegionBody {
            code: cells.text("code"),
            name: cells.text("name"),
            valid_from: cells.date("valid_from", wrong),
            valid_until: cells.date("valid_until", wrong),
        };
        Some(body.check(wrong))
    }
}

const SITE_KINDS: [(&str, SiteKind); 7] = {
    use SiteKind as K;
    [
        (K::Center.zh(), K::Center),
        (K::Home.zh(), K::Home),
        (K::Station.zh(), K::Station),
        (K::Point.zh(), K::Point),
        (K::Studio.zh(), K::Studio),
        (K::Mobile.zh(), K::Mobile),
        (K::Online.zh(), K::Online),
    ]
};

impl Importable for SiteForm {
    const FIELDS: &'static [Field] = &[
        choice(
            "kind",
            "类型",
            true,
            &[
                SITE_KINDS[0].0,
                SITE_KINDS[1].0,
                SITE_KINDS[2].0,
                SITE_KINDS[3].0,
                SITE_KINDS[4].0,
                SITE_KINDS[5].0,
                SITE_KINDS[6].0,
            ],
        ),
        required(
            "name",
            "名称",
            34.0,
            "同一个区划里不能重名；按区划和名称认出已有的站点。",
        ),
        REGION,
        field("parent_id", "上级站点", 34.0, "上级站点的名称，可以在同一个文件里。"),
        field("address", "地址", 34.0, "居民会看到。"),
        field("hotline", "电话", 18.0, "居民会看到。"),
        field("opening_hours", "开放时间", 28.0, "例如“工作日 9:00–17:00”。"),
        field("longitude", "经度", 14.0, "WGS84 的度数，和纬度一起填。"),
        field("latitude", "纬度", 14.0, ""),
        ENDS,
    ];
    const EXAMPLE: &'static [&'static str] = &[
        "代表联络站",
        "杏林社区代表联络站",
        "990102003",
        "杏林镇代表之家",
        "幸福路 1 号",
        "0000-12345",
        "工作日 9:00–17:00",
        "116.397",
        "39.908",
        "",
    ];

    fn read(cells: &Cells<'_>, wrong: &mut Wrong) -> Option<Self> {
        let kind = cells.word("kind", &SITE_KINDS, wrong);
        let body = SiteBody {
            kind: kind.unwrap_or(SiteKind::Station),
            name: cells.text("name"),
            region_code: cells.text("region_code"),
            parent_id: None,
            parent_name: cells.text("parent_id"),
            address: cells.text("address"),
            hotline: cells.maybe("hotline"),
            opening_hours: cells.text("opening_hours"),
            longitude: cells.degrees("longitude", wrong),
            latitude: cells.degrees("latitude", wrong),
            valid_until: cells.date("valid_until", wrong),
        };
        Some(body.check(wrong))
    }
}

impl Importable for OfficeForm {
    const FIELDS: &'static [Field] = &[
        required("name", "名称", 34.0, "按区划和名称认出已有的单位。"),
        REGION,
        ENDS,
    ];
    const EXAMPLE: &'static [&'static str] = &["县住建局", "990102", ""];

    fn read(cells: &Cells<'_>, wrong: &mut Wrong) -> Option<Self> {
        let body = OfficeBody {
            name: cells.text("name"),
            region_code: cells.text("region_code"),
            valid_until: cells.date("valid_until", wrong),
        };
        Some(body.check(wrong))
    }
}

impl Importable for GridForm {
    const FIELDS: &'static [Field] = &[
        required(
            "code",
            "网格编码",
            20.0,
            "15 位数字，开头是区划代码；按编码认出已有的网格。",
        ),
        required("name", "名称", 30.0, "例如“杏林社区第二网格”。"),
        required(
            "place",
            "张贴位置",
            34.0,
            "居民扫码后看到的位置，例如“杏林社区 3 号院”。",
        ),
        REGION,
        required("site_id", "站点", 34.0, "网格归哪个站点：站点的名称，要先导入站点。"),
        ENDS,
    ];
    const EXAMPLE: &'static [&'static str] = &[
        "990102003001002",
        "杏林社区第二网格",
        "杏林社区 3 号院",
        "990102003001",
        "杏林社区代表联络站",
        "",
    ];

    fn read(cells: &Cells<'_>, wrong: &mut Wrong) -> Option<Self> {
        let body = GridBody {
            code: cells.text("code"),
            name: cells.text("name"),
            place: cells.text("place"),
            region_code: cells.text("region_code"),
            site_id: Uuid::nil(),
            site_name: cells.text("site_id"),
            valid_until: cells.date("valid_until", wrong),
        };
        if body.site_name.is_empty() {
            wrong.add("site_id", "required", "这一项必须填。");
        }
        Some(body.check(wrong))
    }
}
