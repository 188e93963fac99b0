//! What could not be looked up is no pass.

use super::{deployment, deployment_with, synced};
use crate::check::{Check, testing};
use crate::checks;
use crate::engine::{Evaluation, Policy, PolicySet, evaluate, unclaimed};
use crate::inventory::{Inventory, Source, View};
use crate::model::{Kind, KindSet, Object, Severity, Verdict, Workload};

/// The check's bad manifests, without those of one kind.
fn without(check: &Check, kind: Kind) -> Inventory {
    if check.is_live() {
        let mut inventory = testing::cluster(check.bad);
        inventory.reset(kind, []);
        return inventory;
    }
    let files = testing::inventory(check.bad);
    let mut inventory = synced();
    let objects = Kind::ALL
        .iter()
        .filter(|other| **other != kind)
        .flat_map(|kind| files.of_kind(*kind));
    for object in objects {
        inventory.apply(Object::clone(object));
    }
    inventory
}

fn judged(check: &'static Check, inventory: &Inventory, workload: &Workload) -> Evaluation {
    let policies = PolicySet::new([Policy::of_checks("policy", [check])]);
    evaluate(&policies, View::of(inventory).at(super::now()), workload).expect("it is covered")
}

/// Each check on its own bad manifests, which can then only be unknown, or as bad as they are.
#[test]
fn a_kind_that_is_not_here_makes_nothing_pass() {
    for check in checks::ALL {
        // What is read from files only is no affair of a cluster.
        let around = check
            .subjects
            .without(KindSet::WORKLOADS.union(KindSet::FILES_ONLY));
        for kind in check.reads.union(around).iter() {
            for source in [
                Source::Pending,
                Source::Unavailable("it is forbidden".into()),
            ] {
                let mut inventory = without(check, kind);
                inventory.set_source(kind, source);
                let mut workloads: Vec<_> = Kind::ALL
                    .iter()
                    .flat_map(|kind| inventory.of_kind(*kind))
                    .filter_map(|object| object.workload())
                    .collect();
                let stand_in = deployment(serde_json::json!([{"name": "main"}]));
                if workloads.is_empty() {
                    workloads.push(&stand_in);
                }
                let verdicts: Vec<_> = workloads
                    .iter()
                    .map(|workload| judged(check, &inventory, workload).results[0].verdict)
                    .collect();
                assert!(
                    !verdicts.contains(&Verdict::Pass),
                    "{} without {kind}s: {verdicts:?}",
                    check.id
                );
            }
        }
    }
}

/// The reason is said, and the status is that of a failure.
#[test]
fn the_reason_is_said_and_the_status_shows_it() {
    let check = checks::find("pdb-present").expect("it is in the catalogue");
    for (source, said) in [
        (Source::Pending, "PodDisruptionBudgets are not listed yet"),
        (
            Source::Unavailable("the API server says no".into()),
            "PodDisruptionBudgets cannot be read: the API server says no",
        ),
    ] {
        let mut inventory = synced();
        inventory.set_source(Kind::PodDisruptionBudget, source);
        let web = deployment(serde_json::json!([{"name": "main"}]));
        let evaluation = judged(check, &inventory, &web);
        assert_eq!(evaluation.results[0].verdict, Verdict::Unknown);
        assert_eq!(evaluation.results[0].findings[0].finding.message, said);
        assert_eq!(evaluation.plan.entries[0].severity, Severity::Critical);
        assert_eq!(
            (evaluation.status().name(), evaluation.score()),
            ("NotReady", Some(0))
        );
    }
}

/// A fresh inventory of a cluster knows nothing: what looks around is unknown, on a plain workload or on one that needs much, or
/// fails by what the workload itself says.
#[test]
fn before_the_first_lists_what_looks_around_is_unknown() {
    let inventory = Inventory::of_cluster();
    let probe = serde_json::json!({"tcpSocket": {"port": 80}});
    let needs = serde_json::json!([{"configMapRef": {"name": "a"}}, {"secretRef": {"name": "a"}}]);
    let files = serde_json::json!([{"name": "a", "persistentVolumeClaim": {"claimName": "a"}}]);
    let pod = serde_json::json!({
        "serviceAccountName": "a", "volumes": files, "priorityClassName": "a", "runtimeClassName": "a",
    });
    let plain = deployment(serde_json::json!([{"name": "main", "readinessProbe": probe}]));
    let needy = deployment_with(
        serde_json::json!([{"name": "main", "readinessProbe": probe, "envFrom": needs}]),
        serde_json::json!({"spec": {"template": {"spec": pod}}}),
    );
    let judges_it = |check: &&&crate::check::Check| {
        check.judges_related() || check.subjects.contains(Kind::Deployment)
    };
    let relational = checks::ALL.iter().filter(|check| check.is_relational());
    for check in relational.filter(judges_it) {
        let verdicts =
            [&plain, &needy].map(|web| judged(check, &inventory, web).results[0].verdict);
        let is_undone = |verdict: &Verdict| matches!(verdict, Verdict::Unknown | Verdict::Fail);
        assert!(verdicts.iter().any(is_undone), "{}: {verdicts:?}", check.id);
    }
}

/// Nothing is said of a namespace's objects before it is known which of them concern no workload.
#[test]
fn nothing_concerns_nobody_before_the_workloads_are_listed() {
    let policies = PolicySet::new([Policy::of_checks("policy", checks::find("pdb-drainable"))]);
    let mut inventory = synced();
    let budget =
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: web, namespace: shop},
                   spec: {selector: {matchLabels: {app: web}}, maxUnavailable: 0}}";
    testing::store(&mut inventory, budget);
    let said = |inventory: &Inventory| -> Vec<Verdict> {
        let evaluation =
            unclaimed(&policies, View::of(inventory), &"shop".into()).expect("it is covered");
        evaluation
            .results
            .iter()
            .filter(|result| !result.findings.is_empty())
            .map(|result| result.verdict)
            .collect()
    };
    assert_eq!(
        said(&inventory),
        [Verdict::Fail],
        "a budget that no pod may ever go by"
    );
    inventory.set_source(Kind::Deployment, Source::Pending);
    assert_eq!(said(&inventory), [Verdict::Unknown]);
}
