//! Upkeep of places and people: singly, from workbooks, on a map, to the next term.

mod workbooks;

use minyi_domain::{
    audit::Action,
    people::{Actor, Role},
};
use minyi_store::fixtures::{COUNTY, TOWNSHIP};
use reqwest::Method;
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
