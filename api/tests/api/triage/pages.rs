//! Triage in a browser without a script.

use reqwest::{
    Method,
    multipart::{Form, Part},
};

use crate::{
    app::send,
    pages::{WebDir, sign_in_to_desk, value_of},
    pictures::jpeg,
};

#[actix_web::test]
async fn a_question_is_asked_at_the_desk_and_answered_on_the_receipt() {
    let web = WebDir::new();
    let app = web.app().await;
    let receipt = app.receipt().await;
    let id = app.only_submission(&app.access_token(&app.deputy.actor).await).await;
    let cookie = sign_in_to_desk(&app, &app.deputy.actor).await;
    let path = format!("/desk/submissions/{id}");
    let desk = async || {
        send(app.request(Method::GET, &path).header("cookie", &cookie))
            .await
            .expect(200)
            .text()
    };
    let csrf = value_of(&desk().await, "csrf");
    let act = async |act: &str, csrf: &str, question: &str| {
        let request = app
            .request(Method::POST, &format!("{path}/acts/{act}"))
            .header("cookie", &cookie);
        send(request.form(&[("csrf", csrf), ("question", question)])).await
    };
    act("ask_resident", "wrong", "请问几号楼？").await.expect(403);
    let again = act("ask_resident", &csrf, "楼").await.expect(422).text();
    assert!(
        again.contains(">楼</textarea>") && again.contains("至少写 2 个字"),
        "{again}"
    );
    let asked = act("ask_resident", &csrf, "请问几号楼？").await.expect(303);
    assert_eq!(asked.header("location"), format!("{path}?done=ask_resident"));
    assert!(desk().await.contains("等居民补充，期限暂停"));
    act("no_such_act", &csrf, "").await.expect(404);

    let page = app.get(&format!("/r/{receipt}")).await.expect(200).text();
    assert!(
        page.contains("请问几号楼？") && page.contains("答复期限暂停") && !page.contains("<dt>答复期限</dt>"),
        "{page}"
    );
    let give = async |text: &'static str| {
        let form = Form::new()
            .text("idempotency_key", "key-of-the-form")
            .text("text", text);
        let photo = Part::bytes(jpeg(30, 20)).file_name("lamp.jpg");
        send(
            app.request(Method::POST, &format!("/r/{receipt}/info"))
                .multipart(form.part("photos", photo)),
        )
        .await
    };
    let again = give("二").await.expect(422).text();
    assert!(
        again.contains(">二</textarea>") && again.contains("name=\"photo_ids\""),
        "{again}"
    );
    let given = give("二号楼").await.expect(303);
    let page = app.get(given.header("location")).await.expect(200).text();
    assert!(page.contains("补充已收到") && page.contains("二号楼"), "{page}");
    // Tapped twice.
    give("二号楼").await.expect(409);
    assert!(desk().await.contains("二号楼"));
}

#[actix_web::test]
async fn what_is_not_taken_says_where_to_go_and_is_reviewed_once() {
    let web = WebDir::new();
    let app = web.app().await;
    let receipt = app.receipt().await;
    let id = app.only_submission(&app.access_token(&app.deputy.actor).await).await;
    let cookie = sign_in_to_desk(&app, &app.deputy.actor).await;
    let path = format!("/desk/submissions/{id}");
    let page = send(app.request(Method::GET, &path).header("cookie", &cookie))
        .await
        .expect(200)
        .text();
    assert!(
        page.contains("各种情形的标准告知") && page.contains("转为保密件") && page.contains("并案"),
        "{page}"
    );
    let csrf = value_of(&page, "csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("kind", "unlawful"),
        ("text", "请拨打热线咨询。"),
    ];
    let request = app
        .request(Method::POST, &format!("{path}/acts/decline"))
        .header("cookie", &cookie);
    send(request.form(&form)).await.expect(303);
    let page = app.get(&format!("/r/{receipt}")).await.expect(200).text();
    assert!(page.contains("12348") && page.contains("申请复核"), "{page}");
    let review = async || send(app.request(Method::POST, &format!("/r/{receipt}/review"))).await;
    let asked = review().await.expect(303);
    let page = app.get(asked.header("location")).await.expect(200).text();
    assert!(page.contains("复核申请已收到") && page.contains("正在复核"), "{page}");
    assert!(review().await.expect(409).text().contains("已经办过一次"));
}
