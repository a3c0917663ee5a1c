use serde_json::{Value, json};

use crate::world::{SEND, World, account, good_message};

async fn errcode_with(world: &World, token: &str) -> i64 {
    let path = format!("{SEND}?access_token={token}");
    let answer = world.post(&path, &good_message()).await;
    answer["errcode"].as_i64().unwrap()
}

#[tokio::test]
async fn the_stable_token_stays_the_same_until_its_last_five_minutes() {
    let world = World::start().await;
    let (first, life) = world.stable(false).await;
    assert_eq!(life, 7200);
    world.clock.advance(6899);
    assert_eq!(world.stable(false).await, (first.clone(), 301));

    world.clock.advance(1);
    let (second, life) = world.stable(false).await;
    assert_ne!(second, first);
    assert_eq!(life, 7200);
    assert_eq!(errcode_with(&world, &first).await, 0);

    world.clock.advance(299);
    assert_eq!(errcode_with(&world, &first).await, 0);
    world.clock.advance(1);
    assert_eq!(errcode_with(&world, &first).await, 42001);
    assert_eq!(errcode_with(&world, &second).await, 0);
}

#[tokio::test]
async fn a_late_renewal_still_gives_the_old_token_five_minutes() {
    let world = World::start().await;
    let (first, _) = world.stable(false).await;
    world.clock.advance(7190);
    world.stable(false).await;
    world.clock.advance(299);
    assert_eq!(errcode_with(&world, &first).await, 0);
}

#[tokio::test]
async fn a_forced_refresh_kills_the_old_token_at_once_but_not_within_thirty_seconds() {
    let world = World::start().await;
    let (first, _) = world.stable(false).await;
    let (second, _) = world.stable(true).await;
    assert_ne!(second, first);
    assert_eq!(errcode_with(&world, &first).await, 40001);

    world.clock.advance(29);
    assert_eq!(world.stable(true).await, (second.clone(), 7171));
    world.clock.advance(1);
    assert_ne!(world.stable(true).await.0, second);
}

#[tokio::test]
async fn only_twenty_refreshes_a_day_can_be_forced() {
    let world = World::start().await;
    let mut last = world.stable(true).await.0;
    for _ in 1..20 {
        world.clock.advance(30);
        let next = world.stable(true).await.0;
        assert_ne!(next, last);
        last = next;
    }
    world.clock.advance(30);
    assert_eq!(world.stable(true).await.0, last);
    world.clock.advance(12 * 3600);
    let tomorrow = world.stable(false).await.0;
    assert_ne!(world.stable(true).await.0, tomorrow);
}

#[tokio::test]
async fn the_plain_token_is_new_each_time_and_overlaps_for_five_minutes() {
    let world = World::start().await;
    let (stable, _) = world.stable(false).await;
    let (first, life) = world.plain().await;
    let (second, _) = world.plain().await;
    assert_eq!(life, 7200);
    assert_ne!(first, second);
    world.clock.advance(299);
    assert_eq!(errcode_with(&world, &first).await, 0);
    world.clock.advance(1);
    assert_eq!(errcode_with(&world, &first).await, 40001);
    assert_eq!(errcode_with(&world, &second).await, 0);
    assert_eq!(errcode_with(&world, &stable).await, 0);
}

#[tokio::test]
async fn the_plain_token_has_a_daily_quota() {
    let world = World::start().await;
    let limits = json!({"plain_tokens_a_day": 1});
    let put = world.http.put(world.url("/_sim/limits")).json(&limits);
    assert!(put.send().await.unwrap().status().is_success());
    world.plain().await;
    let query = account(false);
    let again = world.http.get(world.url("/cgi-bin/token")).query(&query);
    let answer: Value = again.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["errcode"], 45009);
}

#[tokio::test]
async fn wrong_accounts_are_refused_with_http_200_and_a_request_id() {
    let world = World::start().await;
    let cases = [
        ("grant_type", json!("other"), 40002),
        ("appid", json!(""), 41002),
        ("appid", json!("wx0000000000000000"), 40013),
        ("secret", json!(""), 41004),
        ("secret", json!("wrong"), 40125),
    ];
    for (field, value, errcode) in cases {
        let mut body = account(false);
        body[field] = value;
        let call = world.http.post(world.url("/cgi-bin/stable_token"));
        let answer = call.json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["errcode"], errcode, "{field}");
    }
    let answer = world.get("/cgi-bin/stable_token").await;
    assert_eq!(answer["errcode"], 43002);
    let text = answer["errmsg"].as_str().unwrap();
    let (message, rid) = text.split_once(" rid: ").unwrap();
    assert_eq!(message, "require POST method");
    let groups: Vec<&str> = rid.split('-').collect();
    assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [8, 8, 8]);
    assert_eq!(
        i64::from_str_radix(groups[0], 16).unwrap(),
        crate::world::noon().timestamp()
    );
}

#[tokio::test]
async fn business_calls_tell_missing_malformed_and_unknown_tokens_apart() {
    let world = World::start().await;
    assert_eq!(errcode_with(&world, "").await, 41001);
    assert_eq!(errcode_with(&world, "short").await, 40014);
    assert_eq!(errcode_with(&world, &"a".repeat(157)).await, 40001);
}
