//! Pods and pod templates on the wire.

mod container;
mod environment;
mod placement;
mod probe;
mod references;
mod volume;

use serde::Deserialize;

use self::container::{Container, Resources, SecurityContext};
use self::placement::{Affinity, Constraint, Own};
use self::references::{NameRef, References};
use self::volume::{Volume, Volumes};
use super::Metadata;
use super::scalar::{List, Pairs, Str};
use crate::model::reference::ReferenceField;
use crate::model::{ContainerRole, Kind, Labels, PodTemplate, Text};

/// `DefaultTerminationGracePeriodSeconds`.
const GRACE_PERIOD: i64 = 30;

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
    pub(super) suspend: Option<bool>,
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
    image_pull_secrets: List<NameRef>,
    termination_grace_period_seconds: Option<i64>,
    node_selector: Pairs,
    affinity: Option<Affinity>,
    topology_spread_constraints: List<Constraint>,
    node_name: Option<Str>,
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

impl Template {
    /// The pods of a workload in this namespace.
    pub(super) fn record(self, namespace: &Text) -> PodTemplate {
        let labels = self.metadata.unwrap_or_default().labels.into_labels();
        self.spec.unwrap_or_default().record(labels, namespace)
    }
}

impl Spec {
    /// The Node that the pod is scheduled to.
    pub(super) fn node(&self) -> Option<Text> {
        let node = self.node_name.as_ref().map(|name| name.0.clone());
        node.filter(|name| !name.is_empty())
    }

    /// The pods with these labels in this namespace.
    pub(super) fn record(self, labels: Labels, namespace: &Text) -> PodTemplate {
        let mut references = References::default();
        let volumes = Volumes::record(self.volumes, &mut references);
        for (at, named) in (0_u16..).zip(self.image_pull_secrets.0) {
            references.add(Kind::Secret, named, ReferenceField::PullSecret(at));
        }
        let chooses_nodes = placement::chooses_nodes(&self.node_selector, self.affinity.as_ref());
        let own = Own {
            labels: &labels,
            namespace,
        };
        let spreads = placement::spreads(self.topology_spread_constraints, self.affinity, &own);
        let lists = [
            (ContainerRole::Init, self.init_containers),
            (ContainerRole::App, self.containers),
            (ContainerRole::Ephemeral, self.ephemeral_containers),
        ];
        let containers = lists.into_iter().flat_map(|(role, list)| {
            list.0
                .into_iter()
                .enumerate()
                .map(move |(index, container)| (role, index, container))
        });
        let containers = containers
            .map(|(role, index, container)| container.record(role, index, &volumes.of_config_maps));
        // The deprecated alias counts where the name is empty, as in the API server's conversion.
        let account = self
            .service_account_name
            .filter(|name| !name.0.is_empty())
            .or(self.service_account);
        PodTemplate {
            containers: containers.collect(),
            labels,
            volumes: volumes.kept.into(),
            references: references.into_list(),
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
            grace_period: self
                .termination_grace_period_seconds
                .unwrap_or(GRACE_PERIOD),
            chooses_nodes,
            spreads,
            security: self
                .security_context
                .map(SecurityContext::record)
                .unwrap_or_default(),
            resources: self.resources.map(Resources::record).unwrap_or_default(),
        }
    }
}
