//! The gate at admission: whether pods of a workload may run.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::review::Request;
use crate::evidence::{GroupKind, Subject};
use crate::inventory::View;
use crate::launch::{Gate, GateInput, Launch, gate, template_digest};
use crate::live::Snapshot;
use crate::model::{Key, Kind, Object, Workload};
use crate::people::Name;

/// What the gate says of a write of a workload. `body` is the review: the object is read again from it, as evidence sees it, where
/// the gate is asked at all.
pub(super) fn of_workload(
    snapshot: &Snapshot,
    body: &[u8],
    new: &Workload,
    old: Option<&Workload>,
    now: Timestamp,
) -> Gate {
    // Nearly always: no policy has a gate, or nothing begins to run.
    if !is_asked(snapshot, new, old) {
        return Gate::Open;
    }
    let kind = GroupKind::new(new.kind().group(), new.kind().name());
    let object = written(body);
    let subject = object.and_then(|object| Subject::decode(&snapshot.documents, &kind, &object));
    ask(snapshot, (new, old), subject.as_ref(), now)
}

/// What the gate says of a write of a scale: of the workload as it would be then.
pub(super) fn of_scale(snapshot: &Snapshot, request: &Request<'_>, now: Timestamp) -> Gate {
    let Some((kind, scale)) = request.scaled.zip(request.scale.as_ref()) else {
        return Gate::Open;
    };
    let key = scaled(request, kind, scale);
    if is_unknown(snapshot, request) {
        let warning = format!(
            "plimsoll: {kind}/{} has not been read yet: whether it may run was not asked",
            key.name
        );
        return Gate::Warn(vec![warning]);
    }
    let object = snapshot.inventory.get(&key);
    let Some(Object::Workload(old)) = object.map(|object| &**object) else {
        return Gate::Open;
    };
    let mut new = old.clone();
    new.replicas = scale.replicas;
    if !snapshot
        .inventory
        .is_top_level(&Object::Workload(old.clone()))
        || !is_asked(snapshot, &new, Some(old))
    {
        return Gate::Open;
    }
    ask(snapshot, (&new, Some(old)), None, now)
}

/// Whether pods of a workload are asked for that has not been read yet, or not since a policy has its match conditions, in a
/// namespace with a gate.
pub(super) fn is_unknown(snapshot: &Snapshot, request: &Request<'_>) -> bool {
    let Some((kind, scale)) = request.scaled.zip(request.scale.as_ref()) else {
        return false;
    };
    let (inventory, policies) = (&snapshot.inventory, &snapshot.policies);
    let namespace = request.namespace.to_string().into();
    let object = inventory.get(&scaled(request, kind, scale));
    let is_read = object.is_some_and(|object| {
        let workload = object.workload();
        !workload.is_some_and(|workload| policies.awaits(View::of(inventory), workload))
    });
    scale.replicas > 0
        && !is_read
        && policies
            .of_namespace(View::of(inventory), &namespace)
            .any(|policy| policy.launch.is_some())
}

fn scaled(request: &Request<'_>, kind: Kind, scale: &Scale<'_>) -> Key {
    Key::new(kind, request.namespace.to_string(), scale.name.to_string())
}

/// Whether some policy has a gate, and pods begin to run or are replaced.
fn is_asked(snapshot: &Snapshot, new: &Workload, old: Option<&Workload>) -> bool {
    let has_gate = snapshot
        .policies
        .iter()
        .any(|policy| policy.launch.is_some());
    let same = |old: &Workload| old.runs_pods() && old.pod == new.pod;
    has_gate && new.runs_pods() && !old.is_some_and(same)
}

fn ask(
    snapshot: &Snapshot,
    (new, old): (&Workload, Option<&Workload>),
    subject: Option<&Subject>,
    now: Timestamp,
) -> Gate {
    let namespace = &new.key().namespace;
    let all = snapshot.launches.range(Name::new(namespace.clone(), "")..);
    let own = all.take_while(|(name, _)| name.namespace == *namespace);
    let launches: Vec<&Launch> = own.map(|(_, launch)| &**launch).collect();
    let template = template_digest(new);
    let input = GateInput {
        new,
        old,
        subject,
        launches: &launches,
        template: &template,
    };
    gate(
        input,
        snapshot.facts(View::with(&snapshot.inventory, new), now),
    )
}

/// The object of a review.
fn written(body: &[u8]) -> Option<Value> {
    #[derive(Deserialize)]
    struct Review {
        request: Written,
    }
    #[derive(Deserialize)]
    struct Written {
        object: Value,
    }
    let review: Review = serde_json::from_slice(body).ok()?;
    Some(review.request.object)
}

/// What is read of a Scale.
#[derive(Debug, Default)]
pub struct Scale<'a> {
    /// The name of what is scaled.
    pub name: Cow<'a, str>,
    /// How many pods it is to have.
    pub replicas: i32,
}

impl<'de: 'a, 'a> Deserialize<'de> for Scale<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields<'a> {
            #[serde(borrow)]
            metadata: Metadata<'a>,
            #[serde(default)]
            spec: Spec,
        }
        #[derive(Deserialize)]
        struct Metadata<'a> {
            #[serde(borrow, default)]
            name: Cow<'a, str>,
        }
        #[derive(Deserialize, Default)]
        struct Spec {
            #[serde(default)]
            replicas: i32,
        }
        let fields = Fields::deserialize(from)?;
        Ok(Self {
            name: fields.metadata.name,
            replicas: fields.spec.replicas,
        })
    }
}

/// The kind of a scalable resource by its group and plural name.
pub(super) fn scalable(group: &str, plural: &str) -> Option<Kind> {
    let mut kinds = crate::model::KindSet::SCALABLE.iter();
    kinds.find(|kind| kind.group() == group && kind.plural() == plural)
}
