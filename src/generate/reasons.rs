//! Why each check is on by default or is not, and has its severity: judged for a production cluster, not for the longest list.

/// The principles.
pub(super) const PRINCIPLES: &str = "\
Without a policy, `plimsoll check` judges by the checks that are *on by default*; `--all-checks` judges by all, and a policy names \
its own. In a cluster nothing is on by default but what the checklist `essentials` asks for. Each check below says why it is on or \
off and why it has its severity. What that is judged by:

- **critical**: it takes the service down, opens the cluster or the node, or never works: the API server refuses it, or pods never \
start. A checklist for going live asks for most of it.
- **high**: it costs an outage under load, in an update or while a node is drained, or weakens a boundary that holds otherwise.
- **advice**: good practice that changes no status. A pipeline fails on it only with `--fail-on advice`.
- **On by default** is what nearly every workload in production wants, whoever runs it, and what can be decided without asking them. \
**Off** is what is a matter of taste or of an organisation's own rules (a registry, a label, a namespace), what is said more exactly \
by checks that are on, and what is right for some workloads only. Checks on what runs are on in the sense that a policy or a \
checklist may ask for them; on files they cannot be decided and are left out.
- Where peers disagree, the production checklists decide. **CPU limits** are the best known dispute: without them a container uses \
what is idle on its node and nothing is throttled that need not be. They are on, and critical, as both source checklists ask for \
them: a limit makes load tests and latency repeatable from node to node, bounds what one tenant can take from another, and \
is what a ResourceQuota of `limits.cpu` counts. Whoever decides otherwise leaves `cpu-limits` out of the policy, or gives it a \
severity of `advice` there; requests are asked for by a check of their own, so that nothing else is lost.
";

/// The reason of a check.
pub(super) fn of(id: &str) -> Option<&'static str> {
    let at = REASONS
        .binary_search_by(|(known, _)| (*known).cmp(id))
        .ok()?;
    Some(REASONS[at].1)
}

/// By check.
#[rustfmt::skip]
pub(super) static REASONS: &[(&str, &str)] = &[
    ("added-capabilities", "few workloads add any, and most that do hand out a way to the node; one that is needed is a parameter"),
    ("api-version-deprecated", "it works until the upgrade: off, as `deprecated-api` says what is refused; on before an upgrade, with `--kubernetes-version`"),
    ("automount-service-account-token", "most pods never speak to the API, but a token alone opens nothing that RBAC does not: advice"),
    ("backend-tls-policy", "a backend that speaks TLS and is asked in the clear answers nothing; only what says so itself is judged"),
    ("backend-tls-verified", "TLS to whoever answers is no TLS; rarely meant for production"),
    ("checklist-critical-complete", "it is what going live means"),
    ("checklist-high-complete", "a launch may go ahead with a risk, but not unseen"),
    ("checklist-status", "a launch may go ahead with a risk, but not unseen"),
    ("config-from-configmap", "a checklist of agents asks for it; other services take configuration in other ways, so it is off"),
    ("configmap-exists", "pods that need a missing ConfigMap never start"),
    ("contact-annotation", "whom to call is an organisation's own convention: off, and advice"),
    ("container-ports", "the API server refuses most of it, and a port name that means two is a Service that leads astray"),
    ("control-plane-private-address", "a checklist asks for it; only the cluster's own operator can change it, so no workload is judged by it unasked"),
    ("cpu-limits", "disputed, and on: both checklists ask for it, and a limit bounds what one tenant takes from another (see above)"),
    ("cpu-requests", "without one a pod is placed where there is no room and is the first to starve, but it runs"),
    ("cpu-requests-equal-limits", "only for those who want the Guaranteed class or pinned CPUs"),
    ("cronjob-deadline", "a controller that was away for a while never starts the CronJob again after 100 missed runs"),
    ("cronjob-runs", "a job that fails unseen is found out when its result is needed; it runs already, so high"),
    ("cronjob-suspended", "often meant: off, for those who want to be told"),
    ("default-namespace", "a convention, and often harmless in a cluster of one team: off"),
    ("default-service-account", "what one pod is granted, all of the namespace have: a boundary that is weak, and open only with a grant, which `rbac-default-service-account` looks for"),
    ("deprecated-api", "the API server refuses it: the release fails"),
    ("deprecated-service-account", "still works, and always will in v1: advice"),
    ("dns-ndots", "saves queries; only matters at scale"),
    ("drop-all-capabilities", "the restricted profile asks for it, and nearly every application runs without any"),
    ("drop-net-raw", "said more strictly by `drop-all-capabilities`"),
    ("duplicate-env", "one of the two values is never used, and nobody knows which was meant"),
    ("env-config-present", "a checklist of agents asks for it; nothing is wrong with a service that has none"),
    ("env-literal-secret", "whoever reads the manifest, the repository or the pod has the secret"),
    ("ephemeral-storage-limits", "a full disk evicts the neighbours as well; it takes a while, so high"),
    ("ephemeral-storage-requests-equal-limits", "only for those who want no overcommitment"),
    ("exec-probe-commands", "a probe that cannot fail says nothing: worth a word, though never an outage by itself"),
    ("gateway-allowed-routes", "any namespace can take over a host name of the Gateway"),
    ("gateway-client-validation", "a client certificate that is asked for and not checked is a false sense of safety"),
    ("gateway-tls", "the listener is refused by the controller: nothing answers"),
    ("gitops-managed", "a checklist asks for it; a file cannot show it, so only launches and policies ask"),
    ("graceful-shutdown", "requests fail in every rollout while a Service still leads to a pod that has stopped"),
    ("helm-managed", "a checklist asks for it; a file cannot show it, so only launches and policies ask"),
    ("high-uid-gid", "user namespaces and `run-as-non-root` do more; kept for those who map users to nodes"),
    ("host-ipc", "a pod that shares memory with its node reads the others'; part of the baseline profile"),
    ("host-network", "a pod on the node's network is under no NetworkPolicy; part of the baseline profile"),
    ("host-path", "a way to the node, and a pod that cannot move; part of the baseline profile"),
    ("host-pid", "a pod that sees its node's processes reads their environment; part of the baseline profile"),
    ("host-port", "one pod a node, and past every NetworkPolicy on some; part of the baseline profile"),
    ("host-process", "it is the node, with all rights"),
    ("hpa-behavior", "five minutes are waited where nothing is said, which is seldom wrong; a checklist asks for a period that somebody chose"),
    ("hpa-bounds", "the API server refuses bounds the wrong way round, and an autoscaler without room to scale fails when it is needed"),
    ("hpa-bounds-equal", "an autoscaler without room to scale does nothing"),
    ("hpa-duplicate", "two autoscalers stop each other, and the workload stays as it is under load"),
    ("hpa-fits-quota", "it fails only at the busiest hour: high"),
    ("hpa-healthy", "it only runs already, so high"),
    ("hpa-metrics", "an autoscaler that cannot compute its metric never scales, and nothing else says so"),
    ("hpa-min-replicas", "an autoscaler goes down to its least at night, and one replica is none while its node is drained"),
    ("hpa-present", "asked for by a checklist, and load does grow; a fixed number of replicas can be right, so high"),
    ("hpa-replicas-conflict", "each release throws the replicas back to what the file says, under load"),
    ("hpa-target", "an autoscaler of nothing scales nothing"),
    ("hpa-target-exists", "an autoscaler of nothing scales nothing, and nobody notices before the load comes"),
    ("image-digest", "many pipelines rely on tags that they never move: off, for those who want it proven"),
    ("image-pull-policy", "with tags that stay it only costs pulls, and needs the registry to be up at every start"),
    ("image-registry", "which registries are allowed only an organisation knows"),
    ("image-tag", "what runs after the next restart is not what was tested"),
    ("ingress-backend", "whoever comes in from outside gets an error"),
    ("ingress-class-exists", "no controller takes the Ingress: nothing answers"),
    ("ingress-host-unique", "which of two is served depends on the controller, and on who came first"),
    ("ingress-tls", "passwords and sessions cross the internet in the clear"),
    ("insecure-capabilities", "said more strictly by `drop-all-capabilities`"),
    ("instance-label", "a convention of some charts"),
    ("job-backoff-limit", "the default of six tries suits most"),
    ("job-deadline", "how long a job may take only its owner knows"),
    ("job-ttl", "old jobs only take room: advice"),
    ("label-values", "the API server refuses it"),
    ("launch-date-actual", "the books are not complete without it"),
    ("launch-date-target", "a launch without a date is no plan"),
    ("limit-range-fit", "the pods are refused: the workload has none"),
    ("limit-ratio", "how much overcommitment is right is a matter of taste and of the nodes"),
    ("linux-hardening", "one mechanism of four is enough for it; the finer checks say which are missing"),
    ("liveness-probe", "both checklists ask for it: a process that hangs is never started again"),
    ("memory-limits", "one leak takes the node and its neighbours with it"),
    ("memory-requests", "without one a pod is the first to be evicted, but it runs"),
    ("memory-requests-equal-limits", "right for memory in the eyes of many, and dear: off"),
    ("min-replicas", "one replica is down with its node, and in every drain"),
    ("named-ports", "a convention"),
    ("namespace-default-deny", "pods that no policy selects take traffic from everywhere: a checklist asks for it"),
    ("network-policy-egress", "a pod that was broken into speaks to everything; a checklist asks for it"),
    ("network-policy-ingress", "every pod of the cluster may speak to it; a checklist asks for it"),
    ("network-policy-peers", "peers are often in other repositories or come later, so that it is off"),
    ("network-policy-scope", "a policy for a whole namespace is right as often as not"),
    ("network-policy-targets", "a policy that selects nothing protects nothing, and looks as if it did"),
    ("node-affinity", "most workloads run anywhere, and should"),
    ("node-external-ip", "a checklist asks for it; only the cluster's own operator can change it"),
    ("node-spread", "replicas that are all on one node go down with it; the scheduler spreads them by itself where it can, so high"),
    ("owner-label", "which label that is only an organisation knows"),
    ("pdb-drainable", "a node that cannot be drained stops every upgrade of the cluster"),
    ("pdb-overlap", "the API refuses every eviction of a pod under two budgets: no node of it can be drained"),
    ("pdb-present", "a drain may take all replicas at once"),
    ("pdb-targets", "a budget that selects nothing protects nothing, and looks as if it did"),
    ("pdb-unhealthy-eviction", "the default keeps a broken pod on a node that is drained; a choice between two goods: advice"),
    ("persistent-volume", "pods wait for a volume that never comes"),
    ("pod-restarts", "it runs, and badly: high"),
    ("pod-security-baseline", "said piece by piece by checks that are on: off, for those who want the profile as one line"),
    ("pod-security-labels", "what holds today holds tomorrow only where the API server enforces it"),
    ("pod-security-restricted", "said piece by piece by checks that are on: off, for those who want the profile as one line"),
    ("previous-revision-present", "without one there is nothing to roll back to; what runs decides"),
    ("priority-class", "most clusters have no classes of their own, and then all are equal"),
    ("priority-class-exists", "the pods are refused: the workload has none"),
    ("privilege-escalation", "the way from a hole in the application to root; the restricted profile asks for it"),
    ("privileged", "a privileged container is root on its node"),
    ("privileged-ports", "needs no privilege any more on any node that runs a supported kernel: taste"),
    ("probe-ports", "a probe on a port that nothing listens on restarts the container for ever, or keeps it out of every Service"),
    ("probe-timing", "a probe that cannot pass in time restarts a healthy container, and under load all of them"),
    ("probes-differ", "a slow dependency makes every replica restart instead of wait"),
    ("probes-passing", "what runs decides; a launch may not go live with a probe that fails"),
    ("proc-mount", "unmasks what containers must not see; part of the baseline profile"),
    ("pvc-exists", "pods that need a missing claim are never placed"),
    ("pvc-storage-encrypted", "a checklist asks for it, and disks leave data centres"),
    ("quota-fit", "the pods are refused: too few run, or a rollout never ends"),
    ("rbac-cluster-admin", "a hole in the application is the whole cluster"),
    ("rbac-default-service-account", "what is granted to it, every pod of the namespace has that names no other"),
    ("rbac-escalation", "rights that give all others are all others"),
    ("rbac-grants-cluster-admin", "people need it in an emergency: off, for those who review what is granted to whom"),
    ("rbac-grants-create-pods", "whoever deploys needs it: off, for those who review what is granted to whom"),
    ("rbac-grants-exec", "people debug with it: off, for those who review what is granted to whom"),
    ("rbac-grants-exec-everywhere", "a shell in every pod is every secret that they have: off, for those who review what is granted to whom"),
    ("rbac-grants-namespace-admin", "teams own their namespaces: off, for those who review what is granted to whom"),
    ("rbac-grants-secrets", "operators of secrets need it: off, for those who review what is granted to whom"),
    ("rbac-pod-exec", "a shell in every pod; some tools for operators need it, so high"),
    ("rbac-secrets", "every credential of the namespace, or of the cluster"),
    ("rbac-wildcard", "grants what does not exist yet"),
    ("read-only-root-filesystem", "essentials asks for it: what cannot be written cannot be planted; temporary files have a volume"),
    ("readiness-probe", "requests go to pods that cannot answer, in every start and every rollout"),
    ("reference-grant", "the route or the certificate is refused: nothing answers"),
    ("resource-quota", "one namespace can fill the disks of the cluster; a cluster of one team may do without, so high"),
    ("restart-policy", "the API server has a default, and for each kind the right one"),
    ("restart-policy-allowed", "the API server refuses it"),
    ("revision-history-limit", "with none kept there is nothing to roll back to"),
    ("risk-high-mitigated", "it is what going live means"),
    ("risk-register-complete", "a risk that nobody owns is not looked after"),
    ("rolling-update", "an update takes all replicas down at once, or never ends"),
    ("rollout-healthy", "what runs decides; it may mend itself, so high"),
    ("route-attached", "no Gateway takes the route: nothing answers"),
    ("route-hostnames", "one Gateway for one host is common: advice"),
    ("run-as-non-root", "root in a container is root on the node with one hole in the kernel"),
    ("runtime-class-exists", "the pods are refused: the workload has none"),
    ("runtime-socket", "whoever has the socket is root on the node"),
    ("scaled-to-zero", "often meant: off, for those who want to be told"),
    ("scc-privileged", "only OpenShift has it; there it is what `privileged` is elsewhere, one step before"),
    ("schema-valid", "a field that Kubernetes does not know is dropped, and with it what was meant; of the rest the API server refuses all"),
    ("seccomp-profile", "the restricted profile asks for it, and the runtime's own profile suits nearly all"),
    ("secret-exists", "pods that need a missing Secret never start"),
    ("secret-via-env", "files are better, and most frameworks read the environment: off"),
    ("selector-matches-template", "the API server refuses it"),
    ("sensitive-configmap", "whoever reads ConfigMaps has the secret; what looks like one may be none, so high"),
    ("sensitive-host-mounts", "the node's own files, to read or to change"),
    ("service-account-exists", "the pods are refused: the workload has none"),
    ("service-exposure", "a port to the internet past every Ingress and its TLS"),
    ("service-monitor-targets", "metrics that nobody has are missed in the first outage"),
    ("service-port-declared", "declared ports are only documentation to Kubernetes"),
    ("service-ports", "whoever calls the Service gets an error"),
    ("service-selector", "whoever calls the Service gets an error"),
    ("service-selector-unique", "two names for one thing are often meant"),
    ("service-session-affinity", "load stays where it was while replicas are added; some need it, so high"),
    ("sorted-keys", "taste"),
    ("ssh-port", "a second way in, that no probe, log or policy sees"),
    ("startup-probe", "essentials asks for it: a slow start is killed again and again by the liveness probe; a fast one needs none, so high"),
    ("statefulset-parallel", "right for some, and wrong for those whose order matters"),
    ("statefulset-partition", "meant while a canary runs; forgotten ones are worth a word"),
    ("statefulset-retention", "keeping the claims is the default; deleting them is a choice to look at"),
    ("statefulset-service-name", "pods have no names, and members of a cluster do not find each other"),
    ("stateless-pod", "a checklist of agents asks for it; databases are no mistake"),
    ("storage-class-exists", "pods wait for a volume that never comes"),
    ("termination-grace-period", "requests and writes are cut off in every rollout"),
    ("topology-spread", "nothing is down for want of it until a zone fails, which then takes all replicas; a checklist asks for it"),
    ("topology-spread-valid", "the API server refuses it, or it spreads nothing"),
    ("unsafe-sysctls", "kubelets refuse the pod unless they are told otherwise; part of the baseline profile"),
    ("writable-host-mount", "what it writes, every other pod of the node reads, and the node itself"),
    ("zone-spread-actual", "what runs decides; a zone that fails takes all"),
];

#[cfg(test)]
mod tests {
    use super::{REASONS, of};
    use crate::checks;

    #[test]
    fn every_check_has_its_reason_and_says_it_in_a_line() {
        assert!(REASONS.is_sorted_by_key(|(id, _)| *id));
        for check in checks::ALL {
            let reason =
                of(check.id).unwrap_or_else(|| panic!("{}: why is it on or off?", check.id));
            assert!((5..=170).contains(&reason.len()), "{}: {reason}", check.id);
            assert!(!reason.ends_with('.'), "{}: {reason}", check.id);
        }
    }

    /// What refuses nothing and breaks nothing is no more than advice; what is off must not be critical but for a checklist's sake.
    #[test]
    fn what_is_advice_fails_no_pipeline_by_itself() {
        let on = checks::ALL.iter().filter(|check| check.is_default());
        let on: Vec<_> = on.map(|check| check.id).collect();
        assert!(
            on.len() > 90 && on.len() < checks::ALL.len() - 40,
            "{}",
            on.len()
        );
        for id in [
            "schema-valid",
            "deprecated-api",
            "quota-fit",
            "cpu-limits",
            "privileged",
        ] {
            assert!(on.contains(&id), "{id} is on by default");
        }
        for id in [
            "sorted-keys",
            "image-registry",
            "owner-label",
            "api-version-deprecated",
        ] {
            assert!(!on.contains(&id), "{id} is not on by default");
        }
    }
}
