//! Appointments, hearings and revisits on the pages, as a browser without a script meets them.

use chrono::TimeDelta;
use minyi_domain::people::Role;
use reqwest::Method;
use serde_json::json;

use crate::{
    app::{Answer, App, send},
    pages::{WebDir, sign_in_to_desk, value_of},
};

/// A browser at the desk.
struct Desk<'a> {
    app: &'a App,
    cookie: String,
}

impl Desk<'_> {
    async fn get(&self, path: &str) -> Answer {
        send(self.app.request(Method::GET, path).header("cookie", &self.cookie)).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.app.request(Method::POST, path).header("cookie", &self.cookie);
        send(request.form(form)).await
    }
}

/// The first radio button of this name.
fn choice(page: &str) -> String {
    value_of(page, "slot")
}

#[actix_web::test]
async fn a_resident_asks_on_the_receipt_and_the_desk_confirms() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let (site, deputy) = (app.grid.site_id, app.deputy.clone());
    app.city.on_duty(site, &deputy);
    let staff = app.city.staff(site, Role::StationStaff);
    let receipt = app.receipt().await;
    let path = format!("/r/{receipt}");
    let link = format!("{path}/meeting");
    let page = app.get(&path).await.expect(200).text();
    assert!(page.contains(&link), "{page}");
    let slots = app.get(&link).await.expect(200).text();
    let slot = choice(&slots);
    let form = [("slot", slot.as_str()), ("note", "想看看现场照片")];
    let ask = async |fields: &[(&str, &str)]| send(app.request(Method::POST, &link).form(fields)).await;
    let nothing = ask(&[("note", "没有选时段")]).await.expect(422).text();
    assert!(
        nothing.contains("请从列出的时段里选一个") && nothing.contains("没有选时段"),
        "{nothing}"
    );
    ask(&form).await.expect(303);
    ask(&form).await.expect(303);
    let page = app.get(&path).await.expect(200).text();
    assert!(page.contains("等对方确认") && page.contains("取消预约"), "{page}");

    let cookie = sign_in_to_desk(&app, &staff).await;
    let desk = Desk { app: &app, cookie };
    let week = desk.get("/desk/meetings").await.expect(200).text();
    assert!(week.contains("想看看现场照片") && week.contains("确认见面"), "{week}");
    let action = week.split("action=\"/desk/appointments/").nth(1).unwrap();
    let settle = format!("/desk/appointments/{}", action.split('"').next().unwrap());
    let csrf = value_of(&week, "csrf");
    desk.post(&settle, &[("csrf", "wrong"), ("action", "confirm")])
        .await
        .expect(403);
    let confirmed = desk
        .post(
            &settle,
            &[("csrf", &csrf), ("action", "confirm"), ("back", "//evil.example")],
        )
        .await;
    assert_eq!(confirmed.expect(303).header("location"), "/desk/meetings");
    assert!(app.get(&path).await.text().contains("已约定"));
    let calendar = desk.get("/desk/meetings.ics").await.expect(200).text();
    assert!(
        calendar.contains("BEGIN:VEVENT\r\n") && !calendar.contains("想看看现场照片"),
        "{calendar}"
    );
}

#[actix_web::test]
async fn the_desk_proposes_a_time_and_the_resident_answers() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let (site, deputy) = (app.grid.site_id, app.deputy.clone());
    app.city.on_duty(site, &deputy);
    let receipt = app.receipt().await;
    let id = app.only_submission(&app.access_token(&deputy.actor).await).await;
    let cookie = sign_in_to_desk(&app, &deputy.actor).await;
    let desk = Desk { app: &app, cookie };
    let case = desk.get(&format!("/desk/submissions/{id}")).await.expect(200).text();
    let link = format!("/desk/submissions/{id}/meeting");
    assert!(case.contains(&link), "{case}");
    let page = desk.get(&link).await.expect(200).text();
    let (csrf, slot) = (value_of(&page, "csrf"), choice(&page));
    desk.post(&link, &[("csrf", &csrf), ("slot", &slot)]).await.expect(303);
    let page = app.get(&format!("/r/{receipt}")).await.expect(200).text();
    let reply = page.split(&format!("action=\"/r/{receipt}/meeting/")).nth(1).unwrap();
    let reply = format!("/r/{receipt}/meeting/{}", reply.split('"').next().unwrap());
    let say = async |action: &str| send(app.request(Method::POST, &reply).form(&[("action", action)])).await;
    say("perhaps").await.expect(422);
    say("confirm").await.expect(303);
    // Another time is asked of the resident again.
    let page = desk.get(&link).await.expect(200).text();
    let (appointment, slot) = (value_of(&page, "appointment"), choice(&page));
    let form = [
        ("csrf", csrf.as_str()),
        ("appointment", appointment.as_str()),
        ("slot", slot.as_str()),
    ];
    desk.post(&link, &form).await.expect(303);
    let page = app.get(&format!("/r/{receipt}")).await.expect(200).text();
    assert!(page.contains("能来吗"), "{page}");
}

#[actix_web::test]
async fn a_hearing_is_planned_and_its_promises_written_down() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let site = app.grid.site_id;
    let head = app.city.staff(site, Role::StationHead);
    let receipt = app.receipt().await;
    let id = app.only_submission(&app.access_token(&head).await).await;
    let cookie = sign_in_to_desk(&app, &head).await;
    let desk = Desk { app: &app, cookie };
    let page = desk
        .get(&format!("/desk/hearings/new?case={id}"))
        .await
        .expect(200)
        .text();
    assert!(page.contains(&format!("value=\"{id}\" checked")), "{page}");
    let csrf = value_of(&page, "csrf");
    let plan = async |date: &str| {
        let deputy = app.deputy.id.to_string();
        let form = [
            ("csrf", csrf.as_str()),
            ("title", "路灯问题答复会"),
            ("kind", "answering"),
            ("date", date),
            ("from", "14:00"),
            ("until", "16:00"),
            ("place", "社区活动室"),
            ("case", id.as_str()),
            ("deputy", deputy.as_str()),
        ];
        desk.post("/desk/hearings", &form).await
    };
    let too_soon = plan("2026-11-22").await.expect(409).text();
    assert!(
        too_soon.contains("路灯问题答复会") && too_soon.contains("role=\"alert\""),
        "{too_soon}"
    );
    let planned = plan("2026-11-23").await.expect(303);
    let path = planned.header("location").to_owned();
    let notice = app.get(&format!("/r/{receipt}")).await.expect(200).text();
    assert!(
        notice.contains("11月23日（周一）14:00—16:00") && notice.contains("社区活动室"),
        "{notice}"
    );
    let page = desk.get(&path).await.expect(200).text();
    assert!(page.contains("取消活动") && !page.contains("登记结果"), "{page}");
    app.advance(TimeDelta::hours(75));
    let cookie = sign_in_to_desk(&app, &head).await;
    let desk = Desk { app: &app, cookie };
    let page = desk.get(&path).await.expect(200).text();
    let (csrf, on_table) = (value_of(&page, "csrf"), value_of(&page, "on_table"));
    let names = [
        format!("promise.{on_table}"),
        format!("by.{on_table}"),
        format!("due.{on_table}"),
    ];
    let form = [
        ("csrf", csrf.as_str()),
        ("minutes", "城管办答应下周换灯。"),
        ("on_table", on_table.as_str()),
        (&names[0], "换三盏路灯"),
        (&names[1], "城管办"),
        (&names[2], "2026-12-05"),
    ];
    desk.post(&format!("{path}/minutes"), &form).await.expect(303);
    let page = desk.get(&path).await.expect(200).text();
    assert!(page.contains("城管办承诺：换三盏路灯"), "{page}");
    assert!(
        app.get(&format!("/r/{receipt}"))
            .await
            .text()
            .contains("城管办承诺在 2026-12-05 前办到")
    );
}

#[actix_web::test]
async fn a_revisit_is_written_down_and_the_tabs_follow_the_rights() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let site = app.grid.site_id;
    let staff = app.city.staff(site, Role::StationStaff);
    let auditor = app.city.admin(minyi_store::fixtures::COUNTY, Role::Auditor);
    let receipt = app.receipt().await;
    let token = app.access_token(&app.deputy.actor).await;
    let id = app.only_submission(&token).await;
    let text = json!({"text": "已经报修，请等通知。"});
    app.post_as(&token, &format!("/api/v1/submissions/{id}/answers"), &text)
        .await
        .expect(201);
    let rating = json!({"solved": false, "satisfaction": "basically_satisfied"});
    app.post(&format!("/api/v1/receipts/{receipt}/rating"), &rating)
        .await
        .expect(201);
    let cookie = sign_in_to_desk(&app, &staff).await;
    let desk = Desk { app: &app, cookie };
    let page = desk.get("/desk/revisits").await.expect(200).text();
    assert!(page.contains("未解决或不满意") && page.contains("12月5日"), "{page}");
    let action = page.split("action=\"/desk/revisits/").nth(1).unwrap();
    let path = format!("/desk/revisits/{}", action.split('"').next().unwrap());
    let csrf = value_of(&page, "csrf");
    let half = [("csrf", csrf.as_str()), ("way", "visit"), ("outcome", "unsolved")];
    desk.post(&path, &half).await.expect(422);
    let whole = [
        ("csrf", csrf.as_str()),
        ("way", "visit"),
        ("outcome", "unsolved"),
        ("satisfied", "false"),
    ];
    let done = desk.post(&path, &whole).await.expect(303);
    let page = desk.get(done.header("location")).await.expect(200).text();
    assert!(page.contains("没有解决，不满意") && page.contains("重新登记"), "{page}");
    let cookie = sign_in_to_desk(&app, &auditor).await;
    let watcher = Desk { app: &app, cookie };
    let page = watcher.get("/desk").await.expect(200).text();
    assert!(
        !page.contains("/desk/meetings") && !page.contains("/desk/revisits"),
        "{page}"
    );
    for path in [
        "/desk/meetings",
        "/desk/meetings.ics",
        "/desk/revisits",
        "/desk/hearings/new",
    ] {
        watcher.get(path).await.expect(403);
    }
}

#[actix_web::test]
async fn a_deputy_on_duty_is_led_to_the_meeting_about_somebody_elses_matter() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let (site, other, stranger) = (app.grid.site_id, app.city.deputy(), app.city.deputy());
    app.city.on_duty(site, &other);
    let receipt = app.receipt().await;
    let id = app.only_submission(&app.access_token(&app.deputy.actor).await).await;
    let link = format!("/r/{receipt}/meeting");
    let slot = choice(&app.get(&link).await.expect(200).text());
    send(app.request(Method::POST, &link).form(&[("slot", slot)]))
        .await
        .expect(303);
    let cookie = sign_in_to_desk(&app, &other.actor).await;
    let desk = Desk { app: &app, cookie };
    let led = desk.get(&format!("/desk/submissions/{id}")).await.expect(303);
    let week = desk.get(led.header("location")).await.expect(200).text();
    assert!(week.contains("确认见面"), "{week}");
    let cookie = sign_in_to_desk(&app, &stranger.actor).await;
    let desk = Desk { app: &app, cookie };
    desk.get(&format!("/desk/submissions/{id}")).await.expect(404);
}
