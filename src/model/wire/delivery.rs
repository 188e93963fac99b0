//! Who delivers a workload, from its labels and annotations.

use super::annotations::{ARGO_TRACKING, Annotations, HELM_NAMESPACE, HELM_RELEASE};
use crate::model::{Deliverer, Key, Kind, Labels, Mark, Text};

/// Labels of Argo CD; the second is one that many people set to something else.
const ARGO_LABELS: [&str; 2] = ["argocd.argoproj.io/instance", "app.kubernetes.io/instance"];

/// Labels of Flux: of the name and the namespace of what delivers.
const FLUX_LABELS: [(Kind, &str, &str); 2] = [
    (
        Kind::Kustomization,
        "kustomize.toolkit.fluxcd.io/name",
        "kustomize.toolkit.fluxcd.io/namespace",
    ),
    (
        Kind::HelmRelease,
        "helm.toolkit.fluxcd.io/name",
        "helm.toolkit.fluxcd.io/namespace",
    ),
];

/// Everything that is told.
pub(super) fn marks(key: &Key, labels: &Labels, annotations: &Annotations) -> Box<[Mark]> {
    let mut marks = Vec::new();
    if let Some(id) = annotations.get(ARGO_TRACKING) {
        marks.push(tracked(key, id));
    }
    for label in ARGO_LABELS {
        if let Some(name) = labels.get(label).filter(|name| !name.is_empty()) {
            marks.push(Mark::Deliverer(Deliverer {
                kind: Kind::Application,
                namespace: None,
                name: name.clone(),
                is_sure: label == ARGO_LABELS[0],
            }));
        }
    }
    for (kind, name, namespace) in FLUX_LABELS {
        if let Some((name, namespace)) = labels.get(name).zip(labels.get(namespace)) {
            marks.push(Mark::Deliverer(Deliverer {
                kind,
                namespace: Some(namespace.clone()),
                name: name.clone(),
                is_sure: true,
            }));
        }
    }
    marks.extend(of_helm(labels, annotations));
    marks.into()
}

/// `application:group/kind:namespace/name`, where the application may be `namespace_name`. Argo CD takes no notice of one
/// that tells of another object.
/// Source: <https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/>.
fn tracked(key: &Key, id: &Text) -> Mark {
    let told = id.split_once(':').and_then(|(application, rest)| {
        let (kind, object) = rest.split_once(':')?;
        let (namespace, name) = object.split_once('/')?;
        Some((application, kind, namespace, name))
    });
    let own_kind = format!("{}/{}", key.kind.group(), key.kind.name());
    let Some((application, ..)) = told.filter(|(_, kind, namespace, name)| {
        // A manifest may leave its namespace to whoever applies it.
        let is_here = key.namespace.is_empty() || **namespace == *key.namespace;
        *kind == own_kind && **name == *key.name && is_here
    }) else {
        return Mark::Copied(id.clone());
    };
    let (namespace, name) = match application.split_once('_') {
        Some((namespace, name)) => (Some(Text::from(namespace)), name),
        None => (None, application),
    };
    Mark::Deliverer(Deliverer {
        kind: Kind::Application,
        namespace,
        name: name.into(),
        is_sure: true,
    })
}

/// What Helm gives to what it installs, and without which it does not touch an object; else what charts do by convention.
fn of_helm(labels: &Labels, annotations: &Annotations) -> Option<Mark> {
    let manager = labels.get("app.kubernetes.io/managed-by");
    let is_labelled = manager.is_some_and(|manager| **manager == *"Helm");
    let release = annotations.get(HELM_RELEASE);
    let is_annotated = release.is_some() && annotations.get(HELM_NAMESPACE).is_some();
    let chart = labels
        .get("helm.sh/chart")
        .filter(|chart| !chart.is_empty());
    match (is_labelled, release, chart) {
        (true, Some(release), _) if is_annotated => Some(Mark::Release(release.clone())),
        (_, _, Some(chart)) => Some(Mark::Chart(chart.clone())),
        (_, Some(_), None) => Some(Mark::OnlyAnnotated),
        (true, None, None) => Some(Mark::OnlyLabelled),
        (false, None, None) => None,
    }
}
