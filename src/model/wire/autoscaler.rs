//! HorizontalPodAutoscalers on the wire.

use serde::Deserialize;
use serde::de::Error;

use super::scalar::{List, Str};
use crate::model::{Kind, Meta, MetricSource, PodAutoscaler, Resource, ScaleTarget};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    scale_target_ref: Option<TargetRef>,
    min_replicas: Option<i32>,
    max_replicas: Option<i32>,
    metrics: List<WireMetric>,
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

impl Spec {
    pub(super) fn record<E: Error>(self, meta: Meta) -> Result<PodAutoscaler, E> {
        let target = self
            .scale_target_ref
            .ok_or_else(|| E::custom("spec.scaleTargetRef: required"))?;
        let mut metrics: Vec<_> = self.metrics.0.into_iter().map(WireMetric::record).collect();
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
            min_replicas: self.min_replicas.unwrap_or(1),
            max_replicas: self.max_replicas.unwrap_or(0),
            metrics: metrics.into(),
        })
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
