//! HorizontalPodAutoscalers on the wire.

use serde::Deserialize;
use serde::de::Error;

use super::Metadata;
use super::scalar::{List, Str};
use super::status::{self, Condition};
use crate::model::{
    CoolDown, Kind, MetricSource, PodAutoscaler, Resource, ScaleTarget, Scaling, Truth,
};

#[derive(Deserialize)]
pub(super) struct Autoscaler {
    #[serde(default)]
    metadata: Metadata,
    spec: Option<Spec>,
    status: Option<Status>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    conditions: List<Condition>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    scale_target_ref: Option<TargetRef>,
    min_replicas: Option<i32>,
    max_replicas: Option<i32>,
    metrics: List<WireMetric>,
    behavior: Option<Behavior>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Behavior {
    scale_down: Option<ScalingRules>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ScalingRules {
    stabilization_window_seconds: Option<i64>,
    select_policy: Option<Str>,
}

#[derive(Deserialize)]
struct TargetRef {
    #[serde(default, rename = "apiVersion")]
    api_version: Option<Str>,
    kind: Str,
    name: Str,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct WireMetric {
    r#type: Option<Str>,
    resource: Option<ResourceMetric>,
    container_resource: Option<ResourceMetric>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ResourceMetric {
    name: Option<Str>,
    container: Option<Str>,
    target: Option<MetricTarget>,
    /// `autoscaling/v2beta1` had the target's fields here.
    target_average_utilization: Option<i32>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct MetricTarget {
    r#type: Option<Str>,
}

impl Autoscaler {
    pub(super) fn record<E: Error>(self) -> Result<PodAutoscaler, E> {
        let meta = self.metadata.record(Kind::HorizontalPodAutoscaler)?;
        let spec = self.spec.unwrap_or_default();
        let target = spec
            .scale_target_ref
            .ok_or_else(|| E::custom("spec.scaleTargetRef: required"))?;
        let mut metrics: Vec<_> = spec.metrics.0.into_iter().map(WireMetric::record).collect();
        if metrics.is_empty() {
            metrics.push(MetricSource::Utilization {
                resource: Some(Resource::Cpu),
                container: None,
            });
        }
        let api_version = target
            .api_version
            .as_ref()
            .map_or("", |version| &*version.0);
        Ok(PodAutoscaler {
            meta,
            target: ScaleTarget {
                kind: Kind::of(api_version, &target.kind.0),
                group: api_version
                    .split_once('/')
                    .map_or("", |(group, _)| group)
                    .into(),
                kind_name: target.kind.0,
                name: target.name.0,
            },
            min_replicas: spec.min_replicas.unwrap_or(1),
            max_replicas: spec.max_replicas.unwrap_or(0),
            metrics: metrics.into(),
            cool_down: spec.behavior.unwrap_or_default().cool_down(),
            scaling: self.status.and_then(|status| status.scaling()),
        })
    }
}

impl Behavior {
    /// The API server fills in the other fields where `behavior` is set, but never this one (`GenerateHPAScaleDownRules`).
    fn cool_down(self) -> CoolDown {
        let rules = self.scale_down.unwrap_or_default();
        let policy = rules.select_policy.as_ref();
        if policy.is_some_and(|policy| &*policy.0 == "Disabled") {
            return CoolDown::Never;
        }
        rules
            .stabilization_window_seconds
            .map_or(CoolDown::Unsaid, CoolDown::Seconds)
    }
}

impl Status {
    fn scaling(&self) -> Option<Box<Scaling>> {
        if self.conditions.0.is_empty() {
            return None;
        }
        let truth =
            |name| status::find(&self.conditions, name).map_or(Truth::Unsaid, Condition::truth);
        // `ScalingLimited` is true whenever there are as few as there may be, too.
        let limited = status::find(&self.conditions, "ScalingLimited");
        Some(Box::new(Scaling {
            able: truth("AbleToScale"),
            active: truth("ScalingActive"),
            is_capped: limited
                .is_some_and(|limited| limited.holds() && &*limited.reason() == "TooManyReplicas"),
        }))
    }
}

impl WireMetric {
    fn record(self) -> MetricSource {
        let (metric, of_one) = match self.r#type.as_ref().map_or("", |name| &*name.0) {
            "Resource" => (self.resource, false),
            "ContainerResource" => (self.container_resource, true),
            _ => (None, false),
        };
        let Some(metric) = metric else {
            return MetricSource::Other;
        };
        let target = metric.target.and_then(|target| target.r#type);
        let relative = target.is_some_and(|name| &*name.0 == "Utilization");
        let container = metric.container.map(|name| name.0).filter(|_| of_one);
        if !relative && metric.target_average_utilization.is_none() {
            return container.map_or(MetricSource::Other, MetricSource::ContainerAverage);
        }
        let resource = match metric.name.as_ref().map(|name| &*name.0) {
            Some("cpu") => Some(Resource::Cpu),
            Some("memory") => Some(Resource::Memory),
            _ => None,
        };
        MetricSource::Utilization {
            resource,
            container,
        }
    }
}
