//! The page behind a code and the receipt, against nginx with the same bytes. Who asks for one page at one moment shares a
//! question to the database; so codes that are all different are measured too.

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
    places: CONNECTIONS as usize,
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
    let seconds = effort.seconds(15);
    let each = wrk::run(house.folder(), &house.bases[0], CONNECTIONS, seconds, &in_turn(&house)).await?;
    figures.insert(1, Figure::new(3, "the same, of as many codes", each.a_second, "/s"));
    Ok(figures)
}

/// Makes wrk ask for the page of each code in turn.
fn in_turn(house: &House) -> String {
    let paths: Vec<String> = house
        .places
        .iter()
        .map(|(grid, _)| format!("\"/c/{}\"", grid.token.as_str()))
        .collect();
    let paths = paths.join(", ");
    format!(
        "local paths, turn = {{ {paths} }}, 0
        function request()
            turn = turn % #paths + 1
            return wrk.format(\"GET\", paths[turn])
        end"
    )
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
