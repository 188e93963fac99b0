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
    checklist_critical_complete
    checklist_high_complete
    checklist_status
    config_from_configmap
    configmap_exists
    control_plane_private_address
    cpu_limits
    cpu_requests
    default_service_account
    deprecated_api
    drop_all_capabilities
    env_config_present
    env_literal_secret
    ephemeral_storage_limits
    gitops_managed
    graceful_shutdown
    helm_managed
    host_ipc
    host_network
    host_path
    host_pid
    hpa_behavior
    hpa_bounds
    hpa_healthy
    hpa_metrics
    hpa_present
    image_tag
    ingress_tls
    launch_date_actual
    launch_date_target
    liveness_probe
    memory_limits
    memory_requests
    min_replicas
    namespace_default_deny
    network_policy_egress
    network_policy_ingress
    node_affinity
    node_external_ip
    pdb_drainable
    pdb_overlap
    pdb_present
    persistent_volume
    pod_security_labels
    previous_revision_present
    privilege_escalation
    privileged
    probe_ports
    probe_timing
    probes_differ
    probes_passing
    pvc_exists
    pvc_storage_encrypted
    rbac_cluster_admin
    rbac_default_service_account
    rbac_escalation
    rbac_secrets
    rbac_wildcard
    read_only_root_filesystem
    readiness_probe
    resource_quota
    revision_history_limit
    risk_high_mitigated
    risk_register_complete
    rolling_update
    rollout_healthy
    run_as_non_root
    seccomp_profile
    secret_exists
    selector_matches_template
    service_account_exists
    service_exposure
    service_ports
    service_selector
    service_session_affinity
    startup_probe
    stateless_pod
    termination_grace_period
    topology_spread
    zone_spread_actual
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
