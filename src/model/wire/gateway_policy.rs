//! ReferenceGrants, BackendTLSPolicies and BackendConfigPolicies on the wire.

use serde::Deserialize;

use super::scalar::{List, Str};
use super::text;
use crate::model::{BackendPolicy, Kind, Meta, PolicyTarget, ReferenceGrant, Referent, Text};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct GrantSpec {
    from: List<Named>,
    to: List<Named>,
}

/// An object, or objects of a kind.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Named {
    group: Option<Str>,
    kind: Option<Str>,
    namespace: Option<Str>,
    name: Option<Str>,
    section_name: Option<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PolicySpec {
    target_refs: List<Named>,
    /// Of a BackendConfigPolicy.
    tls: Option<Tls>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Tls {
    insecure_skip_verify: Option<bool>,
}

fn present(text: Option<Str>) -> Option<Text> {
    text.map(|text| text.0).filter(|text| !text.is_empty())
}

impl GrantSpec {
    pub(super) fn record(self, meta: Meta) -> ReferenceGrant {
        let from = self.from.0.into_iter();
        let to = self.to.0.into_iter();
        ReferenceGrant {
            meta,
            from: from
                .map(|of| [text(of.group), text(of.kind), text(of.namespace)])
                .collect(),
            to: to
                .map(|to| Referent {
                    group: text(to.group),
                    kind: text(to.kind),
                    name: present(to.name),
                })
                .collect(),
        }
    }
}

impl PolicySpec {
    pub(super) fn record(self, meta: Meta) -> BackendPolicy {
        let is_service = |target: &Named| {
            let kind = target.kind.as_ref().map_or("", |kind| &kind.0);
            kind == "Service" && target.group.as_ref().is_none_or(|group| group.0.is_empty())
        };
        let targets = self.target_refs.0.into_iter().filter(is_service);
        BackendPolicy {
            targets: targets
                .map(|target| PolicyTarget {
                    service: text(target.name),
                    port: present(target.section_name),
                })
                .collect(),
            // It is what a BackendTLSPolicy is for; the other may be for something else.
            has_tls: meta.key.kind == Kind::BackendTLSPolicy || self.tls.is_some(),
            skips_verification: self
                .tls
                .is_some_and(|tls| tls.insecure_skip_verify == Some(true)),
            meta,
        }
    }
}
