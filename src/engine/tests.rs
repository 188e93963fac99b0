//! Policies, records and a subject in; verdicts, reports and decisions out.

mod admission;
mod conditions;
mod coverage;
mod merging;
mod relief;
mod report_size;
mod running;
mod status;
mod undecided;
mod updates;

use serde_json::{Value, json};

use super::{Decision, Policy, PolicySet};
use crate::checklist::Checklists;
use crate::inventory::Inventory;
use crate::model::{self, Kind, Object, Workload};
use crate::people::People;

/// A moment.
fn now() -> jiff::Timestamp {
    crate::check::testing::now()
}

/// Decides without any exception.
fn admit(
    policies: &PolicySet,
    inventory: &Inventory,
    new: &Workload,
    old: Option<&Workload>,
    now: jiff::Timestamp,
) -> Decision {
    let relief = super::Relief {
        people: &People::default(),
        policies,
        checklists: Checklists::built_in(),
        now,
    };
    super::admit(policies, inventory, new, old, relief)
}

/// The policies of these names and specs.
fn policies<'a>(specs: impl IntoIterator<Item = (&'a str, Value)>) -> PolicySet {
    PolicySet::new(
        specs
            .into_iter()
            .map(|(name, spec)| compiled(name, spec).unwrap_or_else(|error| panic!("{error}"))),
    )
}

fn compiled(name: &str, spec: Value) -> Result<Policy, super::PolicyError> {
    let spec = serde_json::from_value(spec).unwrap_or_else(|error| panic!("{name}: {error}"));
    Policy::compile(name, &spec, crate::checklist::Checklists::built_in())
}

/// One policy that judges by some checks, all of which deny.
fn denying(checks: &[&str]) -> Value {
    let checks: Vec<_> = checks.iter().map(|id| json!({"id": id})).collect();
    json!({"checks": checks, "actions": {"critical": "Deny", "high": "Deny", "advice": "Deny"}})
}

/// An inventory of a cluster that holds nothing, and is sure of it.
fn synced() -> Inventory {
    let mut inventory = Inventory::of_cluster();
    for kind in Kind::ALL {
        inventory.reset(*kind, []);
    }
    inventory
}

fn object(kind: Kind, name: &str, fields: Value) -> Object {
    let mut object = json!({"metadata": {"name": name, "namespace": "shop"}});
    merge(&mut object, fields);
    model::decode(kind, &object).unwrap_or_else(|error| panic!("{kind} {name}: {error}"))
}

/// The Deployment `web` with these containers, and whatever else it is to have.
fn deployment_with(containers: Value, fields: Value) -> Workload {
    let template =
        json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers}});
    let mut all = json!({"spec": {"replicas": 3, "template": template}});
    merge(&mut all, fields);
    match object(Kind::Deployment, "web", all) {
        Object::Workload(workload) => *workload,
        other => panic!("{} is a workload", other.key()),
    }
}

fn deployment(containers: Value) -> Workload {
    deployment_with(containers, json!({}))
}

/// Lays fields over others.
fn merge(into: &mut Value, fields: Value) {
    match (into, fields) {
        (Value::Object(into), Value::Object(fields)) => {
            for (name, field) in fields {
                merge(into.entry(name).or_insert(Value::Null), field);
            }
        }
        (into, fields) => *into = fields,
    }
}

/// A container that has a CPU limit, and a liveness probe.
fn sound(name: &str) -> Value {
    json!({
        "name": name, "image": "registry.example/web:1.4.2",
        "resources": {"limits": {"cpu": "1"}}, "livenessProbe": {"tcpSocket": {"port": 80}},
    })
}

/// A container that lacks a CPU limit.
fn unlimited(name: &str) -> Value {
    let mut container = sound(name);
    container["resources"] = Value::Null;
    container
}

/// A decision in short: `deny cpu-limits web`, `warn pdb-present`; the container where there is one.
fn lines(decision: &Decision) -> Vec<String> {
    let line = |word: &str, denial: &super::Denial| {
        let container = denial
            .found
            .finding
            .at
            .container
            .as_deref()
            .unwrap_or_default();
        format!("{word} {} {container}", denial.check)
            .trim_end()
            .to_owned()
    };
    let denials = decision.denials.iter().map(|denial| line("deny", denial));
    let warnings = decision.warnings.iter().map(|denial| line("warn", denial));
    denials.chain(warnings).collect()
}
