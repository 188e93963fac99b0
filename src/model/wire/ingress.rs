//! Ingresses on the wire.

use serde::Deserialize;

use super::annotations::{self as of, Annotations};
use super::scalar::{List, Str};
use super::service;
use crate::model::{Ingress, Meta, Plain, Text, Tls};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    rules: List<Rule>,
    tls: List<TlsEntry>,
    default_backend: Option<Backend>,
    /// The default backend, until networking.k8s.io/v1.
    backend: Option<Backend>,
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
#[serde(default)]
struct Path {
    backend: Option<Backend>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Backend {
    service: Option<Named>,
    /// Until networking.k8s.io/v1.
    service_name: Option<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Named {
    name: Option<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TlsEntry {
    hosts: List<Str>,
}

impl Backend {
    fn service(self) -> Option<Text> {
        let name = self.service.and_then(|service| service.name);
        Some(name.or(self.service_name)?.0)
    }
}

impl Spec {
    pub(super) fn record(self, meta: Meta, annotations: &Annotations) -> Ingress {
        let default = self.default_backend.or(self.backend);
        let mut hosts: Vec<Text> = Vec::new();
        if default.is_some() {
            hosts.push("".into());
        }
        let mut backends: Vec<Text> = default.and_then(Backend::service).into_iter().collect();
        for rule in self.rules.0 {
            hosts.push(super::text(rule.host));
            let paths = rule.http.unwrap_or_default().paths.0.into_iter();
            backends.extend(paths.filter_map(|path| path.backend?.service()));
        }
        Ingress {
            meta,
            backends: sorted(backends),
            hosts: sorted(hosts),
            tls: tls(self.tls.0, annotations),
            plain: plain(annotations),
            sticky: sticky(annotations),
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
