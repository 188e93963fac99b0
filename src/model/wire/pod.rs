//! Pods and pod templates on the wire.

mod command;
mod confinement;
mod container;
mod environment;
mod placement;
mod probe;
mod references;
mod volume;

use self::container::{Container, Resources, SecurityContext};
use self::placement::{Affinity, Constraint, Own};
use self::references::{NameRef, References};
use self::volume::{Volume, Volumes};
use super::Metadata;
use super::fields::fields;
use super::scalar::{List, Pairs, Present, Str};
use crate::model::reference::ReferenceField;
use crate::model::{self, ContainerRole, JobParts, Kind, Labels, PodTemplate, RestartPolicy, Text};

/// `DefaultTerminationGracePeriodSeconds`.
const GRACE_PERIOD: i64 = 30;

fields! {
    /// `template`.
    pub(super) struct Template {
        metadata: Option<Metadata>,
        spec: Option<Box<Spec>>,
    }

    /// The spec of a Job, or of the Jobs that a CronJob makes.
    pub(super) struct JobTemplate {
        pub(super) parallelism: Option<i32>,
        pub(super) suspend: Option<bool>,
        backoff_limit: Option<i32>,
        backoff_limit_per_index: Option<Present>,
        pod_failure_policy: Option<Present>,
        active_deadline_seconds: Option<i64>,
        ttl_seconds_after_finished: Option<i32>,
        pub(super) template: Template,
    }

    /// The spec of a Pod.
    pub(super) struct Spec {
        containers: List<Container>,
        init_containers: List<Container>,
        ephemeral_containers: List<Container>,
        volumes: List<Volume>,
        image_pull_secrets: List<NameRef>,
        termination_grace_period_seconds: Option<i64>,
        node_selector: Pairs,
        affinity: Option<Box<Affinity>>,
        topology_spread_constraints: List<Constraint>,
        node_name: Option<Str>,
        service_account_name: Option<Str>,
        service_account: Option<Str>,
        automount_service_account_token: Option<bool>,
        host_network: Option<bool>,
        host_pid: Option<bool> as "hostPID",
        host_ipc: Option<bool> as "hostIPC",
        host_users: Option<bool>,
        os: Option<OperatingSystem>,
        restart_policy: Option<Str>,
        priority_class_name: Option<Str>,
        active_deadline_seconds: Option<i64>,
        dns_policy: Option<Str>,
        dns_config: Option<DnsConfig>,
        security_context: Option<Box<SecurityContext>>,
        resources: Option<Box<Resources>>,
        runtime_class_name: Option<Str>,
    }

    struct DnsConfig {
        options: List<DnsOption>,
    }

    struct DnsOption {
        name: Option<Str>,
        value: Option<Str>,
    }

    struct OperatingSystem {
        name: Option<Str>,
    }
}

impl JobTemplate {
    pub(super) fn particulars(&self) -> JobParts {
        let spec = self.template.spec.as_ref();
        let of_pods = spec.and_then(|spec| spec.active_deadline_seconds);
        JobParts {
            // `SetDefaults_Job`
            backoff_limit: self.backoff_limit.unwrap_or(6),
            counts_otherwise: self.backoff_limit_per_index.is_some()
                || self.pod_failure_policy.is_some(),
            deadline: self.active_deadline_seconds.or(of_pods),
            ttl: self.ttl_seconds_after_finished,
            starting_deadline: None,
        }
    }
}

fn present(name: Option<Str>) -> Option<Text> {
    name.map(|name| name.0).filter(|name| !name.is_empty())
}

impl Template {
    /// The pods of a workload in this namespace.
    pub(super) fn record(self, namespace: &Text) -> PodTemplate {
        let metadata = self.metadata.unwrap_or_default();
        let labels = metadata.labels.into_labels();
        PodTemplate {
            app_armor: metadata.annotations.into_app_armor(),
            ..self.spec.unwrap_or_default().record(labels, namespace)
        }
    }
}

impl Spec {
    /// The Node that the pod is scheduled to.
    pub(super) fn node(&self) -> Option<Text> {
        let node = self.node_name.as_ref().map(|name| name.0.clone());
        node.filter(|name| !name.is_empty())
    }

    /// How many dots a name must have to be asked for as it is first (`getPodDNSType`, `appendOptions` of the kubelet); where the
    /// pod does not ask the cluster's DNS, only what it says itself counts.
    fn ndots(&self) -> Option<i32> {
        const BY_KUBELET: i32 = 5;
        let options = self.dns_config.iter().flat_map(|dns| &dns.options.0);
        let said = options
            .filter(|option| option.name.as_ref().is_some_and(|name| &*name.0 == "ndots"))
            .filter_map(|option| option.value.as_ref()?.0.parse().ok())
            .next_back();
        let policy = self.dns_policy.as_ref().map_or("", |policy| &*policy.0);
        let is_of_cluster = match policy {
            "" | "ClusterFirst" => self.host_network != Some(true),
            "ClusterFirstWithHostNet" => true,
            _ => false,
        };
        said.or(is_of_cluster.then_some(BY_KUBELET))
    }

    /// The pods with these labels in this namespace.
    pub(super) fn record(self, labels: Labels, namespace: &Text) -> PodTemplate {
        let ndots = self.ndots();
        let mut references = References::default();
        let volumes = Volumes::record(self.volumes, &mut references);
        for (at, named) in (0_u16..).zip(self.image_pull_secrets.0) {
            references.add(Kind::Secret, named, ReferenceField::PullSecret(at));
        }
        let chooses_nodes = placement::chooses_nodes(&self.node_selector, self.affinity.as_deref());
        let own = Own {
            labels: &labels,
            namespace,
        };
        let spreads = placement::spreads(
            self.topology_spread_constraints,
            self.affinity.map(|own| *own),
            &own,
        );
        let lists = [
            (ContainerRole::Init, self.init_containers),
            (ContainerRole::App, self.containers),
            (ContainerRole::Ephemeral, self.ephemeral_containers),
        ];
        // They are large: no room is taken for more than there are.
        let count = lists.iter().map(|(_, list)| list.0.len()).sum();
        let mut containers = Vec::with_capacity(count);
        for (role, list) in lists {
            let list = list.0.into_iter().enumerate();
            containers.extend(list.map(|(index, own)| own.record(role, index, &volumes)));
        }
        // The deprecated alias counts where the name is empty, as in the API server's conversion.
        let is_named = |name: &Str| !name.0.is_empty();
        let account = self.service_account_name.filter(is_named);
        let old = self.service_account.filter(is_named);
        let old = old.filter(|old| account.as_ref().is_none_or(|name| name != old));
        let old_account = old.map(|name| name.0);
        let account = account.map(|name| name.0).or_else(|| old_account.clone());
        PodTemplate {
            containers: containers.into(),
            labels,
            references: references.into_list(),
            service_account: account.unwrap_or_else(|| Text::from("default")),
            old_service_account: old_account,
            volumes: volumes.kept.into(),
            automount_token: self.automount_service_account_token,
            host_network: self.host_network.unwrap_or(false),
            host_pid: self.host_pid.unwrap_or(false),
            host_ipc: self.host_ipc.unwrap_or(false),
            host_users: self.host_users,
            windows: self
                .os
                .and_then(|os| os.name)
                .is_some_and(|name| &*name.0 == "windows"),
            restart_policy: match self.restart_policy.as_ref().map_or("", |name| &*name.0) {
                "" | "Always" => RestartPolicy::Always,
                "OnFailure" => RestartPolicy::OnFailure,
                "Never" => RestartPolicy::Never,
                _ => RestartPolicy::Other,
            },
            priority_class: self
                .priority_class_name
                .map(|name| name.0)
                .filter(|name| !name.is_empty()),
            ndots,
            grace_period: self
                .termination_grace_period_seconds
                .unwrap_or(GRACE_PERIOD),
            chooses_nodes,
            runtime_class: present(self.runtime_class_name),
            has_deadline: self.active_deadline_seconds.is_some(),
            spreads,
            security: self
                .security_context
                .map(|own| own.record())
                .unwrap_or_default(),
            app_armor: Box::default(),
            own_resources: self
                .resources
                .map(|own| own.record())
                .filter(|own| *own != model::Resources::NONE)
                .map(Box::new),
        }
    }
}
