//! Kubernetes' Pod Security Standards, control by control, as its own evaluator decides them (`pod-security-admission`, the
//! versions of 1.36).
//!
//! The checks of single controls go their own ways where that is clearer to people; what is here says neither more nor less
//! than Kubernetes. Windows' pods are let off where it lets them off.

mod baseline;
mod restricted;

use super::Findings;
use crate::model::{Container, Place, Workload};

pub use baseline::SAFE_SYSCTLS;

/// A profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// What is known to lead out of a container is forbidden.
    Baseline,
    /// Containers are hardened as far as Kubernetes can.
    Restricted,
}

/// A part of a profile: Kubernetes' id of it, and its decision.
struct Control {
    id: &'static str,
    run: fn(&Workload, &mut Breaches<'_>),
}

/// Where a control puts what it does not allow.
struct Breaches<'f> {
    control: &'static str,
    findings: &'f mut Findings,
}

impl Breaches<'_> {
    /// Something that is not allowed, of the pod or of one container (as the place says). `what` tells several of a control
    /// apart.
    fn add(&mut self, at: Place, what: &str, message: &str) {
        let detail = match what {
            "" => self.control.to_owned(),
            _ => format!("{} {what}", self.control),
        };
        self.findings
            .fail(at.about(detail), format!("{}: {message}", self.control));
    }

    /// The same of a field of the pod spec.
    fn of_pod(&mut self, workload: &Workload, field: &str, what: &str, message: &str) {
        self.add(Place::pod(workload, field), what, message);
    }

    /// The same of a field of a container.
    fn of_container(
        &mut self,
        (workload, container): (&Workload, &Container),
        field: &str,
        what: &str,
        message: &str,
    ) {
        self.add(Place::container(workload, container, field), what, message);
    }
}

/// What of a profile a workload's pods break. Each finding begins with the control.
pub fn judge(profile: Profile, workload: &Workload, findings: &mut Findings) {
    let controls = match profile {
        Profile::Baseline => baseline::CONTROLS,
        Profile::Restricted => restricted::CONTROLS,
    };
    let in_both = baseline::IN_BOTH;
    for Control { id, run } in in_both.iter().chain(controls) {
        let mut breaches = Breaches {
            control: id,
            findings,
        };
        run(workload, &mut breaches);
    }
}
