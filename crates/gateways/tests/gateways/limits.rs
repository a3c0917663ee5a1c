use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use minyi_gateways::{
    clock::Clock,
    limits::{Check, Decision, Limit, Limits},
};
use proptest::prelude::*;

use crate::support::{self, RedisServer};

const START_MICROS: i64 = 1_795_248_000_123_457;
const FIVE_A_MINUTE: Limit = Limit {
    burst: 5,
    per: Duration::from_secs(60),
};

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(START_MICROS).unwrap()
}

fn check(class: &'static str, subject: &'static str, limit: Limit) -> Check<'static> {
    Check { class, subject, limit }
}

/// Limits in a Redis, and without one; both with a clock of their own.
fn limits(port: u16) -> (Limits, Clock) {
    let clock = Clock::manual(start());
    (
        Limits::new(support::link(port), support::keys().index, clock.clone()),
        clock,
    )
}

async fn burst_then_even_pace(limits: &Limits, clock: &Clock) {
    let ask = || async { limits.check(&[check("submit", "a", FIVE_A_MINUTE)]).await };
    for remaining in (0..5).rev() {
        assert_eq!(ask().await, Decision::Allowed { remaining });
    }
    let limited = |seconds| Decision::Limited {
        retry_after_seconds: seconds,
        class: "submit",
    };
    assert_eq!(ask().await, limited(12));
    clock.advance(TimeDelta::milliseconds(11_500));
    assert_eq!(ask().await, limited(1));
    clock.advance(TimeDelta::milliseconds(500));
    assert_eq!(ask().await, Decision::Allowed { remaining: 0 });
    let other = limits.check(&[check("submit", "b", FIVE_A_MINUTE)]).await;
    assert_eq!(other, Decision::Allowed { remaining: 4 });
    clock.advance(TimeDelta::seconds(60));
    assert_eq!(ask().await, Decision::Allowed { remaining: 4 });
}

async fn all_or_nothing(limits: &Limits) {
    let tight = Limit {
        burst: 1,
        per: Duration::from_secs(3600),
    };
    let both = [check("wide", "a", FIVE_A_MINUTE), check("tight", "a", tight)];
    assert_eq!(limits.check(&both).await, Decision::Allowed { remaining: 0 });
    for _ in 0..10 {
        let refused = Decision::Limited {
            retry_after_seconds: 3600,
            class: "tight",
        };
        assert_eq!(limits.check(&both).await, refused);
    }
    // The refused requests were not charged to the wide limit.
    let wide = limits.check(&both[..1]).await;
    assert_eq!(wide, Decision::Allowed { remaining: 3 });
}

#[tokio::test]
async fn redis_allows_a_burst_and_then_an_even_pace() {
    let redis = RedisServer::start();
    let (limits, clock) = limits(redis.port);
    burst_then_even_pace(&limits, &clock).await;
    assert!(redis_keys(&redis).await.len() == 2, "redis did the counting");
}

#[tokio::test]
async fn without_redis_the_process_allows_the_same() {
    let (limits, clock) = limits(support::NOBODY);
    burst_then_even_pace(&limits, &clock).await;
}

#[tokio::test]
async fn a_request_is_charged_to_all_its_limits_or_to_none() {
    let redis = RedisServer::start();
    all_or_nothing(&limits(redis.port).0).await;
    all_or_nothing(&limits(support::NOBODY).0).await;
}

async fn redis_keys(redis: &RedisServer) -> Vec<String> {
    redis::cmd("KEYS")
        .arg("*")
        .query_async(&mut redis.connection().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn redis_holds_no_subject_and_forgets_every_key() {
    let redis = RedisServer::start();
    let (limits, _) = limits(redis.port);
    limits
        .check(&[check("submit.address", "203.0.113.9", FIVE_A_MINUTE)])
        .await;
    let keys = redis_keys(&redis).await;
    assert_eq!(keys.len(), 1);
    assert!(keys[0].starts_with("minyi:limit:submit.address:"));
    assert!(!keys[0].contains("203"));
    let lifetime: i64 = redis::cmd("PTTL")
        .arg(&keys[0])
        .query_async(&mut redis.connection().await)
        .await
        .unwrap();
    assert!((1..=12_000).contains(&lifetime), "{lifetime}");
    let stored: String = redis::cmd("GET")
        .arg(&keys[0])
        .query_async(&mut redis.connection().await)
        .await
        .unwrap();
    assert_eq!(
        stored,
        (START_MICROS + 12_000_000).to_string(),
        "no digit is rounded off"
    );
}

#[tokio::test]
async fn two_processes_share_one_count() {
    let redis = RedisServer::start();
    let ((first, _), (second, _)) = (limits(redis.port), limits(redis.port));
    let submit = [check("submit", "a", FIVE_A_MINUTE)];
    assert_eq!(first.check(&submit).await, Decision::Allowed { remaining: 4 });
    assert_eq!(second.check(&submit).await, Decision::Allowed { remaining: 3 });
}

#[tokio::test]
async fn those_who_ask_at_one_moment_are_counted_one_by_one_with_a_few_scripts() {
    let redis = RedisServer::start();
    let (limits, _) = limits(redis.port);
    let wide = Limit {
        burst: 1_000,
        per: Duration::from_secs(60),
    };
    let subjects = ["a", "b", "c"];
    let checks: Vec<_> = subjects
        .map(|subject| [check("street", "all", wide), check("submit", subject, FIVE_A_MINUTE)])
        .to_vec();
    let asked = (0..300).map(|number| limits.check(&checks[number % 3]));
    let answers = futures_util::future::join_all(asked).await;
    for which in 0..3 {
        let own = || answers.iter().skip(which).step_by(3);
        let allowed = own().filter(|answer| matches!(answer, Decision::Allowed { .. }));
        assert_eq!(allowed.count(), 5);
        assert!(matches!(
            own().next_back(),
            Some(Decision::Limited { class: "submit", .. })
        ));
    }
    // Only those who were let in count for the street.
    let street = limits.check(&checks[0][..1]).await;
    assert_eq!(street, Decision::Allowed { remaining: 984 });
    let info: String = redis::cmd("INFO")
        .arg("commandstats")
        .query_async(&mut redis.connection().await)
        .await
        .unwrap();
    let scripts = info
        .lines()
        .find_map(|line| line.strip_prefix("cmdstat_evalsha:calls="));
    let scripts: usize = scripts
        .and_then(|rest| rest.split(',').next())
        .unwrap()
        .parse()
        .unwrap();
    assert!(scripts <= 10, "{scripts}");
}

#[tokio::test]
async fn a_redis_that_never_answers_refuses_nobody_and_the_process_counts() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let clock = Clock::manual(start());
    let link = support::link_with(port, Duration::from_millis(100));
    let limits = Limits::new(link, support::keys().index, clock.clone());
    burst_then_even_pace(&limits, &clock).await;
}

#[tokio::test]
async fn who_asks_with_a_clock_that_is_behind_is_not_held_by_one_who_was_refused() {
    let redis = RedisServer::start();
    let (limits, clock) = limits(redis.port);
    let once = |class, subject| {
        let per = Duration::from_secs(60);
        check(class, subject, Limit { burst: 1, per })
    };
    limits.check(&[once("street", "a")]).await;
    let refused = [once("street", "a"), once("case", "x")];
    let later = async {
        // Before this one sends its question, the first one has.
        clock.advance(TimeDelta::microseconds(-10));
        limits.check(&[once("street", "b"), once("case", "x")]).await
    };
    let (first, second) = tokio::join!(limits.check(&refused), later);
    assert!(matches!(first, Decision::Limited { class: "street", .. }));
    assert_eq!(second, Decision::Allowed { remaining: 0 });
}

#[tokio::test]
async fn a_dead_redis_refuses_nobody_and_a_new_one_is_used_again() {
    let mut redis = RedisServer::start();
    let (limits, clock) = limits(redis.port);
    let submit = [check("submit", "a", FIVE_A_MINUTE)];
    limits.check(&submit).await;
    redis.kill();
    assert!(matches!(limits.check(&submit).await, Decision::Allowed { .. }));
    redis.restart();
    for _ in 0..5 {
        clock.advance(TimeDelta::seconds(2));
        limits.check(&[check("other", "a", FIVE_A_MINUTE)]).await;
    }
    assert_eq!(redis_keys(&redis).await.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// In every window of length `per` there are at most two bursts, the known bound of GCRA;
    /// whoever is told to wait and waits is let in; and a wait is never longer than one interval.
    #[test]
    fn the_arithmetic_keeps_its_bounds(
        burst in 1..20_u32,
        per_millis in 20..100_000_u64,
        pauses in prop::collection::vec(0..10_000_000_i64, 1..120),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (limits, clock) = limits(support::NOBODY);
            let limit = Limit { burst, per: Duration::from_millis(per_millis) };
            let per = i64::try_from(per_millis).unwrap() * 1000;
            let interval = per / i64::from(burst);
            let mut allowed: Vec<i64> = Vec::new();
            for pause in pauses {
                clock.advance(TimeDelta::microseconds(pause % (2 * interval)));
                if let Decision::Limited { retry_after_seconds, .. } =
                    limits.check(&[check("p", "a", limit)]).await
                {
                    assert!(i64::from(retry_after_seconds) <= interval / 1_000_000 + 1);
                    clock.advance(TimeDelta::seconds(retry_after_seconds.into()));
                    let then = limits.check(&[check("p", "a", limit)]).await;
                    assert!(matches!(then, Decision::Allowed { .. }));
                }
                let now = clock.now().timestamp_micros();
                allowed.push(now);
                let recent = allowed.iter().filter(|at| now - **at < per).count();
                assert!(recent <= 2 * usize::try_from(burst).unwrap());
            }
        });
    }

    #[test]
    fn a_burst_at_one_moment_is_exactly_the_burst(burst in 1..200_u32, per_millis in 1..10_000_000_u64) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (limits, _) = limits(support::NOBODY);
            let limit = Limit { burst, per: Duration::from_millis(per_millis) };
            for remaining in (0..burst).rev() {
                assert_eq!(limits.check(&[check("p", "a", limit)]).await, Decision::Allowed { remaining });
            }
            let next = limits.check(&[check("p", "a", limit)]).await;
            assert!(matches!(next, Decision::Limited { retry_after_seconds: 1.., .. }));
        });
    }
}
