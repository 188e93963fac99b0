use crate::check::testing::{assert_on_pods, verdict};
use crate::checks;
use crate::model::Verdict::{self, Fail, Pass, Unknown};

#[test]
fn a_limit_must_be_more_than_nothing() {
    assert_on_pods(
        checks::find("memory-limits").expect("it is in the catalogue"),
        &[
            (
                "{containers: [{name: web, resources: {limits: {memory: 64Mi}}}]}",
                Pass,
                &[],
            ),
            (
                "{containers: [{name: web, resources: {limits: {memory: 67108864}}}]}",
                Pass,
                &[],
            ),
            (
                "{containers: [{name: web}]}",
                Fail,
                &["web /spec/containers/0/resources/limits/memory "],
            ),
            (
                "{containers: [{name: web, resources: {limits: {cpu: 1}}}]}",
                Fail,
                &["has no memory limit"],
            ),
            (
                "{containers: [{name: web, resources: {requests: {memory: 1Gi}}}]}",
                Fail,
                &["has no memory limit"],
            ),
            (
                "{containers: [{name: web, resources: {limits: {memory: 0}}}]}",
                Fail,
                &["is 0, which is no limit"],
            ),
            (
                "{containers: [{name: web, resources: {limits: {memory: 1Gb}}}]}",
                Unknown,
                &["`1Gb` is not a quantity"],
            ),
            (
                "{containers: [{name: web, resources: {limits: {memory: '${MEM}'}}}]}",
                Unknown,
                &["`${MEM}`"],
            ),
            (
                "{containers: [{name: web, resources: {limits: {memory: -1Gi}}}]}",
                Unknown,
                &["-1Gi is below 0"],
            ),
            // Init containers take resources, ephemeral ones may not say any.
            (
                "{initContainers: [{name: init}]}",
                Fail,
                &["init /spec/initContainers/0/"],
            ),
            ("{ephemeralContainers: [{name: debug}]}", Pass, &[]),
            // The pod's own limit bounds all of its containers.
            (
                "{resources: {limits: {memory: 1Gi}}, containers: [{name: a}, {name: b}]}",
                Pass,
                &[],
            ),
            (
                "{resources: {limits: {cpu: 1}}, containers: [{name: a}]}",
                Fail,
                &["a "],
            ),
            (
                "{resources: {limits: {memory: 1Gi}}, containers: [{name: a, resources: {limits: {memory: 0}}}]}",
                Pass,
                &[],
            ),
        ],
    );
}

#[test]
fn a_request_is_the_limit_where_it_is_not_set() {
    assert_on_pods(
        checks::find("cpu-requests").expect("it is in the catalogue"),
        &[
            (
                "{containers: [{name: web, resources: {requests: {cpu: 1m}}}]}",
                Pass,
                &[],
            ),
            (
                "{containers: [{name: web, resources: {limits: {cpu: 1}}}]}",
                Pass,
                &[],
            ),
            (
                "{containers: [{name: web, resources: {limits: {memory: 1Gi}}}]}",
                Fail,
                &["has no cpu request"],
            ),
            (
                "{containers: [{name: web, resources: {limits: {cpu: 1}, requests: {cpu: 0}}}]}",
                Fail,
                &["is 0, which sets nothing aside"],
            ),
            (
                "{containers: [{name: web, resources: {limits: {cpu: 0}}}]}",
                Fail,
                &["is 0"],
            ),
            (
                "{containers: [{name: web, resources: {limits: {cpu: a}}}]}",
                Unknown,
                &["`a` is not a quantity"],
            ),
            (
                "{resources: {requests: {cpu: 1}}, containers: [{name: a}]}",
                Pass,
                &[],
            ),
            (
                "{resources: {limits: {cpu: 1}}, containers: [{name: a}]}",
                Pass,
                &[],
            ),
            // With any limit of its own, the pod requests what its containers request together.
            (
                "{resources: {limits: {memory: 1Gi}},
                      containers: [{name: a}, {name: b, resources: {requests: {cpu: 1}}}]}",
                Pass,
                &[],
            ),
            (
                "{resources: {requests: {memory: 1Gi}},
                      containers: [{name: a}, {name: b, resources: {requests: {cpu: 1}}}]}",
                Fail,
                &["a "],
            ),
        ],
    );
}

#[test]
fn a_limit_range_of_the_namespace_fills_in_what_is_missing() {
    let on = |id: &str, namespace: &str, limits: &str, container: &str| -> Verdict {
        let range = format!(
            "metadata: {{name: limits, namespace: {namespace}}}, spec: {{limits: [{limits}]}}"
        );
        let pod = format!("metadata: {{name: web}}, spec: {{containers: [{container}]}}");
        let manifests = format!(
            "{{apiVersion: v1, kind: LimitRange, {range}}}\n---\n{{apiVersion: v1, kind: Pod, {pod}}}"
        );
        verdict(
            checks::find(id).expect("it is in the catalogue"),
            &manifests,
        )[0]
        .1
    };
    let bare = "{name: web}";
    for (id, namespace, limits, container, expected) in [
        (
            "cpu-limits",
            "default",
            "{type: Container, default: {cpu: 1}}",
            bare,
            Pass,
        ),
        (
            "cpu-limits",
            "other",
            "{type: Container, default: {cpu: 1}}",
            bare,
            Fail,
        ),
        (
            "cpu-limits",
            "default",
            "{type: Pod, max: {cpu: 1}}",
            bare,
            Fail,
        ),
        (
            "cpu-limits",
            "default",
            "{type: Container, default: {memory: 1Gi}}",
            bare,
            Fail,
        ),
        (
            "cpu-limits",
            "default",
            "{type: Container, default: {cpu: x}}",
            bare,
            Unknown,
        ),
        // The maximum is the default limit, and a default limit the default request.
        (
            "cpu-limits",
            "default",
            "{type: Container, max: {cpu: 1}}",
            bare,
            Pass,
        ),
        (
            "cpu-requests",
            "default",
            "{type: Container, max: {cpu: 1}}",
            bare,
            Pass,
        ),
        (
            "cpu-requests",
            "default",
            "{type: Container, min: {cpu: 1}}",
            bare,
            Pass,
        ),
        (
            "cpu-limits",
            "default",
            "{type: Container, min: {cpu: 1}}",
            bare,
            Fail,
        ),
        (
            "cpu-limits",
            "default",
            "{type: Container, defaultRequest: {cpu: 1}}",
            bare,
            Fail,
        ),
        (
            "memory-requests",
            "default",
            "{type: Container, defaultRequest: {memory: 1Gi}}",
            bare,
            Pass,
        ),
        (
            "memory-limits",
            "default",
            "{type: Container, default: {memory: 1Gi}}",
            "{name: web, resources: {limits: {memory: 0}}}",
            Fail,
        ),
    ] {
        assert_eq!(
            on(id, namespace, limits, container),
            expected,
            "{id}: {limits} for {container}"
        );
    }
}
