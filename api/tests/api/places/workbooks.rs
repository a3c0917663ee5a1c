//! Places and people from workbooks.

use minyi_domain::audit::Action;
use minyi_print::template::{Field, FilledRow, write_mistakes};
use minyi_store::fixtures::TOWNSHIP;
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::Value;

use super::Desk;
use crate::app::{Answer, send};

impl Desk {
    /// Sends a workbook of these columns and rows.
    async fn send_book(&self, path: &str, columns: &[&'static str], rows: &[Vec<String>]) -> Answer {
        let fields: Vec<Field> = columns
            .iter()
            .map(|title| Field {
                key: title,
                title,
                width: 10.0,
                required: false,
                note: "",
                choices: &[],
            })
            .collect();
        let rows: Vec<FilledRow> = (2..)
            .zip(rows)
            .map(|(row, cells)| FilledRow {
                row,
                cells: cells.clone(),
            })
            .collect();
        let bytes = write_mistakes(&fields, &rows, &[]).unwrap();
        let form = Form::new().part("file", Part::bytes(bytes).file_name("book.xlsx"));
        let request = self
            .app
            .request(Method::POST, &format!("/api/v1/places/imports/{path}"));
        send(request.bearer_auth(&self.token).multipart(form)).await
    }

    async fn import(&self, path: &str, columns: &[&'static str], rows: &[Vec<String>]) -> Value {
        self.send_book(path, columns, rows).await.expect(200).json()
    }
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

const GRID_COLUMNS: [&str; 5] = ["网格编码", "名称", "张贴位置", "区划代码", "站点"];

#[actix_web::test]
async fn a_workbook_is_taken_whole_or_not_at_all_and_says_what_is_wrong() {
    let desk = Desk::county().await;
    let rows = [
        row(&["代表之家", "柳林代表之家", TOWNSHIP, ""]),
        row(&["代表联络站", "东站", TOWNSHIP, "柳林代表之家"]),
        row(&["代表联络点", "西点", "990102003", "柳林代表之家"]),
    ];
    let columns = ["类型", "名称", "区划代码", "上级站点"];
    let preview = desk.import("sites", &columns, &rows).await;
    assert_eq!(
        (preview["committed"].as_bool(), preview["added"].as_i64()),
        (Some(false), Some(3))
    );
    assert!(desk.names("/places/sites?q=东站").await.is_empty());
    let done = desk.import("sites?commit=true", &columns, &rows).await;
    assert_eq!(
        (done["committed"].as_bool(), done["added"].as_i64()),
        (Some(true), Some(3))
    );
    let again = desk.import("sites?commit=true", &columns, &rows).await;
    assert_eq!(
        (again["added"].as_i64(), again["unchanged"].as_i64()),
        (Some(0), Some(3))
    );

    let wrong = [
        row(&["990102003000501", "一号", "一号楼", TOWNSHIP, "东站"]),
        row(&["990102003000501", "二号", "二号楼", TOWNSHIP, "东站"]),
        row(&["99010200300050", "三号", "", TOWNSHIP, "东站"]),
        row(&["990102004000501", "四号", "四号楼", "990102009", "没有的站"]),
    ];
    let report = desk.import("grids?commit=true", &GRID_COLUMNS, &wrong).await;
    assert_eq!(report["committed"], false);
    let mistakes: Vec<(u64, &str)> = report["mistakes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mistake| (mistake["row"].as_u64().unwrap(), mistake["column"].as_str().unwrap()))
        .collect();
    for expected in [(3, "网格编码"), (4, "张贴位置"), (5, "区划代码"), (5, "站点")] {
        assert!(mistakes.contains(&expected), "{expected:?}: {report}");
    }
    assert!(desk.names("/places/grids?q=一号").await.is_empty(), "half imported");

    // The file comes back with the mistakes, is corrected and goes in.
    let book = desk
        .send_book("grids/mistakes", &GRID_COLUMNS, &wrong)
        .await
        .expect(200);
    let said = cells(&book.bytes);
    assert!(said.iter().any(|cell| cell.contains("和第 2 行重复")), "{said:?}");
    let right = [
        row(&["990102003000501", "一号", "一号楼", TOWNSHIP, "东站"]),
        row(&["990102003000502", "二号", "二号楼", TOWNSHIP, "东站"]),
    ];
    let done = desk.import("grids?commit=true", &GRID_COLUMNS, &right).await;
    assert_eq!(done["added"], 2, "{done}");
    // A workbook is one act, and one that changes nothing is none.
    assert_eq!(desk.app.logged(Action::PlacesSaved), 2);
}

fn cells(bytes: &[u8]) -> Vec<String> {
    use calamine::{Reader as _, Xlsx};
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.cells().map(|(_, _, cell)| cell.to_string()).collect()
}

#[actix_web::test]
async fn deputies_are_known_again_by_their_number_and_get_it_once() {
    let desk = Desk::county().await;
    let columns = [
        "代表证号",
        "姓名",
        "层级",
        "区划代码",
        "任期开始",
        "届次",
        "职务",
        "公开姓名",
    ];
    let one = |number: &str, title: &str| {
        vec![row(&[
            number,
            "李春兰",
            "乡镇人大代表",
            TOWNSHIP,
            "2022-01-01",
            "第十八届",
            title,
            "是",
        ])]
    };
    assert_eq!(
        desk.import("deputies?commit=true", &columns, &one("", "村民")).await["added"],
        1
    );
    assert_eq!(
        desk.import("deputies?commit=true", &columns, &one("77", "村民")).await["changed"],
        1
    );
    assert_eq!(
        desk.import("deputies?commit=true", &columns, &one("77", "组长")).await["changed"],
        1
    );
    assert_eq!(
        desk.import("deputies?commit=true", &columns, &one("77", "组长")).await["unchanged"],
        1
    );
    assert_eq!(
        desk.import("deputies?commit=true", &columns, &one("78", "村民")).await["added"],
        1
    );
    let found = desk.get("/places/deputies?q=李春兰").await;
    assert_eq!(found["items"].as_array().unwrap().len(), 2, "{found}");
    assert_eq!(found["items"][0]["term_name"], "第十八届");
    let not_a_date = vec![row(&["79", "张三", "乡镇人大代表", TOWNSHIP, "去年", "", "", "也许"])];
    let report = desk.import("deputies?commit=true", &columns, &not_a_date).await;
    assert_eq!(report["mistake_count"], 2, "{report}");
    let not_a_book = Form::new().part("file", Part::bytes(b"hello".to_vec()).file_name("x.xlsx"));
    let request = desk.app.request(Method::POST, "/api/v1/places/imports/deputies");
    let refused = send(request.bearer_auth(&desk.token).multipart(not_a_book)).await;
    assert_eq!(
        refused.problem(422, "invalid_fields")["errors"][0]["code"],
        "not_the_template"
    );
}

#[actix_web::test]
async fn five_thousand_rows_go_in_at_once() {
    let desk = Desk::county().await;
    let site = desk.get("/places/sites").await["items"][0]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let rows: Vec<Vec<String>> = (100_001..=105_000)
        .map(|n| {
            row(&[
                &format!("{TOWNSHIP}{n:06}"),
                &format!("第{n}号网格"),
                &format!("{n}号楼"),
                TOWNSHIP,
                &site,
            ])
        })
        .collect();
    let done = desk.import("grids?commit=true", &GRID_COLUMNS, &rows).await;
    assert_eq!(done["added"], 5_000, "{done}");
}
