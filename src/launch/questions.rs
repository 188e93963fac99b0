//! What is asked of Prometheus-compatible servers for a launch.

use std::collections::BTreeSet;

use super::facts::{Case, Facts};
use super::{Launch, own};
use crate::api::Phase;
use crate::checklist::{MetricItem, Way};
use crate::model::Workload;
use crate::promql::{NoPattern, Question, Target, pods_pattern};

/// The question that an item asks of one workload.
pub(super) fn question(
    case: &Case<'_>,
    metric: &MetricItem,
    workload: &Workload,
) -> Result<Question, NoPattern> {
    let revisions = case.facts.view.revisions(workload).into_iter();
    let hashes: Vec<&str> = revisions.map(|revision| &*revision.hash).collect();
    let key = workload.key();
    let pods = pods_pattern(key.kind, &key.name, &hashes);
    let target = Target {
        namespace: &key.namespace,
        workload: &key.name,
        pods: pods.as_deref().map_err(|why| *why),
    };
    metric
        .query
        .ask(case.server(metric.server.as_deref()), &target)
}

/// What is asked for a launch before the application runs. All that is asked is known with the verdict
/// ([`Judged::questions`](super::Judged::questions)); the gate needs no more than this.
pub fn questions_of_gate(launch: &Launch, facts: Facts<'_>) -> BTreeSet<Question> {
    let case = Case::new(launch, facts, None);
    let (_, items) = own::asked_for(&case);
    let before = items
        .iter()
        .filter(|judged| judged.item.spec.phase == Phase::PreRollout);
    let metrics = before.filter_map(|judged| match &judged.item.way {
        Way::Metrics(metric) => Some(metric),
        _ => None,
    });
    let questions = metrics.flat_map(|metric| {
        let each = case.workloads.iter();
        each.filter_map(|workload| question(&case, metric, workload).ok())
    });
    questions.collect()
}
