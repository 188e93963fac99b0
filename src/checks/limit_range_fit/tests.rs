use super::CHECK;
use crate::check::testing::assert_on;
use crate::model::Verdict::{self, Fail, NotApplicable, Pass};

fn assert_pod(limits: &str, spec: &str, expected: Verdict, parts: &[&str]) {
    let manifests = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop}}, spec: {{{spec}}}}}\n---\n\
         {{apiVersion: v1, kind: LimitRange, metadata: {{name: team, namespace: shop}}, spec: {{limits: [{limits}]}}}}"
    );
    assert_on(&CHECK, &[(&manifests, expected, parts)]);
}

fn container(resources: &str) -> String {
    format!("containers: [{{name: web, resources: {{{resources}}}}}]")
}

#[test]
fn a_container_is_bounded_by_itself() {
    let max = "{type: Container, max: {memory: 2Gi}}";
    let min = "{type: Container, min: {cpu: 100m}}";
    for (limits, resources, expected, parts) in [
        (max, "limits: {memory: 2Gi}", Pass, &[][..]),
        (
            max,
            "limits: {memory: 3Gi}",
            Fail,
            &["web /spec/containers/0/resources/limits/memory team its memory limit is 3Gi, and LimitRange team allows 2Gi at most"],
        ),
        // The limit of who says none is the maximum.
        (max, "", Pass, &[]),
        (
            max,
            "requests: {memory: 3Gi}",
            Fail,
            &["its memory request is 3Gi, and LimitRange team allows 2Gi at most"],
        ),
        // The request of who says none is the minimum.
        (min, "", Pass, &[]),
        (
            min,
            "requests: {cpu: 50m}",
            Fail,
            &["its cpu request is 50m, and LimitRange team asks for 100m at least"],
        ),
        (
            min,
            "limits: {cpu: 50m}",
            Fail,
            &["its cpu request is 50m, and LimitRange team asks for 100m at least"],
        ),
        (
            "{type: Container, maxLimitRequestRatio: {cpu: 2}}",
            "requests: {cpu: 1}, limits: {cpu: 2}",
            Pass,
            &[],
        ),
        (
            "{type: Container, maxLimitRequestRatio: {cpu: 1.5}}",
            "requests: {cpu: 1}, limits: {cpu: 2}",
            Fail,
            &["its cpu limit is 2 of a request of 1, and LimitRange team allows a limit of 1500m times the request"],
        ),
        (
            "{type: Container, maxLimitRequestRatio: {cpu: 2}}",
            "requests: {cpu: 1}",
            Fail,
            &["its cpu limit is not set or 0"],
        ),
        (
            "{type: Container, maxLimitRequestRatio: {cpu: 2}}",
            "",
            Fail,
            &["its cpu request is not set or 0"],
        ),
        // Only what it fills in: nothing is bounded.
        (
            "{type: Container, default: {cpu: 1}}",
            "",
            NotApplicable,
            &[],
        ),
        ("{type: Container, max: {memory: lots}}", "", Pass, &[]),
    ] {
        assert_pod(limits, &container(resources), expected, parts);
    }
}

#[test]
fn a_pod_is_bounded_as_a_whole() {
    let max = "{type: Pod, max: {memory: 2Gi}}";
    for (spec, expected, parts) in [
        (
            "containers: [{name: a, resources: {limits: {memory: 1Gi}}}, {name: b, resources: {limits: {memory: 1Gi}}}]",
            Pass,
            &[][..],
        ),
        (
            "containers: [{name: a, resources: {limits: {memory: 1Gi}}}, {name: b, resources: {limits: {memory: 2Gi}}}]",
            Fail,
            &["- /spec/resources/limits/memory team the pod's memory limit is 3Gi, and LimitRange team allows 2Gi at most"],
        ),
        (
            "initContainers: [{name: i, resources: {limits: {memory: 3Gi}}}], containers: [{name: a}]",
            Fail,
            &["the pod's memory limit is 3Gi"],
        ),
        (
            "resources: {limits: {memory: 1Gi}}, containers: [{name: a, resources: {requests: {memory: 1Mi}, limits: {memory: 3Gi}}}]",
            Pass,
            &[],
        ),
        // A LimitRange gives pods nothing.
        (
            "containers: [{name: a}]",
            Fail,
            &["the pod's memory limit is not set"],
        ),
    ] {
        assert_pod(max, spec, expected, parts);
    }
}

#[test]
fn claims_are_bounded_until_they_have_a_volume() {
    let bounds = "{type: PersistentVolumeClaim, min: {storage: 1Gi}, max: {storage: 10Gi}}";
    let volume = |storage: &str| {
        format!(
            "containers: [{{name: a}}], volumes: [{{name: v, ephemeral: {{volumeClaimTemplate: {{spec: {{resources: \
             {{requests: {{{storage}}}}}}}}}}}}}]"
        )
    };
    for (storage, expected, parts) in [
        ("storage: 10Gi", Pass, &[][..]),
        (
            "storage: 11Gi",
            Fail,
            &["- /spec/volumes/0/ephemeral v: the claim v asks for 11Gi, and LimitRange team allows 10Gi at most"],
        ),
        (
            "storage: 1M",
            Fail,
            &["the claim v asks for 1000000, and LimitRange team asks for 1Gi at least"],
        ),
        ("", Fail, &["the claim v asks for no storage"]),
    ] {
        assert_pod(bounds, &volume(storage), expected, parts);
    }
    let named = "containers: [{name: a}], volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]";
    for (status, expected, parts) in [
        (
            "",
            Fail,
            &["/spec/volumes/0/persistentVolumeClaim/claimName data: the claim data asks for 20Gi"][..],
        ),
        ("phase: Bound", Pass, &[]),
    ] {
        let claim = format!(
            "{{type: PersistentVolumeClaim, max: {{storage: 10Gi}}}}]}}}}\n---\n{{apiVersion: v1, kind: PersistentVolumeClaim, \
             metadata: {{name: data, namespace: shop}}, spec: {{resources: {{requests: {{storage: 20Gi}}}}}}, status: {{{status}}}, \
             x: {{y: ["
        );
        assert_pod(&claim, named, expected, parts);
    }
}
