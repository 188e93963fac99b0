//! What is counted of asking.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::model::Text;
use crate::promql::FailureKind;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ServerLabel {
    server: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    server: String,
    outcome: &'static str,
}

type Seconds = Gauge<f64, AtomicU64>;

/// What is counted of asking Prometheus, by server.
#[derive(Debug)]
pub struct QueryMetrics {
    requests: Family<OutcomeLabels, Counter>,
    duration: Family<ServerLabel, Histogram, fn() -> Histogram>,
    expressions: Family<ServerLabel, Gauge>,
    split: Family<ServerLabel, Counter>,
    behind: Family<ServerLabel, Seconds>,
}

impl QueryMetrics {
    /// Registers them.
    pub fn register(registry: &mut Registry) -> Arc<Self> {
        let metrics = Self {
            requests: Family::default(),
            // 1 ms to 33 s.
            duration: Family::new_with_constructor(|| {
                Histogram::new((0..16).map(|at| 0.001 * f64::from(1 << at)))
            }),
            expressions: Family::default(),
            split: Family::default(),
            behind: Family::default(),
        };
        registry.register(
            "plimsoll_prometheus_requests",
            "Requests to Prometheus servers, by outcome: ok, or what failed",
            metrics.requests.clone(),
        );
        registry.register(
            "plimsoll_prometheus_request_duration_seconds",
            "Time from a request to its whole answer",
            metrics.duration.clone(),
        );
        registry.register(
            "plimsoll_prometheus_expressions",
            "Expressions that are kept fresh; a request carries several",
            metrics.expressions.clone(),
        );
        registry.register(
            "plimsoll_prometheus_batches_split",
            "Requests whose expressions were asked again one by one, since one of them went wrong",
            metrics.split.clone(),
        );
        registry.register(
            "plimsoll_prometheus_behind_seconds",
            "How long the expression that waits longest has been due: more is wanted than the rate allows, or the \
             server fails",
            metrics.behind.clone(),
        );
        Arc::new(metrics)
    }

    /// Those of one server.
    pub(super) fn of(self: &Arc<Self>, server: &Text) -> ServerMetrics {
        ServerMetrics {
            all: self.clone(),
            server: server.to_string(),
        }
    }

    /// Drops those of a server that is asked no more.
    pub(super) fn forget(&self, server: &Text) {
        let server = server.to_string();
        let outcomes = FailureKind::ALL.map(FailureKind::name);
        for outcome in outcomes.into_iter().chain([OK]) {
            self.requests.remove(&OutcomeLabels {
                server: server.clone(),
                outcome,
            });
        }
        let label = ServerLabel { server };
        self.duration.remove(&label);
        self.expressions.remove(&label);
        self.split.remove(&label);
        self.behind.remove(&label);
    }
}

const OK: &str = "ok";

/// What is counted of one server.
#[derive(Clone, Debug)]
pub(super) struct ServerMetrics {
    all: Arc<QueryMetrics>,
    server: String,
}

impl ServerMetrics {
    fn label(&self) -> ServerLabel {
        ServerLabel {
            server: self.server.clone(),
        }
    }

    /// Counts a request.
    pub(super) fn asked(&self, failed: Option<FailureKind>, took: Duration) {
        let labels = OutcomeLabels {
            server: self.server.clone(),
            outcome: failed.map_or(OK, FailureKind::name),
        };
        self.all.requests.get_or_create(&labels).inc();
        let duration = self.all.duration.get_or_create(&self.label());
        duration.observe(took.as_secs_f64());
    }

    /// Counts a batch that went wrong.
    pub(super) fn split(&self) {
        self.all.split.get_or_create(&self.label()).inc();
    }

    /// Sets how many expressions are kept fresh.
    pub(super) fn set_expressions(&self, count: usize) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.all.expressions.get_or_create(&self.label()).set(count);
    }

    /// Sets for how long the most urgent one has been due.
    pub(super) fn set_behind(&self, behind: Duration) {
        let gauge = self.all.behind.get_or_create(&self.label());
        gauge.set(behind.as_secs_f64());
    }
}
