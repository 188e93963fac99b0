//! The objects around workloads on the wire.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::scalar::{Amounts, Length, List, Pairs, Present, Share, Str};
use super::{Metadata, text};
use crate::model::{
    Amount, Binding, Grantee, Kind, LimitRange, LimitRangeItem, Meta, MetricSource, NetworkPolicy,
    Object, Operator, PodAutoscaler, PodDisruptionBudget, Requirement, Resource, Role, Rule,
    ScaleTarget, Selector, Service, ServiceAccount, Text, Traffic,
};

/// The record of an object that is no workload.
pub(super) fn decode<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<Object, D::Error> {
    let from = Envelope::deserialize(from)?;
    let meta: Meta = from.metadata.record(kind)?;
    let old_selector = from
        .api_version
        .is_some_and(|version| &*version.0 == "policy/v1beta1");
    let spec = from.spec.unwrap_or_default();
    Ok(match kind {
        Kind::HorizontalPodAutoscaler => Object::PodAutoscaler(spec.autoscaler(meta)?),
        Kind::PodDisruptionBudget => Object::PodDisruptionBudget(PodDisruptionBudget {
            meta,
            // Until policy/v1, an empty selector selected nothing.
            selector: spec
                .label_selector()?
                .filter(|selector| !(old_selector && selector.is_empty())),
            min_available: spec.min_available.map(|share| share.0),
            max_unavailable: spec.max_unavailable.map(|share| share.0),
        }),
        Kind::NetworkPolicy => Object::NetworkPolicy(spec.network_policy(meta)),
        Kind::Service => Object::Service(Service {
            meta,
            selector: spec.equality_selector()?,
        }),
        Kind::ServiceAccount => Object::ServiceAccount(ServiceAccount {
            meta,
            automount_token: from.automount_service_account_token,
        }),
        Kind::LimitRange => Object::LimitRange(LimitRange {
            meta,
            containers: spec
                .limits
                .0
                .into_iter()
                .filter_map(Limit::record)
                .collect(),
        }),
        Kind::Role | Kind::ClusterRole => Object::Role(Role {
            meta,
            rules: from.rules.0.into_iter().map(WireRule::record).collect(),
            is_aggregated: from.aggregation_rule.is_some(),
        }),
        Kind::RoleBinding | Kind::ClusterRoleBinding => {
            let role = from
                .role_ref
                .ok_or_else(|| Error::custom("roleRef: required"))?;
            let role_kind = match &*role.kind.0 {
                "Role" if kind == Kind::RoleBinding => Kind::Role,
                "ClusterRole" => Kind::ClusterRole,
                other => {
                    return Err(Error::custom(format_args!(
                        "roleRef.kind: {other} cannot be bound by a {kind}"
                    )));
                }
            };
            let grantees = from
                .subjects
                .0
                .into_iter()
                .filter_map(|subject| subject.record(&meta.key.namespace));
            Object::Binding(Binding {
                grantees: grantees.collect(),
                meta,
                role_kind,
                role_name: role.name.0,
            })
        }
        _ => Object::Namespace(meta),
    })
}

/// Every field that is read of some kind. The kinds share no field name with two meanings but `selector`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    #[serde(default)]
    api_version: Option<Str>,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    spec: Option<Spec>,
    #[serde(default)]
    automount_service_account_token: Option<bool>,
    #[serde(default)]
    rules: List<WireRule>,
    #[serde(default)]
    aggregation_rule: Option<Present>,
    #[serde(default)]
    role_ref: Option<RoleRef>,
    #[serde(default)]
    subjects: List<WireSubject>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    // HorizontalPodAutoscaler
    scale_target_ref: Option<TargetRef>,
    min_replicas: Option<i32>,
    max_replicas: Option<i32>,
    metrics: List<WireMetric>,
    // PodDisruptionBudget
    min_available: Option<Share>,
    max_unavailable: Option<Share>,
    // PodDisruptionBudget, Service
    selector: Option<AnySelector>,
    // NetworkPolicy
    pod_selector: Option<LabelSelector>,
    policy_types: List<Str>,
    ingress: Option<List<TrafficRule>>,
    egress: Option<List<TrafficRule>>,
    // LimitRange
    limits: List<Limit>,
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

/// A label selector, or the plain map of a Service, told apart by who reads it.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct LabelSelector {
    match_labels: Pairs,
    match_expressions: List<Expression>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Expression {
    key: Option<Str>,
    operator: Option<Str>,
    values: List<Str>,
}

/// `selector` of either form, kept until the kind says which.
struct AnySelector(Vec<(Text, Part)>);

enum Part {
    Label(Text),
    Labels(Pairs),
    Expressions(List<Expression>),
}

impl<'de> Deserialize<'de> for AnySelector {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> serde::de::Visitor<'de> for Fields {
            type Value = AnySelector;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a selector")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<AnySelector, A::Error> {
                let mut parts = Vec::new();
                while let Some(key) = map.next_key::<Str>()? {
                    let part = match &*key.0 {
                        "matchLabels" => Part::Labels(map.next_value()?),
                        "matchExpressions" => Part::Expressions(map.next_value()?),
                        _ => Part::Label(text(map.next_value()?)),
                    };
                    parts.push((key.0, part));
                }
                Ok(AnySelector(parts))
            }
        }
        from.deserialize_map(Fields)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TrafficRule {
    from: Length,
    to: Length,
    ports: Length,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Limit {
    r#type: Option<Str>,
    max: Amounts,
    min: Amounts,
    default: Amounts,
    default_request: Amounts,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct WireRule {
    verbs: List<Str>,
    api_groups: List<Str>,
    resources: List<Str>,
    resource_names: List<Str>,
    #[serde(rename = "nonResourceURLs")]
    non_resource_urls: List<Str>,
}

#[derive(Deserialize)]
struct RoleRef {
    kind: Str,
    name: Str,
}

#[derive(Deserialize)]
struct WireSubject {
    kind: Str,
    name: Str,
    #[serde(default)]
    namespace: Option<Str>,
}

impl Spec {
    fn autoscaler<E: Error>(self, meta: Meta) -> Result<PodAutoscaler, E> {
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
        let api_version = target.api_version.as_ref().map_or("", |version| &*version.0);
        Ok(PodAutoscaler {
            meta,
            target: ScaleTarget {
                kind: Kind::of(api_version, &target.kind.0),
                group: api_version.split_once('/').map_or("", |(group, _)| group).into(),
                kind_name: target.kind.0,
                name: target.name.0,
            },
            min_replicas: self.min_replicas.unwrap_or(1),
            max_replicas: self.max_replicas.unwrap_or(0),
            metrics: metrics.into(),
        })
    }

    fn label_selector<E: Error>(&self) -> Result<Option<Selector>, E> {
        let Some(AnySelector(parts)) = &self.selector else {
            return Ok(None);
        };
        let mut requirements = Vec::new();
        for (key, part) in parts {
            match part {
                Part::Labels(labels) => requirements.extend(equalities(labels)),
                Part::Expressions(expressions) => {
                    requirements.extend(expressions.0.iter().map(Expression::record))
                }
                Part::Label(_) => {
                    return Err(E::custom(format_args!(
                        "spec.selector: unknown field {key}"
                    )));
                }
            }
        }
        Ok(Some(Selector(requirements.into())))
    }

    /// The selector of a Service; an empty one selects nothing.
    fn equality_selector<E: Error>(&self) -> Result<Option<Selector>, E> {
        let Some(AnySelector(parts)) = &self.selector else {
            return Ok(None);
        };
        let mut labels = Vec::new();
        for (key, part) in parts {
            let Part::Label(value) = part else {
                return Err(E::custom(format_args!(
                    "spec.selector.{key}: must be a string"
                )));
            };
            labels.push((key, value));
        }
        Ok(Some(Selector::equal(labels)).filter(|selector| !selector.is_empty()))
    }

    fn network_policy(self, meta: Meta) -> NetworkPolicy {
        let has = |name: &str| {
            self.policy_types
                .0
                .iter()
                .any(|policy_type| &*policy_type.0 == name)
        };
        // Without policy types: Ingress always, Egress where there is a rule for it.
        let unsaid = self.policy_types.0.is_empty();
        let egress_rules = self
            .egress
            .as_ref()
            .is_some_and(|rules| !rules.0.is_empty());
        let (ingress, egress) = (
            unsaid || has("Ingress"),
            if unsaid { egress_rules } else { has("Egress") },
        );
        NetworkPolicy {
            meta,
            selector: self.pod_selector.unwrap_or_default().record(),
            ingress: traffic(ingress, self.ingress),
            egress: traffic(egress, self.egress),
        }
    }
}

fn traffic(isolated: bool, rules: Option<List<TrafficRule>>) -> Traffic {
    let is_open = |rule: &TrafficRule| rule.from.0 == 0 && rule.to.0 == 0 && rule.ports.0 == 0;
    match (isolated, rules.unwrap_or_default().0.iter().any(is_open)) {
        (false, _) => Traffic::NotIsolated,
        (true, false) => Traffic::Restricted,
        (true, true) => Traffic::AllAllowed,
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
        MetricSource::Utilization { resource, container }
    }
}

fn equalities(labels: &Pairs) -> impl Iterator<Item = Requirement> {
    labels.iter().map(|(key, value)| Requirement {
        key: key.clone(),
        operator: Operator::In([value.clone()].into()),
    })
}

impl LabelSelector {
    fn record(self) -> Selector {
        equalities(&self.match_labels)
            .chain(self.match_expressions.0.iter().map(Expression::record))
            .collect()
    }
}

impl Expression {
    fn record(&self) -> Requirement {
        let values: Box<[Text]> = self.values.0.iter().map(|value| value.0.clone()).collect();
        let operator = match (
            self.operator.as_ref().map_or("", |name| &*name.0),
            values.is_empty(),
        ) {
            ("In", false) => Operator::In(values),
            ("NotIn", false) => Operator::NotIn(values),
            ("Exists", true) => Operator::Exists,
            ("DoesNotExist", true) => Operator::DoesNotExist,
            _ => Operator::Invalid,
        };
        Requirement {
            key: self
                .key
                .as_ref()
                .map_or_else(|| Text::from(""), |key| key.0.clone()),
            operator,
        }
    }
}

impl Limit {
    /// With the defaults that the API server gives a LimitRange (`SetDefaults_LimitRangeItem`): a limit defaults to the
    /// maximum, a request to the limit's default, else to the minimum.
    fn record(self) -> Option<LimitRangeItem> {
        if self.r#type.is_none_or(|name| &*name.0 != "Container") {
            return None;
        }
        let or = |first: [Option<Amount>; 2], then: [Option<Amount>; 2]| {
            let [cpu, memory] = first;
            let [other_cpu, other_memory] = then;
            [cpu.or(other_cpu), memory.or(other_memory)]
        };
        let limits = or(self.default.0, self.max.0);
        let requests = or(or(self.default_request.0, limits.clone()), self.min.0);
        Some(LimitRangeItem { requests, limits })
    }
}

impl WireRule {
    fn record(self) -> Rule {
        Rule {
            verbs: self.verbs.into_texts(),
            api_groups: self.api_groups.into_texts(),
            resources: self.resources.into_texts(),
            resource_names: self.resource_names.into_texts(),
            non_resource_urls: self.non_resource_urls.into_texts(),
        }
    }
}

impl WireSubject {
    fn record(self, own_namespace: &Text) -> Option<Grantee> {
        match &*self.kind.0 {
            "ServiceAccount" => {
                // The API server asks for the namespace; a manifest may leave it to the binding's.
                let namespace = self
                    .namespace
                    .map_or_else(|| own_namespace.clone(), |namespace| namespace.0);
                Some(Grantee::ServiceAccount {
                    namespace,
                    name: self.name.0,
                })
            }
            "Group" => Some(Grantee::Group(self.name.0)),
            "User" => Some(Grantee::User(self.name.0)),
            _ => None,
        }
    }
}
