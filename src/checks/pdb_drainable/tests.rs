use super::CHECK;
use crate::check::Params;
use crate::check::testing::{assert_in, assert_on, inventory, verdict};
use crate::inventory::Source;
use crate::model::Kind;
use crate::model::Verdict::{self, Fail, NotApplicable, Pass, Unknown};

fn budget(demand: &str, selector: &str) -> String {
    let spec = format!("{{{demand}, {selector}}}");
    format!(
        "{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: web}}, spec: {spec}}}"
    )
}

fn over_web(demand: &str) -> String {
    budget(demand, "selector: {matchLabels: {app: web}}")
}

fn workload(kind: Kind, name: &str, spec: &str) -> String {
    let template = "template: {metadata: {labels: {app: web}}}";
    let spec = match kind {
        Kind::CronJob => format!("jobTemplate: {{spec: {{{template}}}}}"),
        _ => format!("{spec}{template}"),
    };
    let version = kind.api_version();
    format!(
        "\n---\n{{apiVersion: {version}, kind: {kind}, metadata: {{name: {name}}}, spec: {{{spec}}}}}"
    )
}

fn deployment(replicas: i32) -> String {
    let spec = format!("replicas: {replicas}, ");
    workload(Kind::Deployment, "web", &spec)
}

fn pod(name: &str, metadata: &str) -> String {
    let metadata = format!("{{name: {name}, labels: {{app: web}}{metadata}}}");
    format!("\n---\n{{apiVersion: v1, kind: Pod, metadata: {metadata}, spec: {{}}}}")
}

/// A Deployment, and a HorizontalPodAutoscaler of a target of its name.
fn scaled(replicas: i32, target: Kind, min: i32) -> String {
    let target = format!("{{apiVersion: apps/v1, kind: {target}, name: web}}");
    let spec = format!("{{scaleTargetRef: {target}, minReplicas: {min}, maxReplicas: 9}}");
    let object = "apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: s}";
    deployment(replicas) + &format!("\n---\n{{{object}, spec: {spec}}}")
}

/// What is demanded, the workloads with the budget's label, and the verdict.
fn assert_verdicts(rows: &[(&str, &str, Verdict)]) {
    for (demand, others, expected) in rows {
        let manifests = over_web(demand) + others;
        let outcomes = verdict(&CHECK, &manifests);
        assert_eq!(outcomes.len(), 1, "{manifests}");
        assert_eq!(outcomes[0].1, *expected, "{manifests}\n{outcomes:?}");
    }
}

#[test]
fn a_pod_can_go() {
    let (one, two, three) = (&deployment(1), &deployment(2), &deployment(3));
    assert_verdicts(&[
        ("minAvailable: 0", two, Pass),
        ("minAvailable: 1", two, Pass),
        ("minAvailable: 2", two, Fail),
        ("minAvailable: 3", two, Fail),
        // Shares are rounded up in both fields.
        ("minAvailable: 50%", two, Pass),
        ("minAvailable: 51%", two, Fail),
        ("minAvailable: 66%", three, Pass),
        ("minAvailable: 67%", three, Fail),
        ("minAvailable: 100%", three, Fail),
        ("minAvailable: 101%", three, Fail),
        ("minAvailable: 0%", three, Pass),
        ("maxUnavailable: 1%", three, Pass),
        ("maxUnavailable: 1", one, Pass),
        ("maxUnavailable: 1", three, Pass),
        ("maxUnavailable: 5", two, Pass),
        ("maxUnavailable: 0", two, Fail),
        ("maxUnavailable: 0%", two, Fail),
        ("minAvailable: null", two, Fail),
    ]);
}

#[test]
fn a_finding_says_what_is_kept_and_why() {
    let scaled = scaled(5, Kind::Deployment, 2);
    for (demand, others, line) in [
        (
            "minAvailable: 2",
            &deployment(2),
            "- /spec/minAvailable : minAvailable is 2: of 2 sure to run, 2 must stay, so no pod may be",
        ),
        (
            "minAvailable: 3",
            &scaled,
            "of 2 sure to run (HorizontalPodAutoscaler s can go so low), 3 must stay",
        ),
        (
            "maxUnavailable: 0%",
            &deployment(2),
            "- /spec/maxUnavailable : maxUnavailable is 0%: of 2 sure to run, 2 must stay",
        ),
        (
            "minAvailable: null",
            &deployment(2),
            "- /spec : neither minAvailable nor maxUnavailable is set: no pod may ever be evicted",
        ),
        (
            "maxUnavailable: 0",
            &String::new(),
            "maxUnavailable is 0: no pod may ever be evicted; set maxUnavailable: 1",
        ),
        (
            "maxUnavailable: 1",
            &workload(Kind::Job, "job", ""),
            "Job default/job has no scale to compute that from, so no eviction is allowed",
        ),
        (
            "maxUnavailable: 1",
            &pod("a", ""),
            "nothing with a scale is sure to run to compute that from",
        ),
    ] {
        assert_on(&CHECK, &[(&(over_web(demand) + others), Fail, &[line])]);
    }
}

/// Replicas above the floor do not help, whether `replicas` is 1 or more, and a floor that is only just kept is no room.
#[test]
fn the_fewest_replicas_count() {
    let on_deployment = |replicas, min| scaled(replicas, Kind::Deployment, min);
    let elsewhere = on_deployment(5, 2).replace("name: s}", "name: s, namespace: shop}");
    assert_verdicts(&[
        ("minAvailable: 3", &on_deployment(5, 4), Pass),
        ("minAvailable: 3", &on_deployment(5, 2), Fail),
        ("minAvailable: 2", &on_deployment(5, 2), Fail),
        ("minAvailable: 2", &on_deployment(1, 3), Pass),
        ("minAvailable: 60%", &on_deployment(5, 2), Fail),
        ("maxUnavailable: 1", &on_deployment(5, 1), Pass),
        ("minAvailable: 1", &on_deployment(5, 0), Fail),
        ("maxUnavailable: 1", &on_deployment(5, 0), Pass),
        // One that scales something else: of another kind, in another namespace.
        ("minAvailable: 2", &scaled(5, Kind::StatefulSet, 2), Pass),
        ("minAvailable: 2", &elsewhere, Pass),
    ]);
}

#[test]
fn all_workloads_under_a_budget_count_together() {
    let (two, set) = (deployment(2), |replicas: &str| {
        workload(Kind::StatefulSet, "b", replicas)
    });
    let both = &(two.clone() + &set("replicas: 3, "));
    let elsewhere = set("replicas: 9, ").replace("name: b", "name: b, namespace: shop");
    let unlike = set("replicas: 9, ").replace("app: web", "app: api");
    assert_verdicts(&[
        ("minAvailable: 4", both, Pass),
        ("minAvailable: 5", both, Fail),
        ("minAvailable: 80%", both, Pass),
        ("minAvailable: 81%", both, Fail),
        ("minAvailable: 2", &(two.clone() + &set("")), Pass),
        ("minAvailable: 2", &(two.clone() + &elsewhere), Fail),
        ("minAvailable: 2", &(two + &unlike), Fail),
    ]);
}

#[test]
fn what_has_no_scale_only_counts_for_a_number() {
    let agent = &workload(Kind::DaemonSet, "agent", "");
    let job = &workload(Kind::Job, "job", "parallelism: 3, ");
    let cron = &workload(Kind::CronJob, "cron", "");
    let status = "status: {conditions: [{type: Complete, status: 'True'}]}";
    let done = &job.replace("spec: {", &format!("{status}, spec: {{"));
    let two = deployment(2);
    assert_verdicts(&[
        ("maxUnavailable: 1", agent, Fail),
        ("minAvailable: 50%", agent, Fail),
        ("maxUnavailable: 1", cron, Fail),
        ("maxUnavailable: 1", &(two.clone() + agent), Fail),
        ("maxUnavailable: 1", &(two.clone() + job), Fail),
        ("maxUnavailable: 1", &(two.clone() + done), Pass),
        // A DaemonSet has as many pods as there are nodes for it.
        ("minAvailable: 0", agent, Pass),
        ("minAvailable: 1", agent, Unknown),
        ("minAvailable: 1", &(two.clone() + agent), Pass),
        ("minAvailable: 2", &(two.clone() + agent), Unknown),
        // The last pod of a Job keeps its node until it ends.
        ("minAvailable: 1", job, Fail),
        ("minAvailable: 1", &(two.clone() + job), Pass),
        ("minAvailable: 2", &(two + job), Fail),
        ("minAvailable: 1", done, NotApplicable),
    ]);
}

#[test]
fn pods_without_a_controller_are_healthy_but_not_expected() {
    let (one, two) = (pod("a", ""), deployment(2));
    let owner = "{apiVersion: v1, kind: Node, name: a, uid: u, controller: true}";
    let of_node = pod("a", &format!(", ownerReferences: [{owner}]"));
    let pair = &(one.clone() + &pod("b", ""));
    assert_verdicts(&[
        ("maxUnavailable: 1", &one, Fail),
        ("minAvailable: 1%", pair, Fail),
        ("minAvailable: 1", &one, Fail),
        ("minAvailable: 1", pair, Pass),
        ("maxUnavailable: 0", &(two.clone() + &one), Pass),
        ("minAvailable: 100%", &(two.clone() + &one), Pass),
        // What controls it is not here, and may have a scale or none.
        ("maxUnavailable: 1", &(two.clone() + &of_node), Unknown),
        ("minAvailable: 2", &(two + &of_node), Pass),
    ]);
}

#[test]
fn a_budget_of_no_pods_does_not_apply_unless_it_never_lets_one_go() {
    let (parked, other) = (deployment(0), deployment(2).replace("app: web", "app: api"));
    assert_verdicts(&[
        ("minAvailable: 1", "", NotApplicable),
        ("maxUnavailable: 1", "", NotApplicable),
        ("minAvailable: 1", &parked, NotApplicable),
        ("minAvailable: 1", &other, NotApplicable),
        ("maxUnavailable: 0", "", Fail),
        ("maxUnavailable: 0%", &parked, Fail),
        ("minAvailable: 100%", "", Fail),
        ("minAvailable: 150%", "", Fail),
        ("minAvailable: 100%, maxUnavailable: 5", "", Fail),
        ("minAvailable: 1, maxUnavailable: 0", &parked, Fail),
    ]);
}

#[test]
fn a_selector_means_what_kubernetes_means() {
    let labels = |expression: &str| format!("selector: {{matchExpressions: [{expression}]}}");
    let with = |selector: &str| budget("minAvailable: 2", selector) + &deployment(2);
    for (selector, expected) in [
        ("selector: {}", Fail),
        ("selector: null", NotApplicable),
        (
            "selector: {matchLabels: {app: web, tier: a}}",
            NotApplicable,
        ),
        (&labels("{key: app, operator: In, values: [web]}"), Fail),
        (&labels("{key: app, operator: Exists}"), Fail),
        (
            &labels("{key: app, operator: NotIn, values: [web]}"),
            NotApplicable,
        ),
    ] {
        assert_eq!(
            verdict(&CHECK, &with(selector))[0].1,
            expected,
            "{selector}"
        );
    }
}

#[test]
fn a_budget_that_says_nothing_at_all_is_none() {
    let rows = [
        ("selector: null", NotApplicable),
        ("selector: {}", Fail),
        ("selector: {matchLabels: {app: web}}", Fail),
    ];
    for (selector, expected) in rows {
        let said = budget("minAvailable: null", selector);
        assert_eq!(verdict(&CHECK, &said)[0].1, expected, "{selector}");
    }
}

#[test]
fn what_the_api_server_refuses_decides_nothing() {
    let two = deployment(2);
    for demand in [
        "minAvailable: half",
        "minAvailable: '1'",
        "minAvailable: -1",
        "maxUnavailable: -1%",
        "minAvailable: 1, maxUnavailable: 1",
    ] {
        let refused: &[&str] = &["which Kubernetes refuses"];
        assert_on(&CHECK, &[(&(over_web(demand) + &two), Unknown, refused)]);
    }
}

#[test]
fn what_cannot_be_read_decides_nothing() {
    for kind in [
        Kind::Deployment,
        Kind::CronJob,
        Kind::HorizontalPodAutoscaler,
    ] {
        let mut inventory = inventory(&(over_web("maxUnavailable: 1") + &deployment(2)));
        inventory.set_source(kind, Source::Unavailable("forbidden".into()));
        let message = format!("{kind}s cannot be read: forbidden");
        assert_in(&CHECK, &Params::default(), &inventory, Unknown, &[&message]);
    }
}
