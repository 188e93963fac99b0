//! The kinds that an API server lists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use kube::core::discovery::v2::APIGroupDiscoveryList;
use kube::core::{ApiResource, GroupVersionKind};

use crate::evidence::{GroupKind, catalogue};
use crate::model::Text;

/// A kind in a version.
#[derive(Clone, Debug, PartialEq)]
struct Served {
    resource: ApiResource,
    is_watchable: bool,
}

/// The kinds that are served.
#[derive(Debug, Default, PartialEq)]
pub(in crate::controller::documents) struct Listing {
    /// In every version, the recommended one first.
    kinds: BTreeMap<GroupKind, Vec<Served>>,
    /// The groups of other API servers that did not answer.
    silent: BTreeSet<Text>,
}

/// Whether a kind is served.
#[derive(Debug, PartialEq)]
pub(in crate::controller::documents) enum Lookup<'a> {
    /// As this.
    Served(&'a ApiResource),
    /// It is not.
    NotServed,
    /// It cannot be watched, and why.
    Unavailable(Text),
}

impl Listing {
    /// From its answers.
    pub(in crate::controller::documents) fn of<'a>(
        lists: impl Iterator<Item = &'a APIGroupDiscoveryList>,
    ) -> Self {
        let mut listing = Self::default();
        for group in lists.flat_map(|list| &list.items) {
            let name = group
                .metadata
                .as_ref()
                .and_then(|metadata| metadata.name.as_deref());
            let name = name.unwrap_or_default();
            for served in &group.versions {
                let version = served.version.as_deref().unwrap_or_default();
                if served.freshness.as_deref() == Some("Stale") {
                    listing.silent.insert(name.into());
                }
                for resource in &served.resources {
                    let kind = resource
                        .response_kind
                        .as_ref()
                        .and_then(|kind| kind.kind.as_deref());
                    let (Some(kind), Some(plural)) = (kind, resource.resource.as_deref()) else {
                        continue;
                    };
                    let verb = |verb: &str| resource.verbs.iter().any(|known| known == verb);
                    let served = Served {
                        resource: ApiResource::from_gvk_with_plural(
                            &GroupVersionKind::gvk(name, version, kind),
                            plural,
                        ),
                        is_watchable: verb("list") && verb("watch"),
                    };
                    listing
                        .kinds
                        .entry(GroupKind::new(name, kind))
                        .or_default()
                        .push(served);
                }
            }
        }
        listing
    }

    /// Whether a kind is served, in the version that the catalogue of evidence was written for where that is.
    pub(in crate::controller::documents) fn find(&self, kind: &GroupKind) -> Lookup<'_> {
        let Some(versions) = self.kinds.get(kind) else {
            return match self.silent.contains(&kind.group) {
                true => Lookup::Unavailable(
                    format!("the API server that serves {} does not answer", kind.group).into(),
                ),
                false => Lookup::NotServed,
            };
        };
        let watchable = || versions.iter().filter(|served| served.is_watchable);
        let ours = KNOWN.get(kind);
        let ours = watchable()
            .find(|served| ours.is_some_and(|version| served.resource.version == *version));
        match ours.or_else(|| watchable().next()) {
            Some(served) => Lookup::Served(&served.resource),
            None => Lookup::Unavailable("the API server cannot list and watch them".into()),
        }
    }
}

/// The versions that the catalogue of evidence names.
static KNOWN: LazyLock<BTreeMap<GroupKind, &'static str>> = LazyLock::new(|| {
    let specs = catalogue().specs().map(|(_, spec)| spec);
    let version = |api_version: &'static str| api_version.rsplit('/').next().unwrap_or(api_version);
    specs
        .map(|spec| {
            (
                GroupKind::of(&spec.api_version, &spec.kind),
                version(&spec.api_version),
            )
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn resource(plural: &str, kind: &str, verbs: &[&str]) -> Value {
        json!({"resource": plural, "responseKind": {"group": "", "version": "", "kind": kind}, "verbs": verbs})
    }

    fn listing(groups: Value) -> Listing {
        let list: APIGroupDiscoveryList =
            serde_json::from_value(json!({"items": groups})).expect("it is a list of groups");
        Listing::of([&list].into_iter())
    }

    const ALL: &[&str] = &["get", "list", "watch"];

    fn version_of(listing: &Listing, group: &str, kind: &str) -> String {
        match listing.find(&GroupKind::new(group, kind)) {
            Lookup::Served(resource) => format!("{}/{}", resource.api_version, resource.plural),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_catalogues_version_comes_first_then_the_recommended_one() {
        let certificates = [resource("certificates", "Certificate", ALL)];
        let gadgets = [resource("gadgets", "Gadget", ALL)];
        let listing = listing(json!([
            {"metadata": {"name": "cert-manager.io"}, "versions": [
                {"version": "v2", "resources": certificates}, {"version": "v1", "resources": certificates},
            ]},
            {"metadata": {"name": "example.org"}, "versions": [
                {"version": "v1beta1", "resources": gadgets}, {"version": "v1alpha1", "resources": gadgets},
            ]},
        ]));
        assert_eq!(
            version_of(&listing, "cert-manager.io", "Certificate"),
            "cert-manager.io/v1/certificates"
        );
        assert_eq!(
            version_of(&listing, "example.org", "Gadget"),
            "example.org/v1beta1/gadgets"
        );
    }

    #[test]
    fn a_version_that_has_the_kind_no_more_is_not_taken() {
        let listing = listing(json!([
            {"metadata": {"name": "example.org"}, "versions": [
                {"version": "v2", "resources": [resource("others", "Other", ALL)]},
                {"version": "v1", "resources": [resource("gadgets", "Gadget", ALL)]},
            ]},
        ]));
        assert_eq!(
            version_of(&listing, "example.org", "Gadget"),
            "example.org/v1/gadgets"
        );
    }

    #[test]
    fn what_is_not_listed_is_not_served_unless_nobody_can_tell() {
        let listing = listing(json!([
            {"metadata": {"name": ""}, "versions": [{"version": "v1", "resources": [
                resource("pods", "Pod", ALL), resource("bindings", "Binding", &["create"]),
            ]}]},
            {"metadata": {"name": "metrics.example.org"}, "versions": [
                {"version": "v1", "resources": [], "freshness": "Stale"},
            ]},
        ]));
        assert_eq!(version_of(&listing, "", "Pod"), "v1/pods");
        assert_eq!(
            listing.find(&GroupKind::new("example.org", "Gadget")),
            Lookup::NotServed
        );
        for (group, kind, reason) in [
            ("", "Binding", "the API server cannot list and watch them"),
            (
                "metrics.example.org",
                "Load",
                "the API server that serves metrics.example.org does not answer",
            ),
        ] {
            let found = listing.find(&GroupKind::new(group, kind));
            assert_eq!(found, Lookup::Unavailable(reason.into()), "{group} {kind}");
        }
    }
}
