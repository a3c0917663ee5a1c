//! Many who ask for one thing at one moment.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types::BigInt};
use futures_util::future::join_all;
use reqwest::Method;

use crate::{
    app::{App, send},
    codes::scans,
};

/// More than the app has connections.
const MANY: usize = 20;

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Statements that wait for a lock on the counts of scans.
fn waiting(connection: &mut PgConnection) -> i64 {
    let found: Waiting = sql_query(
        "SELECT count(*) AS count FROM pg_locks
        WHERE NOT granted AND relation = 'code_scans'::regclass",
    )
    .get_result(connection)
    .unwrap();
    found.count
}

#[actix_web::test]
async fn a_hall_that_scans_one_code_is_counted_and_keeps_nobody_else_waiting() {
    let app = App::start().await;
    let receipt = app.receipt().await;
    let path = format!("/api/v1/codes/{}", app.grid.token);
    let mut looking = app.hold("SELECT 1");
    // Who waits longer than a statement may take is not counted: nothing slow happens until it is gone.
    let lock = app.hold("BEGIN; LOCK TABLE code_scans");
    let scanning: Vec<_> = (0..MANY)
        .map(|_| tokio::spawn(send(app.request(Method::GET, &path))))
        .collect();
    while waiting(&mut looking) == 0 {
        tokio::task::yield_now().await;
    }
    // Each of them alone would hold one of the app's few connections until the lock is gone.
    app.get(&format!("/api/v1/receipts/{receipt}")).await.expect(200);
    assert_eq!(waiting(&mut looking), 1);
    drop(lock);
    for answer in join_all(scanning).await {
        answer.unwrap().expect(200);
    }
    assert_eq!(scans(&app), i64::try_from(MANY).unwrap());
}

#[actix_web::test]
async fn whoever_asks_after_a_change_sees_it_while_others_ask_all_the_time() {
    let app = App::with(&["--limit-address-per-minute", "1000000"]).await;
    let path = format!("/api/v1/codes/{}", app.grid.token);
    let over = Arc::new(AtomicBool::new(false));
    let crowd: Vec<_> = (0..8)
        .map(|_| {
            let (over, request) = (Arc::clone(&over), app.request(Method::GET, &path));
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    send(request.try_clone().unwrap()).await.expect(200);
                }
            })
        })
        .collect();
    for number in 0..30 {
        app.sql(&format!("UPDATE grids SET name = '第{number}网格'"));
        let code = app.get(&path).await.expect(200).json();
        assert_eq!(code["grid_name"], format!("第{number}网格"));
    }
    over.store(true, Ordering::Relaxed);
    for person in crowd {
        person.await.unwrap();
    }
}

#[actix_web::test]
async fn a_question_that_fails_is_told_to_all_and_asked_again_by_the_next() {
    let app = App::start().await;
    let path = format!("/api/v1/codes/{}", app.grid.token);
    app.sql("ALTER TABLE codes RENAME TO codes_away");
    let failing = (0..MANY).map(|_| send(app.request(Method::GET, &path)));
    for answer in join_all(failing).await {
        answer.problem(500, "internal");
    }
    app.sql("ALTER TABLE codes_away RENAME TO codes");
    app.get(&path).await.expect(200);
}
