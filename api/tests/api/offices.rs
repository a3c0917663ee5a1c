//! Handing over to offices and proposals, over HTTP.

use chrono::TimeDelta;
use minyi_domain::people::Role;
use minyi_store::fixtures::{COUNTY, TOWNSHIP};
use reqwest::Method;
use serde_json::json;

use crate::app::{App, lamp, send};

#[actix_web::test]
async fn an_office_signs_answers_and_the_deputy_tells_the_resident() {
    let mut app = App::start().await;
    let office = app.city.office(TOWNSHIP);
    let handler = app.city.office_handler(office);
    let mut body = lamp();
    body["contact"] = json!({"name": "王阿姨", "phone": "13800001234"});
    let receipt = app.submit("with-contact", &body).await.expect(201).json()["receipt"]
        .as_str()
        .unwrap()
        .to_owned();
    let deputy = app.access_token(&app.deputy.actor).await;
    let own = app.access_token(&handler).await;
    let submission = app.only_submission(&deputy).await;
    let path = format!("/api/v1/submissions/{submission}");

    let offices = app.get_as(&deputy, &format!("{path}/offices")).await.expect(200).json();
    assert_eq!(offices["items"][0]["hint"], "就在本镇街", "{offices}");
    app.get_as(&own, &path).await.problem(404, "submission_unknown");
    let request = json!({"office_id": office, "demand": "请到现场查看，修好路灯。"});
    app.post_as(&own, &format!("{path}/handovers"), &request)
        .await
        .problem(403, "forbidden");
    let handed = app
        .post_as(&deputy, &format!("{path}/handovers"), &request)
        .await
        .expect(201)
        .json();
    app.post_as(&deputy, &format!("{path}/handovers"), &request)
        .await
        .problem(409, "target_unfit");
    let handover = format!("/api/v1/handovers/{}", handed["id"].as_str().unwrap());

    // The office reads the matter and nothing by which the resident could be found.
    let seen = app.get_as(&own, &handover).await.expect(200);
    assert_eq!(seen.json()["submissions"][0]["text"], lamp()["text"]);
    assert!(!seen.text().contains("13800001234") && !seen.text().contains("王阿姨"));
    app.post_as(&own, &format!("{path}/contact"), &json!({}))
        .await
        .problem(403, "forbidden");
    let list = app
        .get_as(&own, "/api/v1/handovers?state=open")
        .await
        .expect(200)
        .json();
    assert_eq!(list["items"][0]["state"], "offered");
    app.get_as(&own, "/api/v1/handovers?state=lost")
        .await
        .problem(422, "invalid_fields");

    app.post_as(
        &own,
        &format!("{handover}/answer"),
        &json!({"text": "修好了", "result": "a"}),
    )
    .await
    .problem(409, "not_now");
    app.post_as(
        &own,
        &format!("{handover}/accept"),
        &json!({"responsible_name": "赵科长"}),
    )
    .await
    .expect(204);
    let extended = app
        .post_as(&own, &format!("{handover}/extend"), &json!({"reason": "等材料"}))
        .await
        .expect(200)
        .json();
    assert_eq!(extended["due_at"], "2026-12-18T15:59:59Z");
    app.post_as(&own, &format!("{handover}/extend"), &json!({"reason": "再等等"}))
        .await
        .problem(409, "only_once");
    let answer = json!({"text": "已换灯头", "result": "b"});
    app.post_as(&own, &format!("{handover}/answer"), &answer)
        .await
        .problem(422, "invalid_fields");
    let answer = json!({"text": "已换灯头", "result": "b", "promise": "年底换完整条街", "promised_on": "2026-12-30"});
    app.post_as(&own, &format!("{handover}/answer"), &answer)
        .await
        .expect(204);
    app.post_as(&own, &format!("{handover}/approve"), &json!({}))
        .await
        .problem(403, "forbidden");
    app.post_as(&deputy, &format!("{path}/answers"), &json!({"text": "修好了。"}))
        .await
        .problem(409, "office_owes");
    let approval = json!({"answer_text": "灯头已换，年底换完整条街。"});
    app.post_as(&deputy, &format!("{handover}/approve"), &approval)
        .await
        .expect(204);

    let view = app.get(&format!("/api/v1/receipts/{receipt}")).await.expect(200).json();
    assert_eq!(view["state"], "answered");
    assert_eq!(view["handovers"][0]["state"], "done");
    assert_eq!(view["promises"][0]["due_on"], "2026-12-30");
    let promise = format!("/api/v1/promises/{}/kept", view["promises"][0]["id"].as_str().unwrap());
    let note = json!({"note": "整条街已经换完。"});
    app.advance(TimeDelta::minutes(5));
    app.post_as(&own, &promise, &note).await.expect(204);
    app.post_as(&own, &promise, &note).await.problem(409, "only_once");
    let view = app.get(&format!("/api/v1/receipts/{receipt}")).await.json();
    let last = view["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["kind"], "promise_kept", "{view}");
}

#[actix_web::test]
async fn a_foreign_office_is_told_nothing() {
    let mut app = App::start().await;
    let (office, foreign) = (app.city.office(TOWNSHIP), app.city.office(TOWNSHIP));
    let stranger = app.city.office_handler(foreign);
    app.receipt().await;
    let deputy = app.access_token(&app.deputy.actor).await;
    let theirs = app.access_token(&stranger).await;
    let submission = app.only_submission(&deputy).await;
    let request = json!({"office_id": office, "demand": "请到现场查看，修好路灯。"});
    let handed = app
        .post_as(
            &deputy,
            &format!("/api/v1/submissions/{submission}/handovers"),
            &request,
        )
        .await
        .expect(201)
        .json();
    let handover = format!("/api/v1/handovers/{}", handed["id"].as_str().unwrap());
    app.get_as(&theirs, &handover).await.problem(404, "handover_unknown");
    for (act, body) in [
        ("accept", json!({"responsible_name": "钱科长"})),
        ("refuse", json!({"reason": "不归我们管"})),
        ("extend", json!({"reason": "等材料"})),
        ("partners", json!({"office_id": foreign})),
        ("opinion", json!({"opinion": "可以配合"})),
        ("answer", json!({"text": "修好了", "result": "a"})),
    ] {
        app.post_as(&theirs, &format!("{handover}/{act}"), &body)
            .await
            .problem(404, "handover_unknown");
        app.post_as(&deputy, &format!("{handover}/{act}"), &body)
            .await
            .problem(403, "forbidden");
    }
    let list = app.get_as(&theirs, "/api/v1/handovers").await.expect(200).json();
    assert_eq!(list, json!({"items": [], "next_cursor": null}));
    let (_, other) = app.city.grid_with_lead();
    let other = app.access_token(&other.actor).await;
    app.post_as(&other, &format!("{handover}/withdraw"), &json!({}))
        .await
        .problem(404, "handover_unknown");
    app.post_as(&deputy, &format!("{handover}/withdraw"), &json!({}))
        .await
        .expect(204);
}

#[actix_web::test]
async fn a_proposal_is_drafted_changed_submitted_and_printed() {
    let mut app = App::start().await;
    let office = app.city.office(COUNTY);
    let street = app.city.admin(TOWNSHIP, Role::StreetAdmin);
    app.receipt().await;
    app.receipt().await;
    let deputy = app.access_token(&app.deputy.actor).await;
    let inbox = app.get_as(&deputy, "/api/v1/inbox").await.expect(200).json();
    let ids: Vec<_> = (0..2).map(|n| inbox["items"][n]["id"].clone()).collect();
    let draft = json!({
        "level": "county", "title": "关于更换老旧路灯的建议", "text": "全县老旧路灯较多，建议分批更换。", "submission_ids": [ids[0]]
    });
    let not_for = app.access_token(&street).await;
    app.post_as(&not_for, "/api/v1/proposals", &draft)
        .await
        .problem(403, "forbidden");
    let mut national = draft.clone();
    national["level"] = json!("national");
    app.post_as(&deputy, "/api/v1/proposals", &national)
        .await
        .problem(422, "invalid_fields");
    let made = app
        .post_as(&deputy, "/api/v1/proposals", &draft)
        .await
        .expect(201)
        .json();
    let path = format!("/api/v1/proposals/{}", made["id"].as_str().unwrap());
    let change = json!({"submission_ids": ids});
    send(app.request(Method::PATCH, &path).bearer_auth(&deputy).json(&change))
        .await
        .expect(204);
    // The way of the mini-program, which has no PATCH.
    let words = json!({"title": "关于分批更换老旧路灯的建议", "text": "全县老旧路灯较多，建议三年内分批更换。"});
    let rewrite = async || {
        send(
            app.request(Method::PUT, &format!("{path}/text"))
                .bearer_auth(&deputy)
                .json(&words),
        )
        .await
    };
    rewrite().await.expect(204);
    let submit = json!({"office_id": office});
    let drafted = app.get_as(&deputy, &path).await.expect(200).json();
    assert_eq!(drafted["offices"][0]["id"], submit["office_id"]);
    assert_eq!((&drafted["title"], &drafted["text"]), (&words["title"], &words["text"]));
    assert_eq!(drafted["submissions"].as_array().unwrap().len(), 2);
    app.post_as(&deputy, &format!("{path}/submit"), &submit)
        .await
        .expect(201);
    app.post_as(&deputy, &format!("{path}/submit"), &submit)
        .await
        .problem(409, "only_once");
    rewrite().await.problem(409, "only_once");
    let proposal = app.get_as(&deputy, &path).await.expect(200).json();
    assert_eq!(proposal["number"], "〔2026〕闭会第0001号");
    assert_eq!(proposal["submissions"].as_array().unwrap().len(), 2);
    assert_eq!(proposal["offices"], json!([]));
    let list = app.get_as(&deputy, "/api/v1/proposals").await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let form = app.get_as(&deputy, &format!("{path}/form.pdf")).await.expect(200);
    assert_eq!(form.header("content-type"), "application/pdf");
    assert!(form.bytes.starts_with(b"%PDF-"));
    let lineage = app
        .get_as(&deputy, &format!("/api/v1/submissions/{}", ids[1].as_str().unwrap()))
        .await
        .expect(200)
        .json();
    assert_eq!(lineage["proposals"][0]["number"], "〔2026〕闭会第0001号");
    assert_eq!(lineage["handovers"][0]["channel"], "intersession");
    assert_eq!(lineage["handovers"][0]["possible"], json!(["withdraw"]));
    let possible = lineage["possible"].as_array().unwrap();
    assert!(
        !possible.contains(&json!("answer")) && possible.contains(&json!("take_back")),
        "{possible:?}"
    );
    let (_, stranger) = app.city.grid_with_lead();
    let stranger = app.access_token(&stranger.actor).await;
    app.get_as(&stranger, &path).await.problem(404, "proposal_unknown");
    app.get_as(&stranger, &format!("{path}/form.pdf"))
        .await
        .problem(404, "proposal_unknown");
}
