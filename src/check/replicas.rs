//! How many replicas a workload is kept at.

use super::{Context, Undecided};
use crate::model::{Kind, KindSet, PodAutoscaler, Workload};

/// The fewest replicas that a workload is kept at, and who says so.
#[derive(Clone, Copy, Debug)]
pub struct Floor<'a> {
    /// How many.
    pub replicas: i32,
    /// The HorizontalPodAutoscaler whose `minReplicas` that is; the workload's own `replicas` where there is none.
    pub autoscaler: Option<&'a PodAutoscaler>,
}

impl<'a> Floor<'a> {
    /// Of a workload, which must be of a kind with replicas ([`KindSet::SCALABLE`]).
    ///
    /// A HorizontalPodAutoscaler moves `replicas` between its bounds as it likes, so that its `minReplicas` is the
    /// floor whatever `replicas` is just now. Only a workload at 0 is left alone
    /// (`ScalingDisabled`, <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#implicit-maintenance-mode-deactivation>).
    ///
    /// # Errors
    /// Where HorizontalPodAutoscalers cannot be looked up.
    pub fn of(context: &Context<'a>, workload: &Workload) -> Result<Self, Undecided> {
        debug_assert!(
            KindSet::SCALABLE.contains(workload.kind()),
            "{} has no replicas",
            workload.key()
        );
        let autoscalers = context
            .read(Kind::HorizontalPodAutoscaler)?
            .autoscalers(workload);
        // Several stop each other (`AmbiguousSelector`), but not before each has had a chance to set its bounds.
        let lowest = autoscalers
            .into_iter()
            .min_by_key(|autoscaler| autoscaler.min_replicas);
        Ok(match lowest.filter(|_| workload.replicas != 0) {
            Some(autoscaler) => Self {
                replicas: autoscaler.min_replicas,
                autoscaler: Some(autoscaler),
            },
            None => Self {
                replicas: workload.replicas,
                autoscaler: None,
            },
        })
    }
}
