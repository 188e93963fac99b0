//! The resources of kinds that are known by name only.

use kube::core::{ApiResource, GroupVersionKind};

use crate::evidence::GroupKind;

/// What RBAC calls a kind: by the usual rules of English, but for the few that do not keep to them.
pub(super) fn of(kind: &GroupKind) -> String {
    let name = kind.kind.to_lowercase();
    match (&*kind.group, &*kind.kind) {
        ("chaos-mesh.org", kind) if kind.ends_with("Chaos") => name,
        ("monitoring.googleapis.com", "Rules")
        | ("security.openshift.io", "SecurityContextConstraints") => name,
        (group, kind) => ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind)).plural,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    #[test]
    fn the_kinds_that_are_known_better_agree() {
        for kind in Kind::ALL {
            let guessed = of(&GroupKind::new(kind.group(), kind.name()));
            assert_eq!(guessed, kind.plural(), "{kind}");
        }
    }

    #[test]
    fn names_that_are_plurals_or_end_oddly() {
        for (group, kind, plural) in [
            ("chaos-mesh.org", "NetworkChaos", "networkchaos"),
            ("monitoring.googleapis.com", "Rules", "rules"),
            ("monitoring.coreos.com", "Prometheus", "prometheuses"),
            (
                "secrets-store.csi.x-k8s.io",
                "SecretProviderClass",
                "secretproviderclasses",
            ),
            ("telemetry.istio.io", "Telemetry", "telemetries"),
            ("flagger.app", "Canary", "canaries"),
            ("eks.services.k8s.aws", "AccessEntry", "accessentries"),
        ] {
            assert_eq!(of(&GroupKind::new(group, kind)), plural);
        }
    }
}
