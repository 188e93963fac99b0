//! LimitRanges on the wire.

use serde::Deserialize;

use super::scalar::{Amounts, List, Str};
use crate::model::{Amount, LimitRange, LimitRangeItem, Meta};

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
}

impl Spec {
    pub(super) fn record(self, meta: Meta) -> LimitRange {
        LimitRange {
            meta,
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
    /// With the defaults that the API server gives a LimitRange (`SetDefaults_LimitRangeItem`): a limit defaults to the
    /// maximum, a request to the limit's default, else to the minimum.
    fn record(self) -> Option<LimitRangeItem> {
        if self.r#type.is_none_or(|name| &*name.0 != "Container") {
            return None;
        }
        let or = |first: [Option<Amount>; 2], then: [Option<Amount>; 2]| {
            let [cpu, memory] = first;
            let [other_cpu, other_memory] = then;
            [cpu.or(other_cpu), memory.or(other_memory)]
        };
        let limits = or(self.default.0, self.max.0);
        let requests = or(or(self.default_request.0, limits.clone()), self.min.0);
        Some(LimitRangeItem { requests, limits })
    }
}
