//! Every check, one file each. To add one, write its file and name it in the list below.

use crate::check::Check;

macro_rules! checks {
    ($($name:ident)*) => {
        $(mod $name;)*

        /// Every check, by id.
        pub static ALL: &[&Check] = &[$(&$name::CHECK,)*];
    };
}

checks! {
    added_capabilities
    automount_service_account_token
    cpu_limits
    cpu_requests
    default_service_account
    drop_all_capabilities
    host_ipc
    host_network
    host_path
    host_pid
    hpa_bounds
    hpa_metrics
    hpa_present
    image_tag
    liveness_probe
    memory_limits
    memory_requests
    min_replicas
    network_policy_egress
    network_policy_ingress
    pdb_drainable
    pdb_present
    privilege_escalation
    privileged
    rbac_cluster_admin
    rbac_wildcard
    read_only_root_filesystem
    readiness_probe
    rolling_update
    run_as_non_root
    seccomp_profile
    startup_probe
}

/// The check of an id.
pub fn find(id: &str) -> Option<&'static Check> {
    ALL.binary_search_by(|check| check.id.cmp(id))
        .ok()
        .map(|at| ALL[at])
}

#[cfg(test)]
mod tests {
    mod catalogue;
    mod pod_security;
}
