//! What the operator would report of the manifests, were they in a cluster.

use std::collections::BTreeSet;

use kube::core::ObjectMeta;

use crate::api::{ReadinessReport, Report, ReportFields};
use crate::engine::{self, Relief, report};
use crate::inventory::{ReportOn, View};
use crate::manifests::Whole;
use crate::model::{Text, Workload};

/// The report on a workload; `None` where no policy covers it.
pub(super) fn of_workload(
    relief: Relief<'_>,
    view: View<'_>,
    workload: &Workload,
) -> Option<ReadinessReport> {
    let mut evaluation = engine::evaluate(relief.policies, view, workload)?;
    evaluation.relieve(workload, relief);
    let on = ReportOn::Workload(workload.key().clone());
    Some(named(&on, report::of_workload(workload, &evaluation)))
}

/// The reports on objects that concern no workload, one for each namespace in which something is wrong with them.
pub(super) fn of_namespaces(relief: Relief<'_>, whole: &Whole) -> Vec<ReadinessReport> {
    let namespaces: BTreeSet<&Text> = whole
        .members
        .iter()
        .map(|member| &member.object.key().namespace)
        .filter(|namespace| !namespace.is_empty())
        .collect();
    let of_namespace = |namespace: &Text| {
        let view = View::of(&whole.inventory);
        let evaluation = engine::unclaimed(relief.policies, view, namespace)?;
        let report = report::of_namespace(namespace, &evaluation)?;
        Some(named(&ReportOn::Namespace(namespace.clone()), report))
    };
    namespaces.into_iter().filter_map(of_namespace).collect()
}

fn named(on: &ReportOn, report: Report) -> ReadinessReport {
    ReadinessReport {
        metadata: ObjectMeta {
            name: Some(report::name(on).to_string()),
            namespace: Some(on.namespace().to_string()),
            ..ObjectMeta::default()
        },
        spec: ReportFields { report },
    }
}
