//! The controls that `restricted` adds to those of `baseline`, or has in place of them.

use super::{Breaches, Control, baseline};
use crate::model::{Seccomp, VolumeSource, Workload};

pub(super) const CONTROLS: &[Control] = &[
    Control {
        id: "allowPrivilegeEscalation",
        run: privilege_escalation,
    },
    Control {
        id: "capabilities_restricted",
        run: capabilities,
    },
    Control {
        id: "procMount_restricted",
        run: baseline::unmasked,
    },
    Control {
        id: "restrictedVolumes",
        run: volumes,
    },
    Control {
        id: "runAsNonRoot",
        run: non_root,
    },
    Control {
        id: "runAsUser",
        run: user,
    },
    Control {
        id: "seccompProfile_restricted",
        run: seccomp,
    },
];

fn privilege_escalation(workload: &Workload, breaches: &mut Breaches<'_>) {
    if workload.pod.windows {
        return;
    }
    for container in &workload.pod.containers {
        if container.security.allow_privilege_escalation != Some(false) {
            let field = "/securityContext/allowPrivilegeEscalation";
            let message = "allowPrivilegeEscalation must be false";
            breaches.of_container((workload, container), field, "", message);
        }
    }
}

fn capabilities(workload: &Workload, breaches: &mut Breaches<'_>) {
    if workload.pod.windows {
        return;
    }
    for container in &workload.pod.containers {
        let dropped = &container.security.dropped_capabilities;
        if !dropped.iter().any(|capability| &**capability == "ALL") {
            let field = "/securityContext/capabilities/drop";
            breaches.of_container((workload, container), field, "", "must drop ALL");
        }
        let added = &container.security.added_capabilities;
        for (index, capability) in added.iter().enumerate() {
            if &**capability == "NET_BIND_SERVICE" || added[..index].contains(capability) {
                continue;
            }
            let field = format!("/securityContext/capabilities/add/{index}");
            let message = format!("adds {capability}; only NET_BIND_SERVICE is allowed");
            breaches.of_container((workload, container), &field, capability, &message);
        }
    }
}

fn volumes(workload: &Workload, breaches: &mut Breaches<'_>) {
    for volume in &workload.pod.volumes {
        let source = match &volume.source {
            VolumeSource::HostPath(_) => "hostPath",
            VolumeSource::Device(field) => field,
            VolumeSource::GitRepo => "gitRepo",
            VolumeSource::Claim(_) | VolumeSource::Ephemeral(_) | VolumeSource::Csi { .. } => {
                continue;
            }
        };
        let field = format!("/volumes/{}/{source}", volume.index);
        let message = format!("volume `{}` is of the kind {source}", volume.name);
        breaches.of_pod(workload, &field, &volume.name, &message);
    }
}

/// In a user namespace of its own, a pod's root is nobody outside.
fn non_root(workload: &Workload, breaches: &mut Breaches<'_>) {
    let of_pod = workload.pod.security.run_as_non_root;
    if workload.pod.host_users == Some(false) {
        return;
    }
    let field = "/securityContext/runAsNonRoot";
    if of_pod == Some(false) {
        breaches.of_pod(workload, field, "", "runAsNonRoot must not be false");
    }
    for container in &workload.pod.containers {
        let message = match container.security.run_as_non_root {
            Some(false) => "runAsNonRoot must not be false",
            None if of_pod != Some(true) => "runAsNonRoot must be true, here or for the pod",
            Some(true) | None => continue,
        };
        breaches.of_container((workload, container), field, "", message);
    }
}

fn user(workload: &Workload, breaches: &mut Breaches<'_>) {
    if workload.pod.host_users == Some(false) {
        return;
    }
    let (field, message) = ("/securityContext/runAsUser", "runAsUser must not be 0");
    if workload.pod.security.run_as_user == Some(0) {
        breaches.of_pod(workload, field, "", message);
    }
    for container in &workload.pod.containers {
        if container.security.run_as_user == Some(0) {
            breaches.of_container((workload, container), field, "", message);
        }
    }
}

fn seccomp(workload: &Workload, breaches: &mut Breaches<'_>) {
    if workload.pod.windows {
        return;
    }
    let of_pod = &workload.pod.security.seccomp;
    let field = "/securityContext/seccompProfile/type";
    let wanted = "RuntimeDefault or Localhost";
    if let Some(Seccomp::Other(name)) = of_pod {
        let message = format!("seccomp profile type is `{name}`; it must be {wanted}");
        breaches.of_pod(workload, field, "", &message);
    }
    let is_set = matches!(of_pod, Some(Seccomp::RuntimeDefault | Seccomp::Localhost));
    for container in &workload.pod.containers {
        let message = match &container.security.seccomp {
            Some(Seccomp::Other(name)) => {
                format!("seccomp profile type is `{name}`; it must be {wanted}")
            }
            None if !is_set => format!("has no seccomp profile; it must be {wanted}"),
            Some(Seccomp::RuntimeDefault | Seccomp::Localhost) | None => continue,
        };
        breaches.of_container((workload, container), field, "", &message);
    }
}
