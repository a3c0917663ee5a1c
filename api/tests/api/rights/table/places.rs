//! Upkeep of places and people.

use minyi_domain::rights::Permission as P;
use serde_json::json;

use super::{
    Needs::{Nobody, Right},
    Row, row, with,
};

pub fn rows() -> Vec<Row> {
    let keeps = Right(P::Places);
    let region = json!({"code": "990102003", "name": "某镇"});
    let site = json!({"kind": "station", "name": "某站", "region_code": "990102003"});
    let office = json!({"name": "某单位", "region_code": "990102003"});
    let grid = json!({"code": "990102003000009", "name": "某网格", "place": "某处", "region_code": "990102003",
        "site_id": uuid::Uuid::nil()});
    let deputy = json!({"name": "某代表", "level": "county", "region_code": "990102003", "term_from": "2022-01-01"});
    let assignment = json!({"grid_code": "990102003000009", "deputy_id": uuid::Uuid::nil(), "role": "lead",
        "valid_from": "2026-12-01"});
    let advance = json!({"level": "national", "region_code": "990102003", "name": "第十九届", "from": "2027-01-10"});
    vec![
        row("get", "/api/v1/places/overview", keeps),
        row("get", "/api/v1/places/regions", keeps),
        with("post", "/api/v1/places/regions", keeps, region.clone()),
        with("put", "/api/v1/places/regions/{code}", keeps, region),
        row("get", "/api/v1/places/sites", keeps),
        with("post", "/api/v1/places/sites", keeps, site.clone()),
        with("put", "/api/v1/places/sites/{id}", keeps, site),
        row("get", "/api/v1/places/offices", keeps),
        with("post", "/api/v1/places/offices", keeps, office.clone()),
        with("put", "/api/v1/places/offices/{id}", keeps, office),
        row("get", "/api/v1/places/grids", keeps),
        with("post", "/api/v1/places/grids", keeps, grid.clone()),
        with("put", "/api/v1/places/grids/{id}", keeps, grid),
        row("get", "/api/v1/places/deputies", keeps),
        with("post", "/api/v1/places/deputies", keeps, deputy.clone()),
        with("put", "/api/v1/places/deputies/{id}", keeps, deputy),
        row("get", "/api/v1/places/deputies/{id}/terms", keeps),
        row("get", "/api/v1/places/deputies/{id}/photo", keeps),
        row("put", "/api/v1/places/deputies/{id}/photo", keeps),
        row("delete", "/api/v1/places/deputies/{id}/photo", keeps),
        row("get", "/api/v1/places/assignments", keeps),
        with("post", "/api/v1/places/assignments", keeps, assignment.clone()),
        with("put", "/api/v1/places/assignments/{id}", keeps, assignment),
        row("get", "/api/v1/places/boundaries", keeps),
        with("post", "/api/v1/places/boundaries", keeps, json!({"features": []})),
        with("post", "/api/v1/places/terms/advance", keeps, advance),
        row("get", "/api/v1/places/templates/{kind}.xlsx", keeps),
        row("post", "/api/v1/places/imports/{kind}", keeps),
        row("post", "/api/v1/places/imports/{kind}/mistakes", keeps),
        row("post", "/api/v1/settings/wechat/test-message", Right(P::Configure)),
        row("get", "/api/v1/settings/wechat", Right(P::Configure)),
        row("get", "/api/v1/group-robots/{id}", Right(P::Places)),
        with(
            "put",
            "/api/v1/group-robots/{id}",
            Right(P::Places),
            json!({"webhook": "0123abcd", "secret": "SEC0123abcd"}),
        ),
        row("post", "/api/v1/group-robots/{id}/trial", Right(P::Places)),
        row("delete", "/api/v1/group-robots/{id}", Right(P::Places)),
        row("get", "/api/v1/audit/place-changes", Right(P::Audit)),
        row("get", "/api/v1/open/deputies/{token}/photo", Nobody),
    ]
}
