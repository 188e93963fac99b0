//! What Plimsoll knows of a cluster: keys, kinds, and the records it keeps of objects.
//!
//! A record holds the facts that some check reads, with the defaults that the API server would have filled in, so that
//! a manifest and the live object it becomes are judged alike. It is made once, at the edge, from JSON or YAML
//! ([`decode`]); nothing further in looks at a wire type.

mod amount;
mod finding;
mod int_or_percent;
mod key;
mod kind;
mod labels;
mod object;
mod pod;
mod related;
mod selector;
mod wire;
mod workload;

pub use amount::{Amount, Quantity};
pub use finding::{Finding, Place, Severity, Verdict};
pub use int_or_percent::IntOrPercent;
pub use key::{Key, Text};
pub use kind::{Kind, KindSet};
pub use labels::Labels;
pub use object::{Meta, Object, Owner, Stub};
pub use pod::{
    Container, ContainerRole, PodTemplate, Probes, Resource, Resources, Seccomp, Security, Volume,
};
pub use related::{
    Binding, Grantee, LimitRange, LimitRangeItem, MetricSource, NetworkPolicy, PodAutoscaler,
    PodDisruptionBudget, Role, Rule, ScaleTarget, Service, ServiceAccount, Traffic,
};
pub use selector::{Operator, Requirement, Selector};
pub use wire::decode;
pub use workload::{Strategy, Workload};
