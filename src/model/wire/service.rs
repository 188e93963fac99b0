//! Services on the wire.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::annotations::{
    ALB_TARGETS, Annotations, GKE_TYPE, GKE_TYPE_OLD, HETZNER_PRIVATE, OCI_INTERNAL,
    OCI_NLB_INTERNAL, TRAEFIK_STICKY, of_service as of,
};
use super::scalar::{List, Pairs, Str};
use crate::model::{
    Clients, Labels, Meta, PortTarget, Protocol, Reach, Selector, Service, ServicePort, Text,
};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    selector: Pairs,
    r#type: Option<Str>,
    #[serde(rename = "clusterIP")]
    cluster_ip: Option<Str>,
    #[serde(rename = "externalIPs")]
    external_ips: List<Str>,
    load_balancer_class: Option<Str>,
    load_balancer_source_ranges: List<Str>,
    session_affinity: Option<Str>,
    ports: List<Port>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Port {
    name: Option<Str>,
    port: Option<i64>,
    target_port: Option<Target>,
    protocol: Option<Str>,
    app_protocol: Option<Str>,
}

/// A port by its number or its name.
pub(super) struct Target(pub(super) PortTarget);

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = Target;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or the name of a port")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Target, E> {
                Ok(Target(PortTarget::Name(text.into())))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Target, E> {
                Ok(Target(PortTarget::Number(number)))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Target, E> {
                self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        from.deserialize_any(Expected)
    }
}

/// The label that the StatefulSet controller gives to each pod: its name, which ends in the pod's number.
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";

/// The label with that number alone.
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";

/// Classes of load balancers that are in the private network unless they are told otherwise.
const PRIVATE_CLASSES: [&str; 3] = ["eks.amazonaws.com/nlb", "service.k8s.aws/nlb", "tailscale"];

impl Spec {
    pub(super) fn record(self, meta: Meta, annotations: &Annotations) -> Service {
        let reach = match said(self.r#type.as_ref()) {
            "NodePort" => Reach::Nodes,
            "LoadBalancer" => Reach::LoadBalancer(self.clients(annotations)),
            "ExternalName" => Reach::Elsewhere,
            _ => Reach::Cluster,
        };
        let labels = self.selector.into_labels();
        let stateful_set = stateful_set_of(&labels);
        let own = |(label, _): &(&Text, &Text)| {
            stateful_set.is_none() || ![POD_NAME, POD_INDEX].contains(&&***label)
        };
        let selector = Selector::equal(labels.iter().filter(own));
        // Without a selector, a Service selects nothing; an ExternalName has no endpoints whatever it selects.
        let is_selective = !labels.is_empty() && reach != Reach::Elsewhere;
        let certified = Certified::of(annotations);
        let ports = self.ports.0.into_iter();
        Service {
            meta,
            selector: Some(selector).filter(|_| is_selective),
            stateful_set,
            reach,
            headless: said(self.cluster_ip.as_ref()) == "None",
            has_external_ips: !self.external_ips.0.is_empty(),
            ports: ports.map(|port| port.record(&certified)).collect(),
            has_session_affinity: said(self.session_affinity.as_ref()) == "ClientIP",
            sticky: sticky(annotations),
        }
    }

    /// Whom a load balancer lets in, by what cloud providers' controllers read.
    fn clients(&self, annotations: &Annotations) -> Clients {
        let says = |name, values: &[&str]| values.iter().any(|value| annotations.says(name, value));
        let truth = &["true"][..];
        let class = said(self.load_balancer_class.as_ref());
        // The AWS Load Balancer Controller's are internal by default; those that Kubernetes used to make itself are not.
        let is_private_by_default = PRIVATE_CLASSES.contains(&class)
            || says(of::AWS_TYPE, &["external", "nlb-ip", "nlb-target"]);
        let is_public = says(of::AWS_SCHEME, &["internet-facing"])
            || (annotations.get(of::AWS_SCHEME).is_none() && says(of::AWS_INTERNAL, &["false"]));
        let is_aws_internal = annotations.get(of::AWS_INTERNAL).is_some()
            || says(of::AWS_SCHEME, &["internal"])
            || is_private_by_default;
        let is_internal = (is_aws_internal && !is_public)
            || says(GKE_TYPE, &["internal"])
            || says(GKE_TYPE_OLD, &["internal"])
            || says(of::AZURE_INTERNAL, truth)
            || says(of::OPENSTACK_INTERNAL, truth)
            || says(OCI_INTERNAL, truth)
            || says(OCI_NLB_INTERNAL, truth)
            || says(of::ALIBABA_TYPE, &["intranet"])
            || says(of::DIGITALOCEAN_NETWORK, &["internal"])
            || says(of::IBM_TYPE, &["private"])
            || says(of::SCALEWAY_PRIVATE, truth)
            || says(HETZNER_PRIVATE, truth)
            || annotations.get(of::TENCENT_SUBNET).is_some();
        if is_internal {
            return Clients::InNetwork;
        }
        // The annotations count where the field is empty (`GetLoadBalancerSourceRanges`).
        let fields = self.load_balancer_source_ranges.0.iter();
        let mut ranges: Vec<&str> = fields.map(|range| &*range.0).collect();
        for name in [of::RANGES, of::AZURE_RANGES] {
            if ranges.is_empty() {
                let listed = annotations.get(name).into_iter();
                ranges.extend(listed.flat_map(|listed| listed.split(',')));
            }
        }
        // `0.0.0.0/0` and `::/0`.
        let is_everybody = |range: &&str| range.trim().ends_with("/0");
        if ranges.is_empty() || ranges.iter().any(is_everybody) {
            Clients::Everybody
        } else {
            Clients::InRanges
        }
    }
}

fn said(text: Option<&Str>) -> &str {
    text.map_or("", |text| &text.0)
}

/// The StatefulSet of which a pod is selected by its name.
fn stateful_set_of(labels: &Labels) -> Option<Text> {
    let (name, ordinal) = labels.get(POD_NAME)?.rsplit_once('-')?;
    let is_number = !ordinal.is_empty() && ordinal.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| name.into())
}

/// The annotation by which a controller binds the sessions that it leads to a Service.
fn sticky(annotations: &Annotations) -> Option<&'static str> {
    if annotations.says(TRAEFIK_STICKY, "true") {
        return Some(TRAEFIK_STICKY);
    }
    sticky_targets(annotations)
}

/// The same of the AWS Load Balancer Controller, which reads it from Ingresses and Services.
pub(super) fn sticky_targets(annotations: &Annotations) -> Option<&'static str> {
    let attributes = annotations.get(ALB_TARGETS)?;
    let is_sticky = |attribute: &str| attribute.trim() == "stickiness.enabled=true";
    attributes.split(',').any(is_sticky).then_some(ALB_TARGETS)
}

/// The ports for which a load balancer of AWS has a certificate.
enum Certified<'a> {
    None,
    Every,
    These(Vec<&'a str>),
}

impl<'a> Certified<'a> {
    fn of(annotations: &'a Annotations) -> Self {
        if annotations.get(of::AWS_CERTIFICATE).is_none() {
            return Self::None;
        }
        match annotations.get(of::AWS_CERTIFIED) {
            None => Self::Every,
            Some(ports) if &**ports == "*" => Self::Every,
            Some(ports) => Self::These(ports.split(',').map(str::trim).collect()),
        }
    }

    fn has(&self, name: &str, number: i64) -> bool {
        match self {
            Self::None => false,
            Self::Every => true,
            Self::These(ports) => ports
                .iter()
                .any(|port| (!name.is_empty() && *port == name) || *port == number.to_string()),
        }
    }
}

impl Port {
    fn record(self, certified: &Certified<'_>) -> ServicePort {
        let (number, name) = (self.port.unwrap_or(0), said(self.name.as_ref()));
        let protocol = match said(self.protocol.as_ref()) {
            "" | "TCP" => Protocol::Tcp,
            "UDP" => Protocol::Udp,
            "SCTP" => Protocol::Sctp,
            other => Protocol::Other(other.into()),
        };
        // `https` or `https-admin`, as service meshes read the names of ports.
        let is_tls = |name: &str| {
            let first = name.split('-').next().unwrap_or_default();
            ["https", "tls"].contains(&first)
        };
        let speaks_tls = match said(self.app_protocol.as_ref()) {
            "" => is_tls(name) || number == 443,
            "kubernetes.io/wss" => true,
            said => is_tls(&said.to_ascii_lowercase()),
        };
        ServicePort {
            name: Some(Text::from(name)).filter(|name| !name.is_empty()),
            number,
            tls: speaks_tls || certified.has(name, number),
            // `SetDefaults_Service`
            target: match self.target_port {
                Some(Target(PortTarget::Name(name))) if name.is_empty() => {
                    PortTarget::Number(number)
                }
                Some(Target(PortTarget::Number(0))) | None => PortTarget::Number(number),
                Some(Target(target)) => target,
            },
            protocol,
        }
    }
}
