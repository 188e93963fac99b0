//! What is kept of a workload.

use super::{Container, IntOrPercent, Key, Kind, Meta, PodTemplate};

/// Something that runs pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its metadata.
    pub meta: Meta,
    /// How many pods it asks for, with the default of 1 filled in: `replicas`, or a Job's `parallelism`.
    pub replicas: i32,
    /// How its pods are replaced.
    pub strategy: Strategy,
    /// Whether it is done: a Job that completed or failed, a Pod that ended.
    pub finished: bool,
    /// Its pods.
    pub pod: PodTemplate,
}

/// How a workload's pods are replaced by newer ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// A few at a time.
    RollingUpdate {
        /// How many may be missing at once; the kind's default where it is `None`.
        max_unavailable: Option<IntOrPercent>,
        /// How many may run beyond the wanted number.
        max_surge: Option<IntOrPercent>,
    },
    /// All at once, after the old ones ended (Deployment).
    Recreate,
    /// When somebody deletes them (StatefulSet, DaemonSet).
    OnDelete,
    /// The kind has no strategy, or its name is none that Kubernetes knows.
    None,
}

impl Workload {
    /// Which object it is.
    pub fn key(&self) -> &Key {
        &self.meta.key
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.meta.key.kind
    }

    /// The JSON pointer of its pod spec.
    pub fn pod_spec_path(&self) -> &'static str {
        match self.kind() {
            Kind::Pod => "/spec",
            Kind::CronJob => "/spec/jobTemplate/spec/template/spec",
            _ => "/spec/template/spec",
        }
    }

    /// The JSON pointer of one of its containers.
    pub fn container_path(&self, container: &Container) -> String {
        format!(
            "{}/{}/{}",
            self.pod_spec_path(),
            container.role.field(),
            container.index
        )
    }

    /// Whether its pods are meant to end by themselves.
    pub fn runs_to_completion(&self) -> bool {
        match self.kind() {
            Kind::Job | Kind::CronJob => true,
            Kind::Pod => !self.pod.restarts_always,
            _ => false,
        }
    }

    /// Whether another record of it would be judged alike by every check that looks at the workload alone: the same
    /// but for its metadata.
    pub fn is_judged_as(&self, other: &Workload) -> bool {
        self.kind() == other.kind()
            && self.replicas == other.replicas
            && self.strategy == other.strategy
            && self.pod == other.pod
    }
}
