//! Gateways, HTTPRoutes and GRPCRoutes of the Gateway API on the wire.

use serde::Deserialize;

use super::annotations::{self, Annotations};
use super::scalar::{List, Pairs, Present, Str};
use super::selectors::LabelSelector;
use crate::model::{
    Backend, Certificate, Gateway, Kind, Lead, LeadPort, Listener, Meta, Parent, Route, RoutesFrom,
    Termination, Text,
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct GatewaySpec {
    listeners: List<WireListener>,
    tls: Option<GatewayTls>,
}

/// How a Gateway meets clients and backends by TLS.
#[derive(Deserialize, Default)]
#[serde(default)]
struct GatewayTls {
    frontend: Option<Frontend>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Frontend {
    default: Option<Validated>,
    per_port: List<OfPort>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OfPort {
    tls: Option<Validated>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Validated {
    validation: Option<Validation>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Validation {
    mode: Option<Str>,
}

/// `tls` of a listener.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ListenerTls {
    mode: Option<Str>,
    certificate_refs: List<Reference>,
    options: Pairs,
}

impl Validated {
    fn lets_in_anybody(&self) -> bool {
        let mode = self.validation.as_ref().and_then(|of| of.mode.as_ref());
        is(mode, "AllowInsecureFallback")
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct WireListener {
    name: Option<Str>,
    hostname: Option<Str>,
    port: Option<i64>,
    protocol: Option<Str>,
    allowed_routes: Option<AllowedRoutes>,
    tls: Option<ListenerTls>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AllowedRoutes {
    namespaces: Option<Namespaces>,
    kinds: List<Reference>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Namespaces {
    from: Option<Str>,
    selector: Option<LabelSelector>,
}

/// A reference to an object, or to a kind; its group and kind have defaults that differ by where it stands.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Reference {
    group: Option<Str>,
    kind: Option<Str>,
    namespace: Option<Str>,
    name: Option<Str>,
    section_name: Option<Str>,
    port: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RouteSpec {
    parent_refs: List<Reference>,
    hostnames: List<Str>,
    rules: List<Rule>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Rule {
    filters: List<Filter>,
    backend_refs: List<Reference>,
    session_persistence: Option<Present>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Filter {
    r#type: Option<Str>,
    request_redirect: Option<Redirect>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Redirect {
    scheme: Option<Str>,
}

fn is(text: Option<&Str>, what: &str) -> bool {
    text.is_some_and(|text| *text.0 == *what)
}

impl GatewaySpec {
    pub(super) fn record(self, meta: Meta, annotations: &Annotations) -> Gateway {
        let listeners = self.listeners.0.into_iter();
        let frontend = self.tls.and_then(|tls| tls.frontend).unwrap_or_default();
        let of_all = frontend.default.iter().map(|of| (None, of));
        let of_ports = (0..).zip(&frontend.per_port.0);
        let of_ports = of_ports.filter_map(|(index, of)| Some((Some(index), of.tls.as_ref()?)));
        let open = of_all
            .chain(of_ports)
            .filter(|(_, of)| of.lets_in_anybody());
        Gateway {
            meta,
            lets_in_anybody: open.map(|(at, _)| at).collect(),
            has_own_certificates: annotations.get(annotations::GKE_CERTIFICATE_MAP).is_some(),
            listeners: listeners.map(WireListener::record).collect(),
        }
    }
}

impl WireListener {
    fn record(self) -> Listener {
        let allowed = self.allowed_routes.unwrap_or_default();
        let takes = |kind: Kind| {
            let is_named = |named: &Reference| {
                let group = named.group.as_ref();
                is(named.kind.as_ref(), kind.name())
                    && group.is_none_or(|group| *group.0 == *kind.group())
            };
            allowed.kinds.0.is_empty() || allowed.kinds.0.iter().any(is_named)
        };
        let takes = [takes(Kind::HTTPRoute), takes(Kind::GRPCRoute)];
        let tls = self.tls.unwrap_or_default();
        let has_tls = match self.protocol.as_ref().map_or("", |protocol| &protocol.0) {
            "HTTPS" => true,
            "TLS" => !is(tls.mode.as_ref(), "Passthrough"),
            _ => false,
        };
        let termination = match (has_tls, tls.options.iter().next()) {
            (false, _) => Termination::Elsewhere,
            (true, None) => Termination::Here,
            (true, Some(_)) => Termination::ByOptions,
        };
        let certificates = (0..).zip(tls.certificate_refs.0);
        Listener {
            name: super::text(self.name),
            port: self.port.unwrap_or(0),
            hostname: present(self.hostname),
            is_plain_http: is(self.protocol.as_ref(), "HTTP"),
            from: allowed.namespaces.unwrap_or_default().record(),
            takes,
            termination,
            certificates: certificates
                .map(|(index, reference)| reference.certificate(index))
                .collect(),
        }
    }
}

impl Namespaces {
    fn record(self) -> RoutesFrom {
        match self.from.as_ref().map_or("Same", |from| &from.0) {
            "All" => RoutesFrom::All,
            "Selector" => RoutesFrom::Selected(self.selector.unwrap_or_default().record()),
            "None" => RoutesFrom::None,
            _ => RoutesFrom::Same,
        }
    }
}

impl RouteSpec {
    pub(super) fn record(self, meta: Meta) -> Route {
        let rules = self.rules.0;
        let leads = |rule: &Rule| !rule.redirects_to_https() && !rule.backend_refs.0.is_empty();
        let redirects = rules.iter().any(Rule::redirects_to_https) && !rules.iter().any(leads);
        let is_sticky = rules.iter().any(|rule| rule.session_persistence.is_some());
        let mut leads = Vec::new();
        for (at, rule) in (0..).zip(&rules) {
            let named = (0..).zip(&rule.backend_refs.0);
            leads.extend(named.filter_map(|(index, reference)| reference.lead(at, index)));
        }
        let backends = rules.into_iter().flat_map(|rule| rule.backend_refs.0);
        let mut backends: Vec<_> = backends.filter_map(Reference::backend).collect();
        backends.sort();
        backends.dedup();
        let parents = self.parent_refs.0.into_iter().enumerate();
        Route {
            meta,
            parents: parents
                .filter_map(|(index, parent)| parent.parent(index))
                .collect(),
            hostnames: self.hostnames.into_texts(),
            backends: backends.into(),
            redirects,
            is_sticky,
            leads: leads.into(),
        }
    }
}

impl Rule {
    fn redirects_to_https(&self) -> bool {
        self.filters.0.iter().any(|filter| {
            let redirect = filter.request_redirect.as_ref();
            is(filter.r#type.as_ref(), "RequestRedirect")
                && redirect.is_some_and(|redirect| is(redirect.scheme.as_ref(), "https"))
        })
    }
}

impl Reference {
    fn is_service(&self) -> bool {
        is(self.kind.as_ref(), "Service") && self.group.as_ref().is_none_or(|of| of.0.is_empty())
    }

    /// As a backend it is a Service by default; others are not kept.
    fn backend(self) -> Option<Backend> {
        if self.kind.is_some() && !self.is_service() {
            return None;
        }
        Some(Backend {
            namespace: present(self.namespace),
            name: present(self.name)?,
        })
    }

    /// As a backend, with its place and its port.
    fn lead(&self, rule: u16, index: u16) -> Option<Lead> {
        if self.kind.is_some() && !self.is_service() {
            return None;
        }
        Some(Lead {
            rule: Some(rule),
            index,
            namespace: said(self.namespace.as_ref()),
            name: said(self.name.as_ref()).unwrap_or_else(|| "".into()),
            port: self.port.map_or(LeadPort::Unsaid, LeadPort::Number),
        })
    }

    /// As a certificate it is a Secret by default.
    fn certificate(self, index: u16) -> Certificate {
        Certificate {
            index,
            group: super::text(self.group),
            kind: present(self.kind).unwrap_or_else(|| "Secret".into()),
            namespace: present(self.namespace),
            name: super::text(self.name),
        }
    }

    /// As a parent it is a Gateway by default.
    fn parent(self, index: usize) -> Option<Parent> {
        if self.is_service() {
            return None;
        }
        let group = self.group.as_ref();
        let is_gateway = self.kind.as_ref().is_none_or(|kind| &*kind.0 == "Gateway")
            && group.is_none_or(|group| *group.0 == *Kind::Gateway.group());
        Some(Parent {
            index: u16::try_from(index).unwrap_or(u16::MAX),
            other_kind: if is_gateway {
                None
            } else {
                self.kind.map(|kind| kind.0)
            },
            namespace: present(self.namespace),
            name: present(self.name)?,
            section: present(self.section_name),
            port: self.port,
        })
    }
}

fn said(text: Option<&Str>) -> Option<Text> {
    text.map(|text| text.0.clone())
        .filter(|text| !text.is_empty())
}

fn present(text: Option<Str>) -> Option<Text> {
    text.map(|text| text.0).filter(|text| !text.is_empty())
}
