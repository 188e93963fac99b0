//! The operator on a real control plane: etcd, kube-apiserver, controller manager, scheduler and kwok.
//!
//! The program under test is the one that is shipped, run under the permissions that it is shipped with; nothing is
//! mocked. Most tests share one cluster and one operator, each in namespaces of its own with a policy of its own; those
//! that count writes or kill the operator have a cluster to themselves.

mod admission;
mod checked;
mod conditions;
mod convergence;
mod crds;
mod custom_kinds;
mod evidence;
mod fix;
mod forgery;
mod hardship;
mod inputs;
mod launches;
mod lifecycle;
mod live;
mod people;
mod prometheus;
mod reports;
mod steady;
mod testbed;
