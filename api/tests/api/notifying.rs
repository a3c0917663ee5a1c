//! By which channels people are told, how that goes, and the calendar that deadlines are counted by.

use minyi_domain::{audit::Action, delivery::Channel, people::Role};
use minyi_store::fixtures::COUNTY;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Answer, App, send},
    policies::computed,
};

const PREFERENCES: &str = "/api/v1/me/notification-preferences";

async fn put_as(app: &App, token: &str, path: &str, body: &Value) -> Answer {
    send(app.request(Method::PUT, path).bearer_auth(token).json(body)).await
}

#[actix_web::test]
async fn a_person_chooses_channels_hours_and_addresses() {
    let app = App::start().await;
    let channels = [Channel::Wechat, Channel::Mail];
    app.store
        .announce_channels("worker", &channels, app.clock.now())
        .unwrap();
    let token = app.access_token(&app.deputy.actor).await;
    let before = app.get_as(&token, PREFERENCES).await.expect(200).json();
    assert_eq!(before["quiet_hours"], json!({"from": "22:00", "until": "07:00"}));
    assert_eq!(before["kinds"][0]["usual"], true);
    assert_eq!(
        (&before["channels"][0]["address"], &before["channels"][5]["address"]),
        (&json!("已绑定"), &Value::Null)
    );

    let wishes = json!({
        "orders": {"new_work": ["mail", "wechat"], "news": []}, "quiet_hours": {"from": "21:00", "until": "06:30"},
        "digest": true, "addresses": {"mail": "chunlan@example.cn"}
    });
    let after = put_as(&app, &token, PREFERENCES, &wishes).await.expect(200).json();
    assert_eq!(after["channels"][5]["address"], "c***@example.cn");
    assert_eq!(after["kinds"][0]["channels"], json!(["mail", "wechat"]));
    assert_eq!(
        (&after["kinds"][2]["channels"], &after["kinds"][1]["usual"]),
        (&json!([]), &json!(true))
    );
    assert_eq!(
        (&after["quiet_hours"]["until"], &after["digest"]),
        (&json!("06:30"), &json!(true))
    );
    assert_eq!(app.get_as(&token, PREFERENCES).await.json(), after);

    let none = json!({"orders": {}, "quiet_hours": null, "digest": false, "addresses": {"mail": null}});
    let after = put_as(&app, &token, PREFERENCES, &none).await.expect(200).json();
    assert_eq!(
        (&after["channels"][5]["address"], &after["quiet_hours"]),
        (&Value::Null, &Value::Null)
    );
}

#[actix_web::test]
async fn what_cannot_be_an_address_an_hour_or_an_order_is_named() {
    let app = App::start().await;
    let token = app.access_token(&app.deputy.actor).await;
    let wrong = json!({
        "orders": {"new_work": ["sms", "sms"]}, "quiet_hours": {"from": "25:00", "until": "07:00"}, "digest": false,
        "addresses": {"mail": "nobody", "wechat": "openid"}
    });
    let answer = put_as(&app, &token, PREFERENCES, &wrong).await.expect(422).json();
    let pointers: Vec<_> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["pointer"])
        .collect();
    assert_eq!(
        pointers,
        [
            "/orders/new_work",
            "/quiet_hours/from",
            "/addresses/wechat",
            "/addresses/mail"
        ]
    );
}

#[actix_web::test]
async fn a_years_holidays_are_looked_at_before_they_are_taken() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let token = app.access_token(&admin).await;
    let receipt = app.receipt().await;
    // Promised through a year that is not announced: the next Friday, which then turns out to be free.
    app.sql(
        "UPDATE submissions SET clock_started_at = '2026-12-28T02:00:00Z', answer_due_at = '2027-01-04T15:59:59Z',
        answer_due_provisional = true",
    );
    let notice = json!({"year": 2027, "papers": ["某通知"], "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": true}, {"date": "2026-12-31", "isOffDay": true}]});
    let years = app.get_as(&token, "/api/v1/calendar-years").await.expect(200).json();
    assert_eq!(
        (&years["items"][0]["year"], &years["items"][0]["provisional"]),
        (&json!(2027), &json!(true))
    );

    let asked = app
        .post_as(&token, "/api/v1/calendar-years/preview", &notice)
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&asked["task"], &asked["state"], &asked["year"]),
        (&json!("preview_year"), &json!("waiting"), &Value::Null)
    );
    let preview = computed(&app, &token, &asked).await["year"].clone();
    assert_eq!(
        (&preview["examined"], &preview["submissions_moved"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(preview["moved"][0]["to"], "2027-01-05T15:59:59Z");
    assert_eq!(preview["days_left_out"][0]["date"], "2026-12-31");
    let due = |receipt: &Value| receipt["answer_due_at"].clone();
    let path = format!("/api/v1/receipts/{receipt}");
    assert_eq!(
        due(&app.get(&path).await.json()),
        "2027-01-04T15:59:59Z",
        "nothing has changed"
    );

    assert_eq!(app.logged(Action::CalendarYearTaken), 0);
    let asked = put_as(&app, &token, "/api/v1/calendar-years/2027", &notice)
        .await
        .expect(201)
        .json();
    assert_eq!(computed(&app, &token, &asked).await["year"], preview);
    assert_eq!(app.logged(Action::CalendarYearTaken), 1);
    assert_eq!(due(&app.get(&path).await.json()), "2027-01-05T15:59:59Z");
    let years = app.get_as(&token, "/api/v1/calendar-years").await.json();
    assert_eq!(
        (&years["items"][0]["source"], &years["items"][0]["provisional"]),
        (&json!("某通知"), &json!(false))
    );
    put_as(&app, &token, "/api/v1/calendar-years/2028", &notice)
        .await
        .expect(422);
    let empty = json!({"year": 2027, "days": []});
    app.post_as(&token, "/api/v1/calendar-years/preview", &empty)
        .await
        .expect(422);
}

#[actix_web::test]
async fn a_dead_letter_is_counted_and_sent_again_on_another_channel() {
    let mut app = App::start().await;
    app.receipt().await;
    let channels = [Channel::Wechat, Channel::Sms];
    app.store
        .announce_channels("worker", &channels, app.clock.now())
        .unwrap();
    kill_messages(&app);
    let site = app.grid.site_id;
    let staff = app.city.staff(site, Role::StationStaff);
    let token = app.access_token(&staff).await;

    let health = app.get_as(&token, "/api/v1/health/delivery").await.expect(200).json();
    let dead = health["stages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|stage| stage["stage"] == "dead")
        .unwrap();
    assert_eq!(dead["count"], 1);
    assert_eq!(
        (&health["channels"][0]["dead"], &health["errors"][0]["code"]),
        (&json!(1), &json!(43101))
    );
    let people = app
        .get_as(&token, "/api/v1/health/unreachable")
        .await
        .expect(200)
        .json();
    assert_eq!(people["items"].as_array().unwrap().len(), 1, "{people}");
    assert_eq!(
        (&people["items"][0]["reason"], &people["items"][0]["role"]),
        (&json!("refused"), &json!("deputy"))
    );

    let letters = app.get_as(&token, "/api/v1/notifications").await.json();
    let path = format!(
        "/api/v1/notifications/{}/resend",
        letters["items"][0]["id"].as_str().unwrap()
    );
    app.post_as(&token, &path, &json!({"channel": "sms"})).await.expect(409);
    app.post_as(&token, &path, &json!({"channel": "sms", "address": "12"}))
        .await
        .expect(422);
    app.post_as(&token, &path, &json!({"channel": "sms", "address": "13800000001"}))
        .await
        .expect(202);
    app.post_as(&token, &path, &json!({})).await.expect(404);
    let letters = app.get_as(&token, "/api/v1/notifications").await.json();
    assert_eq!(letters["items"], json!([]));
    let id = app.only_submission(&token).await;
    let detail = app.get_as(&token, &format!("/api/v1/submissions/{id}")).await.json();
    let last = detail["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["text"], "没有送到的消息已重新发送", "{detail}");
}

/// Everything that was written so far has failed for good.
fn kill_messages(app: &App) {
    app.sql(
        "UPDATE notifications SET state = 'dead', attempts = 1, sending_at = created_at, finished_at = created_at,
        error_code = 43101, error = 'NotSubscribed'",
    );
}

#[actix_web::test]
async fn what_a_dead_letter_would_say_is_seen_before_it_goes_out_again() {
    let mut app = App::start().await;
    let receipt = app.receipt().await;
    let staff = app.city.staff(app.grid.site_id, Role::StationStaff);
    let token = app.access_token(&staff).await;
    let of_first = async || {
        let letters = app.get_as(&token, "/api/v1/notifications").await.expect(200).json();
        format!("/api/v1/notifications/{}", letters["items"][0]["id"].as_str().unwrap())
    };
    kill_messages(&app);
    let path = of_first().await;
    let letter = app.get_as(&token, &path).await.expect(200).json();
    let of_account =
        json!({"recipient": "account", "correctable": true, "over": false, "channel": "wechat", "text": null});
    for (field, value) in of_account.as_object().unwrap() {
        assert_eq!(&letter[field], value, "{letter}");
    }
    assert_eq!(letter["values"][2]["label"], "内容摘要");
    assert!(
        letter["values"][2]["value"].as_str().unwrap().starts_with("门口的路灯"),
        "{letter}"
    );
    assert!(!letter.to_string().contains(&app.deputy.openid), "{letter}");
    let by_mail = app
        .get_as(&token, &format!("{path}?channel=mail"))
        .await
        .expect(200)
        .json();
    assert_eq!((&by_mail["channel"], &by_mail["values"]), (&json!("mail"), &json!([])));
    assert!(by_mail["text"].as_str().unwrap().contains("门口的路灯"), "{by_mail}");
    app.get_as(&token, &format!("{path}?channel=dingtalk_robot"))
        .await
        .expect(422);
    app.get_as(&token, &format!("{path}?channel=pigeon")).await.expect(400);

    // Answered: the deputy's message is over, and the resident's died too.
    app.sql("DELETE FROM notifications");
    let js_code = app.js_code("oResident00000000000000000000").await;
    let subscription = format!("/api/v1/receipts/{receipt}/subscription");
    app.post(&subscription, &json!({"js_code": js_code})).await.expect(204);
    let deputy = app.access_token(&app.deputy.actor).await;
    let id = app.only_submission(&deputy).await;
    let answers = format!("/api/v1/submissions/{id}/answers");
    app.post_as(&deputy, &answers, &json!({"text": "路灯已经修好了。"}))
        .await
        .expect(201);
    kill_messages(&app);
    let path = of_first().await;
    let letter = app.get_as(&token, &path).await.expect(200).json();
    assert_eq!(
        (&letter["recipient"], &letter["correctable"], &letter["kind"]),
        (&json!("resident"), &json!(false), &json!("resident_progress"))
    );
    let text = letter.to_string();
    assert!(
        text.contains("已答复") && !text.contains(&receipt) && !text.contains("oResident"),
        "{letter}"
    );
    app.get_as(&token, &format!("{path}?channel=sms")).await.expect(422);
    app.post_as(&token, &format!("{path}/resend"), &json!({}))
        .await
        .expect(202);
    app.get_as(&token, &path).await.problem(404, "notification_unknown");
}
