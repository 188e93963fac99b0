//! Routes of the Gateway API.

use crate::check::Params;
use crate::check::testing::{assert_in, assert_on, store, verdict};
use crate::checks::ingress_tls::CHECK;
use crate::inventory::{Inventory, Source};
use crate::model::Kind;
use crate::model::Verdict::{self, Fail, NotApplicable, Pass, Unknown};

/// Runs a route against a Gateway `infra/public` with these listeners.
fn routed(route: &str, listeners: &str) -> Vec<(Verdict, Vec<String>)> {
    let gateway = format!(
        "{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {{name: public, namespace: infra}}, \
         spec: {{listeners: [{listeners}]}}}}"
    );
    let outcomes = verdict(&CHECK, &format!("{gateway}\n---\n{route}"));
    outcomes
        .into_iter()
        .map(|(_, verdict, messages)| (verdict, messages))
        .collect()
}

fn route(kind: &str, parent: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: gateway.networking.k8s.io/v1, kind: {kind}, metadata: {{name: web, namespace: shop}}, spec: \
         {{parentRefs: [{{name: public, namespace: infra{parent}}}], {spec}}}}}"
    )
}

#[track_caller]
fn assert_routed(route: &str, listeners: &str, verdict: Verdict, parts: &[&str]) {
    let outcomes = routed(route, listeners);
    let [(found, messages)] = outcomes.as_slice() else {
        panic!("one route is judged: {outcomes:?}")
    };
    assert_eq!(
        (*found, messages.len()),
        (verdict, parts.len()),
        "{messages:?}"
    );
    for (message, part) in messages.iter().zip(parts) {
        assert!(message.contains(part), "{message:?} has no {part:?}");
    }
}

const ALL: &str = "allowedRoutes: {namespaces: {from: All}}";
const SERVES: &str = "rules: [{backendRefs: [{name: web, port: 80}]}]";

fn listener(name: &str, more: &str) -> String {
    let (protocol, port) = if name.starts_with("https") {
        ("HTTPS", 443)
    } else {
        ("HTTP", 80)
    };
    format!("{{name: {name}, protocol: {protocol}, port: {port}, {more}}}")
}

#[test]
fn a_route_must_not_be_attached_to_plain_http() {
    let both = format!("{}, {}", listener("http", ALL), listener("https", ALL));
    let found = "listener http of Gateway public takes it without TLS";
    for kind in ["HTTPRoute", "GRPCRoute"] {
        assert_routed(&route(kind, "", SERVES), &both, Fail, &[found]);
        assert_routed(
            &route(kind, ", sectionName: http", SERVES),
            &both,
            Fail,
            &[found],
        );
        assert_routed(&route(kind, ", port: 80", SERVES), &both, Fail, &[found]);
        assert_routed(
            &route(kind, ", sectionName: https", SERVES),
            &both,
            Pass,
            &[],
        );
        assert_routed(&route(kind, ", port: 443", SERVES), &both, Pass, &[]);
        assert_routed(&route(kind, "", SERVES), &listener("https", ALL), Pass, &[]);
        assert_routed(
            &route(kind, ", sectionName: gone", SERVES),
            &both,
            NotApplicable,
            &[],
        );
    }
    let tcp = format!("{{name: tcp, protocol: TCP, port: 5432, {ALL}}}");
    assert_routed(
        &route("HTTPRoute", ", sectionName: tcp", SERVES),
        &tcp,
        Pass,
        &[],
    );
}

#[test]
fn a_redirect_to_https_is_what_plain_http_is_for() {
    let http = listener("http", ALL);
    let redirect = |scheme: &str| {
        format!("{{filters: [{{type: RequestRedirect, requestRedirect: {{{scheme}}}}}]}}")
    };
    let https = redirect("scheme: https, statusCode: 301");
    for (rules, verdict) in [
        (format!("rules: [{https}]"), Pass),
        (format!("rules: [{https}, {https}]"), Pass),
        (format!("rules: [{}]", redirect("scheme: http")), Fail),
        (format!("rules: [{}]", redirect("statusCode: 301")), Fail),
        // One of them answers.
        (
            format!("rules: [{https}, {{backendRefs: [{{name: web}}]}}]"),
            Fail,
        ),
    ] {
        let parts: &[&str] = if verdict == Fail {
            &["listener http"]
        } else {
            &[]
        };
        assert_routed(&route("HTTPRoute", "", &rules), &http, verdict, parts);
    }
}

#[test]
fn a_listener_takes_only_some_routes() {
    let http = |more: &str| format!("{}, {}", listener("http", more), listener("https", ALL));
    let web = "hostnames: [shop.example], rules: [{backendRefs: [{name: web}]}]";
    for (listeners, verdict) in [
        // Those of its own namespace, unless it says otherwise.
        (http(""), Pass),
        (http("allowedRoutes: {namespaces: {from: Same}}"), Pass),
        (http("allowedRoutes: {namespaces: {from: None}}"), Pass),
        (http(ALL), Fail),
        (
            http("allowedRoutes: {namespaces: {from: All}, kinds: [{kind: GRPCRoute}]}"),
            Pass,
        ),
        (
            http("allowedRoutes: {namespaces: {from: All}, kinds: [{kind: HTTPRoute}]}"),
            Fail,
        ),
        (http(&format!("hostname: shop.example, {ALL}")), Fail),
        (http(&format!("hostname: '*.example', {ALL}")), Fail),
        (http(&format!("hostname: '*.internal', {ALL}")), Pass),
    ] {
        let parts: &[&str] = if verdict == Fail {
            &["listener http"]
        } else {
            &[]
        };
        assert_routed(&route("HTTPRoute", "", web), &listeners, verdict, parts);
    }
    // Nothing takes it.
    assert_routed(
        &route("HTTPRoute", "", web),
        &listener("http", ""),
        NotApplicable,
        &[],
    );
    let own = route("HTTPRoute", "", web).replace("namespace: shop", "namespace: infra");
    assert_routed(&own, &listener("http", ""), Fail, &["listener http"]);
}

#[test]
fn a_listener_may_choose_namespaces_by_their_labels() {
    let listeners = listener(
        "http",
        "allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {public: 'yes'}}}}",
    );
    let web = route("HTTPRoute", "", SERVES);
    let unknown = "listener http of Gateway public may take it: the labels of its namespace are not among the files";
    assert_routed(&web, &listeners, Unknown, &[unknown]);
    let namespace = |label: &str| {
        format!(
            "\n---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: shop, labels: {{public: {label}}}}}}}"
        )
    };
    assert_routed(
        &(web.clone() + &namespace("'yes'")),
        &listeners,
        Fail,
        &["takes it"],
    );
    assert_routed(&(web + &namespace("'no'")), &listeners, NotApplicable, &[]);
}

#[test]
fn a_route_without_a_gateway_lets_nothing_in() {
    for (parents, verdict, parts) in [
        ("", NotApplicable, &[][..]),
        // For traffic within the cluster.
        ("{kind: Service, group: '', name: web}", NotApplicable, &[]),
        (
            "{name: gone}",
            Unknown,
            &["- /spec/parentRefs/0 gone: its Gateway gone is not among the files"],
        ),
        (
            "{kind: Service, group: '', name: web}, {kind: ListenerSet, name: more}",
            Unknown,
            &["- /spec/parentRefs/1 more: its parent ListenerSet more is not looked up"],
        ),
    ] {
        let route = format!(
            "{{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {{name: web}}, spec: \
             {{parentRefs: [{parents}], {SERVES}}}}}"
        );
        assert_on(&CHECK, &[(&route, verdict, parts)]);
    }
    let mut cluster = Inventory::of_cluster();
    for kind in Kind::ALL {
        cluster.set_source(*kind, Source::Synced);
    }
    store(&mut cluster, &route("HTTPRoute", "", SERVES));
    assert_in(&CHECK, &Params::default(), &cluster, NotApplicable, &[]);
    cluster.set_source(Kind::Gateway, Source::Pending);
    assert_in(
        &CHECK,
        &Params::default(),
        &cluster,
        Unknown,
        &["Gateways are not listed yet"],
    );
}
