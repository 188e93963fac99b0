//! Pods and pod templates on the wire.

use serde::Deserialize;

use super::Metadata;
use super::scalar::{Amounts, List, Present, Str};
use crate::model::{
    Container as Record, ContainerRole, Labels, PodTemplate, Probes, Resources as ResourcesRecord,
    Seccomp, Security, Text, Volume as VolumeRecord,
};

/// `template`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Template {
    metadata: Option<Metadata>,
    spec: Option<Spec>,
}

/// The spec of a Job, or of the Jobs that a CronJob makes.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct JobTemplate {
    pub(super) parallelism: Option<i32>,
    pub(super) template: Template,
}

/// The spec of a Pod.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    containers: List<Container>,
    init_containers: List<Container>,
    ephemeral_containers: List<Container>,
    volumes: List<Volume>,
    service_account_name: Option<Str>,
    service_account: Option<Str>,
    automount_service_account_token: Option<bool>,
    host_network: Option<bool>,
    #[serde(rename = "hostPID")]
    host_pid: Option<bool>,
    #[serde(rename = "hostIPC")]
    host_ipc: Option<bool>,
    host_users: Option<bool>,
    os: Option<OperatingSystem>,
    restart_policy: Option<Str>,
    security_context: Option<SecurityContext>,
    resources: Option<Resources>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OperatingSystem {
    name: Option<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Container {
    name: Option<Str>,
    image: Option<Str>,
    restart_policy: Option<Str>,
    liveness_probe: Option<Probe>,
    readiness_probe: Option<Probe>,
    startup_probe: Option<Probe>,
    resources: Option<Resources>,
    security_context: Option<SecurityContext>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Probe {
    exec: Option<Present>,
    grpc: Option<Present>,
    http_get: Option<Present>,
    tcp_socket: Option<Present>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Resources {
    requests: Amounts,
    limits: Amounts,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct SecurityContext {
    privileged: Option<bool>,
    allow_privilege_escalation: Option<bool>,
    read_only_root_filesystem: Option<bool>,
    run_as_non_root: Option<bool>,
    run_as_user: Option<i64>,
    seccomp_profile: Option<SeccompProfile>,
    capabilities: Option<Capabilities>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SeccompProfile {
    r#type: Option<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Capabilities {
    add: List<Str>,
    drop: List<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Volume {
    name: Option<Str>,
    host_path: Option<HostPath>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct HostPath {
    path: Option<Str>,
}

impl Template {
    pub(super) fn record(self) -> PodTemplate {
        let labels = self.metadata.unwrap_or_default().labels.into_labels();
        self.spec.unwrap_or_default().record(labels)
    }
}

impl Spec {
    pub(super) fn record(self, labels: Labels) -> PodTemplate {
        let lists = [
            (ContainerRole::Init, self.init_containers),
            (ContainerRole::App, self.containers),
            (ContainerRole::Ephemeral, self.ephemeral_containers),
        ];
        let containers = lists.into_iter().flat_map(|(role, list)| {
            list.0
                .into_iter()
                .enumerate()
                .map(move |(index, container)| container.record(role, index))
        });
        // The deprecated alias counts where the name is empty, as in the API server's conversion.
        let account = self
            .service_account_name
            .filter(|name| !name.0.is_empty())
            .or(self.service_account);
        PodTemplate {
            labels,
            containers: containers.collect(),
            volumes: self
                .volumes
                .0
                .into_iter()
                .enumerate()
                .filter_map(Volume::record)
                .collect(),
            service_account: account
                .filter(|name| !name.0.is_empty())
                .map_or_else(|| Text::from("default"), |name| name.0),
            automount_token: self.automount_service_account_token,
            host_network: self.host_network.unwrap_or(false),
            host_pid: self.host_pid.unwrap_or(false),
            host_ipc: self.host_ipc.unwrap_or(false),
            host_users: self.host_users,
            windows: self
                .os
                .and_then(|os| os.name)
                .is_some_and(|name| &*name.0 == "windows"),
            restarts_always: self
                .restart_policy
                .is_none_or(|policy| matches!(&*policy.0, "" | "Always")),
            security: self
                .security_context
                .map(SecurityContext::record)
                .unwrap_or_default(),
            resources: self.resources.map(Resources::record).unwrap_or_default(),
        }
    }
}

impl Container {
    fn record(self, list: ContainerRole, index: usize) -> Record {
        let restarts = self
            .restart_policy
            .is_some_and(|policy| &*policy.0 == "Always");
        let has = |probe: Option<Probe>| probe.is_some_and(|probe| probe.has_handler());
        Record {
            name: super::text(self.name),
            role: if list == ContainerRole::Init && restarts {
                ContainerRole::Sidecar
            } else {
                list
            },
            index: u16::try_from(index).unwrap_or(u16::MAX),
            image: super::text(self.image),
            probes: Probes {
                liveness: has(self.liveness_probe),
                readiness: has(self.readiness_probe),
                startup: has(self.startup_probe),
            },
            resources: self.resources.map(Resources::record).unwrap_or_default(),
            security: self
                .security_context
                .map(SecurityContext::record)
                .unwrap_or_default(),
        }
    }
}

impl Probe {
    fn has_handler(&self) -> bool {
        [self.exec, self.grpc, self.http_get, self.tcp_socket]
            .iter()
            .any(Option::is_some)
    }
}

impl Resources {
    fn record(self) -> ResourcesRecord {
        ResourcesRecord {
            requests: self.requests.0,
            limits: self.limits.0,
        }
    }
}

impl SecurityContext {
    fn record(self) -> Security {
        let capabilities = self.capabilities.unwrap_or_default();
        // A profile without a type is refused by the API server; it must not look as if there were none.
        let seccomp = self.seccomp_profile.map(|profile| {
            let name = super::text(profile.r#type);
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
            seccomp,
            added_capabilities: capabilities.add.into_texts(),
            dropped_capabilities: capabilities.drop.into_texts(),
        }
    }
}

impl Volume {
    fn record((index, volume): (usize, Volume)) -> Option<VolumeRecord> {
        let host_path = volume.host_path?;
        Some(VolumeRecord {
            name: super::text(volume.name),
            index: u16::try_from(index).unwrap_or(u16::MAX),
            host_path: super::text(host_path.path),
        })
    }
}
