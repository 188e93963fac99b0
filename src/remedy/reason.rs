//! Why a finding is left to people.

use crate::check::{Check, Group};

/// What only people know, in a few words.
pub fn why_not(check: &Check) -> &'static str {
    match check.id {
        "cpu-limits"
        | "cpu-requests"
        | "memory-limits"
        | "memory-requests"
        | "ephemeral-storage-limits" => "only you know how much it needs",
        "min-replicas" | "scaled-to-zero" => "only you know how many it takes",
        "liveness-probe" | "readiness-probe" | "startup-probe" => {
            "only you know what tells that it works"
        }
        "graceful-shutdown" | "termination-grace-period" => {
            "only you know how long it takes to end"
        }
        "run-as-non-root" => "only you know which user the image can run as",
        "namespace-default-deny" => "it would cut off whatever is not allowed yet",
        "secret-via-env" | "env-literal-secret" | "sensitive-configmap" => {
            "only you know where the application can read it from instead"
        }
        "node-affinity" | "node-spread" | "topology-spread" => {
            "only you know where its pods may run"
        }
        "cronjob-deadline" | "job-deadline" | "job-ttl" => "only you know how long that may be",
        "hpa-behavior" | "hpa-bounds" | "hpa-present" => "only you know how it is to be scaled",
        "sorted-keys" => "the order in which you write is yours",
        "pdb-drainable" | "pdb-overlap" => "only you know how many pods may be missing",
        "owner-label" | "contact-annotation" | "instance-label" => "only you know whose it is",
        _ => of_group(check.group),
    }
}

fn of_group(group: Group) -> &'static str {
    match group {
        Group::Probes => "only you know how the application answers",
        Group::Resources => "only you know how much it needs",
        Group::ContainerSecurity | Group::HostAccess => "only you know what it needs that for",
        Group::Images => "only you know which image it is to be",
        Group::Identity => "only you know what it has to be allowed",
        Group::Availability => "only you know how much of it may be missing",
        Group::Network => "only you know who talks to whom",
        Group::Configuration => "only you know what was meant",
        Group::Storage => "only you know what has to be kept",
        Group::Delivery | Group::Launch => "it is not in the manifest",
    }
}
