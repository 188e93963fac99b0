//! What is counted of launches, and of the exceptions that they live with.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::api::Status;
use crate::model::Verdict;
use crate::people::Name;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LaunchLabel {
    namespace: String,
    launch: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LaunchStatusLabel {
    namespace: String,
    launch: String,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LaunchVerdictLabel {
    namespace: String,
    launch: String,
    verdict: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ExceptionLabel {
    namespace: String,
    exception: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: &'static str,
}

const STATUSES: [Status; 3] = [Status::Ready, Status::ReadyWithRisks, Status::NotReady];

/// What a launch comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchFigures {
    /// The verdict.
    pub status: Status,
    /// How many of the items that are asked for came to what.
    pub items: BTreeMap<Verdict, u32>,
    /// When something lapses next.
    pub next_expiry: Option<Timestamp>,
    /// When a review is due.
    pub review_due: Option<Timestamp>,
}

/// What is counted of launches and exceptions. What the leader knows of them is only there while it leads.
#[derive(Debug)]
pub struct LaunchMetrics {
    status: Family<LaunchStatusLabel, Gauge>,
    items: Family<LaunchVerdictLabel, Gauge>,
    next_expiry: Family<LaunchLabel, Gauge>,
    review_due: Family<LaunchLabel, Gauge>,
    exceptions: Family<StateLabel, Gauge>,
    exception_expiry: Family<ExceptionLabel, Gauge>,
    judgements: Counter,
    duration: Histogram,
    pairs: Counter,
    pending: Gauge,
    writes: Family<KindLabel, Counter>,
}

impl Default for LaunchMetrics {
    fn default() -> Self {
        // 100 µs to 1.6 s.
        let buckets = (0..15).map(|at| 0.000_1 * f64::from(1 << at));
        Self {
            status: Family::default(),
            items: Family::default(),
            next_expiry: Family::default(),
            review_due: Family::default(),
            exceptions: Family::default(),
            exception_expiry: Family::default(),
            judgements: Counter::default(),
            duration: Histogram::new(buckets),
            pairs: Counter::default(),
            pending: Gauge::default(),
            writes: Family::default(),
        }
    }
}

impl LaunchMetrics {
    /// Registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "plimsoll_launch_status",
            "1 for the verdict that a launch has, 0 for the others",
            metrics.status.clone(),
        );
        registry.register(
            "plimsoll_launch_items",
            "Items that are asked of a launch now, by verdict",
            metrics.items.clone(),
        );
        registry.register(
            "plimsoll_launch_next_expiry_timestamp_seconds",
            "When the next attestation, exception or accepted risk of a launch lapses",
            metrics.next_expiry.clone(),
        );
        registry.register(
            "plimsoll_launch_review_due_timestamp_seconds",
            "When the next review of a launch is due",
            metrics.review_due.clone(),
        );
        registry.register(
            "plimsoll_exceptions",
            "Exceptions, by whether they are active, or why not",
            metrics.exceptions.clone(),
        );
        registry.register(
            "plimsoll_exception_expiry_timestamp_seconds",
            "When an active exception ends",
            metrics.exception_expiry.clone(),
        );
        registry.register(
            "plimsoll_launch_judgements",
            "Judgements of launches",
            metrics.judgements.clone(),
        );
        registry.register(
            "plimsoll_launch_judgement_duration_seconds",
            "Time to judge a launch, all of its items together",
            metrics.duration.clone(),
        );
        registry.register(
            "plimsoll_evidence_pairs",
            "Pairs of object and workload for which an expression of evidence was evaluated",
            metrics.pairs.clone(),
        );
        registry.register(
            "plimsoll_launches_pending",
            "Launches, exceptions and checklists to be looked at",
            metrics.pending.clone(),
        );
        registry.register(
            "plimsoll_status_writes",
            "Statuses written, by kind",
            metrics.writes.clone(),
        );
        metrics
    }

    /// Counts a judgement, and the pairs that evidence was looked for in.
    pub fn judged(&self, took: Duration, pairs: u64) {
        self.judgements.inc();
        self.duration.observe(took.as_secs_f64());
        self.pairs.inc_by(pairs);
    }

    /// Counts the write of a status.
    pub fn wrote(&self, kind: &'static str) {
        self.writes.get_or_create(&KindLabel { kind }).inc();
    }

    /// Sets how many wait.
    pub fn set_pending(&self, count: usize) {
        self.pending.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Sets what a launch comes to.
    pub fn set_launch(&self, name: &Name, figures: &LaunchFigures) {
        let label = launch(name);
        for status in STATUSES {
            let gauge = self.status.get_or_create(&of_status(name, status)).clone();
            gauge.set(i64::from(status == figures.status));
        }
        for verdict in VERDICTS {
            let count = figures.items.get(&verdict).copied().unwrap_or(0);
            self.items
                .get_or_create(&of_verdict(name, verdict))
                .set(i64::from(count));
        }
        set(&self.next_expiry, &label, figures.next_expiry);
        set(&self.review_due, &label, figures.review_due);
    }

    /// Forgets a launch.
    pub fn forget_launch(&self, name: &Name) {
        for status in STATUSES {
            self.status.remove(&of_status(name, status));
        }
        for verdict in VERDICTS {
            self.items.remove(&of_verdict(name, verdict));
        }
        set(&self.next_expiry, &launch(name), None);
        set(&self.review_due, &launch(name), None);
    }

    /// Sets how many exceptions are in which state.
    pub fn set_exceptions(&self, states: &BTreeMap<&'static str, u32>) {
        self.exceptions.clear();
        for (state, count) in states {
            self.exceptions
                .get_or_create(&StateLabel { state })
                .set(i64::from(*count));
        }
    }

    /// Sets when an exception ends; `None` where it is not active, or gone.
    pub fn set_exception_expiry(&self, name: &Name, ends: Option<Timestamp>) {
        let label = ExceptionLabel {
            namespace: name.namespace.to_string(),
            exception: name.name.to_string(),
        };
        set(&self.exception_expiry, &label, ends);
    }

    /// Forgets all that only the leader knows.
    pub fn clear(&self) {
        self.status.clear();
        self.items.clear();
        self.next_expiry.clear();
        self.review_due.clear();
        self.exceptions.clear();
        self.exception_expiry.clear();
        self.pending.set(0);
    }
}

const VERDICTS: [Verdict; 5] = [
    Verdict::NotApplicable,
    Verdict::Pass,
    Verdict::Waived,
    Verdict::Unknown,
    Verdict::Fail,
];

fn launch(name: &Name) -> LaunchLabel {
    LaunchLabel {
        namespace: name.namespace.to_string(),
        launch: name.name.to_string(),
    }
}

fn of_status(name: &Name, status: Status) -> LaunchStatusLabel {
    let LaunchLabel { namespace, launch } = launch(name);
    LaunchStatusLabel {
        namespace,
        launch,
        status: status.name(),
    }
}

fn of_verdict(name: &Name, verdict: Verdict) -> LaunchVerdictLabel {
    let LaunchLabel { namespace, launch } = launch(name);
    LaunchVerdictLabel {
        namespace,
        launch,
        verdict: verdict.name(),
    }
}

/// A moment that there may be none of.
fn set<L>(family: &Family<L, Gauge>, label: &L, moment: Option<Timestamp>)
where
    L: Clone + std::hash::Hash + Eq,
{
    match moment {
        Some(moment) => _ = family.get_or_create(label).set(moment.as_second()),
        None => _ = family.remove(label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(registry: &Registry) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, registry).expect("it can be written");
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_launch_has_one_status_and_leaves_nothing_behind() {
        let mut registry = Registry::default();
        let metrics = LaunchMetrics::register(&mut registry);
        let before = text(&registry);
        let name = Name::new("shop", "web");
        let figures = LaunchFigures {
            status: Status::NotReady,
            items: BTreeMap::from([(Verdict::Pass, 3), (Verdict::Fail, 2)]),
            next_expiry: Timestamp::from_second(1_800_000_000).ok(),
            review_due: None,
        };
        metrics.set_launch(&name, &figures);
        metrics.set_exception_expiry(&name, figures.next_expiry);
        let written = text(&registry);
        for line in [
            r#"plimsoll_launch_status{namespace="shop",launch="web",status="NotReady"} 1"#,
            r#"plimsoll_launch_status{namespace="shop",launch="web",status="Ready"} 0"#,
            r#"plimsoll_launch_items{namespace="shop",launch="web",verdict="Pass"} 3"#,
            r#"plimsoll_launch_items{namespace="shop",launch="web",verdict="Unknown"} 0"#,
            r#"plimsoll_launch_next_expiry_timestamp_seconds{namespace="shop",launch="web"} 1800000000"#,
            r#"plimsoll_exception_expiry_timestamp_seconds{namespace="shop",exception="web"} 1800000000"#,
        ] {
            assert!(written.contains(line), "{line} is not in\n{written}");
        }
        assert!(
            !written.contains("review_due_timestamp_seconds{"),
            "{written}"
        );
        metrics.set_launch(
            &name,
            &LaunchFigures {
                status: Status::Ready,
                next_expiry: None,
                ..figures
            },
        );
        let written = text(&registry);
        assert!(
            written.contains(r#"status="NotReady"} 0"#)
                && !written.contains("next_expiry_timestamp_seconds{")
        );
        metrics.forget_launch(&name);
        metrics.set_exception_expiry(&name, None);
        assert_eq!(text(&registry), before);
    }

    #[test]
    fn states_of_exceptions_that_are_no_more_are_not_counted() {
        let mut registry = Registry::default();
        let metrics = LaunchMetrics::register(&mut registry);
        metrics.set_exceptions(&BTreeMap::from([("Active", 2), ("Expired", 1)]));
        metrics.set_exceptions(&BTreeMap::from([("Active", 1)]));
        let written = text(&registry);
        assert!(
            written.contains(r#"plimsoll_exceptions{state="Active"} 1"#),
            "{written}"
        );
        assert!(!written.contains("Expired"), "{written}");
        metrics.clear();
        assert!(!text(&registry).contains("plimsoll_exceptions{"));
    }
}
