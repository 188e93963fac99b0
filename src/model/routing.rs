//! What is kept of what leads to Services: Ingresses, Gateways and their routes, and Istio's rules for a host.

use super::{Meta, Selector, Text};

/// An Ingress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingress {
    /// Its metadata.
    pub meta: Meta,
    /// The Services of its namespace that it leads to, by name: those of its rules and its default backend.
    pub backends: Box<[Text]>,
    /// The hosts of its rules. An empty one is of a rule without a host, or of the default backend: every other host.
    pub hosts: Box<[Text]>,
    /// For which hosts it has TLS.
    pub tls: Tls,
    /// What its annotations say of requests without TLS.
    pub plain: Plain,
    /// The annotation that asks for sessions bound by a cookie.
    pub sticky: Option<&'static str>,
    /// Each backend of it by its place.
    pub leads: Box<[Lead]>,
    /// Which controller it is for.
    pub choice: IngressChoice,
    /// The hosts and paths that it asks for, sorted, each once. A path without `pathType: Exact` ends in `*`.
    pub claims: Box<[(Text, Text)]>,
}

/// Which controller an Ingress is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IngressChoice {
    /// That of a class, by name (`ingressClassName`).
    Class(Text),
    /// One that the annotation of old names, which knows it with or without a class.
    Annotated(Text),
    /// That of the default class.
    Default,
}

/// A Service and its port that an Ingress or a route leads to. They may not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// The place of its rule; `None` for the default backend of an Ingress.
    pub rule: Option<u16>,
    /// Its place in the rule.
    pub index: u16,
    /// Its namespace, where it is said; else that of what leads to it.
    pub namespace: Option<Text>,
    /// Its name; empty where there is none though there must be one.
    pub name: Text,
    /// Its port.
    pub port: LeadPort,
}

/// The port of a Service that is led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadPort {
    /// By its number.
    Number(i64),
    /// By its name.
    Name(Text),
    /// It is not said.
    Unsaid,
}

/// For which hosts an Ingress has TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// For these. None has no TLS at all.
    Hosts(Box<[Text]>),
    /// For all: an entry without hosts, or an annotation of its controller.
    Every,
}

/// What the annotations of an Ingress say of requests without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// Nothing; with TLS, controllers redirect them or can be told to for all Ingresses.
    Unsaid,
    /// They are told to come again with TLS.
    Redirected,
    /// They are answered, by this annotation.
    Served(&'static str),
    /// Something of the controller's own is asked what to do with them, by this annotation.
    ByMiddlewares(&'static str),
}

/// A Gateway of the Gateway API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Its metadata.
    pub meta: Meta,
    /// Where it listens.
    pub listeners: Box<[Listener]>,
    /// Whether something of its controller's own gives it certificates: an annotation.
    pub has_own_certificates: bool,
    /// Where it lets in clients whose certificates do not hold (`AllowInsecureFallback`): by default (`None`), or the place
    /// of a port's own setting.
    pub lets_in_anybody: Box<[Option<u16>]>,
}

/// Where a Gateway listens, and whose routes it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Its name.
    pub name: Text,
    /// Its port.
    pub port: i64,
    /// The host that it is for; every host where there is none.
    pub hostname: Option<Text>,
    /// Whether what comes in is HTTP without TLS.
    pub is_plain_http: bool,
    /// The namespaces whose routes it takes.
    pub from: RoutesFrom,
    /// Whether it takes HTTPRoutes and GRPCRoutes.
    pub takes: [bool; 2],
    /// Where TLS ends.
    pub termination: Termination,
    /// The certificates that it names; they may not exist.
    pub certificates: Box<[Certificate]>,
}

/// Where the TLS of what comes in at a listener ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Termination {
    /// At the listener, by certificates that it names or lacks.
    Here,
    /// At the listener, by what its controller has of its own (`tls.options`).
    ByOptions,
    /// There is none, or it ends behind it.
    Elsewhere,
}

/// A certificate of a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its place in `certificateRefs`.
    pub index: u16,
    /// The group of what it is in; empty for a Secret.
    pub group: Text,
    /// The kind of what it is in.
    pub kind: Text,
    /// Its namespace; the Gateway's own where there is none.
    pub namespace: Option<Text>,
    /// Its name.
    pub name: Text,
}

/// The namespaces whose routes a listener takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoutesFrom {
    /// The Gateway's own.
    Same,
    /// All.
    All,
    /// Those with such labels.
    Selected(Selector),
    /// None.
    None,
}

/// An HTTPRoute or a GRPCRoute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its metadata.
    pub meta: Meta,
    /// What it is attached to; Services (it is then for traffic within the cluster) are left out.
    pub parents: Box<[Parent]>,
    /// The hosts that it is for; every host where there is none.
    pub hostnames: Box<[Text]>,
    /// The Services that it leads to.
    pub backends: Box<[Backend]>,
    /// Whether all of its rules only tell the client to come again by https.
    pub redirects: bool,
    /// Whether a rule of it binds sessions (`sessionPersistence`).
    pub is_sticky: bool,
    /// Each Service that it leads to by its place.
    pub leads: Box<[Lead]>,
}

impl Lead {
    /// The JSON pointer of the field, in an Ingress.
    pub fn ingress_path(&self) -> String {
        match self.rule {
            None => "/spec/defaultBackend".to_owned(),
            Some(rule) => format!("/spec/rules/{rule}/http/paths/{}/backend", self.index),
        }
    }

    /// The JSON pointer of the field, in a route.
    pub fn route_path(&self) -> String {
        let rule = self.rule.unwrap_or_default();
        format!("/spec/rules/{rule}/backendRefs/{}", self.index)
    }
}

/// What a route is attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Its place in `parentRefs`.
    pub index: u16,
    /// Its kind where it is no Gateway.
    pub other_kind: Option<Text>,
    /// Its namespace; the route's own where there is none.
    pub namespace: Option<Text>,
    /// Its name. It may not exist.
    pub name: Text,
    /// The one listener that is meant.
    pub section: Option<Text>,
    /// The one port that is meant.
    pub port: Option<i64>,
}

/// A Service that a route leads to. It may not exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Backend {
    /// Its namespace; the route's own where there is none.
    pub namespace: Option<Text>,
    /// Its name.
    pub name: Text,
}

/// A DestinationRule of Istio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationRule {
    /// Its metadata.
    pub meta: Meta,
    /// The Services that it is for.
    pub host: RuleHost,
    /// Whether it binds sessions (`consistentHash`), for all or for some ports or subsets.
    pub is_sticky: bool,
}

/// The Services that a DestinationRule is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleHost {
    /// One.
    Service(Backend),
    /// Those of a namespace.
    Namespace(Text),
    /// All.
    Every,
    /// Something outside the cluster.
    Foreign,
}

impl Ingress {
    /// Whether it has TLS for a host; one with TLS for some host has some certificate for those that no rule names.
    pub fn has_tls(&self, host: &str) -> bool {
        match &self.tls {
            Tls::Every => true,
            Tls::Hosts(hosts) if host.is_empty() => !hosts.is_empty(),
            Tls::Hosts(hosts) => hosts.iter().any(|of| covers(of, host)),
        }
    }
}

/// Whether a certificate's host, `*.` for any one label included, is that host.
fn covers(of: &str, host: &str) -> bool {
    of == host
        || of
            .strip_prefix("*.")
            .is_some_and(|domain| host.split_once('.').is_some_and(|(_, rest)| rest == domain))
}

impl Listener {
    /// Whether requests for one of these hosts come in here: hosts of the Gateway API meet where one is the other or, with
    /// `*.`, ends in it. No host at all is every host.
    pub fn meets(&self, hostnames: &[Text]) -> bool {
        let Some(own) = &self.hostname else {
            return true;
        };
        hostnames.is_empty() || hostnames.iter().any(|host| meet(own, host))
    }
}

fn meet(one: &str, other: &str) -> bool {
    // `*.example.com` is for `a.b.example.com` too, but not for `example.com`.
    let within = |wild: &str, host: &str| {
        wild.strip_prefix('*')
            .is_some_and(|suffix| host.len() > suffix.len() && host.ends_with(suffix))
    };
    one == other || within(one, other) || within(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_meet_as_the_gateway_api_says() {
        for (one, other, expected) in [
            ("a.example", "a.example", true),
            ("a.example", "b.example", false),
            ("*.example", "a.example", true),
            ("*.example", "a.b.example", true),
            ("*.example", "example", false),
            ("*.example", "aexample", false),
            ("*.b.example", "*.example", true),
            ("*.a.example", "*.b.example", false),
        ] {
            assert_eq!(meet(one, other), expected, "{one} {other}");
            assert_eq!(meet(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn a_certificates_wildcard_is_one_label() {
        for (of, host, expected) in [
            ("a.example", "a.example", true),
            ("*.example", "a.example", true),
            ("*.example", "a.b.example", false),
            ("*.example", "example", false),
            ("*.b.example", "*.b.example", true),
        ] {
            assert_eq!(covers(of, host), expected, "{of} {host}");
        }
    }
}
