//! Prometheus metrics.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::launches::LaunchMetrics;

/// How an admission review ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
#[allow(non_camel_case_types, reason = "the variants are label values")]
pub enum Outcome {
    /// Admitted without a word.
    Allowed,
    /// Admitted with warnings.
    Warned,
    /// Rejected.
    Denied,
    /// Let pass because its owner is judged in its place.
    Owned,
    /// Admitted because the cluster was not read yet.
    Undecided,
    /// No review.
    Unreadable,
}

impl Outcome {
    const ALL: [Outcome; 6] = [
        Self::Allowed,
        Self::Warned,
        Self::Denied,
        Self::Owned,
        Self::Undecided,
        Self::Unreadable,
    ];
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabel {
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabel {
    status: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: String,
}

/// What is counted of admission reviews.
#[derive(Debug)]
pub struct WebhookMetrics {
    /// By [`Outcome`], looked up once: a review takes no lock to be counted.
    reviews: [Counter; Outcome::ALL.len()],
    duration: Histogram,
    refused: Family<ReasonLabel, Counter>,
}

impl WebhookMetrics {
    /// Registers them.
    pub fn register(registry: &mut Registry) -> Arc<Self> {
        let reviews = Family::<OutcomeLabel, Counter>::default();
        // 50 µs to 1.6 s: the webhook's own timeout is below 2 s.
        let buckets = (0..16).map(|at| 0.000_05 * f64::from(1 << at));
        let metrics = Self {
            reviews: Outcome::ALL
                .map(|outcome| reviews.get_or_create(&OutcomeLabel { outcome }).clone()),
            duration: Histogram::new(buckets),
            refused: Family::default(),
        };
        registry.register(
            "plimsoll_admission_reviews",
            "Admission reviews, by outcome",
            reviews,
        );
        registry.register(
            "plimsoll_admission_review_duration_seconds",
            "Time from the whole body to the answer",
            metrics.duration.clone(),
        );
        registry.register(
            "plimsoll_admission_requests_refused",
            "Requests that got no review: too large, unreadable, late, or a panic",
            metrics.refused.clone(),
        );
        Arc::new(metrics)
    }

    /// Counts a review.
    pub fn observe(&self, outcome: Outcome, took: Duration) {
        self.reviews[outcome as usize].inc();
        self.duration.observe(took.as_secs_f64());
    }

    /// Counts a request that got no review.
    pub fn refuse(&self, reason: &str) {
        self.refused
            .get_or_create(&ReasonLabel {
                reason: reason.to_owned(),
            })
            .inc();
    }
}

/// What is counted of reconciling.
#[derive(Debug, Default)]
pub struct ControllerMetrics {
    evaluations: Counter,
    report_writes: Counter,
    write_errors: Counter,
    workloads: Family<StatusLabel, Gauge>,
    records: Gauge,
    pending: Gauge,
    watch_errors: Family<KindLabel, Counter>,
    leading: Gauge,
    evidence: Family<StateLabel, Gauge>,
    review_errors: Counter,
    guards_whole: Gauge,
    guard_repairs: Counter,
    launches: LaunchMetrics,
}

impl ControllerMetrics {
    /// Registers them.
    pub fn register(registry: &mut Registry) -> Arc<Self> {
        let metrics = Self {
            launches: LaunchMetrics::register(registry),
            ..Self::default()
        };
        registry.register(
            "plimsoll_evaluations",
            "Workloads and namespaces judged by the controller",
            metrics.evaluations.clone(),
        );
        registry.register(
            "plimsoll_report_writes",
            "Reports written or deleted",
            metrics.report_writes.clone(),
        );
        registry.register(
            "plimsoll_write_errors",
            "Writes that the API server refused or that did not reach it; they are tried again",
            metrics.write_errors.clone(),
        );
        registry.register(
            "plimsoll_workloads",
            "Workloads with a report, by status",
            metrics.workloads.clone(),
        );
        registry.register(
            "plimsoll_records",
            "Objects kept in memory",
            metrics.records.clone(),
        );
        registry.register(
            "plimsoll_reports_pending",
            "Reports to be judged or written",
            metrics.pending.clone(),
        );
        registry.register(
            "plimsoll_watch_errors",
            "Failures of lists and watches, by kind; they are tried again",
            metrics.watch_errors.clone(),
        );
        registry.register(
            "plimsoll_leading",
            "1 while this replica writes",
            metrics.leading.clone(),
        );
        registry.register(
            "plimsoll_evidence_kinds",
            "Kinds that evidence is looked for in, by how far their watches are",
            metrics.evidence.clone(),
        );
        registry.register(
            "plimsoll_access_review_errors",
            "SubjectAccessReviews that failed; they are tried again, and earlier answers hold until then",
            metrics.review_errors.clone(),
        );
        registry.register(
            "plimsoll_guards_whole",
            "1 while what is attested now counts: the admission policies that check who attests are in place",
            metrics.guards_whole.clone(),
        );
        registry.register(
            "plimsoll_guard_repairs",
            "Admission policies and bindings that were absent or altered and have been repaired",
            metrics.guard_repairs.clone(),
        );
        Arc::new(metrics)
    }

    /// What is counted of launches.
    pub fn launches(&self) -> &LaunchMetrics {
        &self.launches
    }

    /// Sets how many kinds are in which state.
    pub fn set_evidence(&self, states: impl IntoIterator<Item = (&'static str, usize)>) {
        for (state, count) in states {
            let gauge = self.evidence.get_or_create(&StateLabel { state }).clone();
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    /// Counts a SubjectAccessReview that failed.
    pub fn review_failed(&self) {
        self.review_errors.inc();
    }

    /// Says whether what is attested now counts.
    pub fn set_guards_whole(&self, whole: bool) {
        self.guards_whole.set(i64::from(whole));
    }

    /// Counts a repair of a guard.
    pub fn guard_repaired(&self) {
        self.guard_repairs.inc();
    }

    /// Counts a judgement.
    pub fn evaluated(&self) {
        self.evaluations.inc();
    }

    /// Counts a write of a report.
    pub fn wrote(&self) {
        self.report_writes.inc();
    }

    /// Counts a write that failed.
    pub fn write_failed(&self) {
        self.write_errors.inc();
    }

    /// Sets how many workloads have a status.
    pub fn set_workloads(&self, status: &str, count: usize) {
        let gauge = self
            .workloads
            .get_or_create(&StatusLabel {
                status: status.to_owned(),
            })
            .clone();
        gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Sets how many records there are.
    pub fn set_records(&self, count: usize) {
        self.records.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Sets how many reports wait.
    pub fn set_pending(&self, count: usize) {
        self.pending.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Counts a failure of a watch.
    pub fn watch_failed(&self, kind: &str) {
        self.watch_errors
            .get_or_create(&KindLabel {
                kind: kind.to_owned(),
            })
            .inc();
    }

    /// Says whether this replica writes.
    pub fn set_leading(&self, leading: bool) {
        self.leading.set(i64::from(leading));
    }
}
