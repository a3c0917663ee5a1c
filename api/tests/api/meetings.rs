//! Appointments, hearings and revisits over HTTP.

use chrono::{Days, TimeDelta};
use minyi_domain::people::{Actor, Role};
use serde_json::{Value, json};

use crate::app::{Answer, App, noon};

/// A deputy who is on duty today.
async fn on_duty() -> App {
    let mut app = App::start().await;
    let (site, deputy) = (app.grid.site_id, app.deputy.clone());
    app.city.on_duty(site, &deputy);
    app
}

async fn free(app: &App, path: &str) -> Vec<String> {
    let slots = app.get(path).await.expect(200).json();
    let slots = slots["items"].as_array().unwrap().iter();
    slots.map(|slot| slot["slot"].as_str().unwrap().to_owned()).collect()
}

async fn meetings(app: &App, receipt: &str) -> Value {
    app.get(&format!("/api/v1/receipts/{receipt}/meetings"))
        .await
        .expect(200)
        .json()
}

#[actix_web::test]
async fn a_resident_asks_the_deputy_confirms_and_writes_what_was_said() {
    let app = on_duty().await;
    let receipt = app.receipt().await;
    let (path, of_code) = (
        format!("/api/v1/receipts/{receipt}"),
        format!("/api/v1/codes/{}/slots", app.grid.token),
    );
    let slots = free(&app, &format!("{path}/slots")).await;
    // Noon: six half hours in the afternoon.
    assert_eq!((slots.len(), free(&app, &of_code).await.len()), (6, 6));
    let ask = format!("{path}/appointments");
    app.post(&ask, &json!({"slot": "tomorrow"}))
        .await
        .problem(422, "invalid_fields");
    app.post(&ask, &json!({"slot": "1.nobody"}))
        .await
        .problem(422, "target_unknown");
    let wanted = json!({"slot": slots[0], "note": "想看看现场照片"});
    let asked = app.post(&ask, &wanted).await.expect(201).json();
    assert_eq!(app.post(&ask, &wanted).await.expect(201).json(), asked);
    app.post(&ask, &json!({"slot": slots[1]}))
        .await
        .problem(409, "only_once");
    assert_eq!(free(&app, &of_code).await.len(), 5);
    let own = app.only_submission(&app.access_token(&app.deputy.actor).await).await;
    let other = app.receipt().await;
    let taken = app
        .post(&format!("/api/v1/receipts/{other}/appointments"), &wanted)
        .await;
    taken.problem(409, "target_unfit");

    let id = asked["id"].as_str().unwrap();
    let token = app.access_token(&app.deputy.actor).await;
    let settle = async |body: Value| app.post_as(&token, &format!("/api/v1/appointments/{id}"), &body).await;
    settle(json!({"action": "decline"}))
        .await
        .problem(422, "invalid_fields");
    let list = async |token: &str| {
        let path = format!("/api/v1/submissions/{own}/appointments");
        app.get_as(token, &path).await.expect(200).json()["items"][0].clone()
    };
    assert_eq!(list(&token).await["possible"], json!(["confirm", "decline", "move"]));
    settle(json!({"action": "confirm"})).await.expect(204);
    // What was said can be written only once the time has come.
    assert_eq!(list(&token).await["possible"], json!(["cancel", "move"]));
    settle(json!({"action": "decline", "reason": "要开会"}))
        .await
        .problem(409, "not_now");
    let said = json!({"action": "hold", "record": "说好下周换灯。"});
    settle(said.clone()).await.problem(409, "target_unfit");
    app.advance(TimeDelta::hours(3));
    let token = app.access_token(&app.deputy.actor).await;
    let path = format!("/api/v1/appointments/{id}");
    assert_eq!(
        list(&token).await["possible"],
        json!(["cancel", "move", "hold", "miss"])
    );
    app.post_as(&token, &path, &said).await.expect(204);
    let now = list(&token).await;
    assert_eq!(
        (&now["state"], &now["record"]),
        (&json!("held"), &json!("说好下周换灯。"))
    );
    let seen = meetings(&app, &receipt).await;
    assert_eq!(seen["appointments"][0]["state"], "held");
    // The record is for internal eyes.
    assert!(!seen.to_string().contains("说好下周换灯"), "{seen}");
}

#[actix_web::test]
async fn what_the_station_proposes_the_resident_may_refuse() {
    let mut app = on_duty().await;
    let site = app.grid.site_id;
    let staff = app.city.staff(site, Role::StationStaff);
    let receipt = app.receipt().await;
    let token = app.access_token(&staff).await;
    let id = app.only_submission(&token).await;
    let slots = app
        .get_as(&token, &format!("/api/v1/submissions/{id}/slots"))
        .await
        .expect(200)
        .json();
    let wanted = json!({"slot": slots["items"][2]["slot"]});
    let path = format!("/api/v1/submissions/{id}/appointments");
    let asked = app.post_as(&token, &path, &wanted).await.expect(201).json();
    let appointment = asked["id"].as_str().unwrap();
    let settle = format!("/api/v1/appointments/{appointment}");
    let forced = app.post_as(&token, &settle, &json!({"action": "confirm"})).await;
    forced.problem(409, "not_now");
    assert_eq!(meetings(&app, &receipt).await["appointments"][0]["asked_by"], "handler");
    let other = app.receipt().await;
    let reply = async |receipt: &str, action: &str| -> Answer {
        let path = format!("/api/v1/receipts/{receipt}/appointments/{appointment}");
        app.post(&path, &json!({"action": action})).await
    };
    reply(&other, "decline").await.problem(404, "receipt_unknown");
    reply(&receipt, "decline").await.expect(204);
    reply(&receipt, "decline").await.expect(204);
    reply(&receipt, "confirm").await.problem(409, "not_now");
}

fn hearing(submission: &str, days: u64) -> Value {
    let starts_at = noon() + Days::new(days);
    json!({
        "title": "路灯问题答复会", "kind": "answering", "place": "社区活动室", "submission_ids": [submission],
        "starts_at": starts_at, "ends_at": starts_at + TimeDelta::hours(2)
    })
}

#[actix_web::test]
async fn a_hearing_is_announced_changed_and_held_with_promises() {
    let mut app = App::start().await;
    let site = app.grid.site_id;
    let head = app.city.staff(site, Role::StationHead);
    let receipt = app.receipt().await;
    let token = app.access_token(&head).await;
    let id = app.only_submission(&token).await;
    let plan = async |body: &Value| app.post_as(&token, "/api/v1/hearings", body).await;
    plan(&hearing(&id, 2)).await.problem(409, "target_unfit");
    let mut backwards = hearing(&id, 4);
    backwards["ends_at"] = backwards["starts_at"].clone();
    plan(&backwards).await.problem(422, "invalid_fields");
    let planned = plan(&hearing(&id, 3)).await.expect(201).json();
    assert_eq!(plan(&hearing(&id, 3)).await.expect(201).json(), planned);
    let path = format!("/api/v1/hearings/{}", planned["id"].as_str().unwrap());
    let seen = meetings(&app, &receipt).await;
    assert_eq!(seen["hearings"][0]["place"], "社区活动室");
    let patch = app.request(reqwest::Method::PATCH, &path).bearer_auth(&token);
    crate::app::send(patch.json(&json!({"place": "镇政府二楼"})))
        .await
        .expect(204);
    assert_eq!(meetings(&app, &receipt).await["hearings"][0]["place"], "镇政府二楼");
    let minutes = json!({"minutes": "下周换灯。", "promises": [
        {"submission_id": id, "text": "换三盏路灯", "promised_by": "城管办", "due_on": "2026-12-05"}]});
    let hold = format!("{path}/minutes");
    app.post_as(&token, &hold, &minutes).await.problem(409, "target_unfit");
    app.advance(TimeDelta::days(3) + TimeDelta::hours(2));
    let token = app.access_token(&head).await;
    app.post_as(&token, &hold, &minutes).await.expect(204);
    let detail = app.get_as(&token, &path).await.expect(200).json();
    assert_eq!(
        (&detail["hearing"]["state"], &detail["promises"][0]["due_on"]),
        (&json!("held"), &json!("2026-12-05"))
    );
    let list = app
        .get_as(&token, "/api/v1/hearings?state=held")
        .await
        .expect(200)
        .json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    app.get_as(&token, "/api/v1/hearings?state=lost")
        .await
        .problem(422, "invalid_fields");
}

/// A submission that its resident closed as not solved; the deputy's token.
async fn closed_unsolved(app: &App, actor: &Actor) -> String {
    let receipt = app.receipt().await;
    let token = app.access_token(actor).await;
    let id = app.only_submission(&token).await;
    let text = json!({"text": "已经报修，请等通知。"});
    app.post_as(&token, &format!("/api/v1/submissions/{id}/answers"), &text)
        .await
        .expect(201);
    let rating = json!({"solved": false, "satisfaction": "basically_satisfied"});
    app.post(&format!("/api/v1/receipts/{receipt}/rating"), &rating)
        .await
        .expect(201);
    token
}

#[actix_web::test]
async fn whoever_was_not_helped_is_visited_again() {
    let mut app = App::start().await;
    let token = closed_unsolved(&app, &app.deputy.actor).await;
    let list = app.get_as(&token, "/api/v1/revisits").await.expect(200).json();
    assert_eq!(
        (&list["items"][0]["reason"], &list["items"][0]["overdue"]),
        (&json!("unsolved"), &json!(false))
    );
    let path = format!("/api/v1/revisits/{}", list["items"][0]["id"].as_str().unwrap());
    let result = json!({"way": "visit", "outcome": "solved", "satisfied": true, "note": "灯亮了。"});
    app.post_as(&token, &path, &json!({"way": "visit", "outcome": "solved"}))
        .await
        .problem(422, "invalid_fields");
    let (_, stranger) = app.city.grid_with_lead();
    let foreign = app.access_token(&stranger.actor).await;
    app.post_as(&foreign, &path, &result)
        .await
        .problem(404, "submission_unknown");
    app.post_as(&token, &path, &result).await.expect(204);
    app.post_as(&token, &path, &result).await.expect(204);
    let other = json!({"way": "phone", "outcome": "unreachable"});
    app.post_as(&token, &path, &other).await.problem(409, "only_once");
    let done = app
        .get_as(&token, "/api/v1/revisits?state=done")
        .await
        .expect(200)
        .json();
    assert_eq!(done["items"][0]["outcome"], "solved");
}
