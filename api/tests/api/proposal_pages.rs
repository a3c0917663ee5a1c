//! Proposals in a browser without a script.

use minyi_store::fixtures::COUNTY;
use reqwest::Method;

use crate::{
    app::{Answer, App, send},
    pages::{WebDir, sign_in_to_desk, value_of},
};

async fn page(app: &App, cookie: &str, path: &str) -> Answer {
    send(app.request(Method::GET, path).header("cookie", cookie)).await
}

async fn form(app: &App, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request = app.request(Method::POST, path).header("cookie", cookie);
    send(request.form(&fields)).await
}

#[actix_web::test]
async fn a_matter_becomes_a_proposal_and_the_way_stands_in_both_directions() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let office = app.city.office(COUNTY).to_string();
    let (_, stranger) = app.city.grid_with_lead();
    app.receipt().await;
    let id = app.only_submission(&app.access_token(&app.deputy.actor).await).await;
    let (own, foreign) = (
        sign_in_to_desk(&app, &app.deputy.actor).await,
        sign_in_to_desk(&app, &stranger.actor).await,
    );
    let new = format!("/desk/proposals/new?case={id}");
    let shown = page(&app, &own, &new).await.expect(200).text();
    assert!(shown.contains(&format!("value=\"{id}\" checked")), "{shown}");
    let seen = page(&app, &foreign, &new).await.expect(200).text();
    assert!(!seen.contains(&id), "nothing of others is offered");

    let csrf = value_of(&shown, "csrf");
    let draft = [
        ("csrf", csrf.as_str()),
        ("level", "county"),
        ("title", "关于更换老旧路灯的建议"),
        ("text", "路灯老化，建议分批更换。"),
        ("case", id.as_str()),
    ];
    let mut untitled = draft;
    untitled[2] = ("title", "关");
    let again = form(&app, &own, "/desk/proposals", &untitled).await.expect(422).text();
    assert!(again.contains("路灯老化") && again.contains("至少写 2 个字"), "{again}");
    form(&app, &own, "/desk/proposals", &[("csrf", "wrong")])
        .await
        .expect(403);
    let made = form(&app, &own, "/desk/proposals", &draft).await.expect(303);
    let path = made.header("location").split('?').next().unwrap().to_owned();
    page(&app, &foreign, &path).await.expect(404);

    let mut changed = draft;
    changed[2] = ("title", "关于分批更换老旧路灯的建议");
    form(&app, &own, &format!("{path}/change"), &changed).await.expect(303);
    let submit = [("csrf", csrf.as_str()), ("office_id", office.as_str())];
    let nobody = [("csrf", csrf.as_str())];
    form(&app, &own, &format!("{path}/submit"), &nobody).await.expect(422);
    form(&app, &own, &format!("{path}/submit"), &submit).await.expect(303);
    form(&app, &own, &format!("{path}/submit"), &submit).await.expect(409);
    form(&app, &own, &format!("{path}/change"), &changed).await.expect(409);

    let shown = page(&app, &own, &path).await.expect(200).text();
    assert!(
        shown.contains("闭会第0001号") && shown.contains("关于分批更换") && shown.contains("/desk/handovers/"),
        "{shown}"
    );
    assert!(shown.contains(&format!("/desk/submissions/{id}")) && shown.contains("/form.pdf"));
    assert!(!shown.contains("提交建议") && !shown.contains("修改草稿"), "{shown}");
    let case = page(&app, &own, &format!("/desk/submissions/{id}")).await.text();
    assert!(case.contains(&path), "the matter names the proposal");
    let list = page(&app, &own, "/desk/proposals").await.expect(200).text();
    assert!(list.contains(&path) && list.contains("闭会第0001号"), "{list}");
}
