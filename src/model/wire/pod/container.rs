//! Containers on the wire.

use super::confinement;
use super::environment::{self, Variable, Variables};
use super::probe::{self, Lifecycle, PortSpec, Probe};
use super::volume::{Mount, Volumes};
use crate::model::wire::fields::fields;
use crate::model::wire::scalar::{Amounts, List, Str};
use crate::model::wire::text;
use crate::model::{
    Container as Record, ContainerRole, PullPolicy, Resources as ResourcesRecord, Seccomp, Security,
};

fields! {
    /// What is large is boxed: it is handed on several times before it becomes a record.
    pub(super) struct Container {
        name: Option<Str>,
        image: Option<Str>,
        image_pull_policy: Option<Str>,
        restart_policy: Option<Str>,
        env: List<Variable>,
        env_from: List<Variables>,
        volume_mounts: List<Mount>,
        ports: List<PortSpec>,
        lifecycle: Option<Box<Lifecycle>>,
        liveness_probe: Option<Box<Probe>>,
        readiness_probe: Option<Box<Probe>>,
        startup_probe: Option<Box<Probe>>,
        resources: Option<Box<Resources>>,
        security_context: Option<Box<SecurityContext>>,
    }

    pub(super) struct Resources {
        requests: Amounts,
        limits: Amounts,
    }

    pub(super) struct SecurityContext {
        privileged: Option<bool>,
        allow_privilege_escalation: Option<bool>,
        read_only_root_filesystem: Option<bool>,
        run_as_non_root: Option<bool>,
        run_as_user: Option<i64>,
        run_as_group: Option<i64>,
        seccomp_profile: Option<SeccompProfile>,
        capabilities: Option<Capabilities>,
        proc_mount: Option<Str>,
        app_armor_profile: Option<confinement::Profile>,
        se_linux_options: Option<confinement::SeLinux>,
        windows_options: Option<confinement::Windows>,
        sysctls: List<confinement::Sysctl>,
    }

    struct SeccompProfile {
        r#type: Option<Str>,
    }

    struct Capabilities {
        add: List<Str>,
        drop: List<Str>,
    }
}

impl Container {
    /// `volumes` are those of its pod.
    pub(super) fn record(self, list: ContainerRole, index: usize, volumes: &Volumes) -> Record {
        let restarts = self
            .restart_policy
            .is_some_and(|policy| &*policy.0 == "Always");
        let mounts = &self.volume_mounts.0;
        let mounts_config_map = mounts.iter().any(|mount| volumes.are_config_at(mount));
        let host_mounts = volumes.of_host_at(self.volume_mounts);
        let ports = probe::ports(self.ports);
        let image = text(self.image);
        let probes = [
            self.liveness_probe,
            self.readiness_probe,
            self.startup_probe,
        ];
        let calls = probe::calls(&probes, self.lifecycle.as_deref());
        Record {
            name: text(self.name),
            role: if list == ContainerRole::Init && restarts {
                ContainerRole::Sidecar
            } else {
                list
            },
            index: u16::try_from(index).unwrap_or(u16::MAX),
            pull_policy: PullPolicy::of(text(self.image_pull_policy), &image),
            image,
            probes: probe::record(probes, &ports),
            ports,
            pre_stop: self.lifecycle.and_then(|lifecycle| lifecycle.pre_stop()),
            calls,
            host_mounts,
            environment: environment::record(self.env, self.env_from, mounts_config_map),
            resources: self.resources.map(|own| own.record()).unwrap_or_default(),
            security: self
                .security_context
                .map(|own| own.record())
                .unwrap_or_default(),
        }
    }
}

impl Resources {
    pub(super) fn record(self) -> ResourcesRecord {
        ResourcesRecord {
            requests: self.requests.0,
            limits: self.limits.0,
        }
    }
}

impl SecurityContext {
    pub(super) fn record(self) -> Security {
        let capabilities = self.capabilities.unwrap_or_default();
        // A profile without a type is refused by the API server; it must not look as if there were none.
        let seccomp = self.seccomp_profile.map(|profile| {
            let name = text(profile.r#type);
            match &*name {
                "RuntimeDefault" => Seccomp::RuntimeDefault,
                "Localhost" => Seccomp::Localhost,
                _ => Seccomp::Other(name),
            }
        });
        Security {
            privileged: self.privileged,
            allow_privilege_escalation: self.allow_privilege_escalation,
            read_only_root_filesystem: self.read_only_root_filesystem,
            run_as_non_root: self.run_as_non_root,
            run_as_user: self.run_as_user,
            run_as_group: self.run_as_group,
            seccomp,
            added_capabilities: capabilities.add.into_texts(),
            dropped_capabilities: capabilities.drop.into_texts(),
            confinement: confinement::record(confinement::Fields {
                proc_mount: self.proc_mount,
                app_armor: self.app_armor_profile,
                selinux: self.se_linux_options,
                windows: self.windows_options,
                sysctls: self.sysctls,
            }),
        }
    }
}
