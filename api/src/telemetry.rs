//! Log lines and figures. Neither contains an address, a receipt or what people wrote: where a path would hold a
//! token, the pattern of the route stands instead.

use std::{sync::OnceLock, time::Duration};

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::{Span, field::Empty};
use tracing_actix_web::{RequestId, RootSpanBuilder};

const SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// The figures of this process; the first call begins to collect them.
///
/// # Errors
/// If a bucket list is empty: never.
pub fn metrics() -> Result<&'static PrometheusHandle, BuildError> {
    if let Some(handle) = METRICS.get() {
        return Ok(handle);
    }
    let name = Matcher::Full("http_request_seconds".to_owned());
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(name, &SECONDS)?
        .build_recorder();
    let handle = METRICS.get_or_init(|| recorder.handle());
    // In tests several servers share a process; the first one's recorder counts for all.
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::debug!("figures are already collected");
    }
    Ok(handle)
}

/// Counts an answer.
pub fn count(answer: &ServiceResponse<BoxBody>, took: Duration) {
    let route = answer
        .request()
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let method = known_method(answer.request().method()).to_owned();
    let status = answer.status().as_u16();
    tracing::info!(%method, %route, status, took_ms = took.as_millis(), "answered");
    let labels = [("method", method), ("route", route), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    let [method, route, _] = labels;
    metrics::histogram!("http_request_seconds", &[method, route]).record(took);
}

/// Methods are free words; a figure for each that somebody invents would fill the memory.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Opens the span of a request: its id, method, and nothing of what it carries.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        use actix_web::HttpMessage as _;
        let id = request
            .extensions()
            .get::<RequestId>()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::info_span!("request", id, account = Empty)
    }

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, Error>) {}
}
