//! Custom resources among the files: they are not judged, but what they make is looked up when other objects are.

use crate::run::{Run, with_stdin};

const SERVICE: &str = "\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}";
const BUDGET: &str = "\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 1, selector: {matchLabels: {app: web}}}";
const POLICY: &str = "\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\nspec: {podSelector: {matchLabels: {app: web}}}";

/// Something with a pod template in it.
fn with_template(api_version: &str, kind: &str, label: &str) -> String {
    format!(
        "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: web}}\nspec:\n  replicas: 3\n  strategy: {{canary: {{steps: []}}}}\n  \
         selector: {{matchLabels: {{app: {label}}}}}\n  template:\n    metadata: {{labels: {{app: {label}}}}}\n    spec:\n      containers:\n      \
         - name: web\n        image: i\n        ports: [{{name: http, containerPort: 8080}}]\n        resources: {{requests: {{cpu: 100m}}}}"
    )
}

fn scaled_by_hpa(api_version: &str, kind: &str) -> String {
    format!(
        "\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: web}}\nspec:\n  scaleTargetRef: {{apiVersion: \
         {api_version}, kind: {kind}, name: web}}\n  minReplicas: 2\n  maxReplicas: 4\n  metrics:\n  - type: Resource\n    resource: {{name: cpu, \
         target: {{type: Utilization, averageUtilization: 50}}}}"
    )
}

fn check(checks: &str, manifests: &str) -> Run {
    with_stdin(&["check", "-o", "json", "--checks", checks, "-"], manifests)
}

const TARGETS: &str = "service-selector,service-ports,pdb-targets,pdb-drainable,network-policy-targets,hpa-metrics,hpa-target-exists";

#[test]
fn the_pods_of_a_template_are_found() {
    for (api_version, kind) in [
        ("argoproj.io/v1alpha1", "Rollout"),
        ("apps.kruise.io/v1alpha1", "CloneSet"),
        ("apps.kruise.io/v1beta1", "StatefulSet"),
        ("serving.knative.dev/v1", "Service"),
    ] {
        let around = [SERVICE, BUDGET, POLICY, &scaled_by_hpa(api_version, kind)].concat();
        let run = check(
            TARGETS,
            &(with_template(api_version, kind, "web") + &around),
        );
        assert_eq!(run.results(), [] as [&str; 0], "{kind}: {}", run.stdout);
        assert_eq!(run.json()["summary"]["workloads"], 0, "it is not judged");

        let others = with_template(api_version, kind, "api") + SERVICE + BUDGET + POLICY;
        let expected = [
            "Service -/web service-selector Fail",
            "PodDisruptionBudget -/web pdb-targets Fail",
            "NetworkPolicy -/web network-policy-targets Fail",
        ];
        assert_eq!(check(TARGETS, &others).results(), expected, "{kind}");
        let elsewhere = with_template(api_version, kind, "web").replacen(
            "name: web",
            "name: web, namespace: other",
            1,
        ) + SERVICE;
        let run = check(TARGETS, &elsewhere);
        assert_eq!(run.results(), expected[..1], "{kind}");
    }
}

#[test]
fn what_is_wrong_with_the_pods_of_a_template_is_told() {
    let rollout = with_template("argoproj.io/v1alpha1", "Rollout", "web");
    let service = SERVICE.replace("targetPort: http", "targetPort: web");
    let hpa = scaled_by_hpa("argoproj.io/v1alpha1", "Rollout");
    let manifests = rollout
        .replace("requests", "limits_")
        .replace("limits_", "nothing")
        + &service
        + &hpa;
    let run = check(TARGETS, &manifests);
    assert_eq!(
        run.results(),
        [
            "Service -/web service-ports Fail",
            "HorizontalPodAutoscaler -/web hpa-metrics Fail"
        ],
        "{}",
        run.stdout
    );
    let message = &run.json()["results"][0]["message"];
    assert!(
        message
            .as_str()
            .is_some_and(|text| text.contains("Pod web (Rollout)")),
        "{message}"
    );
}

#[test]
fn who_may_make_the_pods_is_named() {
    let service = |label: &str| {
        SERVICE.replace(
            "selector: {app: web}",
            &format!("selector: {{app: {label}}}"),
        )
    };
    let kafka = "apiVersion: kafka.example.com/v1\nkind: Kafka\nmetadata: {name: events, labels: {team: data}}\nspec: {kafka: {replicas: 3}}";
    let certificate = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: events}\nspec: {secretName: events}";
    for (custom, label, expected) in [
        (
            kafka,
            "events",
            &["Service -/web service-selector Unknown"][..],
        ),
        (kafka, "kafka", &["Service -/web service-selector Unknown"]),
        (kafka, "web", &["Service -/web service-selector Fail"]),
        (
            certificate,
            "events",
            &["Service -/web service-selector Fail"],
        ),
    ] {
        let run = check("service-selector", &(custom.to_owned() + &service(label)));
        assert_eq!(run.results(), expected, "{label}: {}", run.stdout);
    }
    let run = check("service-selector", &(kafka.to_owned() + &service("events")));
    let message = run.json()["results"][0]["message"].to_string();
    assert!(
        message.contains("Kafka events may make such pods"),
        "{message}"
    );
}

#[test]
fn keda_scales_what_a_scaled_object_names() {
    let deployment = with_template("apps/v1", "Deployment", "web").replace("  replicas: 3\n", "");
    let checks = "hpa-present,min-replicas,hpa-replicas-conflict,hpa-min-replicas,hpa-metrics,hpa-target-exists";
    let object = |kind: &str, group: &str, spec: &str| {
        format!(
            "\n---\napiVersion: {group}\nkind: {kind}\nmetadata: {{name: web}}\nspec: {{{spec}}}"
        )
    };
    let scaled = |spec: &str| object("ScaledObject", "keda.sh/v1alpha1", spec);
    let absent = [
        "Deployment -/web min-replicas Fail",
        "Deployment -/web hpa-present Fail",
    ];
    for (other, expected) in [
        (String::new(), &absent[..]),
        (
            scaled("scaleTargetRef: {name: web}, minReplicaCount: 2"),
            &[],
        ),
        (
            scaled(
                "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicaCount: 2",
            ),
            &[],
        ),
        (scaled("scaleTargetRef: {name: web}"), &absent[..1]),
        (
            scaled("scaleTargetRef: {name: other}, minReplicaCount: 2"),
            &absent,
        ),
        (
            scaled("scaleTargetRef: {kind: StatefulSet, name: web}, minReplicaCount: 2"),
            &absent,
        ),
        (
            object(
                "VerticalPodAutoscaler",
                "autoscaling.k8s.io/v1",
                "targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}",
            ),
            &absent,
        ),
    ] {
        let run = check(checks, &(deployment.clone() + &other));
        assert_eq!(run.results(), expected, "{other} {}", run.stdout);
    }
    let run = check(
        checks,
        &(deployment + &scaled("scaleTargetRef: {name: web}")),
    );
    let message = run.json()["results"][0]["message"].to_string();
    assert!(
        message.contains("keda-hpa-web, which is made of web, may go down to 1"),
        "{message}"
    );
}

/// Aliases of aliases stand for more than there is room for.
#[test]
fn a_custom_resource_of_many_aliases_comes_to_an_end() {
    let mut text =
        "apiVersion: example.com/v1\nkind: Bomb\nmetadata: {name: b}\nspec:\n  a0: &a0 {b: c}\n"
            .to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        text += &format!("  a{level}: &a{level} [{items}]\n");
    }
    let run = check("service-selector", &(text + SERVICE));
    assert_eq!(
        run.results(),
        ["Service -/web service-selector Fail"],
        "{}",
        run.stderr
    );
}

#[test]
fn how_many_pods_there_are_is_what_the_custom_resource_or_its_autoscaler_says() {
    let rollout = with_template("argoproj.io/v1alpha1", "Rollout", "web");
    let unsaid = rollout.replace("  replicas: 3\n", "");
    let hpa = scaled_by_hpa("argoproj.io/v1alpha1", "Rollout")
        .replace("minReplicas: 2", "minReplicas: 1");
    let budget = |text: &str| BUDGET.replace("minAvailable: 1", text);
    for (manifests, expected) in [
        (rollout.clone() + &budget("minAvailable: 2"), ""),
        (rollout.clone() + &budget("minAvailable: 3"), "Fail"),
        (rollout.clone() + &budget("maxUnavailable: 1"), ""),
        (rollout + &budget("minAvailable: 2") + &hpa, "Fail"),
        (unsaid.clone() + &budget("minAvailable: 1"), "Unknown"),
        (unsaid.clone() + &budget("maxUnavailable: 0"), "Fail"),
        (unsaid + &budget("maxUnavailable: 1"), "Unknown"),
    ] {
        let run = check("pdb-drainable", &manifests);
        let expected = Vec::from_iter(
            Some(expected)
                .filter(|verdict| !verdict.is_empty())
                .map(|verdict| format!("PodDisruptionBudget -/web pdb-drainable {verdict}")),
        );
        assert_eq!(run.results(), expected, "{manifests}\n{}", run.stdout);
    }
}
