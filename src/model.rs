//! What Plimsoll knows of a cluster: keys, kinds, and the records it keeps of objects.
//!
//! A record holds the facts that some check reads, with the defaults that the API server would have filled in, so that
//! a manifest and the live object it becomes are judged alike. It is made once, at the edge, from JSON or YAML
//! ([`decode`]); nothing further in looks at a wire type.

mod amount;
mod answers;
mod api_version;
mod class;
mod config;
mod confinement;
mod constraints;
mod delivery;
mod finding;
mod gateway_policy;
mod hash;
mod int_or_percent;
mod key;
mod kind;
mod labels;
mod maker;
mod monitor;
mod node;
mod object;
mod particulars;
mod placement;
mod pod;
mod probe;
mod recent;
mod reference;
mod related;
mod resources;
mod rollout;
mod routing;
mod running;
mod selector;
mod service;
mod shape;
mod storage;
mod suspect;
mod volume;
mod wire;
mod workload;

pub use amount::{Amount, Quantity};
pub use answers::{Answer, Answers};
pub use api_version::{NEWEST, Release, Superseded, Written};
pub use class::Class;
pub use config::{ConfigMap, SecretSource, SuspectEntry};
pub use confinement::{
    AppArmorAnnotation, Call, CallField, Confinement, HostMount, PullPolicy, SeLinux,
};
pub use constraints::SecurityConstraints;
pub use delivery::{Deliverer, Mark};
pub use finding::{Finding, Located, Place, Severity, Verdict};
pub use gateway_policy::{BackendPolicy, PolicyTarget, ReferenceGrant, Referent};
pub(crate) use hash::hash;
pub use int_or_percent::IntOrPercent;
pub use key::{Key, Text};
pub use kind::{Kind, KindSet};
pub use labels::Labels;
pub use maker::PodMaker;
pub use monitor::{MonitoredIn, MonitoredPort, ServiceMonitor};
pub use node::Node;
pub use object::{KeyOrder, Meta, Object, Owner, Stub};
pub use particulars::{JobParts, Particulars, Retention, Runs, StatefulParts};
pub use placement::{Counted, Flaw, Spread, SpreadField};
pub use pod::{Container, ContainerRole, PodTemplate, RestartPolicy, Seccomp, Security};
pub use probe::{ContainerPort, PortField, PortName, PreStop, Probe, Probes};
pub(crate) use recent::recent;
pub use reference::{
    Clue, Environment, ROOT_CA, Reference, ReferenceField, Repeated, SecretVariable, Suspect,
};
pub use related::{
    Binding, ClaimBounds, CoolDown, EndpointSlice, Grantee, LimitRange, LimitRangeBounds,
    LimitRangeItem, MetricSource, NetworkPolicy, Peer, PodAutoscaler, PodDisruptionBudget,
    QuotaScope, ResourceQuota, Role, Rule, ScaleTarget, Scaling, ServiceAccount, Traffic,
};
pub use resources::{Amounts, Resource, Resources};
pub use rollout::{Progress, Rollout, Truth};
pub use routing::{
    Backend, Certificate, DestinationRule, Gateway, Ingress, IngressChoice, Lead, LeadPort,
    Listener, Parent, Plain, Route, RoutesFrom, RuleHost, Termination, Tls,
};
pub use running::{
    ContainerState, Digests, Instance, Lineage, Observed, Phase, PodStatus, Ready, Second,
};
pub use selector::{Operator, Requirement, Selector};
pub use service::{Clients, PortTarget, Protocol, Reach, Service, ServicePort};
pub use shape::{Misfit, Shape};
pub use storage::{ClaimPhase, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumePhase};
pub use volume::{AccessModes, ClaimSpec, ClaimTemplate, Volume, VolumeSource};
pub use wire::{decode, decode_bare, decode_template};
pub use workload::{Contact, Selection, Strategy, Workload};
