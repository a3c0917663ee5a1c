//! Resident memory of an api and a worker: idle, after a hundred thousand requests, and after as many again.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use minyi_faults::house::{House, Size, Time};

use super::{accepting, code_page};
use crate::{
    Effort,
    figure::{Figure, Goal},
    tools::{
        database::count,
        process::{child, memory},
    },
};

const CONNECTIONS: usize = 16;
const SIZE: Size = Size {
    apis: 1,
    workers: 1,
    places: 300,
};

pub async fn run(effort: Effort) -> anyhow::Result<Vec<Figure>> {
    let house = House::build(SIZE, Time::Real).await?;
    house.wait_all_ready().await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let requests = effort.count(100_000);
    let parts = ["api", "worker"];
    let idle = resident(parts)?;
    ask(&house, requests).await?;
    let once = resident(parts)?;
    ask(&house, requests).await?;
    let twice = resident(parts)?;
    let mut figures = Vec::new();
    for (index, part) in parts.into_iter().enumerate() {
        let of = |when: &str, value| Figure::new(10, format!("{part}, {when}"), value, "MB");
        figures.extend([
            of("idle", idle[index]).should_be(Goal::AtMost(60.0)),
            of(&format!("after {requests} requests"), once[index]).should_be(Goal::AtMost(120.0)),
            of("after as many again", twice[index])
                .against("before these", once[index])
                .should_be(Goal::TimesLimit(1.1)),
        ]);
    }
    Ok(figures)
}

fn resident(parts: [&str; 2]) -> anyhow::Result<[f64; 2]> {
    let [api, worker] = parts.map(|part| memory(child(part)?, "VmRSS"));
    Ok([api?, worker?])
}

/// Of fifty requests forty for a code's page, nine for a receipt, and one submission; until their messages are out.
async fn ask(house: &House, requests: usize) -> anyhow::Result<()> {
    let (grid, _) = &house.places[0];
    let receipt = code_page::receipt(house, grid.token.as_str()).await?;
    let (receipt, next) = (&receipt, &AtomicUsize::new(0));
    let person = |_| async move {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= requests {
                return anyhow::Ok(());
            }
            let (grid, _) = &house.places[number % house.places.len()];
            match number % 50 {
                0 => {
                    accepting::submit(house, number).await?;
                }
                1..10 => get(house, &format!("/r/{receipt}")).await?,
                _ => get(house, &format!("/c/{}", grid.token.as_str())).await?,
            }
        }
    };
    futures_util::future::try_join_all((0..CONNECTIONS).map(person)).await?;
    for _ in 0..600 {
        if count(&house.database_url(), "notifications WHERE finished_at IS NULL")? == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn get(house: &House, path: &str) -> anyhow::Result<()> {
    let answer = house.client.get(format!("{}{path}", house.bases[0])).send().await?;
    answer.error_for_status()?.bytes().await?;
    Ok(())
}
