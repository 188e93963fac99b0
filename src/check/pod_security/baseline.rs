//! The controls of `baseline`.

use super::{Breaches, Control};
use crate::model::{Seccomp, Security, VolumeSource, Workload};

/// Those that `restricted` has unchanged.
pub(super) const IN_BOTH: &[Control] = &[
    Control {
        id: "appArmorProfile",
        run: app_armor,
    },
    Control {
        id: "hostNamespaces",
        run: host_namespaces,
    },
    Control {
        id: "hostPorts",
        run: host_ports,
    },
    Control {
        id: "hostProbesAndHostLifecycle",
        run: host_calls,
    },
    Control {
        id: "privileged",
        run: privileged,
    },
    Control {
        id: "seLinuxOptions",
        run: selinux,
    },
    Control {
        id: "sysctls",
        run: sysctls,
    },
    Control {
        id: "windowsHostProcess",
        run: host_process,
    },
];

/// Those in whose place `restricted` has a stricter one.
pub(super) const CONTROLS: &[Control] = &[
    Control {
        id: "capabilities_baseline",
        run: capabilities,
    },
    Control {
        id: "hostPathVolumes",
        run: host_paths,
    },
    Control {
        id: "procMount",
        run: proc_mount,
    },
    Control {
        id: "seccompProfile_baseline",
        run: seccomp,
    },
];

/// What a container runtime gives every container.
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The sysctls that matter to their own pod alone. The kubelet lets pods set them unasked.
pub const SAFE_SYSCTLS: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

/// The types that container runtimes themselves give.
const SELINUX_TYPES: [&str; 5] = [
    "",
    "container_t",
    "container_init_t",
    "container_kvm_t",
    "container_engine_t",
];

fn app_armor(workload: &Workload, breaches: &mut Breaches<'_>) {
    let wrong = |security: &Security| {
        let profile = security.confinement.as_ref()?.app_armor.as_deref()?;
        (!matches!(profile, "RuntimeDefault" | "Localhost"))
            .then(|| format!("AppArmor profile type `{profile}`"))
    };
    let field = "/securityContext/appArmorProfile/type";
    let allowed = "allowed are RuntimeDefault and Localhost";
    if let Some(problem) = wrong(&workload.pod.security) {
        breaches.of_pod(workload, field, "", &format!("{problem}; {allowed}"));
    }
    for container in &workload.pod.containers {
        if let Some(problem) = wrong(&container.security) {
            let message = format!("{problem}; {allowed}");
            breaches.of_container((workload, container), field, "", &message);
        }
    }
    for annotation in &workload.pod.app_armor {
        let profile = &*annotation.profile;
        if matches!(profile, "" | "runtime/default") || profile.starts_with("localhost/") {
            continue;
        }
        let mut at = crate::model::Place::pod_labels(workload);
        at.path = (at.path.trim_end_matches("/labels").to_owned() + "/annotations").into();
        let message = format!(
            "annotation sets AppArmor profile `{profile}`; allowed are runtime/default and localhost/"
        );
        breaches.add(at, &annotation.container, &message);
    }
}

fn host_namespaces(workload: &Workload, breaches: &mut Breaches<'_>) {
    let pod = &workload.pod;
    for (field, is_set) in [
        ("hostNetwork", pod.host_network),
        ("hostPID", pod.host_pid),
        ("hostIPC", pod.host_ipc),
    ] {
        if is_set {
            let message = format!("{field} is true; it must not be set");
            breaches.of_pod(workload, &format!("/{field}"), field, &message);
        }
    }
}

fn host_ports(workload: &Workload, breaches: &mut Breaches<'_>) {
    for container in &workload.pod.containers {
        for (index, port) in container.ports.iter().enumerate() {
            if port.host == 0 {
                continue;
            }
            let field = format!("/ports/{index}/hostPort");
            let number = port.host.to_string();
            let message = format!("takes port {number} of its node; hostPort must not be set");
            breaches.of_container((workload, container), &field, &number, &message);
        }
    }
}

fn host_calls(workload: &Workload, breaches: &mut Breaches<'_>) {
    for container in &workload.pod.containers {
        for call in &container.calls {
            let path = call.field.path();
            let message = format!("calls the host {}; host must not be set", call.host);
            breaches.of_container((workload, container), &path, &path, &message);
        }
    }
}

fn privileged(workload: &Workload, breaches: &mut Breaches<'_>) {
    for container in &workload.pod.containers {
        if container.security.privileged == Some(true) {
            let field = "/securityContext/privileged";
            let message = "privileged is true; it must not be set";
            breaches.of_container((workload, container), field, "", message);
        }
    }
}

fn selinux(workload: &Workload, breaches: &mut Breaches<'_>) {
    let wrong = |security: &Security| {
        let options = security.confinement.as_ref()?.selinux.as_ref()?;
        let mut problems = Vec::new();
        if !SELINUX_TYPES.contains(&&*options.kind) {
            problems.push(format!("type {}", options.kind));
        }
        for (field, value) in [("user", &options.user), ("role", &options.role)] {
            if !value.is_empty() {
                problems.push(format!("{field} {value}"));
            }
        }
        (!problems.is_empty()).then(|| format!("SELinux {} must not be set", problems.join(", ")))
    };
    let field = "/securityContext/seLinuxOptions";
    if let Some(problem) = wrong(&workload.pod.security) {
        breaches.of_pod(workload, field, "", &problem);
    }
    for container in &workload.pod.containers {
        if let Some(problem) = wrong(&container.security) {
            breaches.of_container((workload, container), field, "", &problem);
        }
    }
}

fn sysctls(workload: &Workload, breaches: &mut Breaches<'_>) {
    let sysctls = workload.pod.security.confinement.as_ref();
    let sysctls = sysctls.map_or(&[][..], |confinement| &confinement.sysctls);
    for (index, sysctl) in sysctls.iter().enumerate() {
        if !SAFE_SYSCTLS.contains(&&**sysctl) {
            let field = format!("/securityContext/sysctls/{index}");
            let message = format!("sysctl {sysctl} is not among the safe ones");
            breaches.of_pod(workload, &field, sysctl, &message);
        }
    }
}

fn host_process(workload: &Workload, breaches: &mut Breaches<'_>) {
    let is_set = |security: &Security| {
        let confinement = security.confinement.as_ref();
        confinement.is_some_and(|confinement| confinement.host_process)
    };
    let field = "/securityContext/windowsOptions/hostProcess";
    let message = "hostProcess is true; it must not be set";
    if is_set(&workload.pod.security) {
        breaches.of_pod(workload, field, "", message);
    }
    for container in &workload.pod.containers {
        if is_set(&container.security) {
            breaches.of_container((workload, container), field, "", message);
        }
    }
}

fn capabilities(workload: &Workload, breaches: &mut Breaches<'_>) {
    for container in &workload.pod.containers {
        let added = &container.security.added_capabilities;
        for (index, capability) in added.iter().enumerate() {
            if CAPABILITIES.contains(&&**capability) || added[..index].contains(capability) {
                continue;
            }
            let field = format!("/securityContext/capabilities/add/{index}");
            let message =
                format!("adds the capability {capability}, which is not in the default set");
            breaches.of_container((workload, container), &field, capability, &message);
        }
    }
}

fn host_paths(workload: &Workload, breaches: &mut Breaches<'_>) {
    for volume in &workload.pod.volumes {
        if let VolumeSource::HostPath(path) = &volume.source {
            let field = format!("/volumes/{}/hostPath", volume.index);
            let message = format!("volume `{}` is {path} of the node", volume.name);
            breaches.of_pod(workload, &field, &volume.name, &message);
        }
    }
}

/// In a user namespace of its own (`hostUsers: false`), a pod may see `/proc` as it is.
fn proc_mount(workload: &Workload, breaches: &mut Breaches<'_>) {
    if workload.pod.host_users != Some(false) {
        unmasked(workload, breaches);
    }
}

pub(super) fn unmasked(workload: &Workload, breaches: &mut Breaches<'_>) {
    for container in &workload.pod.containers {
        let confinement = container.security.confinement.as_ref();
        let mount = confinement.and_then(|confinement| confinement.proc_mount.as_deref());
        if let Some(mount) = mount.filter(|mount| *mount != "Default") {
            let field = "/securityContext/procMount";
            let message = format!("procMount is {mount}; only Default is allowed");
            breaches.of_container((workload, container), field, "", &message);
        }
    }
}

fn seccomp(workload: &Workload, breaches: &mut Breaches<'_>) {
    let message = |name: &str| format!("seccomp profile type `{name}` must not be set");
    let field = "/securityContext/seccompProfile/type";
    if let Some(Seccomp::Other(name)) = &workload.pod.security.seccomp {
        breaches.of_pod(workload, field, "", &message(name));
    }
    for container in &workload.pod.containers {
        if let Some(Seccomp::Other(name)) = &container.security.seccomp {
            breaches.of_container((workload, container), field, "", &message(name));
        }
    }
}
