//! Where the sources of other linters and policy libraries decide otherwise than Kubernetes does: of each such trap a case, with the
//! verdict that Kubernetes' documentation asks for.

use crate::check::testing::{assert_in, assert_on, cluster, judge, store, verdict};
use crate::check::{Check, Params};
use crate::checks::find;
use crate::inventory::Source;
use crate::model::Kind;
use crate::model::Verdict::{self, Fail, NotApplicable, Pass, Unknown};

fn check(id: &str) -> &'static Check {
    find(id).unwrap_or_else(|| panic!("no check {id}"))
}

/// Manifests of which one object is judged by the check, the verdict on it, and a part of each finding.
fn is(id: &str, manifests: &[&str], verdict: Verdict, parts: &[&str]) {
    assert_on(check(id), &[(&manifests.join("\n---\n"), verdict, parts)]);
}

/// A Deployment `web` of the namespace `shop`, whose pods have these labels.
fn deployment(replicas: i32, labels: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, namespace: shop}}, spec: {{replicas: {replicas}, \
         selector: {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{{labels}}}}}, \
         spec: {{containers: [{{name: web, image: i}}]}}}}}}}}"
    )
}

/// A PodDisruptionBudget of a namespace.
fn budget(namespace: &str, demand: &str, selector: &str) -> String {
    format!(
        "{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: web, namespace: {namespace}}}, \
         spec: {{{demand}, selector: {{{selector}}}}}}}"
    )
}

/// A HorizontalPodAutoscaler of a namespace that scales a `web` of a kind.
fn autoscaler(namespace: &str, kind: &str, min: i32) -> String {
    format!(
        "{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: web, namespace: {namespace}}}, \
         spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: {kind}, name: web}}, minReplicas: {min}, maxReplicas: 9}}}}"
    )
}

/// A NetworkPolicy of the namespace `shop`.
fn policy(spec: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: web, namespace: shop}}, spec: {{{spec}}}}}"
    )
}

const APP: &str = "matchLabels: {app: web}";

/// Polaris' webhook looks up nothing, and what it cannot look up passes. A verdict on objects that are not known is none: they
/// may or may not be there.
#[test]
fn what_cannot_be_looked_up_is_no_pass() {
    let web = deployment(3, "app: web");
    for (id, kind) in [
        ("pdb-present", Kind::PodDisruptionBudget),
        ("network-policy-ingress", Kind::NetworkPolicy),
    ] {
        let missing = verdict(check(id), &web);
        assert_eq!(missing[0].1, Fail, "{id} where there is none");
        let mut cluster = cluster(&web);
        cluster.set_source(kind, Source::Pending);
        let found = judge(check(id), &Params::default(), &cluster);
        assert_eq!(
            found[0].verdict, Unknown,
            "{id} where they are not listed yet"
        );
    }
}

/// Polaris takes one label in common for a match, and reads `matchLabels` alone. A selector matches where all of its requirements
/// do: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>.
#[test]
fn all_requirements_of_a_selector_count() {
    let web = deployment(3, "app: web, team: shop");
    let one = "maxUnavailable: 1";
    let other = budget("shop", one, "matchLabels: {app: api, team: shop}");
    let none = &["no PodDisruptionBudget selects its pods"][..];
    is("pdb-present", &[&web, &other], Fail, none);
    let expression = "matchExpressions: [{key: app, operator: In, values: [web, api]}]";
    is(
        "pdb-present",
        &[&web, &budget("shop", one, expression)],
        Pass,
        &[],
    );
}

/// Polaris asks for exactly one label in common, and for a rule of either direction. An empty podSelector selects all pods, and a
/// policy of a type without rules denies all of it:
/// <https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies>.
#[test]
fn a_default_deny_isolates() {
    let web = deployment(3, "app: web, team: shop");
    let deny = policy("podSelector: {}, policyTypes: [Ingress, Egress]");
    let two = policy(
        "podSelector: {matchLabels: {app: web, team: shop}}, policyTypes: [Ingress, Egress], \
         ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]",
    );
    for id in ["network-policy-ingress", "network-policy-egress"] {
        is(id, &[&web, &deny], Pass, &[]);
        is(id, &[&web, &two], Pass, &[]);
    }
}

/// Polaris compares budgets, autoscalers and Deployments of whatever namespaces. A selector and a `scaleTargetRef` reach no further
/// than their own: <https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget>.
#[test]
fn namespaces_are_worlds_of_their_own() {
    let web = deployment(3, "app: web");
    let two = budget("shop", "minAvailable: 2", APP);
    // With the autoscaler of another namespace, 2 of 2 would have to stay.
    is(
        "pdb-drainable",
        &[&two, &web, &autoscaler("other", "Deployment", 2)],
        Pass,
        &[],
    );
    let elsewhere = budget("other", "maxUnavailable: 1", APP);
    let none = &["no PodDisruptionBudget selects its pods"][..];
    is("pdb-present", &[&web, &elsewhere], Fail, none);
}

/// Polaris passes where there is neither budget nor autoscaler, and where as many must stay as the autoscaler may leave. No budget
/// is no protection, and one that spares nobody blocks every drain:
/// <https://kubernetes.io/docs/tasks/run-application/configure-pdb/#think-about-how-your-application-reacts-to-disruptions>.
#[test]
fn nothing_is_no_evidence_and_equal_is_too_much() {
    let web = deployment(5, "app: web");
    is(
        "pdb-present",
        &[&web],
        Fail,
        &["no PodDisruptionBudget selects its pods"],
    );
    is(
        "hpa-present",
        &[&web],
        Fail,
        &["no HorizontalPodAutoscaler scales it"],
    );
    let equal = budget("shop", "minAvailable: 2", APP);
    let found = &["of 2 sure to run (HorizontalPodAutoscaler web can go so low), 2 must stay"][..];
    is(
        "pdb-drainable",
        &[&equal, &web, &autoscaler("shop", "Deployment", 2)],
        Fail,
        found,
    );
}

/// kube-linter reads an autoscaler's floor only where `replicas` is 1. The autoscaler decides, whatever the manifest says:
/// <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling>.
#[test]
fn the_floor_of_the_autoscaler_counts() {
    let (web, three) = (
        deployment(5, "app: web"),
        budget("shop", "minAvailable: 3", APP),
    );
    is("pdb-drainable", &[&three, &web], Pass, &[]);
    let found = &["of 2 sure to run (HorizontalPodAutoscaler web can go so low), 3 must stay"][..];
    is(
        "pdb-drainable",
        &[&three, &web, &autoscaler("shop", "Deployment", 2)],
        Fail,
        found,
    );
}

/// kube-score takes a probe of any container for one of all. Probes are of containers:
/// <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes>.
#[test]
fn the_probes_of_a_sidecar_are_its_own() {
    let probes = "livenessProbe: {tcpSocket: {port: 1}}, readinessProbe: {tcpSocket: {port: 1}}";
    let pod = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{containers: \
         [{{name: web, image: i}}, {{name: proxy, image: i, {probes}}}]}}}}"
    );
    for id in ["liveness-probe", "readiness-probe"] {
        is(id, &[&pod], Fail, &["web /spec/containers/0"]);
    }
}

/// kube-score counts policy types. A rule without peers and ports allows everything:
/// <https://kubernetes.io/docs/concepts/services-networking/network-policies/#allow-all-ingress-traffic>.
#[test]
fn a_policy_that_allows_everything_restricts_nothing() {
    let web = deployment(3, "app: web");
    let open =
        policy("podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]");
    for id in ["network-policy-ingress", "network-policy-egress"] {
        let found = verdict(check(id), &[&*web, &open].join("\n---\n"));
        assert_eq!(found[0].1, Fail, "{id}: {:?}", found[0].2);
    }
}

/// Kyverno's sample denies a `maxUnavailable` below the replicas. What blocks is 0:
/// <https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget>.
#[test]
fn sparing_one_of_three_lets_a_node_be_drained() {
    let web = deployment(3, "app: web");
    is(
        "pdb-drainable",
        &[&budget("shop", "maxUnavailable: 1", APP), &web],
        Pass,
        &[],
    );
    let none = &["maxUnavailable is 0: of 3 sure to run, 3 must stay"][..];
    is(
        "pdb-drainable",
        &[&budget("shop", "maxUnavailable: 0", APP), &web],
        Fail,
        none,
    );
}

/// Kyverno's sample compares names alone, and asks DaemonSets for an autoscaler. A target has a kind, and a DaemonSet no scale:
/// <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/>.
#[test]
fn a_target_is_meant_by_its_kind() {
    let web = deployment(3, "app: web");
    let other = autoscaler("shop", "StatefulSet", 2);
    is(
        "hpa-present",
        &[&web, &other],
        Fail,
        &["no HorizontalPodAutoscaler scales it"],
    );
    is(
        "hpa-target-exists",
        &[&web, &other],
        Fail,
        &["StatefulSet web is not among the files"],
    );
    let agent = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: web}, spec: {}}";
    assert!(
        verdict(check("hpa-present"), agent).is_empty(),
        "it is not judged"
    );
}

/// Kyverno's sample refuses a Deployment whose budget comes later, as Helm and Argo CD apply them, and reads `matchLabels` alone. The
/// order of objects means nothing: at admission such a check warns, and what is there in the end decides.
/// <https://kubernetes.io/docs/concepts/architecture/controller/>
#[test]
fn the_order_of_objects_means_nothing() {
    assert!(
        check("pdb-present").is_relational(),
        "it only warns at admission"
    );
    let web = deployment(3, "app: web");
    let later = budget(
        "shop",
        "maxUnavailable: 1",
        "matchExpressions: [{key: app, operator: Exists}]",
    );
    is("pdb-present", &[&web, &later], Pass, &[]);
    is("pdb-present", &[&later, &web], Pass, &[]);
}

/// Kyverno's sample looks when a budget is written, at numbers alone, and at no autoscaler. Percentages are rounded up, and a Deployment
/// that is scaled down later is judged anew:
/// <https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages>.
#[test]
fn shares_count_and_so_does_scaling_down() {
    let half = budget("shop", "minAvailable: 50%", APP);
    is(
        "pdb-drainable",
        &[&half, &deployment(3, "app: web")],
        Pass,
        &[],
    );
    let mut cluster = cluster(&[half, deployment(3, "app: web")].join("\n---\n"));
    let params = Params::default();
    assert_in(check("pdb-drainable"), &params, &cluster, Pass, &[]);
    store(&mut cluster, &deployment(1, "app: web"));
    let found = &["minAvailable is 50%: of 1 sure to run, 1 must stay"][..];
    assert_in(check("pdb-drainable"), &params, &cluster, Fail, found);
}

/// Gatekeeper's library orders a percentage after every number, so that it always violates, and takes a budget of `matchExpressions` for one of
/// everything. <https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages>
#[test]
fn a_share_is_no_text_and_an_expression_no_everything() {
    let web = deployment(3, "app: web");
    let share = budget("shop", "minAvailable: 60%", APP);
    is("pdb-drainable", &[&share, &web], Pass, &[]);
    let unlike = "matchExpressions: [{key: app, operator: NotIn, values: [web]}]";
    let other = budget("shop", "minAvailable: 3", unlike);
    is("pdb-drainable", &[&other, &web], NotApplicable, &[]);
    is(
        "pdb-present",
        &[&web, &other],
        Fail,
        &["no PodDisruptionBudget selects its pods"],
    );
}
