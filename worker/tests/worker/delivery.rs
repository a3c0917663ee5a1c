use chrono::TimeDelta;
use minyi_domain::{delivery::Channel, people::Role, text::AnswerText};
use minyi_store::{By, fixtures::TO_STAFF};
use serde_json::json;
use tokio::sync::watch;

use crate::stage::{Stage, keep_house, keyword, wait_for};

#[tokio::test]
async fn the_deputy_reads_place_matter_and_deadline() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    let (id, receipt) = stage.city.submit(&grid, deputy.route());

    assert_eq!(stage.worker().run_due().await.unwrap(), 1);

    let messages = stage.messages(&deputy.openid).await;
    let [message] = messages.as_slice() else {
        panic!("one message, not {messages:?}")
    };
    assert_eq!(message["page"], format!("pages/case/index?id={id}"));
    assert_eq!(keyword(message, "character_string1"), receipt.number);
    assert_eq!(keyword(message, "thing3"), "路灯坏了三天没人修");
    assert_eq!(keyword(message, "time4"), "2026年11月24日 12:00");
    assert_eq!(keyword(message, "phrase5"), "待答复");
    let row = &stage.notifications()[0];
    assert_eq!((row.state.as_str(), row.attempts, row.unknown_attempts), ("sent", 1, 0));
    assert_eq!(stage.worker().run_due().await.unwrap(), 0, "nothing is sent twice");
}

#[tokio::test]
async fn without_a_deputy_everybody_at_the_station_is_told() {
    let mut stage = Stage::new().await;
    let site = stage.city.site();
    let grid = stage.city.grid(site);
    let people = [
        stage.city.staff(site, Role::StationStaff),
        stage.city.staff(site, Role::StationHead),
    ];
    for person in &people {
        stage.add_phone(&minyi_store::fixtures::openid_of(person)).await;
    }
    stage.city.submit(&grid, TO_STAFF);

    stage.worker().run_due().await.unwrap();

    for person in &people {
        assert_eq!(stage.messages(&minyi_store::fixtures::openid_of(person)).await.len(), 1);
    }
}

#[tokio::test]
async fn a_deputy_who_refuses_messages_is_a_dead_letter_with_its_reason() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    stage
        .fault(json!({ "openid": deputy.openid, "path": "/cgi-bin/message", "errcode": 43101 }))
        .await;
    stage.city.submit(&grid, deputy.route());

    stage.worker().run_due().await.unwrap();

    let row = &stage.notifications()[0];
    assert_eq!(
        (row.state.as_str(), row.error.as_deref()),
        ("dead", Some("NotSubscribed"))
    );
}

#[tokio::test]
async fn a_busy_platform_is_tried_again_later() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    stage.fault(json!({ "path": "/cgi-bin/message", "errcode": -1 })).await;
    stage.city.submit(&grid, deputy.route());
    let worker = stage.worker();

    worker.run_due().await.unwrap();
    assert_eq!(stage.notifications()[0].state, "waiting");
    assert_eq!(worker.run_due().await.unwrap(), 0, "not before its time");
    stage.no_faults().await;
    stage.clock.advance(TimeDelta::minutes(2));
    worker.run_due().await.unwrap();

    let row = &stage.notifications()[0];
    assert_eq!((row.state.as_str(), row.attempts, row.unknown_attempts), ("sent", 2, 0));
    assert_eq!(stage.messages(&deputy.openid).await.len(), 1);
}

#[tokio::test]
async fn an_expired_token_is_renewed_and_the_message_goes_out() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    let worker = stage.worker();
    stage.city.submit(&grid, deputy.route());
    worker.run_due().await.unwrap();
    stage
        .fault(json!({ "path": "/cgi-bin/message", "token_revoked": true }))
        .await;
    stage.city.submit(&grid, deputy.route());

    worker.run_due().await.unwrap();

    assert_eq!(stage.messages(&deputy.openid).await.len(), 2);
}

#[tokio::test]
async fn a_mail_says_what_the_installation_wants_it_to_say() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    let (account, now) = (deputy.actor.account_id, stage.clock.now());
    stage.tell_by_mail(account, "deputy@example.cn");
    let by = By::account(account, std::net::Ipv4Addr::LOCALHOST.into());
    let words = "请办 {编号}：{内容}\n{链接}";
    stage
        .store
        .set_message_wording(&by, Channel::Mail, "deputy_new", Some(words), now)
        .unwrap();
    let (_, receipt) = stage.city.submit(&grid, deputy.route());
    stage.worker().run_due().await.unwrap();

    let mails = stage.mails().await;
    let said = format!("请办 {}：路灯坏了三天没人修", receipt.number);
    assert!(mails[0]["text"].as_str().unwrap().contains(&said), "{mails:?}");
}

#[tokio::test]
async fn a_providers_word_stands_with_the_message_while_it_waits_and_when_it_is_given_up() {
    let mut stage = Stage::in_step().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    stage.tell_by_text_message(deputy.actor.account_id, "13800000000");
    // The daily quota, in Aliyun's word.
    stage.fault(json!({ "path": "/sms", "errcode": 45009 })).await;
    stage.city.submit(&grid, deputy.route());
    let worker = stage.worker();
    worker.run_due().await.unwrap();
    let row = &stage.notifications()[0];
    assert_eq!(
        (row.state.as_str(), row.error.as_deref()),
        ("waiting", Some("daily_quota isv.DAY_LIMIT_CONTROL"))
    );

    for _ in 0..6 {
        stage.pass(TimeDelta::hours(5));
        worker.run_due().await.unwrap();
    }
    let row = &stage.notifications()[0];
    assert_eq!(
        (row.state.as_str(), row.error.as_deref()),
        ("dead", Some("tried too long: daily_quota isv.DAY_LIMIT_CONTROL"))
    );
}

#[tokio::test]
async fn an_unknown_outcome_is_not_repeated_when_the_deputy_has_answered() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    let broken = json!({ "path": "/cgi-bin/message", "reset_after_processing": true, "times": 1 });
    stage.fault(broken).await;
    let (id, _) = stage.city.submit(&grid, deputy.route());
    let worker = stage.worker();
    worker.run_due().await.unwrap();
    let row = &stage.notifications()[0];
    assert_eq!((row.state.as_str(), row.unknown_attempts), ("unknown", 1));

    stage.clock.advance(TimeDelta::seconds(1));
    let now = stage.clock.now();
    let text = AnswerText::parse("今天下午去现场看。").unwrap();
    stage
        .store
        .answer(&deputy.actor, id, &text, &[], now, now + TimeDelta::days(15))
        .unwrap();
    stage.clock.advance(TimeDelta::minutes(5));
    worker.run_due().await.unwrap();

    assert_eq!(
        stage.messages(&deputy.openid).await.len(),
        1,
        "it had arrived, and nobody sent it again"
    );
    assert_eq!(stage.notifications()[0].state, "void");
}

#[tokio::test]
async fn a_message_that_comes_too_late_is_not_sent() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    stage.fault(json!({ "path": "/cgi-bin/message", "errcode": -1 })).await;
    let (id, _) = stage.city.submit(&grid, deputy.route());
    let worker = stage.worker();
    worker.run_due().await.unwrap();

    let now = stage.clock.now();
    let text = AnswerText::parse("今天下午去现场看。").unwrap();
    stage
        .store
        .answer(&deputy.actor, id, &text, &[], now, now + TimeDelta::days(15))
        .unwrap();
    stage.no_faults().await;
    stage.clock.advance(TimeDelta::minutes(5));
    worker.run_due().await.unwrap();

    assert!(stage.messages(&deputy.openid).await.is_empty());
    assert_eq!(stage.notifications()[0].state, "void");
}

#[tokio::test]
async fn a_wrong_template_is_corrected_in_time_and_the_message_goes_out() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    stage
        .fault(json!({ "path": "/cgi-bin/message", "errcode": 40037 }))
        .await;
    stage.city.submit(&grid, deputy.route());
    let worker = stage.worker();
    worker.run_due().await.unwrap();
    assert_eq!(stage.notifications()[0].state, "waiting");
    stage.no_faults().await;
    stage.clock.advance(TimeDelta::hours(1));

    worker.run_due().await.unwrap();

    assert_eq!(stage.messages(&deputy.openid).await.len(), 1);
}

#[tokio::test]
async fn when_the_deputy_cannot_be_reached_the_station_is_told() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    let staff = minyi_store::fixtures::openid_of(&stage.city.staff(grid.site_id, Role::StationStaff));
    stage.add_phone(&staff).await;
    stage.sql(&format!(
        "UPDATE accounts SET wechat_openid = NULL WHERE deputy_id = '{}'",
        deputy.id
    ));
    stage.city.submit(&grid, deputy.route());

    stage.worker().run_due().await.unwrap();

    assert_eq!(stage.messages(&staff).await.len(), 1);
}

#[tokio::test]
async fn photos_that_nobody_sent_are_removed_and_sent_ones_stay() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    let (left, sent) = (stage.city.photo(), stage.city.photo());
    let mut new = stage.city.submission(&grid, deputy.route());
    new.photo_ids = vec![sent];
    stage.store.submit(&new).unwrap();
    let worker = stage.worker();

    keep_house(&worker).await;
    assert!(
        stage.store.photo(left).unwrap().is_some(),
        "a draft on a phone may still need it"
    );
    stage.clock.advance(TimeDelta::days(4));
    keep_house(&worker).await;

    assert!(stage.store.photo(left).unwrap().is_none());
    assert!(stage.store.photo(sent).unwrap().is_some());
}

#[tokio::test]
async fn an_unknown_outcome_is_repeated_when_nothing_happens() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    stage
        .fault(json!({ "path": "/cgi-bin/message", "reset_after_processing": true, "times": 1 }))
        .await;
    stage.city.submit(&grid, deputy.route());
    let worker = stage.worker();

    worker.run_due().await.unwrap();
    stage.clock.advance(TimeDelta::minutes(5));
    worker.run_due().await.unwrap();

    let row = &stage.notifications()[0];
    assert_eq!((row.state.as_str(), row.attempts, row.unknown_attempts), ("sent", 2, 1));
    assert_eq!(
        stage.messages(&deputy.openid).await.len(),
        2,
        "the one duplicate that the record admits"
    );
}

#[tokio::test]
async fn a_resident_who_asked_is_told_of_the_answer() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    let (id, receipt) = stage.city.submit(&grid, deputy.route());
    stage.add_phone("resident-openid").await;
    stage
        .store
        .subscribe_resident(&receipt.receipt, "resident-openid", stage.clock.now())
        .unwrap();
    let worker = stage.worker();
    worker.run_due().await.unwrap();
    stage.clock.advance(TimeDelta::hours(1));
    let now = stage.clock.now();
    let text = AnswerText::parse("已经联系维修，明天去看。").unwrap();
    stage
        .store
        .answer(&deputy.actor, id, &text, &[], now, now + TimeDelta::days(15))
        .unwrap();

    worker.run_due().await.unwrap();

    let messages = stage.messages("resident-openid").await;
    let [message] = messages.as_slice() else {
        panic!("one message, not {messages:?}")
    };
    assert_eq!(keyword(message, "phrase2"), "已答复");
    assert_eq!(
        message["page"],
        format!("pages/receipt/index?receipt={}", receipt.receipt)
    );
}

#[tokio::test]
async fn at_night_the_deputy_sleeps_and_is_told_in_the_morning() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    // From Thursday noon to eleven in the evening.
    stage.clock.advance(TimeDelta::hours(11));
    stage.city.now = stage.clock.now();
    stage.city.submit(&grid, deputy.route());
    let worker = stage.worker();

    worker.run_due().await.unwrap();
    assert!(stage.messages(&deputy.openid).await.is_empty());
    assert_eq!(stage.notifications()[0].state, "waiting");
    stage.clock.advance(TimeDelta::hours(8));
    worker.run_due().await.unwrap();

    assert_eq!(stage.messages(&deputy.openid).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_read_holds_up_no_other_that_is_in_hand_with_it() {
    let mut stage = Stage::new().await;
    for _ in 0..6 {
        let (grid, deputy) = stage.grid_with_lead().await;
        stage.city.submit(&grid, deputy.route());
    }
    stage.sql("ALTER TABLE notifications DROP CONSTRAINT notifications_template_check");
    stage.sql(
        "UPDATE notifications SET template = 'of another program'
            WHERE id = (SELECT id FROM notifications ORDER BY id LIMIT 1)",
    );
    let (stop, stopped) = watch::channel(false);
    let run = tokio::spawn(stage.worker().run(stopped));
    wait_for(
        &stage,
        "(SELECT FROM notifications WHERE state = 'sent' OFFSET 4) AS fifth",
    )
    .await;
    stop.send(true).unwrap();
    run.await.unwrap();
    assert_eq!(
        stage.count("notifications WHERE state = 'published' AND attempts = 0"),
        1
    );
}
