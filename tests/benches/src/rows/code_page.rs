//! The page behind a code and the receipt, against nginx with the same bytes.

use anyhow::Context as _;
use minyi_faults::house::{House, Size, Time};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Effort,
    figure::{Figure, Goal},
    tools::{nginx::Nginx, wrk},
};

const CONNECTIONS: u32 = 64;
const SIZE: Size = Size {
    apis: 1,
    workers: 0,
    places: 3,
};

pub async fn run(effort: Effort) -> anyhow::Result<Vec<Figure>> {
    let house = House::build(SIZE, Time::Real).await?;
    house.wait_all_ready().await?;
    let nginx = Nginx::start(house.folder()).await?;
    let (grid, _) = &house.places[0];
    let token = grid.token.as_str();
    let receipt = receipt(&house, token).await?;
    let mut figures = Vec::new();
    // nginx remembers a file's length for a minute: each page has a file of its own.
    for (file, row, what, path, part) in [
        ("code", 3, "code page", format!("/c/{token}"), 0.5),
        ("receipt", 4, "receipt page", format!("/r/{receipt}"), 0.25),
        (
            "json",
            4,
            "receipt as JSON",
            format!("/api/v1/receipts/{receipt}"),
            0.25,
        ),
    ] {
        let page = house.client.get(format!("{}{path}", house.bases[0])).send().await?;
        let bytes = page.error_for_status().with_context(|| path.clone())?.bytes().await?;
        nginx.serve(file, &bytes)?;
        let seconds = effort.seconds(15);
        let ours = wrk::run(
            house.folder(),
            &format!("{}{path}", house.bases[0]),
            CONNECTIONS,
            seconds,
            "",
        )
        .await?;
        let limit = wrk::run(
            house.folder(),
            &format!("{}/{file}", nginx.base),
            CONNECTIONS,
            seconds,
            "",
        )
        .await?;
        figures.push(
            Figure::new(
                row,
                format!("{what}, {} bytes, {CONNECTIONS} connections", bytes.len()),
                ours.a_second,
                "/s",
            )
            .against("nginx", limit.a_second)
            .should_be(Goal::PartOfLimit(part)),
        );
    }
    Ok(figures)
}

pub(super) async fn receipt(house: &House, token: &str) -> anyhow::Result<String> {
    let url = format!("{}/api/v1/codes/{token}/submissions", house.bases[0]);
    let request = house
        .client
        .post(url)
        .header("idempotency-key", Uuid::new_v4().to_string())
        .json(&json!({ "kind": "problem", "text": "路灯坏了半个多月，老人晚上出门看不清路，请来修。" }));
    let said: Value = request.send().await?.error_for_status()?.json().await?;
    Ok(said["receipt"].as_str().context("no receipt")?.to_owned())
}
