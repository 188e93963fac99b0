//! Runs one check on manifests, without an engine.

use super::{Check, Context, Findings, Judgement, Params, Run};
use jiff::Timestamp;

use crate::inventory::{Inventory, Record, View};
use crate::manifests::shape;
use crate::model::{self, Finding, Key, Kind, Object, Place, Text, Verdict, Written};

/// What a check says of one subject.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The subject.
    pub(crate) key: Key,
    /// The verdict: the worst of the findings, and Unknown where something could not be looked up.
    pub(crate) verdict: Verdict,
    /// What was found.
    pub(crate) findings: Vec<Finding>,
    /// Until when it holds at most.
    pub(crate) until: Option<Timestamp>,
}

/// The records of some manifests, in the namespace `default` where they name none.
pub(crate) fn inventory(yaml: &str) -> Inventory {
    let mut inventory = Inventory::of_files();
    store(&mut inventory, yaml);
    inventory
}

/// The records of a cluster that has these objects and no others, in the namespace `default` where they name none.
pub(crate) fn cluster(yaml: &str) -> Inventory {
    let mut inventory = Inventory::of_cluster();
    for kind in Kind::ALL {
        inventory.reset(*kind, []);
    }
    for object in objects(yaml) {
        inventory.apply(Record::of_cluster(object));
    }
    inventory
}

/// Checks on what is named: it may be elsewhere where it is not among files, and is only missed in a cluster.
const IN_CLUSTERS: [&str; 6] = [
    "ingress-class-exists",
    "priority-class-exists",
    "pvc-exists",
    "runtime-class-exists",
    "service-account-exists",
    "storage-class-exists",
];

/// The inventory that a check's manifests are meant for: files, or a cluster where it is about what runs.
pub(crate) fn inventory_for(check: &Check, yaml: &str) -> Inventory {
    if check.is_live() || IN_CLUSTERS.contains(&check.id) {
        cluster(yaml)
    } else {
        inventory(yaml)
    }
}

/// The moment at which manifests of what runs are judged.
pub(crate) fn now() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().expect("it is a time")
}

/// Stores the records of some manifests in an inventory.
pub(crate) fn store(inventory: &mut Inventory, yaml: &str) {
    for object in objects(yaml) {
        inventory.apply(object);
    }
}

fn objects(yaml: &str) -> impl Iterator<Item = Object> {
    let documents: Vec<serde_json::Value> =
        serde_saphyr::from_multiple(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    let written: Vec<_> = crate::manifests::yaml::documents(yaml)
        .filter_map(|(_, source)| {
            let document = source.parse().ok()?;
            let root = document.root()?;
            let text = |field| root.get(field).and_then(|node| node.as_str());
            let shape = shape::compare(root, text("apiVersion")?, text("kind")?);
            Some((root.key_order(), shape))
        })
        .collect();
    documents
        .into_iter()
        .enumerate()
        .map(move |(at, document)| {
            let mut object = record(document);
            // What a cluster has stored has no order, and its API server has seen to its shape.
            if object.meta().uid.is_empty() {
                let (key_order, shape) = written.get(at).cloned().unwrap_or_default();
                object.meta_mut().key_order = key_order;
                object.meta_mut().shape = shape;
            }
            object
        })
}

fn record(document: serde_json::Value) -> Object {
    let text = |field: &str| document[field].as_str().unwrap_or_default();
    let kind = Kind::of(text("apiVersion"), text("kind"))
        .unwrap_or_else(|| panic!("no kind that is kept: {document}"));
    let mut object =
        model::decode(kind, &document).unwrap_or_else(|error| panic!("{kind}: {error}"));
    if object.meta().written == Written::Unsaid {
        object.meta_mut().written = Written::of(kind, text("apiVersion"));
    }
    let key = &mut object.meta_mut().key;
    if kind.is_namespaced() && key.namespace.is_empty() {
        key.namespace = Text::from("default");
    }
    object
}

/// What a check says of each of its subjects in an inventory, by kind, namespace and name.
pub(crate) fn judge(check: &'static Check, params: &Params, inventory: &Inventory) -> Vec<Outcome> {
    let subjects = check
        .subjects
        .iter()
        .flat_map(|kind| inventory.of_kind(kind));
    let subjects = subjects.filter(|object| match &***object {
        Object::Workload(_) => inventory.is_top_level(object),
        Object::Owned(_) => false,
        _ => true,
    });
    subjects
        .map(|subject| judge_one(check, params, inventory, subject))
        .collect()
}

fn judge_one(
    check: &'static Check,
    params: &Params,
    inventory: &Inventory,
    subject: &Object,
) -> Outcome {
    outcome(check, params, View::of(inventory).at(now()), subject)
}

/// What a check says of an object that is not stored, or that is stored otherwise, as at admission.
pub(crate) fn judge_in(check: &'static Check, view: View<'_>, subject: &Object) -> Verdict {
    outcome(check, &Params::default(), view, subject).verdict
}

fn outcome(check: &'static Check, params: &Params, view: View<'_>, subject: &Object) -> Outcome {
    let context = Context::new(check, view, params).about(subject.workload());
    let mut findings = Findings::default();
    if let Err(undecided) = run(check, &context, subject, &mut findings) {
        findings.unknown(Place::field(""), undecided.to_string());
    }
    let until = findings.holds_until();
    let (verdict, found) = (findings.verdict(), findings.into_list());
    let findings = found.into_iter().map(|found| found.finding).collect();
    Outcome {
        key: subject.key().clone(),
        verdict,
        findings,
        until,
    }
}

fn run(
    check: &Check,
    context: &Context<'_>,
    subject: &Object,
    findings: &mut Findings,
) -> Judgement {
    match (check.run, subject) {
        (
            Run::Workload(run) | Run::Running(run) | Run::Anywhere(run),
            Object::Workload(workload),
        ) => run(context, workload, findings),
        (Run::Any(run), object) => run(context, object.meta(), findings),
        (Run::Autoscaler(run) | Run::Scaling(run), Object::PodAutoscaler(autoscaler)) => {
            run(context, autoscaler, findings)
        }
        (Run::DisruptionBudget(run), Object::PodDisruptionBudget(budget)) => {
            run(context, budget, findings)
        }
        (Run::Service(run), Object::Service(service)) => run(context, service, findings),
        (Run::Object(run), object) => run(context, object, findings),
        (Run::Binding(run), Object::Binding(binding)) => run(context, binding, findings),
        (Run::Role(run), Object::Role(role)) => run(context, role, findings),
        _ => panic!("{} does not judge {}", check.id, subject.key()),
    }
}

/// What a check says of each of its subjects in some manifests: `Deployment default/web`, its verdict, the messages.
pub(crate) fn verdict(check: &'static Check, yaml: &str) -> Vec<(String, Verdict, Vec<String>)> {
    verdict_with(check, serde_json::json!({}), yaml)
}

/// The same with parameters, as a policy gives them.
pub(crate) fn verdict_with(
    check: &'static Check,
    params: serde_json::Value,
    yaml: &str,
) -> Vec<(String, Verdict, Vec<String>)> {
    let params = Params::parse(check, params.as_object().expect("parameters are an object"));
    let outcomes = judge(
        check,
        &params.expect("the parameters are the check's"),
        &inventory(yaml),
    );
    let messages = |outcome: Outcome| {
        outcome
            .findings
            .into_iter()
            .map(|finding| finding.message.into_owned())
            .collect()
    };
    outcomes
        .into_iter()
        .map(|outcome| (outcome.key.to_string(), outcome.verdict, messages(outcome)))
        .collect()
}

/// A row of [`assert_on_pods`]: a pod spec in YAML, the verdict on it, and for each finding, in order, a part of its line.
pub(crate) type PodRow<'a> = (&'a str, Verdict, &'a [&'a str]);

/// Asserts what a check says of Pods. A finding's line is `container path detail: message`.
pub(crate) fn assert_on_pods(check: &'static Check, rows: &[PodRow<'_>]) {
    assert_on_pods_with(check, serde_json::json!({}), rows);
}

/// The same with parameters, as a policy gives them.
pub(crate) fn assert_on_pods_with(
    check: &'static Check,
    params: serde_json::Value,
    rows: &[PodRow<'_>],
) {
    let params = Params::parse(check, params.as_object().expect("parameters are an object"));
    let params = params.expect("the parameters are the check's");
    for (spec, expected, parts) in rows {
        let pod = format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {spec}}}");
        assert_in(check, &params, &inventory(&pod), *expected, parts);
    }
}

/// Asserts what a check says of its one subject in some manifests: each row has the manifests, the verdict, and for each
/// finding, in order, a part of its line.
pub(crate) fn assert_on(check: &'static Check, rows: &[(&str, Verdict, &[&str])]) {
    for (manifests, expected, parts) in rows {
        assert_in(
            check,
            &Params::default(),
            &inventory(manifests),
            *expected,
            parts,
        );
    }
}

/// Asserts what a check says of its one subject in a cluster of these objects, as [`assert_on`] does in files.
pub(crate) fn assert_running(check: &'static Check, rows: &[(&str, Verdict, &[&str])]) {
    for (objects, expected, parts) in rows {
        let params = Params::default();
        assert_in(check, &params, &cluster(objects), *expected, parts);
    }
}

/// Asserts what a check says of its one subject in an inventory.
pub(crate) fn assert_in(
    check: &'static Check,
    params: &Params,
    inventory: &Inventory,
    expected: Verdict,
    parts: &[&str],
) {
    let outcomes = judge(check, params, inventory);
    let [outcome] = outcomes.as_slice() else {
        panic!("{} has not one subject: {outcomes:#?}", check.id)
    };
    let lines: Vec<_> = outcome.findings.iter().map(line).collect();
    assert_eq!(
        outcome.verdict, expected,
        "{} on {inventory:#?}: {lines:#?}",
        check.id
    );
    assert_eq!(
        lines.len(),
        parts.len(),
        "{} on {inventory:#?}: {lines:#?}",
        check.id
    );
    for (line, part) in lines.iter().zip(parts) {
        assert!(
            line.contains(part),
            "{} on {inventory:#?}: {line:?} has no {part:?}",
            check.id
        );
    }
}

fn line(finding: &Finding) -> String {
    let Place {
        container, path, ..
    } = &finding.at;
    format!(
        "{} {path} {}: {}",
        container.as_deref().unwrap_or("-"),
        finding.at.detail(),
        finding.message
    )
}
