//! Handing over in a browser without a script: the deputy, the office, and the resident's receipt.

use minyi_store::fixtures::TOWNSHIP;
use reqwest::Method;

use crate::{
    app::{Answer, App, send},
    pages::{WebDir, sign_in_to_desk, value_of},
};

struct Desk<'a> {
    app: &'a App,
    cookie: String,
}

impl Desk<'_> {
    async fn page(&self, path: &str) -> Answer {
        send(self.app.request(Method::GET, path).header("cookie", &self.cookie)).await
    }

    async fn form(&self, path: &str, csrf: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = vec![("csrf", csrf)];
        form.extend_from_slice(fields);
        let request = self.app.request(Method::POST, path).header("cookie", &self.cookie);
        send(request.form(&form)).await
    }
}

#[actix_web::test]
async fn a_matter_goes_to_the_office_and_back_by_forms() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let (office, other) = (app.city.office(TOWNSHIP), app.city.office(TOWNSHIP));
    let (handler, stranger) = (app.city.office_handler(office), app.city.office_handler(other));
    let receipt = app.receipt().await;
    let id = app.only_submission(&app.access_token(&app.deputy.actor).await).await;
    let desk = async |actor| Desk {
        app: &app,
        cookie: sign_in_to_desk(&app, actor).await,
    };
    let (deputy, own, foreign) = (
        desk(&app.deputy.actor).await,
        desk(&handler).await,
        desk(&stranger).await,
    );
    let case = format!("/desk/submissions/{id}");
    let page = deputy.page(&case).await.expect(200).text();
    assert!(page.contains("就在本镇街"), "{page}");
    let csrf = value_of(&page, "csrf");
    let office = office.to_string();
    let fields = [("office_id", office.as_str()), ("demand", "请到现场查看，修好路灯。")];
    deputy
        .form(&format!("{case}/handovers"), "wrong", &fields)
        .await
        .expect(403);
    let handed = deputy
        .form(&format!("{case}/handovers"), &csrf, &fields)
        .await
        .expect(303);
    let path = handed.header("location").split('?').next().unwrap().to_owned();
    assert!(deputy.page(&case).await.text().contains(&path), "the case leads to it");

    foreign.page(&path).await.expect(404);
    assert!(!foreign.page("/desk/handovers").await.expect(200).text().contains(&path));
    let list = own.page("/desk/handovers").await.expect(200).text();
    assert!(list.contains(&path) && list.contains("交办</a>"), "{list}");
    let page = own.page(&path).await.expect(200).text();
    assert!(
        page.contains("门口的路灯坏了半个多月") && page.contains("签收办理"),
        "{page}"
    );
    assert!(!page.contains("满意，办结"), "the office does not judge itself");
    let theirs = value_of(&page, "csrf");
    let act = async |act: &str, fields: &[(&str, &str)]| own.form(&format!("{path}/{act}"), &theirs, fields).await;
    act("accept", &[("text", "赵科长")]).await.expect(303);
    act("accept", &[("text", "赵科长")]).await.expect(409);
    act("nothing", &[]).await.expect(404);
    let answer = [
        ("text", "已换灯头"),
        ("result", "b"),
        ("promise", ""),
        ("promised_on", ""),
    ];
    act("answer", &answer).await.expect(422);
    let answer = [
        ("text", "已换灯头"),
        ("result", "b"),
        ("promise", "年底换完整条街"),
        ("promised_on", "2026-12-30"),
    ];
    act("answer", &answer).await.expect(303);

    let page = deputy.page(&path).await.expect(200).text();
    assert!(page.contains("已换灯头") && page.contains("满意，办结"), "{page}");
    let fields = [("answer_text", "灯头已换，年底换完整条街。")];
    deputy
        .form(&format!("{path}/approve"), &csrf, &fields)
        .await
        .expect(303);
    let page = own.page(&path).await.expect(200).text();
    let kept = page.split("/desk/promises/").nth(1).unwrap().split('"').next().unwrap();
    let handover = path.rsplit('/').next().unwrap();
    let fields = [("note", "已经全部换完"), ("handover", handover)];
    own.form(&format!("/desk/promises/{kept}"), &theirs, &fields)
        .await
        .expect(303);
    let page = app.get(&format!("/r/{receipt}")).await.expect(200).text();
    assert!(
        page.contains("年底换完整条街") && page.contains("已兑现：已经全部换完"),
        "{page}"
    );
}
