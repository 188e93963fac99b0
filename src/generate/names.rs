//! Names of what Plimsoll makes and uses in a cluster.

/// The namespace it runs in.
pub const NAMESPACE: &str = "plimsoll-system";
/// The container image.
pub const IMAGE: &str = concat!("plimsoll:", env!("CARGO_PKG_VERSION"));
/// Deployment, ServiceAccount, roles and bindings.
pub const APP: &str = "plimsoll";
/// The ClusterRole that others add to, and its binding.
pub const AGGREGATED: &str = "plimsoll-evidence";
/// The Service that leads the API server to the webhook.
pub const SERVICE: &str = "plimsoll-webhook";
/// The ValidatingWebhookConfiguration.
pub const CONFIGURATION: &str = "plimsoll";
/// The Secret that holds the certificates.
pub const SECRET: &str = "plimsoll-webhook-certificate";
/// The Lease that the leader holds.
pub const LEASE: &str = "plimsoll-leader";
/// The ConfigMap that says when the guards were whole.
pub const GUARD: &str = "plimsoll-guard";
/// The webhook of workloads in its configuration.
pub const WEBHOOK: &str = "workloads.plimsoll.dev";
/// The webhook of Plimsoll's own objects.
pub const OWN_WEBHOOK: &str = "own.plimsoll.dev";

/// What the API server calls the operator of a namespace.
pub fn user(namespace: &str) -> String {
    format!("system:serviceaccount:{namespace}:{APP}")
}
