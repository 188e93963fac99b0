//! LimitRanges on the wire.

use serde::Deserialize;

use super::scalar::{Amounts, List, Str};
use crate::model::{LimitRange, LimitRangeItem, Meta};

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
        let limits = self.default.0.or(self.max.0);
        let requests = self.default_request.0.or(limits.clone()).or(self.min.0);
        Some(LimitRangeItem { requests, limits })
    }
}
