use std::time::Duration;

use minyi_gateways::{
    Error,
    queue::{Depth, Queue, Stream},
};
use uuid::Uuid;

use crate::support::{self, RedisServer};

const BRIEFLY: Duration = Duration::from_millis(20);

fn ids(count: u128) -> Vec<Uuid> {
    (1..=count).map(Uuid::from_u128).collect()
}

#[tokio::test]
async fn every_id_reaches_exactly_one_worker_and_is_gone_once_acknowledged() {
    let redis = RedisServer::start();
    let queue = Queue::new(redis.link());
    queue.publish(Stream::Notifications, &ids(10)).await.unwrap();
    let mut first = queue.consumer(Stream::Notifications, "first");
    let mut second = queue.consumer(Stream::Notifications, "second");

    let taken = first.next(6, BRIEFLY).await.unwrap();
    let rest = second.next(6, BRIEFLY).await.unwrap();
    assert_eq!((taken.len(), rest.len()), (6, 4));
    let mut all: Vec<_> = taken.iter().chain(&rest).map(|message| message.id).collect();
    all.sort();
    assert_eq!(all, ids(10));
    let depth = queue.depth(Stream::Notifications).await.unwrap();
    assert_eq!(
        depth,
        Depth {
            entries: 10,
            pending: 10
        }
    );

    first.ack(&taken).await.unwrap();
    second.ack(&rest).await.unwrap();
    assert!(first.next(6, BRIEFLY).await.unwrap().is_empty());
    let depth = queue.depth(Stream::Notifications).await.unwrap();
    assert_eq!(depth, Depth { entries: 0, pending: 0 });
}

#[tokio::test]
async fn the_streams_are_apart_and_an_absent_one_is_empty() {
    let redis = RedisServer::start();
    let queue = Queue::new(redis.link());
    queue.publish(Stream::Steps, &ids(1)).await.unwrap();
    queue.publish(Stream::Steps, &[]).await.unwrap();
    let notifications = queue.depth(Stream::Notifications).await.unwrap();
    assert_eq!(notifications, Depth { entries: 0, pending: 0 });
    let steps = queue.depth(Stream::Steps).await.unwrap();
    assert_eq!(steps, Depth { entries: 1, pending: 0 });
}

#[tokio::test]
async fn a_waiting_worker_wakes_up_at_once() {
    let redis = RedisServer::start();
    let queue = Queue::new(redis.link());
    let mut consumer = queue.consumer(Stream::Steps, "worker");
    // So long that whoever does not wake up is told from whoever is slow.
    let waiting = tokio::spawn(async move { consumer.next(1, Duration::from_secs(600)).await });
    while client_count(&redis, "xreadgroup").await == 0 {
        assert!(!waiting.is_finished(), "the worker waits");
        tokio::task::yield_now().await;
    }
    queue.publish(Stream::Steps, &ids(1)).await.unwrap();
    let woken = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    assert_eq!(woken.unwrap().unwrap().unwrap()[0].id, Uuid::from_u128(1));
}

async fn client_count(redis: &RedisServer, command: &str) -> usize {
    let list: String = redis::cmd("CLIENT")
        .arg("LIST")
        .query_async(&mut redis.connection().await)
        .await
        .unwrap();
    list.lines()
        .filter(|line| line.contains(&format!("cmd={command}")))
        .count()
}

#[tokio::test]
async fn waiting_longer_than_the_usual_response_time_out_is_no_error() {
    let redis = RedisServer::start();
    // One connection for both, made and used: only the answer to the wait comes late.
    let timeout = Duration::from_secs(5);
    let mut consumer = Queue::new(support::link_with(redis.port, timeout)).consumer(Stream::Steps, "worker");
    let nothing = consumer.next(1, timeout + Duration::from_millis(200)).await.unwrap();
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn the_work_of_a_vanished_worker_is_taken_over_piece_by_piece() {
    let redis = RedisServer::start();
    let queue = Queue::new(redis.link());
    queue.publish(Stream::Steps, &ids(5)).await.unwrap();
    let mut vanished = queue.consumer(Stream::Steps, "vanished");
    assert_eq!(vanished.next(5, BRIEFLY).await.unwrap().len(), 5);

    let mut heir = queue.consumer(Stream::Steps, "heir");
    assert!(heir.claim_idle(Duration::from_secs(60), 10).await.unwrap().is_empty());
    let mut claimed = Vec::new();
    for _ in 0..3 {
        let messages = heir.claim_idle(Duration::ZERO, 2).await.unwrap();
        heir.ack(&messages).await.unwrap();
        claimed.extend(messages.into_iter().map(|message| message.id));
    }
    assert_eq!(claimed, ids(5));
    let depth = queue.depth(Stream::Steps).await.unwrap();
    assert_eq!(depth, Depth { entries: 0, pending: 0 });
}

#[tokio::test]
async fn an_emptied_redis_is_used_again_without_further_ado() {
    let redis = RedisServer::start();
    let queue = Queue::new(redis.link());
    let mut consumer = queue.consumer(Stream::Steps, "worker");
    queue.publish(Stream::Steps, &ids(1)).await.unwrap();
    let taken = consumer.next(1, BRIEFLY).await.unwrap();
    redis.flush().await;

    consumer.ack(&taken).await.unwrap();
    assert!(consumer.claim_idle(Duration::ZERO, 10).await.unwrap().is_empty());
    redis.flush().await;
    queue.publish(Stream::Steps, &ids(2)).await.unwrap();
    assert_eq!(consumer.next(10, BRIEFLY).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_lost_connection_is_an_error_and_the_same_queue_works_again_afterwards() {
    let mut redis = RedisServer::start();
    let queue = Queue::new(redis.link());
    let mut consumer = queue.consumer(Stream::Steps, "worker");
    queue.publish(Stream::Steps, &ids(1)).await.unwrap();
    consumer.next(1, BRIEFLY).await.unwrap();
    redis.kill();

    let results = [
        queue.publish(Stream::Steps, &ids(1)).await.unwrap_err(),
        queue.depth(Stream::Steps).await.unwrap_err(),
        consumer.next(1, BRIEFLY).await.unwrap_err(),
        consumer.claim_idle(Duration::ZERO, 1).await.unwrap_err(),
    ];
    for error in results {
        assert!(matches!(error, Error::RedisUnavailable(_)), "{error}");
    }

    redis.restart();
    // The first attempts may still meet the failed connection.
    let mut attempts = 0;
    while queue.publish(Stream::Steps, &ids(1)).await.is_err() {
        attempts += 1;
        assert!(attempts < 5, "the connection is made again");
    }
    assert_eq!(consumer.next(1, BRIEFLY).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_foreign_entry_is_dropped_and_the_others_arrive() {
    let redis = RedisServer::start();
    let queue = Queue::new(redis.link());
    let mut foreign = redis::cmd("XADD");
    foreign.arg("minyi:steps").arg("*").arg("id").arg("not an id");
    foreign.exec_async(&mut redis.connection().await).await.unwrap();
    queue.publish(Stream::Steps, &ids(1)).await.unwrap();
    let taken = queue.consumer(Stream::Steps, "worker").next(10, BRIEFLY).await.unwrap();
    assert_eq!(taken.len(), 1);
    let depth = queue.depth(Stream::Steps).await.unwrap();
    assert_eq!(depth, Depth { entries: 1, pending: 1 });
}

#[tokio::test]
async fn a_redis_that_was_never_there_is_unavailable() {
    let link = support::link(support::NOBODY);
    assert!(matches!(link.ping().await, Err(Error::RedisUnavailable(_))));
}

#[tokio::test]
async fn ping_answers() {
    RedisServer::start().link().ping().await.unwrap();
}
