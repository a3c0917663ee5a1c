//! The workbooks of deputies and of who is where.

use minyi_domain::{people::DeputyLevel, places::GridRole};
use minyi_print::template::Field;
use minyi_store::{AssignmentForm, DeputyForm};
use uuid::Uuid;

use super::{Cells, Importable, REGION, YES, choice, field, required};
use crate::console::places::{assignments::AssignmentBody, check::Wrong, deputies::DeputyBody};

const LEVELS: [(&str, DeputyLevel); 5] = {
    use DeputyLevel as L;
    [
        (L::National.zh(), L::National),
        (L::Provincial.zh(), L::Provincial),
        (L::City.zh(), L::City),
        (L::County.zh(), L::County),
        (L::Township.zh(), L::Township),
    ]
};

impl Importable for DeputyForm {
    const FIELDS: &'static [Field] = &[
        field(
            "number",
            "代表证号",
            16.0,
            "有就填，按证号认人；没有就按姓名、层级和区划认人。",
        ),
        required("name", "姓名", 12.0, ""),
        choice(
            "level",
            "层级",
            true,
            &[LEVELS[0].0, LEVELS[1].0, LEVELS[2].0, LEVELS[3].0, LEVELS[4].0],
        ),
        REGION,
        field("site_id", "站点", 34.0, "所在站点的名称；还没有进站的不填。"),
        field("workplace", "工作单位", 30.0, ""),
        field("title", "职务", 20.0, ""),
        field("introduction", "简介", 40.0, "居民会看到，最多 500 字。"),
        field("office_phone", "联系电话", 18.0, "只有“公开电话”填“是”时居民才看到。"),
        choice("publishes_name", "公开姓名", false, YES),
        choice("publishes_workplace", "公开单位职务", false, YES),
        choice("publishes_phone", "公开电话", false, YES),
        choice("publishes_photo", "公开照片", false, YES),
        field("term_name", "届次", 14.0, "例如“第十八届”。"),
        required("term_from", "任期开始", 14.0, "日期，例如 2022-01-01。"),
        field("term_until", "任期结束", 14.0, "从这一天起不再是代表；不知道可以不填。"),
    ];
    const EXAMPLE: &'static [&'static str] = &[
        "1801023",
        "李春兰",
        "县（市、区）人大代表",
        "990102003",
        "杏林社区代表联络站",
        "杏林社区",
        "书记",
        "",
        "0000-54321",
        "是",
        "是",
        "否",
        "否",
        "第十八届",
        "2022-01-01",
        "",
    ];

    fn read(cells: &Cells<'_>, wrong: &mut Wrong) -> Option<Self> {
        if cells.maybe("term_from").is_none() {
            wrong.add("term_from", "required", "这一项必须填。");
        }
        let level = cells.word("level", &LEVELS, wrong);
        let body = DeputyBody {
            number: cells.maybe("number"),
            name: cells.text("name"),
            level: level.unwrap_or(DeputyLevel::Township),
            region_code: cells.text("region_code"),
            site_id: None,
            site_name: cells.text("site_id"),
            workplace: cells.text("workplace"),
            title: cells.text("title"),
            introduction: cells.text("introduction"),
            office_phone: cells.maybe("office_phone"),
            publishes_name: cells.yes("publishes_name", wrong),
            publishes_workplace: cells.yes("publishes_workplace", wrong),
            publishes_phone: cells.yes("publishes_phone", wrong),
            publishes_photo: cells.yes("publishes_photo", wrong),
            term_name: cells.text("term_name"),
            term_from: cells.date("term_from", wrong)?,
            term_until: cells.date("term_until", wrong),
        };
        Some(body.check(wrong))
    }
}

const GRID_ROLES: [(&str, GridRole); 2] = [
    (GridRole::Lead.zh(), GridRole::Lead),
    (GridRole::Assistant.zh(), GridRole::Assistant),
];

impl Importable for AssignmentForm {
    const FIELDS: &'static [Field] = &[
        required("grid_code", "网格编码", 20.0, "15 位数字。"),
        field(
            "deputy_number",
            "代表证号",
            16.0,
            "和姓名至少填一项；有证号时按证号认人。",
        ),
        field("deputy_id", "代表姓名", 12.0, "没有证号时按姓名认人，同名的要写证号。"),
        choice("role", "角色", true, &[GRID_ROLES[0].0, GRID_ROLES[1].0]),
        required("valid_from", "开始日期", 14.0, "日期，例如 2026-01-01。"),
        field("valid_until", "失效日期", 14.0, "从这一天起不再负责；一直负责的不填。"),
    ];
    const EXAMPLE: &'static [&'static str] = &["990102003001002", "1801023", "李春兰", "责任代表", "2026-01-01", ""];

    fn read(cells: &Cells<'_>, wrong: &mut Wrong) -> Option<Self> {
        let body = AssignmentBody {
            grid_code: cells.text("grid_code"),
            deputy_id: Uuid::nil(),
            deputy_number: cells.text("deputy_number"),
            deputy_name: cells.text("deputy_id"),
            role: cells.word("role", &GRID_ROLES, wrong).unwrap_or(GridRole::Assistant),
            valid_from: match cells.date("valid_from", wrong) {
                Some(date) => date,
                None => {
                    if cells.maybe("valid_from").is_none() {
                        wrong.add("valid_from", "required", "这一项必须填。");
                    }
                    return None;
                }
            },
            valid_until: cells.date("valid_until", wrong),
        };
        if body.deputy_number.is_empty() && body.deputy_name.is_empty() {
            wrong.add("deputy_id", "required", "代表证号和姓名至少填一项。");
        }
        Some(body.check(wrong))
    }
}
