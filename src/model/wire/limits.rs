//! LimitRanges on the wire.

use serde::Deserialize;
use serde::de::Deserializer;

use super::scalar::{List, QuantityText, Str};
use crate::model::{
    Amount, Amounts, ClaimBounds, LimitRange, LimitRangeBounds, LimitRangeItem, Meta, Quantity,
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Spec {
    limits: List<Limit>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Limit {
    r#type: Option<Str>,
    max: Bounds,
    min: Bounds,
    default: Bounds,
    default_request: Bounds,
    max_limit_request_ratio: Bounds,
}

/// Amounts of what pods and claims ask for.
#[derive(Default)]
struct Bounds {
    of_pods: Amounts,
    storage: Option<Quantity>,
}

impl<'de> Deserialize<'de> for Bounds {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize, Default)]
        #[serde(default)]
        struct Fields {
            cpu: Option<QuantityText>,
            memory: Option<QuantityText>,
            #[serde(rename = "ephemeral-storage")]
            ephemeral_storage: Option<QuantityText>,
            storage: Option<QuantityText>,
        }
        let fields = Option::<Fields>::deserialize(from)?.unwrap_or_default();
        Ok(Self {
            of_pods: Amounts {
                cpu: fields.cpu.map(|amount| amount.0),
                memory: fields.memory.map(|amount| amount.0),
                ephemeral_storage: fields.ephemeral_storage.map(|amount| Box::new(amount.0)),
            },
            storage: match fields.storage {
                Some(QuantityText(Amount::Set(quantity))) => Some(quantity),
                _ => None,
            },
        })
    }
}

impl Spec {
    pub(super) fn record(self, meta: Meta) -> LimitRange {
        let limits = self.limits.0;
        LimitRange {
            meta,
            bounds: limits.iter().filter_map(Limit::bounds).collect(),
            claims: limits.iter().filter_map(Limit::of_claims).collect(),
            containers: limits.into_iter().filter_map(Limit::record).collect(),
        }
    }
}

impl Limit {
    fn is_of(&self, what: &str) -> bool {
        self.r#type.as_ref().is_some_and(|name| &*name.0 == what)
    }

    /// What it bounds; nothing where it only has defaults, or is of claims.
    fn bounds(&self) -> Option<LimitRangeBounds> {
        let is_of_pods = self.is_of("Pod");
        if !is_of_pods && !self.is_of("Container") {
            return None;
        }
        let bounds = [&self.min, &self.max, &self.max_limit_request_ratio];
        let bounds = bounds.map(|bounds| bounds.of_pods.clone());
        let is_any = bounds.iter().any(|amounts| *amounts != Amounts::default());
        let [min, max, ratio] = bounds;
        is_any.then_some(LimitRangeBounds {
            is_of_pods,
            min,
            max,
            ratio,
        })
    }

    fn of_claims(&self) -> Option<ClaimBounds> {
        let (min, max) = (self.min.storage, self.max.storage);
        let is_any = min.is_some() || max.is_some();
        (is_any && self.is_of("PersistentVolumeClaim")).then_some(ClaimBounds { min, max })
    }

    /// With the defaults that the API server gives a LimitRange (`SetDefaults_LimitRangeItem`): a limit defaults to the
    /// maximum, a request to the limit's default, else to the minimum.
    fn record(self) -> Option<LimitRangeItem> {
        if !self.is_of("Container") {
            return None;
        }
        let limits = self.default.of_pods.or(self.max.of_pods);
        let requests = self.default_request.of_pods.or(limits.clone());
        let requests = requests.or(self.min.of_pods);
        Some(LimitRangeItem { requests, limits })
    }
}
