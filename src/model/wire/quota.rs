//! ResourceQuotas on the wire.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::scalar::{List, QuantityText, Str};
use crate::model::{Amount, Meta, Operator, Quantity, QuotaScope, ResourceQuota, Text};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    hard: Hard,
    scopes: List<Str>,
    scope_selector: Option<ScopeSelector>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ScopeSelector {
    match_expressions: List<ScopeExpression>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ScopeExpression {
    scope_name: Option<Str>,
    operator: Option<Str>,
    values: List<Str>,
}

impl ScopeExpression {
    /// Only of a PriorityClass may it ask more than that it is so (`validateScopedResourceSelectorRequirement`).
    fn record(self) -> QuotaScope {
        let name = self.scope_name.map_or_else(|| "".into(), |name| name.0);
        let values = || {
            self.values
                .0
                .iter()
                .map(|value| value.0.clone())
                .collect::<Box<[Text]>>()
        };
        match (scope(name), self.operator.as_ref().map(|name| &*name.0)) {
            (QuotaScope::PriorityClass(_), Some("In")) => {
                QuotaScope::PriorityClass(Operator::In(values()))
            }
            (QuotaScope::PriorityClass(_), Some("NotIn")) => {
                QuotaScope::PriorityClass(Operator::NotIn(values()))
            }
            (QuotaScope::PriorityClass(_), Some("DoesNotExist")) => {
                QuotaScope::PriorityClass(Operator::DoesNotExist)
            }
            (scope, _) => scope,
        }
    }
}

/// What a scope asks for by its name alone.
fn scope(name: Text) -> QuotaScope {
    match &*name {
        "Terminating" => QuotaScope::Terminating(true),
        "NotTerminating" => QuotaScope::Terminating(false),
        "BestEffort" => QuotaScope::BestEffort(true),
        "NotBestEffort" => QuotaScope::BestEffort(false),
        "PriorityClass" => QuotaScope::PriorityClass(Operator::Exists),
        _ => QuotaScope::Other(name),
    }
}

/// Whether what is bounded has storage in it, and the bounds of what pods take.
#[derive(Default)]
struct Hard {
    storage: bool,
    of_pods: Vec<(Text, Quantity)>,
}

impl Spec {
    pub(super) fn record(self, meta: Meta) -> ResourceQuota {
        let selector = self.scope_selector.unwrap_or_default();
        ResourceQuota {
            meta,
            bounds_storage: self.hard.storage,
            scopes: {
                let named = self.scopes.0.into_iter().map(|name| scope(name.0));
                let selected = selector.match_expressions.0.into_iter();
                named.chain(selected.map(ScopeExpression::record)).collect()
            },
            hard: self.hard.of_pods.into(),
        }
    }
}

/// Whether a resource of a quota is storage: of claims, of the claims of one class, or of pods. A number of claims is none.
fn is_storage(resource: &str) -> bool {
    let of_class = ".storageclass.storage.k8s.io/requests.storage";
    [
        "ephemeral-storage",
        "limits.ephemeral-storage",
        "requests.ephemeral-storage",
        "requests.storage",
    ]
    .contains(&resource)
        || resource.ends_with(of_class)
}

/// What a resource of a quota is of pods and their claims: `requests.cpu` is the same as `cpu`. Of others, nothing.
fn of_pods(resource: &str) -> Option<&str> {
    let known = [
        "cpu",
        "memory",
        "ephemeral-storage",
        "limits.cpu",
        "limits.memory",
        "limits.ephemeral-storage",
        "pods",
        "persistentvolumeclaims",
    ];
    if resource == "requests.storage" {
        return Some(resource);
    }
    let resource = resource.strip_prefix("requests.").unwrap_or(resource);
    match resource {
        "count/pods" => Some("pods"),
        "count/persistentvolumeclaims" => Some("persistentvolumeclaims"),
        _ => known.contains(&resource).then_some(resource),
    }
}

impl<'de> Deserialize<'de> for Hard {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Hard;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of quantities")
            }
            fn visit_unit<E: Error>(self) -> Result<Hard, E> {
                Ok(Hard::default())
            }
            fn visit_none<E: Error>(self) -> Result<Hard, E> {
                Ok(Hard::default())
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Hard, D::Error> {
                from.deserialize_map(self)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Hard, A::Error> {
                let mut hard = Hard::default();
                while let Some((resource, amount)) =
                    map.next_entry::<Str, Option<QuantityText>>()?
                {
                    hard.storage |= is_storage(&resource.0);
                    if let Some(name) = of_pods(&resource.0)
                        && let Some(QuantityText(Amount::Set(most))) = amount
                    {
                        hard.of_pods.push((name.into(), most));
                    }
                }
                hard.of_pods.sort();
                Ok(hard)
            }
        }
        from.deserialize_option(Expected)
    }
}
