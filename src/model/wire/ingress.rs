//! Ingresses on the wire.

use serde::Deserialize;

use super::annotations::{self as of, Annotations};
use super::scalar::{List, Present, Str};
use super::service::{self, Target};
use crate::model::{Ingress, IngressChoice, Lead, LeadPort, Meta, Plain, PortTarget, Text, Tls};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    rules: List<Rule>,
    tls: List<TlsEntry>,
    default_backend: Option<Backend>,
    /// The default backend, until networking.k8s.io/v1.
    backend: Option<Backend>,
    ingress_class_name: Option<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Rule {
    host: Option<Str>,
    http: Option<Http>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Http {
    paths: List<Path>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Path {
    path: Option<Str>,
    path_type: Option<Str>,
    backend: Option<Backend>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Backend {
    service: Option<Named>,
    /// Until networking.k8s.io/v1.
    service_name: Option<Str>,
    /// Until networking.k8s.io/v1.
    service_port: Option<Target>,
    resource: Option<Present>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Named {
    name: Option<Str>,
    port: Option<NamedPort>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct NamedPort {
    name: Option<Str>,
    number: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TlsEntry {
    hosts: List<Str>,
}

/// The name of a port by which the AWS Load Balancer Controller is told to look at an annotation instead of a Service.
const BY_ANNOTATION: &str = "use-annotation";

impl Backend {
    fn service(&self) -> Option<Text> {
        let name = self
            .service
            .as_ref()
            .and_then(|service| service.name.as_ref());
        Some(name.or(self.service_name.as_ref())?.0.clone())
    }

    /// Where it leads to. `None` where that is no Service, or something that only its controller knows.
    fn lead(self, rule: Option<u16>, index: u16, is_v1: bool) -> Option<Lead> {
        if self.resource.is_some() {
            return None;
        }
        // What the new version does not know says nothing in it.
        let old = (self.service_name, self.service_port);
        let (old_name, old_port) = if is_v1 { (None, None) } else { old };
        let service = self.service.unwrap_or_default();
        let port = match service.port.unwrap_or_default() {
            NamedPort {
                name: Some(name), ..
            } if !name.0.is_empty() => LeadPort::Name(name.0),
            NamedPort {
                number: Some(number),
                ..
            } => LeadPort::Number(number),
            _ => match old_port.map(|port| port.0) {
                Some(PortTarget::Name(name)) => LeadPort::Name(name),
                Some(PortTarget::Number(number)) => LeadPort::Number(number),
                None => LeadPort::Unsaid,
            },
        };
        if matches!(&port, LeadPort::Name(name) if **name == *BY_ANNOTATION) {
            return None;
        }
        Some(Lead {
            rule,
            index,
            namespace: None,
            name: super::text(service.name.or(old_name)),
            port,
        })
    }
}

impl Spec {
    /// Of an object that is written in version v1 of the API or in an older one.
    pub(super) fn record(self, meta: Meta, is_v1: bool, annotations: &Annotations) -> Ingress {
        let default = self.default_backend.or(self.backend);
        let mut hosts: Vec<Text> = Vec::new();
        if default.is_some() {
            hosts.push("".into());
        }
        let mut backends: Vec<Text> = default.iter().filter_map(Backend::service).collect();
        let default = default.and_then(|default| default.lead(None, 0, is_v1));
        let mut leads = Vec::from_iter(default);
        let mut claims = Vec::new();
        for (at, rule) in (0..).zip(self.rules.0) {
            let host = super::text(rule.host);
            for (index, path) in (0..).zip(rule.http.unwrap_or_default().paths.0) {
                claims.push((host.clone(), path.claim()));
                let backend = path.backend.unwrap_or_default();
                backends.extend(backend.service());
                leads.extend(backend.lead(Some(at), index, is_v1));
            }
            hosts.push(host);
        }
        claims.sort();
        claims.dedup();
        // One that only gets a share of what another one gets is meant to ask for the same.
        if annotations.says(of::NGINX_CANARY, "true") {
            claims.clear();
        }
        let class = self.ingress_class_name.map(|name| name.0);
        let annotated = annotations.get(of::INGRESS_CLASS).cloned();
        let choice = match (class.filter(|name| !name.is_empty()), annotated) {
            (_, Some(name)) => IngressChoice::Annotated(name),
            (Some(name), None) => IngressChoice::Class(name),
            (None, None) => IngressChoice::Default,
        };
        Ingress {
            meta,
            backends: sorted(backends),
            hosts: sorted(hosts),
            tls: tls(self.tls.0, annotations),
            plain: plain(annotations),
            sticky: sticky(annotations),
            leads: leads.into(),
            choice,
            claims: claims.into(),
        }
    }
}

impl Path {
    /// What it asks for of its host.
    fn claim(&self) -> Text {
        let path = self.path.as_ref().map_or("/", |path| &path.0);
        let kind = self.path_type.as_ref().map_or("", |kind| &kind.0);
        match kind {
            "Exact" => path.into(),
            // `/web` and `/web/` are one prefix.
            _ => format!("{}*", path.trim_end_matches('/')).into(),
        }
    }
}

fn sorted(mut texts: Vec<Text>) -> Box<[Text]> {
    texts.sort();
    texts.dedup();
    texts.into()
}

/// Annotations by which controllers have TLS without an entry for it, whatever their value.
const CERTIFICATES: [&str; 5] = [
    of::ALB_CERTIFICATE,
    of::APPGW_CERTIFICATE,
    of::GCP_CERTIFICATE,
    of::GKE_CERTIFICATES,
    of::OPENSHIFT_TERMINATION,
];

fn tls(entries: Vec<TlsEntry>, annotations: &Annotations) -> Tls {
    let listens = |protocol: &str| {
        let ports = annotations.get(of::ALB_PORTS);
        ports.is_some_and(|ports| ports.contains(protocol))
    };
    // An entry without hosts is for all of them; without the name of a Secret, controllers have a certificate of their own.
    let by_annotation = CERTIFICATES
        .iter()
        .any(|name| annotations.get(name).is_some())
        || listens("\"HTTPS\"")
        || annotations.says(of::NGINX_PASSTHROUGH, "true")
        || annotations.says(of::TRAEFIK_TLS, "true")
        || annotations.says(of::TRAEFIK_ENTRYPOINTS, "websecure");
    if by_annotation || entries.iter().any(|entry| entry.hosts.0.is_empty()) {
        return Tls::Every;
    }
    let hosts = entries.into_iter().flat_map(|entry| entry.hosts.0);
    Tls::Hosts(sorted(hosts.map(|host| host.0).collect()))
}

fn plain(annotations: &Annotations) -> Plain {
    let leads_to_https = |name| {
        annotations
            .get(name)
            .is_some_and(|url| url.starts_with("https://"))
    };
    let is_redirected = leads_to_https(of::NGINX_FOR_GOOD)
        || leads_to_https(of::NGINX_FOR_NOW)
        || annotations.says(of::NGINX_FORCE, "true")
        || annotations.says(of::APPGW_REDIRECT, "true")
        || annotations.get(of::ALB_REDIRECT).is_some();
    let listens_without = |ports: &Text| ports.contains("\"HTTP\"");
    if is_redirected {
        Plain::Redirected
    } else if annotations.says(of::NGINX_REDIRECT, "false") {
        Plain::Served(of::NGINX_REDIRECT)
    } else if annotations.get(of::ALB_PORTS).is_some_and(listens_without) {
        Plain::Served(of::ALB_PORTS)
    } else if annotations.get(of::TRAEFIK_MIDDLEWARES).is_some() {
        Plain::ByMiddlewares(of::TRAEFIK_MIDDLEWARES)
    } else {
        Plain::Unsaid
    }
}

fn sticky(annotations: &Annotations) -> Option<&'static str> {
    for (name, value) in [
        (of::APPGW_AFFINITY, "true"),
        (of::HAPROXY_AFFINITY, "cookie"),
        (of::NGINX_AFFINITY, "cookie"),
        (of::TRAEFIK_STICKY, "true"),
    ] {
        if annotations.says(name, value) {
            return Some(name);
        }
    }
    // Their value is a name of one's own.
    let named = [of::HAPROXY_COOKIE, of::NGINX_STICKY].into_iter();
    let mut named = named.filter(|name| annotations.get(name).is_some());
    named
        .next()
        .or_else(|| service::sticky_targets(annotations))
}
