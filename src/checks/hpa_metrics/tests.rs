use super::CHECK;
use crate::check::testing::{assert_on, verdict};
use crate::model::Verdict::{self, Fail, Pass, Unknown};

const SHARE: &str = "target: {type: Utilization, averageUtilization: 70}";
const AVERAGE: &str = "target: {type: AverageValue, averageValue: 1}";
const REQUESTED: &str = "{name: web, resources: {requests: {cpu: 1}}}";

/// A HorizontalPodAutoscaler, and the Deployment that it scales.
fn scaled(metrics: &str, pod: &str) -> String {
    let target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}";
    let object = "apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler";
    let spec = format!("{{{target}, maxReplicas: 3, {metrics}}}");
    let autoscaler = format!("{{{object}, metadata: {{name: web}}, spec: {spec}}}");
    let object = "apiVersion: apps/v1, kind: Deployment, metadata: {name: web}";
    format!("{autoscaler}\n---\n{{{object}, spec: {{template: {{spec: {{{pod}}}}}}}}}")
}

fn cpu_share() -> String {
    format!("{{type: Resource, resource: {{name: cpu, {SHARE}}}}}")
}

/// Scaled by the utilisation of CPU.
fn cpu(pod: &str) -> String {
    scaled(&format!("metrics: [{}]", cpu_share()), pod)
}

/// Scaled by the CPU of one container.
fn cpu_of(container: &str, target: &str, pod: &str) -> String {
    let source = format!("{{name: cpu, container: {container}, {target}}}");
    let metric = format!("{{type: ContainerResource, containerResource: {source}}}");
    scaled(&format!("metrics: [{metric}]"), pod)
}

fn assert_verdicts(rows: &[(String, Verdict)]) {
    for (manifests, expected) in rows {
        let outcomes = verdict(&CHECK, manifests);
        assert_eq!(outcomes[0].1, *expected, "{manifests}\n{outcomes:?}");
    }
}

#[test]
fn every_container_that_runs_on_needs_a_request() {
    let containers = |list: &str| cpu(&format!("containers: [{list}]"));
    let with = |resources: &str| containers(&format!("{{name: web, resources: {resources}}}"));
    let beside = |list: &str| cpu(&format!("{list}, containers: [{REQUESTED}]"));
    let idle = "{name: log, resources: {requests: {cpu: 0}}}";
    assert_verdicts(&[
        (with("{requests: {cpu: 1}}"), Pass),
        (with("{limits: {cpu: 1}}"), Pass),
        (with("{}"), Fail),
        (with("{requests: {memory: 1Gi}}"), Fail),
        (with("{requests: {cpu: lots}}"), Unknown),
        (containers(&format!("{REQUESTED}, {{name: log}}")), Fail),
        // Only those that run as long as the pod count.
        (beside("initContainers: [{name: init}]"), Pass),
        (
            beside("initContainers: [{name: proxy, restartPolicy: Always}]"),
            Fail,
        ),
        (beside("ephemeralContainers: [{name: debug}]"), Pass),
        // Kubernetes divides by the sum.
        (with("{requests: {cpu: 0}}"), Fail),
        (containers(&format!("{REQUESTED}, {idle}")), Pass),
    ]);
}

#[test]
fn a_finding_names_each_container_and_the_metric() {
    let pods = "{type: Pods, pods: {metric: {name: rps}, target: {type: AverageValue}}}";
    let metrics = format!("metrics: [{pods}, {}]", cpu_share());
    let manifests = scaled(
        &metrics,
        "initContainers: [{name: proxy, restartPolicy: Always}], containers: [{name: web}]",
    );
    let lines: &[&str] = &[
        "proxy /spec/metrics/1/resource cpu: container proxy of Deployment default/web has no cpu request",
        "web /spec/metrics/1/resource cpu: container web of",
    ];
    assert_on(&CHECK, &[(&manifests, Fail, lines)]);
    let zero = cpu("containers: [{name: web, resources: {requests: {cpu: 0}}}]");
    let line = "- /spec/metrics/0/resource cpu: the cpu requests of Deployment default/web are 0";
    assert_on(&CHECK, &[(&zero, Fail, &[line])]);
    let missing = cpu_of("api", AVERAGE, "containers: [{name: web}]");
    let line = "- /spec/metrics/0/containerResource/container api: Deployment default/web has no";
    assert_on(&CHECK, &[(&missing, Fail, &[line])]);
}

#[test]
fn a_limit_range_gives_requests() {
    let range = |item: &str| {
        let object = "apiVersion: v1, kind: LimitRange, metadata: {name: a}";
        let range = format!("{{{object}, spec: {{limits: [{{{item}}}]}}}}");
        cpu("containers: [{name: web}]") + "\n---\n" + &range
    };
    let default = "type: Container, default: {cpu: 1}";
    let elsewhere = range(default).replace("name: a}", "name: a, namespace: b}");
    assert_verdicts(&[
        (range(default), Pass),
        (range("type: Container, defaultRequest: {cpu: 1}"), Pass),
        (range("type: Container, max: {cpu: 1}"), Pass),
        (range("type: Container, min: {cpu: 1}"), Pass),
        (range("type: Container, default: {memory: 1Gi}"), Fail),
        (range("type: Pod, max: {cpu: 1}"), Fail),
        (elsewhere, Fail),
    ]);
}

/// With requests of its own, whatever they are of, the pod's sum counts, and not each container.
#[test]
fn requests_of_the_pod_stand_for_those_of_its_containers() {
    let pod = |resources: &str, containers: &str| {
        format!("resources: {{{resources}}}, containers: [{containers}]")
    };
    let (web, log) = ("{name: web}", "{name: log}");
    let two = &format!("{REQUESTED}, {log}");
    let of_pod = pod("requests: {cpu: 1}", web);
    assert_verdicts(&[
        (cpu(&of_pod), Pass),
        (cpu(&pod("limits: {cpu: 1}", web)), Pass),
        (cpu(&pod("requests: {cpu: 0}", REQUESTED)), Fail),
        (cpu(&pod("requests: {memory: 1Gi}", two)), Pass),
        (cpu(&pod("limits: {memory: 1Gi}", two)), Pass),
        (cpu(&pod("requests: {memory: 1Gi}", web)), Fail),
        (cpu(&pod("", two)), Fail),
        (cpu_of("web", SHARE, &of_pod), Fail),
    ]);
}

#[test]
fn a_container_that_a_metric_names_exists() {
    let containers = format!("containers: [{REQUESTED}, {{name: log}}]");
    let pod = &format!("initContainers: [{{name: init}}], {containers}");
    assert_verdicts(&[
        (cpu_of("web", SHARE, pod), Pass),
        (cpu_of("log", SHARE, pod), Fail),
        (cpu_of("log", AVERAGE, pod), Pass),
        (cpu_of("api", AVERAGE, pod), Fail),
        (cpu_of("api", SHARE, pod), Fail),
        (cpu_of("init", SHARE, pod), Fail),
    ]);
}

#[test]
fn only_utilisation_needs_requests() {
    let by = |metric: &str| scaled(&format!("metrics: [{metric}]"), "containers: [{name: web}]");
    let of = |resource: &str| by(&format!("{{type: Resource, resource: {{{resource}}}}}"));
    assert_verdicts(&[
        (of(&format!("name: cpu, {AVERAGE}")), Pass),
        (by("{type: Pods, pods: {metric: {name: rps}}}"), Pass),
        (by("{type: External, external: {metric: {name: a}}}"), Pass),
        (of(&format!("name: cpu, {SHARE}")), Fail),
        (of(&format!("name: memory, {SHARE}")), Fail),
        (of("name: cpu, targetAverageUtilization: 70"), Fail),
        (of(&format!("name: example.com/gpu, {SHARE}")), Unknown),
        // Without metrics, Kubernetes fills in the utilisation of CPU.
        (by(""), Fail),
        (scaled("", "containers: [{name: web}]"), Fail),
    ]);
}

#[test]
fn a_target_that_is_not_known_decides_nothing() {
    for target in [
        "apiVersion: argoproj.io/v1alpha1, kind: Rollout",
        "apiVersion: apps/v1, kind: StatefulSet",
        "apiVersion: apps/v1, kind: DaemonSet",
    ] {
        let aimed = |manifests: String| {
            manifests.replacen("apiVersion: apps/v1, kind: Deployment", target, 1)
        };
        assert_verdicts(&[
            (aimed(cpu("containers: []")), Unknown),
            (
                aimed(scaled("metrics: [{type: Pods}]", "containers: []")),
                Pass,
            ),
        ]);
    }
}
