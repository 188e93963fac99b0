//! Reviews of Plimsoll's own objects: what the schema cannot say of checklists, policies and launches.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::api::{
    ReadinessAttestation, ReadinessChecklist, ReadinessException, ReadinessLaunch, ReadinessPolicy,
};
use crate::checklist::{Checklist, Checklists, LAUNCH};
use crate::engine::Policy;
use crate::launch::Launch;
use crate::live::Snapshot;
use crate::people::Name;

/// The parts of a review that are read.
#[derive(Deserialize)]
pub(super) struct Review {
    pub(super) request: Request,
}

/// The parts of its request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    pub(super) uid: String,
    kind: GroupKind,
    #[serde(default)]
    operation: String,
    #[serde(default)]
    object: Value,
}

#[derive(Deserialize)]
struct GroupKind {
    #[serde(default)]
    kind: String,
}

/// What is said of one of Plimsoll's own objects.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Why it is refused, if it is.
    pub(super) refusal: Option<String>,
    /// What the requester should know.
    pub(super) warnings: Vec<String>,
}

/// Reviews an object. Only what can never mean anything is refused: what is missing now may be applied in a moment.
pub(super) fn review(snapshot: &Snapshot, request: &Request) -> Said {
    if !matches!(request.operation.as_str(), "CREATE" | "UPDATE") {
        return Said::default();
    }
    let object = &request.object;
    match request.kind.kind.as_str() {
        "ReadinessChecklist" => understood(object, checklist),
        "ReadinessPolicy" => understood(object, |policy| self::policy(snapshot, policy)),
        "ReadinessLaunch" => understood(object, |launch| self::launch(snapshot, launch)),
        "ReadinessException" => {
            understood(object, |exception| self::exception(snapshot, exception))
        }
        "ReadinessAttestation" => understood(object, |attestation| {
            self::attestation(snapshot, attestation)
        }),
        _ => Said::default(),
    }
}

fn understood<T: DeserializeOwned>(object: &Value, say: impl FnOnce(&T) -> Said) -> Said {
    match T::deserialize(object) {
        Ok(object) => say(&object),
        // The API server has checked the schema of this version; another version of it is not refused by guess.
        Err(error) => Said {
            warnings: vec![format!("plimsoll: this could not be read: {error}")],
            ..Said::default()
        },
    }
}

fn refused(reason: impl ToString) -> Said {
    Said {
        refusal: Some(reason.to_string()),
        ..Said::default()
    }
}

fn checklist(checklist: &ReadinessChecklist) -> Said {
    let name = checklist.metadata.name.as_deref().unwrap_or_default();
    let compiled =
        Checklists::may_be_named(name).and_then(|()| Checklist::compile(name, &checklist.spec));
    match compiled {
        Ok(_) => Said::default(),
        Err(error) => refused(error),
    }
}

fn policy(snapshot: &Snapshot, policy: &ReadinessPolicy) -> Said {
    let name = policy.metadata.name.as_deref().unwrap_or_default();
    let error = match Policy::compile(name, &policy.spec, &snapshot.checklists) {
        Ok(_) => return Said::default(),
        Err(error) => error,
    };
    if error.may_be_mended() {
        let warnings = vec![format!(
            "plimsoll: not in force until it is mended: {error}"
        )];
        return Said {
            warnings,
            ..Said::default()
        };
    }
    refused(error)
}

fn launch(snapshot: &Snapshot, launch: &ReadinessLaunch) -> Said {
    let parsed = match Launch::of(launch) {
        Ok(parsed) => parsed,
        Err(error) => return refused(error),
    };
    let missing = launch
        .spec
        .checklists
        .iter()
        .filter(|name| snapshot.checklists.find(name).is_none());
    let mut warnings: Vec<String> = missing
        .map(|name| format!("plimsoll: spec.checklists: there is no checklist {name:?} yet; the launch is NotReady until there is"))
        .collect();
    let view = crate::inventory::View::of(&snapshot.inventory);
    if parsed.workloads(view).is_empty() {
        warnings.push(
            "plimsoll: spec.selector selects no workload yet; the launch is NotReady until it does"
                .to_owned(),
        );
    }
    Said {
        warnings,
        ..Said::default()
    }
}

fn exception(snapshot: &Snapshot, exception: &ReadinessException) -> Said {
    if let Err(error) = crate::people::Exception::of(exception) {
        return refused(error);
    }
    let spec = &exception.spec;
    let names = spec.waives.iter().flatten();
    let unknown = names.filter(|name| match name.contains(':') {
        true => !is_item(&snapshot.checklists, name),
        false => crate::checks::find(name).is_none(),
    });
    let mut warnings: Vec<String> = unknown
        .map(|name| {
            format!(
                "plimsoll: spec.waives: no check or item is called {name:?} yet: it waives nothing"
            )
        })
        .collect();
    let sign_offs = spec.waives.iter().flatten().filter(|name| {
        snapshot
            .checklists
            .item(name)
            .is_some_and(|item| item.is_sign_off())
    });
    warnings.extend(sign_offs.map(|name| {
        format!("plimsoll: spec.waives: {name} is a sign-off, which cannot be waived")
    }));
    if !snapshot
        .policies
        .iter()
        .any(|policy| *policy.name == *spec.policy)
    {
        warnings.push(format!(
            "plimsoll: spec.policy: there is no policy {:?} in force yet: it waives nothing",
            spec.policy
        ));
    }
    Said {
        warnings,
        ..Said::default()
    }
}

fn attestation(snapshot: &Snapshot, attestation: &ReadinessAttestation) -> Said {
    let spec = &attestation.spec;
    let mut warnings = Vec::new();
    for key in spec.items.iter().flatten() {
        let item = snapshot.checklists.item(key);
        if !is_item(&snapshot.checklists, key) {
            warnings.push(format!(
                "plimsoll: spec.items: no item is called {key:?} yet"
            ));
        } else if let Some(item) = item {
            warnings
                .extend(mismatch(item, attestation).map(|why| format!("plimsoll: {key}: {why}")));
        }
    }
    if let Some(name) = &spec.launch {
        let namespace = attestation
            .metadata
            .namespace
            .as_deref()
            .unwrap_or_default();
        if !snapshot
            .launches
            .contains_key(&Name::new(namespace, name.as_str()))
        {
            warnings.push(format!(
                "plimsoll: spec.launch: there is no launch {name:?} in namespace {namespace} yet"
            ));
        }
    }
    Said {
        warnings,
        ..Said::default()
    }
}

/// Why an attestation will not close an item, as far as can be said when it is made.
fn mismatch(
    item: &Arc<crate::checklist::Item>,
    attestation: &ReadinessAttestation,
) -> Option<String> {
    let spec = &attestation.spec;
    let Some(rule) = item.attestation() else {
        return Some("it takes no attestation".to_owned());
    };
    let role = spec.role.as_deref().unwrap_or_default();
    if !rule.roles.iter().any(|known| known == role) {
        return Some(format!(
            "it is attested by {}, not by {role}",
            rule.roles.join(" or ")
        ));
    }
    if item.is_sign_off() != spec.sign_off {
        return Some(format!("set spec.signOff to {}", item.is_sign_off()));
    }
    (rule.evidence_required && spec.evidence_url.is_none() && spec.not_applicable.is_none())
        .then(|| "it asks for spec.evidenceURL".to_owned())
}

fn is_item(checklists: &Checklists, key: &str) -> bool {
    let own = key
        .split_once(':')
        .is_some_and(|(checklist, _)| checklist == LAUNCH);
    own || checklists.item(key).is_some()
}
