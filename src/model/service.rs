//! What is kept of a Service.

use super::{Kind, Meta, Selector, Text, Workload};

/// A Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its metadata.
    pub meta: Meta,
    /// The pods it leads to; `None` without a selector, and of an ExternalName: then it selects nothing. What it says of the name
    /// of a pod is in [`stateful_set`](Self::stateful_set).
    pub selector: Option<Selector>,
    /// The StatefulSet of which it selects one pod, by the label that Kubernetes gives to each
    /// (`statefulset.kubernetes.io/pod-name`).
    pub stateful_set: Option<Text>,
    /// From where it can be reached.
    pub reach: Reach,
    /// Whether it has no address of its own (`clusterIP: None`): its name leads to the pods.
    pub headless: bool,
    /// Whether nodes take in what is sent to further addresses (`externalIPs`).
    pub has_external_ips: bool,
    /// Its ports.
    pub ports: Box<[ServicePort]>,
    /// Whether `sessionAffinity` is `ClientIP`.
    pub has_session_affinity: bool,
    /// The annotation that asks for sessions bound by a cookie.
    pub sticky: Option<&'static str>,
}

/// From where a Service can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// From within the cluster.
    Cluster,
    /// From wherever its nodes can be reached (`NodePort`).
    Nodes,
    /// From wherever its load balancer can be reached.
    LoadBalancer(Clients),
    /// It is another name for something elsewhere (`ExternalName`), and leads to no pod.
    Elsewhere,
}

/// Whom a load balancer lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clients {
    /// Everybody, as far as the Service says.
    Everybody,
    /// Those in some ranges of addresses.
    InRanges,
    /// Those in the private network.
    InNetwork,
}

/// A port of a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePort {
    /// Its name.
    pub name: Option<Text>,
    /// Its number.
    pub number: i64,
    /// Where it leads to in a pod; the default is filled in.
    pub target: PortTarget,
    /// What it carries.
    pub protocol: Protocol,
    /// Whether it is said to speak TLS: by its app protocol, its name or its number, or because the load balancer has a
    /// certificate for it.
    pub tls: bool,
}

/// Where a port of a Service leads to in a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortTarget {
    /// A number, whether a container declares it or not.
    Number(i64),
    /// A port that a container of the pod declares by this name.
    Name(Text),
}

/// What a port carries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "these are Kubernetes' own names")]
pub enum Protocol {
    Tcp,
    Udp,
    Sctp,
    /// None that Kubernetes knows.
    Other(Text),
}

impl Service {
    /// Whether it leads to pods of a workload of its namespace.
    pub fn selects(&self, workload: &Workload) -> bool {
        let selector = self.selector.as_ref();
        let is_meant = self.stateful_set.as_ref().is_none_or(|name| {
            workload.kind() == Kind::StatefulSet && workload.meta.key.name == *name
        });
        is_meant && selector.is_some_and(|selector| selector.matches(&workload.pod.labels))
    }
}

impl Protocol {
    /// Its name in a manifest.
    pub fn name(&self) -> &str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
            Self::Other(name) => name,
        }
    }
}
