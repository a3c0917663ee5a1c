//! Signs of life for whoever watches the machine.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, get, http::header::CACHE_CONTROL};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{contract::ServiceConfig, problem::Problem, state::State, telemetry};

const PATIENCE: Duration = Duration::from_secs(2);

/// Registers the routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_live).service(get_ready).service(get_metrics);
}

/// Whether what we need answers.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"ready": true, "database": true, "redis": true}))]
pub struct ReadyResponse {
    /// Requests can be taken. Redis may be away: messages then wait, and limits are counted in the process.
    ready: bool,
    database: bool,
    redis: bool,
}

/// The process runs (存活)
#[utoipa::path(tag = "运行", responses((status = 200, description = "alive", body = String, content_type = "text/plain", example = "alive")))]
#[get("/health/live")]
async fn get_live() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/plain")
        .body("alive")
}

/// Requests can be taken (就绪)
#[utoipa::path(tag = "运行", responses(
    (status = 200, description = "ready", body = ReadyResponse),
    (status = 503, description = "the database does not answer", body = ReadyResponse, content_type = "application/json"),
))]
#[get("/health/ready")]
async fn get_ready(state: State) -> HttpResponse {
    let database = state.ask(minyi_store::Store::ping);
    let redis = state.redis.ping();
    let (database, redis) = tokio::join!(
        tokio::time::timeout(PATIENCE, database),
        tokio::time::timeout(PATIENCE, redis),
    );
    let (database, redis) = (matches!(database, Ok(Ok(()))), matches!(redis, Ok(Ok(()))));
    let mut response = if database {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    response.insert_header((CACHE_CONTROL, "no-store"));
    response.json(ReadyResponse {
        ready: database,
        database,
        redis,
    })
}

/// Figures for Prometheus (指标)
///
/// Only for direct connections: a request that came through a proxy finds nothing here.
#[utoipa::path(tag = "运行", responses(
    (status = 200, description = "the figures in Prometheus' text format", body = String, content_type = "text/plain"),
    (status = 404, description = "`not_found`：经过代理的请求看不到"),
))]
#[get("/metrics")]
async fn get_metrics(request: HttpRequest) -> Result<HttpResponse, Problem> {
    if request.headers().contains_key("x-forwarded-for") {
        return Err(Problem::NotFound);
    }
    let figures = telemetry::metrics().map_err(Problem::internal)?.render();
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(figures))
}
