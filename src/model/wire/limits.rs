//! LimitRanges on the wire.

use serde::Deserialize;

use super::scalar::{Amounts, List, Str};
use crate::model::{LimitRange, LimitRangeBounds, LimitRangeItem, Meta};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Spec {
    limits: List<Limit>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Limit {
    r#type: Option<Str>,
    max: Amounts,
    min: Amounts,
    default: Amounts,
    default_request: Amounts,
    max_limit_request_ratio: Amounts,
}

impl Spec {
    pub(super) fn record(self, meta: Meta) -> LimitRange {
        let bounds = self.limits.0.iter().filter_map(Limit::bounds).collect();
        LimitRange {
            meta,
            bounds,
            containers: self
                .limits
                .0
                .into_iter()
                .filter_map(Limit::record)
                .collect(),
        }
    }
}

impl Limit {
    /// What it bounds; nothing where it only has defaults, or is of claims.
    fn bounds(&self) -> Option<LimitRangeBounds> {
        let is_of_pods = match self.r#type.as_ref().map(|name| &*name.0) {
            Some("Container") => false,
            Some("Pod") => true,
            _ => return None,
        };
        let none = crate::model::Amounts::default();
        let bounds = [&self.min.0, &self.max.0, &self.max_limit_request_ratio.0];
        let [min, max, ratio] = bounds.map(Clone::clone);
        let is_any = bounds.into_iter().any(|amounts| *amounts != none);
        is_any.then_some(LimitRangeBounds {
            is_of_pods,
            min,
            max,
            ratio,
        })
    }

    /// With the defaults that the API server gives a LimitRange (`SetDefaults_LimitRangeItem`): a limit defaults to the
    /// maximum, a request to the limit's default, else to the minimum.
    fn record(self) -> Option<LimitRangeItem> {
        if self.r#type.is_none_or(|name| &*name.0 != "Container") {
            return None;
        }
        let limits = self.default.0.or(self.max.0);
        let requests = self.default_request.0.or(limits.clone()).or(self.min.0);
        Some(LimitRangeItem { requests, limits })
    }
}
