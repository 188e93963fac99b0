//! What match conditions come to for the objects of a review.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::engine::PolicySet;
use crate::model::Workload;

/// A workload before and after a write.
pub(super) struct Subjects<'a> {
    /// As it would be.
    pub(super) new: Cow<'a, Workload>,
    /// As it is, if it is.
    pub(super) old: Option<Cow<'a, Workload>>,
}

impl<'a> Subjects<'a> {
    /// Has the match conditions of these policies asked of both. `body` is the review: the objects are read again from it, where
    /// some policy has a condition.
    pub(super) fn asked(
        policies: &PolicySet,
        body: &[u8],
        new: &'a Workload,
        old: Option<&'a Workload>,
    ) -> Self {
        let (mut new, mut old) = (Cow::Borrowed(new), old.map(Cow::Borrowed));
        let kind = new.kind();
        let conditions = policies.conditions().of_kind(kind);
        if !conditions.is_empty() {
            let Objects { object, old_object } = written(body);
            new.to_mut().answers = conditions.ask(kind, object);
            if let Some(old) = &mut old {
                old.to_mut().answers = conditions.ask(kind, old_object);
            }
        }
        Self { new, old }
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Objects {
    object: Value,
    old_object: Value,
}

/// The objects of a review. It has been read before, so that it can be again; of nothing, conditions cannot be evaluated.
fn written(body: &[u8]) -> Objects {
    #[derive(Deserialize)]
    struct Review {
        request: Objects,
    }
    let review: Option<Review> = serde_json::from_slice(body).ok();
    review.map(|review| review.request).unwrap_or_default()
}
