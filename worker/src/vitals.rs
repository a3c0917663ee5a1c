//! Health, readiness and figures over HTTP.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use actix_web::{App, HttpResponse, HttpServer, dev::Server, web};
use metrics::gauge;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use minyi_gateways::queue::Stream;

use crate::{Result, Worker};

const SECONDS: [f64; 11] = [0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 30.0, 300.0, 3600.0];

struct Vitals {
    worker: Arc<Worker>,
    figures: PrometheusHandle,
}

impl Worker {
    /// Serves `/health/live`, `/health/ready` and `/metrics`.
    ///
    /// # Errors
    /// The address is taken, or figures are already collected in this process.
    pub fn serve_vitals(self: &Arc<Self>, listen: SocketAddr) -> Result<(Server, SocketAddr)> {
        let figures = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full("notification_seconds".to_owned()), &SECONDS)?
            .install_recorder()?;
        let vitals = web::Data::new(Vitals {
            worker: Arc::clone(self),
            figures,
        });
        let server = HttpServer::new(move || {
            App::new()
                .app_data(vitals.clone())
                .route("/health/live", web::get().to(HttpResponse::NoContent))
                .route("/health/ready", web::get().to(ready))
                .route("/metrics", web::get().to(figures_now))
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .bind(listen)?;
        let address = server.addrs().first().copied().unwrap_or(listen);
        Ok((server.run(), address))
    }

    async fn is_ready(&self) -> bool {
        let database = self.in_store(|store| store.ping());
        let ready = async { database.await.is_ok() && self.link.ping().await.is_ok() };
        tokio::time::timeout(Duration::from_secs(2), ready)
            .await
            .unwrap_or(false)
    }

    async fn measure_backlog(&self) -> Result<()> {
        let now = self.clock.now();
        let counts = self.in_store(move |store| store.work_counts(now)).await?;
        for stage in &counts.stages {
            let age = stage.since.map_or(0.0, |since| (now - since).as_seconds_f64());
            gauge!("notifications_in_stage", "stage" => stage.stage.clone()).set(stage.count as f64);
            gauge!("notifications_oldest_seconds", "stage" => stage.stage.clone()).set(age.max(0.0));
        }
        gauge!("deadline_steps_open").set(counts.open_steps as f64);
        for stream in [Stream::Notifications, Stream::Steps] {
            let depth = self.queue.depth(stream).await?;
            gauge!("stream_entries", "stream" => stream.name()).set(depth.entries as f64);
        }
        Ok(())
    }
}

async fn ready(vitals: web::Data<Vitals>) -> HttpResponse {
    if vitals.worker.is_ready().await {
        HttpResponse::NoContent().finish()
    } else {
        HttpResponse::ServiceUnavailable().finish()
    }
}

async fn figures_now(vitals: web::Data<Vitals>) -> HttpResponse {
    if let Err(error) = vitals.worker.measure_backlog().await {
        tracing::warn!(%error, "the backlog could not be measured");
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(vitals.figures.render())
}
