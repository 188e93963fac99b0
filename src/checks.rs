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
    api_version_deprecated
    automount_service_account_token
    backend_tls_policy
    backend_tls_verified
    checklist_critical_complete
    checklist_high_complete
    checklist_status
    config_from_configmap
    configmap_exists
    contact_annotation
    container_ports
    control_plane_private_address
    cpu_limits
    cpu_requests
    cpu_requests_equal_limits
    cronjob_deadline
    cronjob_runs
    cronjob_suspended
    default_namespace
    default_service_account
    deprecated_api
    deprecated_service_account
    dns_ndots
    drop_all_capabilities
    drop_net_raw
    duplicate_env
    env_config_present
    env_literal_secret
    ephemeral_storage_limits
    ephemeral_storage_requests_equal_limits
    exec_probe_commands
    gateway_allowed_routes
    gateway_client_validation
    gateway_tls
    gitops_managed
    graceful_shutdown
    helm_managed
    high_uid_gid
    host_ipc
    host_network
    host_path
    host_pid
    host_port
    host_process
    hpa_behavior
    hpa_bounds
    hpa_duplicate
    hpa_fits_quota
    hpa_healthy
    hpa_metrics
    hpa_min_replicas
    hpa_present
    hpa_replicas_conflict
    hpa_target_exists
    image_digest
    image_pull_policy
    image_registry
    image_tag
    ingress_backend
    ingress_class_exists
    ingress_host_unique
    ingress_tls
    insecure_capabilities
    instance_label
    job_backoff_limit
    job_deadline
    job_ttl
    label_values
    launch_date_actual
    launch_date_target
    limit_range_fit
    limit_ratio
    linux_hardening
    liveness_probe
    memory_limits
    memory_requests
    memory_requests_equal_limits
    min_replicas
    named_ports
    namespace_default_deny
    network_policy_egress
    network_policy_ingress
    network_policy_peers
    network_policy_scope
    network_policy_targets
    node_affinity
    node_external_ip
    node_spread
    owner_label
    pdb_drainable
    pdb_overlap
    pdb_present
    pdb_targets
    pdb_unhealthy_eviction
    persistent_volume
    pod_restarts
    pod_security_baseline
    pod_security_labels
    pod_security_restricted
    previous_revision_present
    priority_class
    priority_class_exists
    privilege_escalation
    privileged
    privileged_ports
    probe_ports
    probe_timing
    probes_differ
    probes_passing
    proc_mount
    pvc_exists
    pvc_storage_encrypted
    quota_fit
    rbac_cluster_admin
    rbac_default_service_account
    rbac_escalation
    rbac_grants_cluster_admin
    rbac_grants_create_pods
    rbac_grants_exec
    rbac_grants_exec_everywhere
    rbac_grants_namespace_admin
    rbac_grants_secrets
    rbac_pod_exec
    rbac_secrets
    rbac_wildcard
    read_only_root_filesystem
    readiness_probe
    reference_grant
    resource_quota
    restart_policy
    restart_policy_allowed
    revision_history_limit
    risk_high_mitigated
    risk_register_complete
    rolling_update
    rollout_healthy
    route_attached
    route_hostnames
    run_as_non_root
    runtime_class_exists
    runtime_socket
    scaled_to_zero
    scc_privileged
    schema_valid
    seccomp_profile
    secret_exists
    secret_via_env
    selector_matches_template
    sensitive_configmap
    sensitive_host_mounts
    service_account_exists
    service_exposure
    service_monitor_targets
    service_port_declared
    service_ports
    service_selector
    service_selector_unique
    service_session_affinity
    sorted_keys
    ssh_port
    startup_probe
    statefulset_parallel
    statefulset_partition
    statefulset_retention
    statefulset_service_name
    stateless_pod
    storage_class_exists
    termination_grace_period
    topology_spread
    topology_spread_valid
    unsafe_sysctls
    writable_host_mount
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
    mod traps;
}
