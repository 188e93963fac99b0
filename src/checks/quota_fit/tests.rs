use super::CHECK;
use crate::check::testing::assert_on;
use crate::model::Verdict::{self, Fail, NotApplicable, Pass, Unknown};

const ONE: &str = "containers: [{name: web, resources: {requests: {cpu: 1, memory: 1Gi}}}]";

fn deployment(spec: &str, pod: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, namespace: shop}}, spec: {{{spec}, \
         template: {{spec: {{{pod}}}}}}}}}"
    )
}

fn assert_quota(workload: &str, quota: &str, expected: Verdict, parts: &[&str]) {
    let manifests = format!(
        "{workload}\n---\n{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: team, namespace: shop}}, spec: {{{quota}}}}}"
    );
    assert_on(&CHECK, &[(&manifests, expected, parts)]);
}

#[test]
fn all_replicas_must_fit_and_those_of_a_rollout_with_them() {
    for (spec, hard, expected, parts) in [
        ("replicas: 3", "requests.cpu: 4", Pass, &[][..]),
        (
            "replicas: 5",
            "cpu: 4",
            Fail,
            &["- /spec/replicas team cpu: 5 pods take 5 of cpu, and ResourceQuota team has 4"],
        ),
        (
            "replicas: 4",
            "requests.cpu: 4",
            Fail,
            &["during a rollout 5 pods take 5 of cpu, and ResourceQuota team has 4: it has fewer pods"],
        ),
        (
            "replicas: 4, strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}",
            "requests.cpu: 4",
            Fail,
            &["it cannot begin"],
        ),
        (
            "replicas: 4, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}",
            "requests.cpu: 4",
            Pass,
            &[],
        ),
        (
            "replicas: 4, strategy: {type: Recreate}",
            "requests.cpu: 4, pods: 4",
            Pass,
            &[],
        ),
        (
            "replicas: 3, strategy: {type: Recreate}",
            "count/pods: 2, requests.memory: 2Gi",
            Fail,
            &["3 pods take 3Gi of memory", "3 pods take 3 of pods"],
        ),
        ("replicas: 0", "pods: 0", Pass, &[]),
        // What no pod takes.
        ("replicas: 9", "services: 1, requests.nvidia.com/gpu: 1", Pass, &[]),
        ("replicas: 9", "requests.storage: 0, persistentvolumeclaims: 0", Pass, &[]),
    ] {
        assert_quota(&deployment(spec, ONE), &format!("hard: {{{hard}}}"), expected, parts);
    }
}

#[test]
fn what_a_quota_counts_must_be_said() {
    let no_limit = "web /spec/template/spec/containers/0/resources/limits/cpu team: has no cpu limit, which ResourceQuota team counts";
    for (pod, hard, expected, parts) in [
        (ONE, "limits.cpu: 100", Fail, &[no_limit][..]),
        (ONE, "limits.ephemeral-storage: 100Gi", Pass, &[]),
        (
            "containers: [{name: web}], initContainers: [{name: i}]",
            "requests.memory: 100Gi",
            Fail,
            &["i /spec", "web /spec"],
        ),
        // The pod as a whole says it.
        (
            "resources: {limits: {cpu: 1}}, containers: [{name: web}]",
            "limits.cpu: 100, requests.memory: 1Gi",
            Pass,
            &[],
        ),
        ("containers: [{name: web, resources: {limits: {cpu: 1}}}]", "requests.cpu: 9", Pass, &[]),
    ] {
        assert_quota(&deployment("replicas: 1", pod), &format!("hard: {{{hard}}}"), expected, parts);
    }
    let range = "\n---\n{apiVersion: v1, kind: LimitRange, metadata: {name: team, namespace: shop}, spec: {limits: [{type: Container, \
                 default: {cpu: 2}}]}}";
    let manifests = deployment("replicas: 1", "containers: [{name: web}]") + range;
    assert_quota(&manifests, "hard: {limits.cpu: 4}", Pass, &[]);
    // What it gives counts.
    assert_quota(&manifests, "hard: {limits.cpu: 3}", Fail, &["during a rollout 2 pods take 4 of limits.cpu"]);
}

#[test]
fn a_quota_with_scopes_counts_only_what_is_in_all_of_them() {
    let hard = "hard: {pods: 1}";
    for (pod, scopes, expected, parts) in [
        (ONE, "scopes: [BestEffort]", Pass, &[][..]),
        ("containers: [{name: web}]", "scopes: [BestEffort]", Fail, &["3 pods take 3 of pods"]),
        (ONE, "scopes: [NotBestEffort]", Fail, &["3 pods"]),
        (ONE, "scopes: [NotTerminating, BestEffort]", Pass, &[]),
        (ONE, "scopes: [Terminating]", Pass, &[]),
        (ONE, "scopes: [NotTerminating]", Fail, &["3 pods"]),
        (ONE, "scopes: [PriorityClass]", Pass, &[]),
        (
            "priorityClassName: high, containers: [{name: web}]",
            "scopes: [PriorityClass]",
            Fail,
            &["3 pods"],
        ),
        (
            "priorityClassName: high, containers: [{name: web}]",
            "scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [low]}]}",
            Pass,
            &[],
        ),
        (
            "priorityClassName: low, containers: [{name: web}]",
            "scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [low]}]}",
            Fail,
            &["3 pods"],
        ),
        (
            ONE,
            "scopes: [CrossNamespacePodAffinity]",
            Unknown,
            &["whether ResourceQuota team counts its pods is not looked up: it has the scope CrossNamespacePodAffinity"],
        ),
        (ONE, "scopes: [CrossNamespacePodAffinity, Terminating]", Pass, &[]),
    ] {
        let workload = deployment("replicas: 3", pod);
        assert_quota(&workload, &format!("{hard}, {scopes}"), expected, parts);
    }
    let default = "\n---\n{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: all}, globalDefault: true, value: 1}";
    let workload = deployment("replicas: 3", ONE) + default;
    assert_quota(&workload, &format!("{hard}, scopes: [PriorityClass]"), Fail, &["3 pods"]);
}

#[test]
fn the_claims_of_a_stateful_set_count() {
    let set = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, namespace: shop}, spec: {replicas: 3, template: {spec: {}}, \
               volumeClaimTemplates: [{metadata: {name: a}, spec: {resources: {requests: {storage: 10Gi}}}}]}}";
    for (hard, expected, parts) in [
        ("requests.storage: 30Gi, persistentvolumeclaims: 3", Pass, &[][..]),
        (
            "requests.storage: 20Gi, persistentvolumeclaims: 2",
            Fail,
            &[
                "3 pods take 3 of persistentvolumeclaims, and ResourceQuota team has 2",
                "3 pods take 30Gi of requests.storage, and ResourceQuota team has 20Gi",
            ],
        ),
    ] {
        assert_quota(set, &format!("hard: {{{hard}}}"), expected, parts);
    }
    assert_on(&CHECK, &[(set, NotApplicable, &[])]);
}
