//! Registering for a resident at the station.

use minyi_domain::people::{Actor, Role};
use minyi_store::fixtures::COUNTY;
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::{
    app::{Answer, App, send},
    pages::{WebDir, sign_in_to_desk, value_of},
    pictures::jpeg,
};

const TEXT: &str = "到站反映：楼道灯坏了，老人上下楼看不清。";

fn staff(app: &mut App) -> Actor {
    app.city.staff(app.grid.site_id, Role::StationStaff)
}

async fn enter(app: &App, token: &str, key: &str, body: &Value) -> Answer {
    let request = app.request(Method::POST, "/api/v1/intake").bearer_auth(token);
    send(request.header("idempotency-key", key).json(body)).await
}

#[actix_web::test]
async fn who_comes_to_the_station_gets_the_same_receipt_and_a_slip() {
    let mut app = App::start().await;
    let actor = staff(&mut app);
    let token = app.access_token(&actor).await;
    let body = json!({
        "grid_id": app.grid.id, "channel": "phone", "kind": "problem", "text": TEXT,
        "contact": {"name": "王阿姨", "phone": "13800001234"}
    });
    let first = enter(&app, &token, "an-entry-1", &body).await.expect(201).json();
    let again = enter(&app, &token, "an-entry-1", &body).await.expect(201);
    assert_eq!(
        (again.header("idempotency-replayed"), again.json()),
        ("true", first.clone())
    );
    let receipt = app
        .get(&format!("/api/v1/receipts/{}", first["receipt"].as_str().unwrap()))
        .await
        .expect(200)
        .json();
    assert_eq!(receipt["number"], first["number"]);
    assert!(
        receipt["timeline"].to_string().contains("电话反映，联络站代为登记"),
        "{receipt}"
    );
    // The deputy has it in the inbox, as if it had been scanned.
    let deputy = app.access_token(&app.deputy.actor).await;
    assert_eq!(app.only_submission(&deputy).await, first["id"].as_str().unwrap());
    let found = json!({"number": first["number"], "phone": "13800001234"});
    app.post("/api/v1/receipts/lookup", &found).await.expect(200);
    let slip = format!("/api/v1/intake/{}/slip.pdf", first["id"].as_str().unwrap());
    let pdf = app.get_as(&token, &slip).await.expect(200);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert_eq!(pdf.header("cache-control"), "no-store");
    assert!(pdf.bytes.starts_with(b"%PDF"));
    app.get_as(&deputy, &slip).await.problem(403, "forbidden");
}

#[actix_web::test]
async fn only_the_station_enters_and_only_for_its_own_grids() {
    let mut app = App::start().await;
    let (far, _) = app.city.grid_with_lead();
    let actor = staff(&mut app);
    let stranger = app.city.staff(far.site_id, Role::StationHead);
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let token = app.access_token(&actor).await;
    let body = |grid| json!({"grid_id": grid, "channel": "visit", "kind": "opinion", "text": TEXT});
    enter(&app, &token, "an-entry-2", &body(far.id))
        .await
        .problem(422, "target_unknown");
    enter(&app, &token, "short", &body(app.grid.id))
        .await
        .problem(400, "idempotency_key_required");
    let mut scanned = body(app.grid.id);
    scanned["channel"] = json!("code");
    enter(&app, &token, "an-entry-3", &scanned)
        .await
        .problem(422, "invalid_fields");
    for other in [&admin, &app.deputy.actor] {
        let token = app.access_token(other).await;
        enter(&app, &token, "an-entry-4", &body(app.grid.id))
            .await
            .problem(403, "forbidden");
    }
    let entered = enter(&app, &token, "an-entry-5", &body(app.grid.id))
        .await
        .expect(201)
        .json();
    enter(&app, &token, "an-entry-5", &scanned)
        .await
        .problem(422, "invalid_fields");
    let mut changed = body(app.grid.id);
    changed["text"] = json!("另外一件事情，请登记。");
    enter(&app, &token, "an-entry-5", &changed)
        .await
        .problem(422, "idempotency_key_reused");
    let slip = format!("/api/v1/intake/{}/slip.pdf", entered["id"].as_str().unwrap());
    let theirs = app.access_token(&stranger).await;
    app.get_as(&theirs, &slip).await.problem(404, "submission_unknown");
}

#[actix_web::test]
async fn the_desk_keeps_what_was_typed_and_shows_the_receipt_once_it_is_entered() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let actor = staff(&mut app);
    let cookie = sign_in_to_desk(&app, &actor).await;
    let get = |path: String| send(app.request(Method::GET, &path).header("cookie", &cookie));
    let page = get("/desk/intake".to_owned()).await.expect(200).text();
    let (csrf, key) = (value_of(&page, "csrf"), value_of(&page, "idempotency_key"));
    let post = |csrf: &str, kind: &'static str, phone: &'static str, photo: bool| {
        let mut form = Form::new()
            .text("csrf", csrf.to_owned())
            .text("idempotency_key", key.clone())
            .text("channel", "letter")
            .text("grid", app.grid.id.to_string())
            .text("kind", kind)
            .text("text", TEXT)
            .text("phone", phone);
        if photo {
            form = form.part("photos", Part::bytes(jpeg(30, 20)).file_name("letter.jpg"));
        }
        send(
            app.request(Method::POST, "/desk/intake")
                .header("cookie", &cookie)
                .multipart(form),
        )
    };
    post("wrong", "problem", "", false).await.expect(403);
    let again = post(&csrf, "", "123", true).await.expect(422).text();
    assert!(again.contains(TEXT) && again.contains("请选一种"), "{again}");
    let again = post(&csrf, "problem", "123", true).await.expect(422).text();
    assert!(
        again.contains("电话号码不对") && again.contains("已经收到 1 张照片"),
        "{again}"
    );
    let done = post(&csrf, "problem", "", true).await.expect(303);
    assert_eq!(
        post(&csrf, "problem", "", true).await.expect(303).header("location"),
        done.header("location")
    );
    let entered = get(done.header("location").to_owned()).await.expect(200).text();
    assert!(
        entered.contains("打印回执单") && entered.contains("回执码"),
        "{entered}"
    );
    let slip = entered.split("href=\"").find(|part| part.contains("slip.pdf")).unwrap();
    let slip = slip.split('"').next().unwrap().to_owned();
    assert!(get(slip).await.expect(200).bytes.starts_with(b"%PDF"));
    let deputy = sign_in_to_desk(&app, &app.deputy.actor).await;
    send(app.request(Method::GET, "/desk/intake").header("cookie", &deputy))
        .await
        .expect(403);
}
