//! Upkeep of places and people: singly, from workbooks, on a map, to the next term.

use minyi_domain::{
    audit::Action,
    people::{Actor, Role},
};
use minyi_print::template::{Field, FilledRow, write_mistakes};
use minyi_store::fixtures::{COUNTY, TOWNSHIP};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::app::{Answer, App, send};

struct Desk {
    app: App,
    token: String,
}

impl Desk {
    async fn of(mut app: App, admin: impl FnOnce(&mut App) -> Actor) -> Self {
        let actor = admin(&mut app);
        let token = app.access_token(&actor).await;
        Self { app, token }
    }

    async fn county() -> Self {
        Self::of(App::start().await, |app| app.city.admin(COUNTY, Role::CountyAdmin)).await
    }

    async fn get(&self, path: &str) -> Value {
        self.app
            .get_as(&self.token, &format!("/api/v1{path}"))
            .await
            .expect(200)
            .json()
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.app.request(method, &format!("/api/v1{path}"));
        send(request.bearer_auth(&self.token).json(body)).await
    }

    async fn add(&self, kind: &str, body: Value) -> String {
        let added = self.call(Method::POST, &format!("/places/{kind}"), &body).await;
        added.expect(201).json()["id"].as_str().unwrap().to_owned()
    }

    async fn names(&self, path: &str) -> Vec<String> {
        let page = self.get(path).await;
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }

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

#[actix_web::test]
async fn places_are_added_found_and_changed_within_the_own_division() {
    let desk = Desk::county().await;
    desk.add("regions", json!({"code": "990102005000", "name": "柳林乡"}))
        .await;
    let site = desk
        .add(
            "sites",
            json!({"kind": "home", "name": "柳林乡代表之家", "region_code": "990102005", "longitude": 116.1, "latitude": 40.1}),
        )
        .await;
    let below = json!({"kind": "station", "name": "河西代表联络站", "region_code": "990102005", "parent_id": site});
    let station = desk.add("sites", below.clone()).await;
    let grid = json!({"code": "990102005000001", "name": "河西第一网格", "place": "河西村委会门口", "region_code": "990102005",
        "site_id": station});
    desk.add("grids", grid.clone()).await;
    desk.add("offices", json!({"name": "柳林乡民政办", "region_code": "990102005"}))
        .await;

    // One character, two, the middle of a word, the beginning of a code.
    assert_eq!(desk.names("/places/sites?q=柳").await, ["柳林乡代表之家"]);
    assert_eq!(desk.names("/places/sites?q=西代").await, ["河西代表联络站"]);
    assert_eq!(desk.names("/places/grids?q=村委会").await, ["河西第一网格"]);
    assert_eq!(desk.names("/places/regions?q=990102005").await, ["柳林乡"]);
    assert_eq!(desk.names("/places/offices?q=不会有的").await, Vec::<String>::new());
    assert_eq!(
        desk.names(&format!("/places/sites?site={site}")).await,
        ["河西代表联络站"]
    );
    assert_eq!(desk.names("/places/regions?below=").await, ["某县"]);
    let below_county = desk.names(&format!("/places/regions?below={COUNTY}")).await;
    assert_eq!(below_county, ["某镇", "邻镇", "柳林乡"]);

    // The site above may not come to stand below its own; a site with grids stays open.
    let circle = json!({"kind": "home", "name": "柳林乡代表之家", "region_code": "990102005", "parent_id": station});
    let refused = desk.call(Method::PUT, &format!("/places/sites/{site}"), &circle).await;
    assert_eq!(
        refused.problem(422, "invalid_fields")["errors"][0]["pointer"],
        "/parent_id"
    );
    let mut closed = below;
    closed["valid_until"] = json!("2026-11-01");
    let refused = desk
        .call(Method::PUT, &format!("/places/sites/{station}"), &closed)
        .await;
    assert_eq!(
        refused.problem(422, "invalid_fields")["errors"][0]["pointer"],
        "/valid_until"
    );

    let again = desk.call(Method::POST, "/places/grids", &grid).await;
    assert_eq!(again.problem(422, "invalid_fields")["errors"][0]["pointer"], "/code");
    let elsewhere = json!({"code": "990203", "name": "外县"});
    let refused = desk.call(Method::POST, "/places/regions", &elsewhere).await;
    assert_eq!(refused.problem(422, "invalid_fields")["errors"][0]["pointer"], "/code");

    // Every change is written down, by field and not by what stood there.
    let auditor = desk.app.store.clone();
    let scope = minyi_domain::people::PlaceScope::Region(COUNTY.to_owned());
    let changes = auditor.place_changes(&scope, None, 50).unwrap().items;
    assert_eq!(changes.len(), 5);
    assert!(changes.iter().all(|change| change.account_name == "管理员"));
}

#[actix_web::test]
async fn the_system_administrator_keeps_every_place_and_a_street_only_its_own() {
    let system = Desk::of(App::start().await, |app| app.city.system_admin()).await;
    system.add("regions", json!({"code": "9902", "name": "邻市"})).await;
    assert_eq!(system.names("/places/regions?below=").await, ["某省"]);
    let street = Desk::of(system.app, |app| app.city.admin(TOWNSHIP, Role::StreetAdmin)).await;
    assert_eq!(street.names("/places/regions").await, ["某镇"]);
    let refused = street
        .call(
            Method::PUT,
            "/places/regions/990102004",
            &json!({"code": "990102004", "name": "别的名字"}),
        )
        .await;
    refused.problem(404, "place_unknown");
    let own = json!({"code": TOWNSHIP, "name": "新名字镇"});
    street
        .call(Method::PUT, &format!("/places/regions/{TOWNSHIP}"), &own)
        .await
        .expect(200);
    assert_eq!(street.names("/places/regions").await, ["新名字镇"]);
}

#[actix_web::test]
async fn one_deputy_at_a_time_leads_a_grid_and_holes_are_seen() {
    let desk = Desk::county().await;
    desk.app.sql(&format!("UPDATE deputies SET region_code = '{COUNTY}'"));
    let grid = desk.get("/places/grids").await["items"][0].clone();
    assert_eq!(grid["lead"], desk.app.deputy.actor.display_name);
    let new = json!({"name": "王小明", "level": "county", "region_code": TOWNSHIP, "publishes_name": true,
        "term_name": "第十八届", "term_from": "2022-01-01"});
    let id = desk.add("deputies", new).await;
    assert_eq!(desk.names("/places/deputies?q=王小&holes=true").await, ["王小明"]);
    let lead = json!({"grid_code": grid["code"], "deputy_id": id, "role": "lead", "valid_from": "2026-12-01"});
    let refused = desk.call(Method::POST, "/places/assignments", &lead).await;
    let problem = refused.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["pointer"], "/valid_from");
    assert!(
        problem["detail"].as_str().unwrap().contains("同一天只能有一位责任代表"),
        "{problem}"
    );

    // The one before ends on the day on which the new one begins.
    let list = format!("/places/assignments?grid={}", grid["id"].as_str().unwrap());
    let before = desk.get(&list).await["items"][0].clone();
    let ended = json!({"grid_code": grid["code"], "deputy_id": before["deputy_id"], "role": "lead",
        "valid_from": before["valid_from"], "valid_until": "2026-12-01"});
    let path = format!("/places/assignments/{}", before["id"].as_str().unwrap());
    desk.call(Method::PUT, &path, &ended).await.expect(200);
    desk.add("assignments", lead).await;
    assert_eq!(desk.get(&list).await["items"].as_array().unwrap().len(), 2);

    let overview = desk.get("/places/overview").await;
    assert_eq!(
        (overview["grids"].as_i64(), overview["grids_without_lead"].as_i64()),
        (Some(1), Some(0))
    );
    assert_eq!(overview["deputies_without_site"], 2, "{overview}");
    assert_eq!(overview["sites_with_few_deputies"], 1, "{overview}");
    desk.app
        .sql("UPDATE grid_assignments SET valid_until = '2026-11-15' WHERE valid_until IS NOT NULL");
    assert_eq!(
        desk.names("/places/grids?holes=true").await,
        [grid["name"].as_str().unwrap()]
    );
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

fn square(west: f64, south: f64, side: f64) -> Value {
    let (east, north) = (west + side, south + side);
    json!({"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]})
}

fn feature(code: &str, geometry: &Value) -> Value {
    json!({"type": "Feature", "properties": {"code": code}, "geometry": geometry})
}

#[actix_web::test]
async fn boundaries_are_simple_and_lie_in_their_division() {
    let desk = Desk::county().await;
    let code = desk.get("/places/grids").await["items"][0]["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let draw = async |features: Value| {
        let body = json!({"type": "FeatureCollection", "features": features});
        desk.call(Method::POST, "/places/boundaries?commit=true", &body)
            .await
            .expect(200)
            .json()
    };
    let county = feature(COUNTY, &square(116.0, 40.0, 0.5));
    let done = draw(json!([county, feature(&code, &square(116.1, 40.1, 0.01))])).await;
    assert_eq!(
        (done["added"].as_i64(), done["mistake_count"].as_i64()),
        (Some(2), Some(0)),
        "{done}"
    );
    let bow = json!({"type": "Polygon", "coordinates": [[[116.0, 40.0], [116.1, 40.1], [116.1, 40.0], [116.0, 40.1], [116.0, 40.0]]]});
    for (geometry, why) in [
        (&bow, "相交"),
        (&square(117.0, 41.0, 0.1), "超出"),
        (&square(40.0, 116.0, 0.1), "WGS84"),
    ] {
        let refused = draw(json!([feature(&code, geometry), feature("999999999999999", geometry)])).await;
        assert_eq!(
            (refused["committed"].as_bool(), refused["mistake_count"].as_i64()),
            (Some(false), Some(2))
        );
        assert!(
            refused["mistakes"][0]["detail"].as_str().unwrap().contains(why),
            "{refused}"
        );
    }
    let drawn = desk.get(&format!("/places/boundaries?region={COUNTY}")).await;
    assert_eq!(drawn["features"].as_array().unwrap().len(), 2);
    assert_eq!(drawn["features"][1]["properties"]["code"], code);
    let gone = draw(json!([feature(&code, &Value::Null)])).await;
    assert_eq!(gone["changed"], 1);
    assert_eq!(desk.get("/places/overview").await["grids_without_boundary"], 1);
    assert_eq!(desk.app.logged(Action::BoundariesSet), 2);
}

#[actix_web::test]
async fn the_next_term_keeps_who_stays_and_ends_who_leaves() {
    let desk = Desk::county().await;
    let old = desk.app.deputy.id;
    desk.app.sql(&format!(
        "UPDATE deputies SET region_code = '{TOWNSHIP}' WHERE id = '{old}'"
    ));
    let body = json!({"name": "王小明", "level": "county", "region_code": TOWNSHIP, "term_name": "第十八届",
        "term_from": "2022-01-01"});
    let stays = desk.add("deputies", body).await;
    let mut advance = json!({"level": "county", "region_code": COUNTY, "name": "第十九届", "from": "2027-01-10",
        "leaving": [old]});
    let preview = desk
        .call(Method::POST, "/places/terms/advance", &advance)
        .await
        .expect(200)
        .json();
    assert_eq!(preview["committed"], false);
    let counts = ["staying", "leaving", "assignments_ended", "grids_without_lead"].map(|key| preview[key].as_i64());
    assert_eq!(counts, [Some(1); 4], "{preview}");
    let terms = desk.get(&format!("/places/deputies/{stays}/terms")).await;
    assert_eq!(terms["items"].as_array().unwrap().len(), 1, "a preview wrote something");

    advance["commit"] = json!(true);
    let done = desk
        .call(Method::POST, "/places/terms/advance", &advance)
        .await
        .expect(200)
        .json();
    assert_eq!(done["committed"], true);
    let terms = desk.get(&format!("/places/deputies/{stays}/terms")).await;
    assert_eq!(
        terms["items"],
        json!([
            {"name": "第十九届", "valid_from": "2027-01-10", "valid_until": null},
            {"name": "第十八届", "valid_from": "2022-01-01", "valid_until": "2027-01-10"}
        ])
    );
    let terms = desk.get(&format!("/places/deputies/{old}/terms")).await;
    assert_eq!(terms["items"][0]["valid_until"], "2027-01-10");
    let held = desk.get(&format!("/places/assignments?deputy={old}")).await;
    assert_eq!(held["items"][0]["valid_until"], "2027-01-10", "history stays");
    let twice = desk.call(Method::POST, "/places/terms/advance", &advance).await;
    // Who has left cannot leave again.
    twice.problem(409, "target_unfit");
    assert_eq!(desk.app.logged(Action::TermAdvanced), 1);
}
