//! What the checks on HorizontalPodAutoscalers share.

use super::{Context, Undecided};
use crate::model::{Key, Kind, KindSet, PodAutoscaler, PodMaker, Workload};

/// What a HorizontalPodAutoscaler scales.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// This workload.
    Workload(&'a Workload),
    /// A custom resource among files whose pods these are.
    Made(&'a Workload),
    /// Something that is there, but whose owner is judged in its place.
    Owned,
    /// Something of a kind that can be scaled, which is not there.
    Missing,
    /// Something of a kind that cannot be scaled, or that Kubernetes does not have in this group.
    NotScalable,
    /// Something of a kind that is not known here; a custom resource may have a scale.
    Unknown,
}

impl<'a> Target<'a> {
    /// Of a HorizontalPodAutoscaler.
    ///
    /// # Errors
    /// Where one of the kinds that can be scaled cannot be looked up.
    pub fn of(context: &Context<'a>, autoscaler: &PodAutoscaler) -> Result<Self, Undecided> {
        // All of them, so that no verdict depends on which kind happens to be meant.
        for kind in KindSet::SCALABLE.iter() {
            context.read(kind)?;
        }
        let view = context.read(autoscaler.meta.key.kind)?;
        let target = &autoscaler.target;
        let Some(kind) = target.kind else {
            // The core group has no custom resources, and what it has is known here. A missing apiVersion means it too:
            // the controller looks for a Deployment there, in vain.
            let pods = PodMaker::name_of_pods(&target.kind_name, &target.name);
            let pods = Key::new(Kind::Pod, autoscaler.meta.key.namespace.clone(), pods);
            return Ok(match view.workload(&pods) {
                Some(pods) => Self::Made(pods),
                None if target.group.is_empty() => Self::NotScalable,
                None => Self::Unknown,
            });
        };
        if !KindSet::SCALABLE.contains(kind) {
            return Ok(Self::NotScalable);
        }
        let key = Key::new(
            kind,
            autoscaler.meta.key.namespace.clone(),
            target.name.clone(),
        );
        Ok(match (view.workload(&key), view.get(&key)) {
            (Some(workload), _) => Self::Workload(workload),
            (None, Some(_)) => Self::Owned,
            (None, None) => Self::Missing,
        })
    }
}
