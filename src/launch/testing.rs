//! A small cluster with one application, to judge launches in.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Facts, Judged, JudgedItem, Launch, judge, observe, status};
use crate::api::{
    LaunchStatus, ReadinessAttestation, ReadinessChecklist, ReadinessException, ReadinessLaunch,
    ReadinessPolicy,
};
use crate::cel::Projection;
use crate::check::testing;
use crate::checklist::{Checklist, Checklists};
use crate::engine::{Policy, PolicySet};
use crate::evidence::{Document, Documents, GroupKind};
use crate::inventory::{Inventory, Record, View};
use crate::model::{self, Key, Kind, Object, Text, Verdict, Workload};
use crate::people::{Attestation, Exception, Grant, Guard, Interval, People, Verb};
use crate::promql::Measurements;

/// When it is at first.
pub(crate) fn noon() -> Timestamp {
    testing::now()
}

/// A moment, as people write it.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A cluster with the namespace `shop`, the launch `shop` of the workloads labelled `app: shop`, and the policy `production`, which
/// asks it for the checklist `team`. Attestations are checked, and every role is granted.
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) inventory: Inventory,
    pub(crate) documents: Documents,
    pub(crate) people: People,
    pub(crate) measurements: Measurements,
    pub(crate) launch: ReadinessLaunch,
    checklists: Vec<Arc<Checklist>>,
    policies: Vec<(String, Value, Option<Timestamp>)>,
}

impl World {
    /// With these items in the checklist `team`, in YAML, and no workload.
    pub(crate) fn empty(items: &str) -> Self {
        let launch = json!({
            "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessLaunch",
            "metadata": {
                "name": "shop", "namespace": "shop", "uid": "launch-uid", "generation": 1,
                "creationTimestamp": "2026-01-01T11:00:00Z",
            },
            "spec": {"selector": {"matchLabels": {"app": "shop"}}, "release": "1.0.0"},
        });
        let everywhen = Interval {
            from: Timestamp::MIN,
            until: Timestamp::MAX,
        };
        let mut world = Self {
            now: noon(),
            inventory: testing::cluster(
                "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}",
            ),
            documents: Documents::of_files(),
            people: People {
                guard: Guard::Seen(vec![everywhen]),
                ..People::default()
            },
            measurements: Measurements::new(std::time::Duration::from_secs(900)),
            launch: read(launch),
            checklists: Vec::new(),
            policies: Vec::new(),
        };
        world.policy("production", json!({"launch": {"checklists": ["team"]}}));
        world.checklist("team", items);
        world
    }

    /// The same with the Deployment `web`.
    pub(crate) fn new(items: &str) -> Self {
        let mut world = Self::empty(items);
        world.apply(deployment("web"));
        world
    }

    /// Of manifests as they stand beside a check: a launch, its checklists, and what it needs.
    pub(crate) fn of_manifests(yaml: &str) -> Self {
        let mut world = Self::empty(
            "[{id: none, title: None, section: S, severity: advice, attestation: {roles: [a], validFor: 1d}}]",
        );
        world.policies.clear();
        world.checklists.clear();
        let documents: Vec<Value> =
            serde_saphyr::from_multiple(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
        for document in documents {
            world.add(document);
        }
        world
    }

    fn add(&mut self, object: Value) {
        match object["kind"].as_str() {
            Some("ReadinessLaunch") => self.launch = read(object),
            Some("ReadinessChecklist") => self.add_checklist(read(object)),
            Some("ReadinessAttestation") => self.state(read(object)),
            _ => self.apply(object),
        }
    }

    /// Writes a policy; one of its name is replaced.
    pub(crate) fn policy(&mut self, name: &str, spec: Value) {
        self.policies.retain(|(known, ..)| known != name);
        self.policies.push((name.to_owned(), spec, None));
    }

    /// The same, created at a moment.
    pub(crate) fn policy_since(&mut self, name: &str, spec: Value, created: Timestamp) {
        self.policy(name, spec);
        self.policies.last_mut().expect("it is there").2 = Some(created);
    }

    /// Writes a checklist; one of its name is replaced.
    pub(crate) fn checklist(&mut self, name: &str, items: &str) {
        let items: Value =
            serde_saphyr::from_str(items).unwrap_or_else(|error| panic!("{error}\n{items}"));
        self.add_checklist(read(json!({
            "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessChecklist", "metadata": {"name": name},
            "spec": {"title": name, "items": items},
        })));
    }

    fn add_checklist(&mut self, checklist: ReadinessChecklist) {
        let name = checklist.metadata.name.unwrap_or_default();
        let compiled =
            Checklist::compile(&name, &checklist.spec).unwrap_or_else(|error| panic!("{error}"));
        self.checklists.retain(|known| *known.name != *name);
        self.checklists.push(Arc::new(compiled));
    }

    /// Stores an object: as a record where its kind has some, and as a document.
    pub(crate) fn apply(&mut self, mut object: Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
        let metadata = &mut object["metadata"];
        if metadata["namespace"].is_null() {
            metadata["namespace"] = json!("shop");
        }
        if metadata["uid"].is_null() {
            metadata["uid"] = json!(format!("{kind}-{}", text(&metadata["name"])));
        }
        if let Some(record) = record(&object) {
            self.inventory.apply(Record::of_cluster(record));
        }
        let kind = GroupKind::of(&version, &kind);
        self.documents.keep(&kind, &Projection::whole());
        let document =
            Document::decode(&kind, &object, &Projection::whole()).expect("it has a name");
        self.documents.apply(document);
        self.documents
            .set_source(&kind, crate::evidence::Source::Synced);
    }

    /// Deletes a document, and the record of a workload.
    pub(crate) fn delete(&mut self, api_version: &str, kind: &str, name: &str) {
        let of = GroupKind::of(api_version, kind);
        self.documents.delete(&of, "shop", name);
        if let Some(kind) = Kind::of(api_version, kind) {
            self.inventory.delete(&Key::new(kind, "shop", name));
        }
    }

    /// Writes an attestation down; RBAC grants it.
    pub(crate) fn attest(&mut self, attest: Attest) {
        let object = attest.object(self.now);
        self.state(read(object));
    }

    fn state(&mut self, attestation: ReadinessAttestation) {
        let parsed = Attestation::of(&attestation).expect("it is about something");
        if !self.people.authority.knows(&parsed.claim()) {
            self.people.authority.learn(parsed.claim(), Grant::Granted);
        }
        self.people
            .attestations
            .insert(parsed.name.clone(), Arc::new(parsed));
    }

    /// What RBAC says of a user in a role from now on, of `attest` and `sign`.
    pub(crate) fn authorize(&mut self, user: &str, role: &str, grant: &Grant) {
        let claims = self
            .people
            .attestations
            .values()
            .map(|attestation| attestation.claim());
        let theirs = claims.filter(|claim| {
            *claim.user == *user && *claim.name == *role && claim.verb != Verb::Grant
        });
        for claim in theirs.collect::<Vec<_>>() {
            self.people.authority.learn(claim, grant.clone());
        }
    }

    /// Writes an exception down, which lasts a day and is for the policy `production`, with what is different of it.
    pub(crate) fn except(&mut self, name: &str, different: Value) {
        let mut object = json!({
            "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessException",
            "metadata": {
                "name": name, "namespace": "shop", "uid": format!("{name}-uid"), "creationTimestamp": text(self.now),
            },
            "spec": {
                "policy": "production", "workloads": {"selector": {}}, "reason": "the vendor is late", "owner": "team",
                "requestedBy": "ada", "expiresAt": text(self.now + SignedDuration::from_hours(24)),
            },
        });
        merge(&mut object["spec"], different);
        let object: ReadinessException = read(object);
        let parsed = Exception::of(&object).unwrap_or_else(|error| panic!("{error}"));
        self.people
            .exceptions
            .insert(parsed.name.clone(), Arc::new(parsed));
    }

    /// Changes the launch's spec.
    pub(crate) fn says(&mut self, different: Value) {
        let mut spec = serde_json::to_value(&self.launch.spec).expect("it is JSON");
        merge(&mut spec, different);
        self.launch.spec = read(spec);
        self.launch.metadata.generation = self
            .launch
            .metadata
            .generation
            .map(|generation| generation + 1);
    }

    /// Lets some time pass.
    pub(crate) fn later(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
    }

    /// The launch, parsed.
    pub(crate) fn parsed(&self) -> Launch {
        Launch::of(&self.launch).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The policies, parsed.
    pub(crate) fn policy_set(&self) -> PolicySet {
        let checklists = self.all_checklists();
        let policies = self.policies.iter().map(|(name, spec, created)| {
            let object = json!({
                "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessPolicy", "metadata": {"name": name}, "spec": spec,
            });
            let policy: ReadinessPolicy = read(object);
            let compiled = Policy::compile(name, &policy.spec, &checklists);
            let mut compiled = compiled.unwrap_or_else(|error| panic!("{error}"));
            compiled.created = *created;
            compiled
        });
        PolicySet::new(policies)
    }

    fn all_checklists(&self) -> Checklists {
        Checklists::with(self.checklists.iter().cloned())
    }

    /// Does something with all that is known, seen through a view of the records.
    pub(crate) fn with_facts<T>(&self, view: View<'_>, use_them: impl FnOnce(Facts<'_>) -> T) -> T {
        let (policies, checklists) = (self.policy_set(), self.all_checklists());
        use_them(Facts {
            view: view.at(self.now),
            documents: &self.documents,
            checklists: &checklists,
            policies: &policies,
            people: &self.people,
            measurements: &self.measurements,
            now: self.now,
        })
    }

    /// Judges the launch.
    pub(crate) fn judge(&self) -> Judged {
        let launch = self.parsed();
        self.with_facts(View::of(&self.inventory), |facts| {
            judge(&launch, facts, None)
        })
    }

    /// What became of an item.
    pub(crate) fn item(&self, key: &str) -> JudgedItem {
        let judged = self.judge();
        let found = judged.items.iter().find(|judged| &*judged.item.key == key);
        found
            .cloned()
            .unwrap_or_else(|| panic!("there is no item {key}"))
    }

    /// The verdict on an item, and why.
    pub(crate) fn verdict(&self, key: &str) -> (Verdict, String) {
        let judged = self.item(key);
        (judged.outcome.verdict, judged.outcome.why)
    }

    /// What would be written of the launch.
    pub(crate) fn status(&self) -> LaunchStatus {
        let launch = self.parsed();
        self.with_facts(View::of(&self.inventory), |facts| {
            let judged = judge(&launch, facts, None);
            let observed = observe(&launch, facts.view, std::iter::empty());
            status(&launch, &judged, &observed, facts.now)
        })
    }

    /// Writes it, as the leader does. It is read back as the API server stores it.
    pub(crate) fn write(&mut self) -> LaunchStatus {
        let written = serde_json::to_value(self.status()).expect("it is JSON");
        let written: LaunchStatus = read(written);
        self.launch.status = Some(written.clone());
        written
    }
}

/// An attestation of items of the checklist `team`, to be written down.
#[derive(Clone)]
pub(crate) struct Attest(Value);

impl Attest {
    /// By somebody, of items by their keys, in the role `devops`.
    pub(crate) fn by(user: &str, items: &[&str]) -> Self {
        Self(json!({
            "launch": "shop", "items": items, "role": "devops", "statement": "done",
            "approver": {"username": user, "groups": ["people"]},
        }))
    }

    /// In another role.
    pub(crate) fn role(mut self, role: &str) -> Self {
        self.0["role"] = json!(role);
        self
    }

    /// With what is different of its spec.
    pub(crate) fn with(mut self, different: Value) -> Self {
        merge(&mut self.0, different);
        self
    }

    fn object(self, now: Timestamp) -> Value {
        let spec = self.0;
        let items: BTreeSet<&str> = spec["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let named = items
            .into_iter()
            .collect::<Vec<_>>()
            .join("-")
            .replace([':', '/'], "-");
        let text_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (user, role) = (
            text_of(&spec["approver"]["username"]),
            text_of(&spec["role"]),
        );
        let name = format!("{user}-{role}-{named}-{}", now.as_second());
        json!({
            "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessAttestation",
            "metadata": {"name": name, "namespace": "shop", "uid": format!("{name}-uid"), "creationTimestamp": text(now)},
            "spec": spec,
        })
    }
}

/// A Deployment of the application that runs one pod.
pub(crate) fn deployment(name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": name, "namespace": "shop", "uid": format!("{name}-uid"), "labels": {"app": "shop"}, "generation": 1,
            "creationTimestamp": "2026-01-01T10:00:00Z",
        },
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"name": name}},
            "template": {
                "metadata": {"labels": {"name": name}},
                "spec": {"containers": [{"name": "app", "image": "registry.example/shop:1.0"}]},
            },
        },
    })
}

/// The record of a workload.
pub(crate) fn workload(object: &Value) -> Workload {
    match record(object) {
        Some(Object::Workload(workload)) => *workload,
        _ => panic!("it is no workload: {object}"),
    }
}

fn record(object: &Value) -> Option<Object> {
    let text = |field: &str| object[field].as_str().unwrap_or_default();
    let kind = Kind::of(text("apiVersion"), text("kind"))?;
    let mut record = model::decode(kind, object).unwrap_or_else(|error| panic!("{kind}: {error}"));
    let key = &mut record.meta_mut().key;
    if kind.is_namespaced() && key.namespace.is_empty() {
        key.namespace = Text::from("shop");
    }
    Some(record)
}

/// As the API server writes it.
pub(crate) fn text(moment: Timestamp) -> String {
    format!("{moment:.0}")
}

fn read<T: serde::de::DeserializeOwned>(object: Value) -> T {
    serde_json::from_value(object.clone()).unwrap_or_else(|error| panic!("{error}: {object}"))
}

/// Replaces what is different, and removes what is null.
fn merge(whole: &mut Value, different: Value) {
    let (Some(fields), Value::Object(different)) = (whole.as_object_mut(), different) else {
        return;
    };
    for (field, value) in different {
        match value {
            Value::Null => drop(fields.remove(&field)),
            value => drop(fields.insert(field, value)),
        }
    }
}
