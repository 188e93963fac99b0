//! What is asked of Prometheus-compatible servers for a launch.

use std::collections::BTreeSet;

use super::Launch;
use super::facts::{Case, Facts};
use crate::api::Phase;
use crate::checklist::{MetricItem, Way};
use crate::inventory::View;
use crate::model::{Text, Workload};
use crate::promql::{NoPattern, Question, Target, pods_pattern};

/// The question that an item asks of one workload.
pub(super) fn question(
    case: &Case<'_>,
    metric: &MetricItem,
    workload: &Workload,
) -> Result<Question, NoPattern> {
    ask(case.server(metric.server.as_deref()), metric, case.facts.view, workload)
}

fn ask(
    server: Option<Text>,
    metric: &MetricItem,
    view: View<'_>,
    workload: &Workload,
) -> Result<Question, NoPattern> {
    let revisions = view.revisions(workload).into_iter();
    let hashes: Vec<&str> = revisions.map(|revision| &*revision.hash).collect();
    let key = workload.key();
    let pods = pods_pattern(key.kind, &key.name, &hashes);
    let target = Target {
        namespace: &key.namespace,
        workload: &key.name,
        pods: pods.as_deref().map_err(|why| *why),
    };
    metric.query.ask(server, &target)
}

/// Everything that is asked for a launch.
pub fn questions(launch: &Launch, facts: Facts<'_>) -> BTreeSet<Question> {
    let case = Case::new(launch, facts, None);
    let mut all = BTreeSet::new();
    for judged in super::verdict::asked_for(&case).1 {
        let Way::Metrics(metric) = &judged.item.way else {
            continue;
        };
        // What is asked once there are production pods is not measured before.
        if judged.item.spec.phase != Phase::PreRollout && launch.live_since().is_none() {
            continue;
        }
        let each = case.workloads.iter().filter_map(|workload| question(&case, metric, workload).ok());
        all.extend(each);
    }
    all
}
