//! Facts about HorizontalPodAutoscalers.

use super::read;
use crate::model::{Kind, MetricSource, Object, PodAutoscaler, Resource};

fn autoscaler(manifest: &str) -> PodAutoscaler {
    match read(Kind::HorizontalPodAutoscaler, manifest) {
        Ok(Object::PodAutoscaler(autoscaler)) => *autoscaler,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_autoscaler_is_read_in_every_version() {
    let utilization = |resource, container: Option<&str>| MetricSource::Utilization {
        resource,
        container: container.map(Into::into),
    };
    let (cpu, memory) = (Some(Resource::Cpu), Some(Resource::Memory));
    for (version, fields, expected) in [
        (
            "v1",
            "targetCPUUtilizationPercentage: 50",
            vec![utilization(cpu, None)],
        ),
        ("v1", "minReplicas: 2", vec![utilization(cpu, None)]),
        (
            "v2beta1",
            "metrics: [{type: Resource, resource: {name: memory, targetAverageUtilization: 50}}]",
            vec![utilization(memory, None)],
        ),
        (
            "v2beta1",
            "metrics: [{type: Resource, resource: {name: memory, targetAverageValue: 1Gi}}]",
            vec![MetricSource::Other],
        ),
        (
            "v2beta2",
            "metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]",
            vec![utilization(cpu, None)],
        ),
        (
            "v2",
            "metrics: [{type: Resource, resource: {name: cpu, target: {type: AverageValue, averageValue: 1}}}]",
            vec![MetricSource::Other],
        ),
        (
            "v2",
            "metrics: [{type: Resource, resource: {name: ephemeral-storage, target: {type: Utilization}}}]",
            vec![utilization(None, None)],
        ),
        (
            "v2",
            "metrics: [{type: ContainerResource, containerResource: {name: cpu, container: web, target: {type: Utilization}}}]",
            vec![utilization(cpu, Some("web"))],
        ),
        (
            "v2",
            "metrics: [{type: ContainerResource, containerResource: {name: cpu, container: web, target: {type: AverageValue}}}]",
            vec![MetricSource::ContainerAverage("web".into())],
        ),
        (
            "v2",
            "metrics: [{type: Pods, pods: {metric: {name: a}}}, {type: External, external: {}}, {type: Object, object: {}}, {type: New}]",
            vec![
                MetricSource::Other,
                MetricSource::Other,
                MetricSource::Other,
                MetricSource::Other,
            ],
        ),
    ] {
        let target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}";
        let manifest = format!(
            "{{apiVersion: autoscaling/{version}, metadata: {{name: web}}, spec: {{{target}, maxReplicas: 4, {fields}}}}}"
        );
        let autoscaler = autoscaler(&manifest);
        assert_eq!(*autoscaler.metrics, *expected, "{manifest}");
        assert_eq!(
            (autoscaler.target.kind, autoscaler.max_replicas),
            (Some(Kind::Deployment), 4)
        );
        assert_eq!(
            autoscaler.min_replicas,
            if fields.contains("minReplicas") { 2 } else { 1 }
        );
    }
}

#[test]
fn what_an_autoscaler_scales_is_known_by_group_and_kind() {
    for (target, kind, group) in [
        (
            "{apiVersion: apps/v1beta1, kind: StatefulSet, name: web}",
            Some(Kind::StatefulSet),
            "apps",
        ),
        (
            "{apiVersion: v1, kind: ReplicationController, name: web}",
            Some(Kind::ReplicationController),
            "",
        ),
        (
            "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}",
            None,
            "argoproj.io",
        ),
        // The controller looks for it in the core group, in vain.
        ("{kind: Deployment, name: web}", None, ""),
        ("{apiVersion: v1, kind: Deployment, name: web}", None, ""),
    ] {
        let autoscaler = autoscaler(&format!(
            "{{metadata: {{name: web}}, spec: {{scaleTargetRef: {target}}}}}"
        ));
        assert_eq!(
            (autoscaler.target.kind, &*autoscaler.target.group),
            (kind, group),
            "{target}"
        );
    }
    let zero = autoscaler(
        "{metadata: {name: web}, spec: {minReplicas: 0, scaleTargetRef: {kind: a, name: b}}}",
    );
    assert_eq!((zero.min_replicas, zero.max_replicas), (0, 0));
}
