//! What is counted, for Prometheus.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use engine::identity::same;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder,
};

use crate::error::Problem;
use crate::site::{Metrics, Site};

/// What is counted.
#[derive(Debug)]
pub struct Figures {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    saves: IntCounter,
    conflicts: IntCounter,
    waiting: IntGauge,
    at_work: IntGauge,
}

impl Figures {
    pub(crate) fn new() -> Self {
        let registry = Registry::new();
        let buckets = vec![0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
        let opts = HistogramOpts::new("assay_request_seconds", "How long requests took.");
        let it = Self {
            requests: kept(&registry, {
                let opts = Opts::new("assay_requests_total", "Requests that were answered.");
                IntCounterVec::new(opts, &["method", "route", "status"])
            }),
            seconds: kept(&registry, HistogramVec::new(opts.buckets(buckets), &["route"])),
            saves: kept(
                &registry,
                IntCounter::new("assay_saves_total", "Answers that were saved."),
            ),
            conflicts: kept(&registry, {
                let help = "Answers that somebody else had changed in the meantime.";
                IntCounter::new("assay_conflicts_total", help)
            }),
            waiting: kept(&registry, {
                IntGauge::new("assay_writes_waiting", "Changes that wait to be written.")
            }),
            at_work: kept(&registry, {
                IntGauge::new("assay_requests_at_work", "Requests that are being answered.")
            }),
            registry,
        };
        it.requests.reset();
        it
    }

    /// Counts answers that were saved.
    pub fn saved(&self, answers: usize) {
        self.saves.inc_by(answers as u64);
    }

    /// Counts answers that somebody else had changed.
    pub fn conflicts(&self, answers: usize) {
        self.conflicts.inc_by(answers as u64);
    }

    /// Counts a request that was answered.
    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, time: Duration) {
        self.requests.with_label_values(&[method, route, &status.to_string()]).inc();
        self.seconds.with_label_values(&[route]).observe(time.as_secs_f64());
    }

    /// All of it as Prometheus reads it.
    pub fn text(&self, site: &Site) -> String {
        self.waiting.set(i64::try_from(site.engine.writer.waiting()).unwrap_or(i64::MAX));
        self.at_work.set(i64::try_from(site.at_work()).unwrap_or(i64::MAX));
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "cannot write figures");
        }
        String::from_utf8(text).unwrap_or_default()
    }
}

fn kept<C>(registry: &Registry, made: prometheus::Result<C>) -> C
where
    C: prometheus::core::Collector + Clone + 'static,
{
    let it = made.expect("the names of figures are good");
    registry.register(Box::new(it.clone())).expect("each figure has a name of its own");
    it
}

/// Gives the figures to who may read them.
pub(crate) async fn show(site: Data<Site>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let token = match &site.settings.metrics {
        Metrics::Nobody => return Err(Problem::not_found()),
        Metrics::Everybody => None,
        Metrics::Token(token) => Some(token.as_str()),
    };
    if !is_allowed(&request, token) {
        return Err(Problem::token_needed());
    }
    Ok(answer(&site))
}

/// Whether the request brings the token, where one is needed.
pub(crate) fn is_allowed(request: &HttpRequest, token: Option<&str>) -> bool {
    let Some(token) = token else { return true };
    let given = request.headers().get(header::AUTHORIZATION);
    let given = given.and_then(|it| it.to_str().ok()?.strip_prefix("Bearer "));
    given.is_some_and(|it| same(it, token))
}

/// The figures as an answer.
pub(crate) fn answer(site: &Site) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(site.figures.text(site))
}
