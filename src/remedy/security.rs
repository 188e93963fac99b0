//! Security contexts.

use super::{Case, Edit, Left, Offer, host};
use crate::model::{Container, Finding, Seccomp, Workload};

/// The container that a finding is about. Names may be given twice, places not.
fn container<'w>(workload: &'w Workload, finding: &Finding) -> Option<&'w Container> {
    let mut containers = workload.pod.containers.iter();
    containers.find(|container| {
        let path = workload.container_path(container);
        let rest = finding.at.path.strip_prefix(&path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn of_container<'w>(
    case: &Case<'w>,
    finding: &Finding,
) -> Result<(&'w Workload, &'w Container), Left> {
    let workload = case.workload()?;
    let container = container(workload, finding);
    Ok((workload, container.ok_or("it is about no container")?))
}

/// The API server refuses it of a container that is privileged or has CAP_SYS_ADMIN.
pub(super) fn escalation(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let (workload, container) = of_container(case, finding)?;
    let security = &container.security;
    if security.privileged == Some(true) {
        return Err("Kubernetes refuses it of a privileged container".into());
    }
    let mut added = security.added_capabilities.iter();
    if added.any(|name| matches!(&**name, "SYS_ADMIN" | "CAP_SYS_ADMIN" | "ALL")) {
        return Err("the container adds SYS_ADMIN, which goes with it".into());
    }
    let path = workload.container_path(container);
    let path = format!("{path}/securityContext/allowPrivilegeEscalation");
    Ok(Offer::safe([Edit::set(path, false)]))
}

pub(super) fn privileged(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let (workload, container) = of_container(case, finding)?;
    let path = workload.container_path(container);
    let path = format!("{path}/securityContext/privileged");
    Ok(Offer::unsafe_to([Edit::set(path, false)]))
}

pub(super) fn read_only(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let (workload, container) = of_container(case, finding)?;
    let path = workload.container_path(container);
    let path = format!("{path}/securityContext/readOnlyRootFilesystem");
    Ok(Offer::safe([Edit::set(path, true)]))
}

/// Where the list has `all` in another case, which Kubernetes does not take for it, that is written as it is meant.
pub(super) fn drop_all(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let (workload, container) = of_container(case, finding)?;
    let path = workload.container_path(container);
    let path = format!("{path}/securityContext/capabilities/drop");
    let dropped = &container.security.dropped_capabilities;
    let has_all = dropped.iter().any(|name| &**name == "ALL");
    let other = dropped
        .iter()
        .position(|name| name.eq_ignore_ascii_case("ALL"));
    let edit = match other.filter(|_| !has_all) {
        Some(at) => Edit::set(format!("{path}/{at}"), "ALL"),
        None => Edit::Append {
            path,
            value: "ALL".into(),
        },
    };
    let mut offer = Offer::safe([edit]);
    // What is added again is not dropped.
    if finding.message.starts_with("adds ") || has_all {
        let mut added = container.security.added_capabilities.iter();
        let Some(at) = added.position(|name| matches!(&**name, "ALL" | "NET_RAW")) else {
            return Err("it adds what is to be dropped".into());
        };
        let path = workload.container_path(container);
        let path = format!("{path}/securityContext/capabilities/add/{at}");
        offer.edits.push(Edit::remove(path));
        offer.safety = super::Safety::Unsafe;
    }
    Ok(offer)
}

/// For the whole pod, where no container would be kept from starting by it.
pub(super) fn non_root(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let workload = case.workload()?;
    let pod = &workload.pod;
    let path = &finding.at.path;
    if path.ends_with("/runAsUser") {
        return Err("only you know which other user the image can run as".into());
    }
    let is_root = |container: &Container| pod.run_as_user(container) == Some(0);
    let of_pod = format!("{}/securityContext/runAsNonRoot", workload.pod_spec_path());
    let as_root = "it runs as user 0: only you know which other user the image can run as";
    let inherits = |container: &&Container| container.security.run_as_non_root.is_none();
    let none_is_root = !pod.containers.iter().filter(inherits).any(is_root);
    let Some(container) = container(workload, finding) else {
        return match none_is_root {
            true => Ok(Offer::safe([Edit::set(of_pod, true)])),
            false => Err(as_root.into()),
        };
    };
    if is_root(container) {
        return Err(as_root.into());
    }
    let own = container.security.run_as_non_root;
    if own.is_none() && pod.security.run_as_non_root.is_none() && none_is_root {
        return Ok(Offer::safe([Edit::set(of_pod, true)]));
    }
    let path = workload.container_path(container);
    let edit = Edit::set(format!("{path}/securityContext/runAsNonRoot"), true);
    // A container that is let off what is asked of its pod was let off by somebody.
    Ok(match (own, pod.security.run_as_non_root) {
        (Some(false), Some(true)) => Offer::unsafe_to([edit]),
        _ => Offer::safe([edit]),
    })
}

/// For the whole pod where it says nothing. A profile that says otherwise is there for a reason.
pub(super) fn seccomp(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let workload = case.workload()?;
    let of_pod = format!(
        "{}/securityContext/seccompProfile/type",
        workload.pod_spec_path()
    );
    let container = container(workload, finding);
    let own = container.and_then(|container| container.security.seccomp.as_ref());
    let (path, written) = match (container, own, &workload.pod.security.seccomp) {
        (Some(container), Some(own), _) => {
            let path = workload.container_path(container);
            (
                format!("{path}/securityContext/seccompProfile/type"),
                Some(own),
            )
        }
        (_, _, of_the_pod) => (of_pod, of_the_pod.as_ref()),
    };
    let edit = Edit::set(path, "RuntimeDefault");
    Ok(match written {
        None => Offer::safe([edit]),
        Some(Seccomp::Other(name)) if name.is_empty() => Offer::safe([edit]),
        Some(_) => Offer::unsafe_to([edit]),
    })
}

/// A profile is many controls: each by the field that it is about.
pub(super) fn profile(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let path = &finding.at.path;
    let ends = |end: &str| path.ends_with(end);
    if ends("/allowPrivilegeEscalation") {
        escalation(case, finding)
    } else if ends("/capabilities/drop") {
        drop_all(case, finding)
    } else if ends("/runAsNonRoot") || ends("/runAsUser") {
        non_root(case, finding)
    } else if ends("/seccompProfile/type") {
        seccomp(case, finding)
    } else if ends("/securityContext/privileged") {
        privileged(case, finding)
    } else if path.contains("/capabilities/add/") {
        host::capability(case, finding)
    } else if ends("/procMount") {
        host::proc_mount(case, finding)
    } else if ends("/hostPort") {
        host::port(case, finding)
    } else if ["/hostPID", "/hostIPC", "/hostNetwork"]
        .iter()
        .any(|end| ends(end))
    {
        host::off(case, finding)
    } else {
        Err("only you know what it needs that for".into())
    }
}
