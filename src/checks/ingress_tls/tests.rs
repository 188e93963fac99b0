use super::CHECK;
use crate::check::Params;
use crate::check::testing::{assert_in, assert_on, inventory, judge, store, verdict};
use crate::inventory::{Inventory, Source};
use crate::model::Kind;
use crate::model::Verdict::{self, Fail, NotApplicable, Pass, Unknown};

const PATHS: &str = "http: {paths: [{backend: {service: {name: web}}}]}";

fn ingress(annotations: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: web, annotations: {{{annotations}}}}}, \
         spec: {{{spec}}}}}"
    )
}

#[test]
fn every_host_of_an_ingress_needs_tls() {
    let rules = |hosts: &[&str]| {
        let rules: Vec<_> = hosts
            .iter()
            .map(|host| format!("{{host: '{host}', {PATHS}}}"))
            .collect();
        format!("rules: [{}]", rules.join(", "))
    };
    let (a, b) = ("a.example", "b.example");
    for (spec, verdict, parts) in [
        (rules(&[a]), Fail, &["- /spec/tls a.example: requests for a.example have no TLS"][..]),
        (rules(&[a]) + ", tls: [{hosts: [a.example]}]", Pass, &[]),
        // The controller has a certificate of its own.
        (rules(&[a]) + ", tls: [{}]", Pass, &[]),
        (rules(&[a]) + ", tls: [{secretName: s}]", Pass, &[]),
        (rules(&[a]) + ", tls: []", Fail, &["a.example"]),
        (rules(&[a]) + ", tls: [{hosts: ['*.example']}]", Pass, &[]),
        (rules(&["a.b.example"]) + ", tls: [{hosts: ['*.example']}]", Fail, &["a.b.example"]),
        (rules(&[a, b]) + ", tls: [{hosts: [a.example]}]", Fail, &["requests for b.example"]),
        (rules(&[a, b]) + ", tls: [{hosts: [a.example]}, {hosts: [b.example]}]", Pass, &[]),
        (rules(&[a, b]), Fail, &["a.example", "b.example"]),
        // Without a host, whatever is asked for is.
        (rules(&[""]), Fail, &["- /spec/tls : requests have no TLS"]),
        (rules(&[""]) + ", tls: [{hosts: [a.example]}]", Pass, &[]),
        ("defaultBackend: {service: {name: web}}".to_owned(), Fail, &["requests have no TLS"]),
        ("defaultBackend: {service: {name: web}}, tls: [{secretName: s}]".to_owned(), Pass, &[]),
        (rules(&[a]) + ", tls: [{hosts: [a.example]}], defaultBackend: {service: {name: web}}", Pass, &[]),
        // It leads nowhere.
        (String::new(), NotApplicable, &[]),
    ] {
        assert_on(&CHECK, &[(&ingress("", &spec), verdict, parts)]);
    }
    let old = "{apiVersion: extensions/v1beta1, kind: Ingress, metadata: {name: web}, spec: {backend: {serviceName: web}}}";
    assert_on(&CHECK, &[(old, Fail, &["requests have no TLS"])]);
}

#[test]
fn controllers_have_annotations_for_tls() {
    let plain = format!("rules: [{{host: a.example, {PATHS}}}]");
    for (annotation, verdict) in [
        ("alb.ingress.kubernetes.io/certificate-arn: 'arn:aws:acm:a'", Pass),
        ("alb.ingress.kubernetes.io/listen-ports: '[{\"HTTPS\": 443}]'", Pass),
        ("alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}]'", Fail),
        ("networking.gke.io/managed-certificates: web", Pass),
        ("ingress.gcp.kubernetes.io/pre-shared-cert: web", Pass),
        ("nginx.ingress.kubernetes.io/ssl-passthrough: 'true'", Pass),
        ("nginx.ingress.kubernetes.io/force-ssl-redirect: 'true'", Pass),
        ("nginx.ingress.kubernetes.io/ssl-redirect: 'true'", Fail),
        ("nginx.ingress.kubernetes.io/permanent-redirect: 'https://a.example'", Pass),
        ("nginx.ingress.kubernetes.io/permanent-redirect: 'http://b.example'", Fail),
        ("traefik.ingress.kubernetes.io/router.tls: 'true'", Pass),
        ("traefik.ingress.kubernetes.io/router.entrypoints: websecure", Pass),
        ("traefik.ingress.kubernetes.io/router.entrypoints: 'web,websecure'", Fail),
        ("traefik.ingress.kubernetes.io/router.middlewares: default-redirect@kubernetescrd", Unknown),
        ("example.com/tls: 'true'", Fail),
    ] {
        let parts: &[&str] = if verdict == Pass { &[] } else { &["requests for a.example have no TLS"] };
        assert_on(&CHECK, &[(&ingress(annotation, &plain), verdict, parts)]);
    }
}

#[test]
fn tls_beside_plain_http_enforces_nothing() {
    let tls = format!("tls: [{{hosts: [a.example]}}], rules: [{{host: a.example, {PATHS}}}]");
    let redirect = "nginx.ingress.kubernetes.io/ssl-redirect: 'false'";
    let forced = format!("{redirect}, nginx.ingress.kubernetes.io/force-ssl-redirect: 'true'");
    let ports = "alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'";
    let redirected = format!("{ports}, alb.ingress.kubernetes.io/ssl-redirect: '443'");
    for (annotations, verdict) in [
        ("", Pass),
        (redirect, Fail),
        (&forced, Pass),
        (ports, Fail),
        (&redirected, Pass),
        ("traefik.ingress.kubernetes.io/router.middlewares: default-compress@kubernetescrd", Pass),
    ] {
        let parts: &[&str] = if verdict == Pass { &[] } else { &["- /metadata/annotations ", ] };
        assert_on(&CHECK, &[(&ingress(annotations, &tls), verdict, parts)]);
    }
}

#[test]
fn what_proves_a_domain_is_left_aside() {
    let solver = ingress("", &format!("rules: [{{host: a.example, {PATHS}}}]"))
        .replace("annotations: {}", "labels: {acme.cert-manager.io/http01-solver: 'true'}");
    assert_on(&CHECK, &[(&solver, NotApplicable, &[])]);
}

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
    assert_eq!((*found, messages.len()), (verdict, parts.len()), "{messages:?}");
    for (message, part) in messages.iter().zip(parts) {
        assert!(message.contains(part), "{message:?} has no {part:?}");
    }
}

const ALL: &str = "allowedRoutes: {namespaces: {from: All}}";
const SERVES: &str = "rules: [{backendRefs: [{name: web, port: 80}]}]";

fn listener(name: &str, more: &str) -> String {
    let (protocol, port) = if name.starts_with("https") { ("HTTPS", 443) } else { ("HTTP", 80) };
    format!("{{name: {name}, protocol: {protocol}, port: {port}, {more}}}")
}

#[test]
fn a_route_must_not_be_attached_to_plain_http() {
    let both = format!("{}, {}", listener("http", ALL), listener("https", ALL));
    let found = "listener http of Gateway public takes it without TLS";
    for kind in ["HTTPRoute", "GRPCRoute"] {
        assert_routed(&route(kind, "", SERVES), &both, Fail, &[found]);
        assert_routed(&route(kind, ", sectionName: http", SERVES), &both, Fail, &[found]);
        assert_routed(&route(kind, ", port: 80", SERVES), &both, Fail, &[found]);
        assert_routed(&route(kind, ", sectionName: https", SERVES), &both, Pass, &[]);
        assert_routed(&route(kind, ", port: 443", SERVES), &both, Pass, &[]);
        assert_routed(&route(kind, "", SERVES), &listener("https", ALL), Pass, &[]);
        assert_routed(&route(kind, ", sectionName: gone", SERVES), &both, NotApplicable, &[]);
    }
    let tcp = format!("{{name: tcp, protocol: TCP, port: 5432, {ALL}}}");
    assert_routed(&route("HTTPRoute", ", sectionName: tcp", SERVES), &tcp, Pass, &[]);
}

#[test]
fn a_redirect_to_https_is_what_plain_http_is_for() {
    let http = listener("http", ALL);
    let redirect = |scheme: &str| format!("{{filters: [{{type: RequestRedirect, requestRedirect: {{{scheme}}}}}]}}");
    let https = redirect("scheme: https, statusCode: 301");
    for (rules, verdict) in [
        (format!("rules: [{https}]"), Pass),
        (format!("rules: [{https}, {https}]"), Pass),
        (format!("rules: [{}]", redirect("scheme: http")), Fail),
        (format!("rules: [{}]", redirect("statusCode: 301")), Fail),
        // One of them answers.
        (format!("rules: [{https}, {{backendRefs: [{{name: web}}]}}]"), Fail),
    ] {
        let parts: &[&str] = if verdict == Fail { &["listener http"] } else { &[] };
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
        (http("allowedRoutes: {namespaces: {from: All}, kinds: [{kind: GRPCRoute}]}"), Pass),
        (http("allowedRoutes: {namespaces: {from: All}, kinds: [{kind: HTTPRoute}]}"), Fail),
        (http(&format!("hostname: shop.example, {ALL}")), Fail),
        (http(&format!("hostname: '*.example', {ALL}")), Fail),
        (http(&format!("hostname: '*.internal', {ALL}")), Pass),
    ] {
        let parts: &[&str] = if verdict == Fail { &["listener http"] } else { &[] };
        assert_routed(&route("HTTPRoute", "", web), &listeners, verdict, parts);
    }
    // Nothing takes it.
    assert_routed(&route("HTTPRoute", "", web), &listener("http", ""), NotApplicable, &[]);
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
        format!("\n---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: shop, labels: {{public: {label}}}}}}}")
    };
    assert_routed(&(web.clone() + &namespace("'yes'")), &listeners, Fail, &["takes it"]);
    assert_routed(&(web + &namespace("'no'")), &listeners, NotApplicable, &[]);
}

#[test]
fn a_route_without_a_gateway_lets_nothing_in() {
    for (parents, verdict, parts) in [
        ("", NotApplicable, &[][..]),
        // For traffic within the cluster.
        ("{kind: Service, group: '', name: web}", NotApplicable, &[]),
        ("{name: gone}", Unknown, &["- /spec/parentRefs/0 gone: its Gateway gone is not among the files"]),
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
    assert_in(&CHECK, &Params::default(), &cluster, Unknown, &["Gateways are not listed yet"]);
}

fn service(spec: &str) -> String {
    format!("{{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {{{spec}}}}}")
}

#[test]
fn what_a_load_balancer_lets_through_is_not_to_be_seen() {
    let unknown = &["- /spec/ports/0 5432: whether port 5432 speaks TLS"][..];
    for (spec, verdict, parts) in [
        ("ports: [{port: 80}]", NotApplicable, &[][..]),
        ("type: ExternalName, externalName: a.example", NotApplicable, &[]),
        ("type: LoadBalancer, ports: [{port: 5432}]", Unknown, unknown),
        ("type: LoadBalancer, ports: [{port: 443}]", Pass, &[]),
        ("type: LoadBalancer, ports: [{port: 8443, name: https-admin}]", Pass, &[]),
        ("type: LoadBalancer, ports: [{port: 8443, appProtocol: HTTPS}]", Pass, &[]),
        // It says what it speaks, whatever its number is.
        ("type: LoadBalancer, ports: [{port: 443, appProtocol: http}]", Unknown, &["port 443"]),
        ("type: LoadBalancer, ports: [{port: 80}, {port: 443}]", Unknown, &["port 80"]),
        ("type: LoadBalancer, ports: [{port: 53, protocol: UDP}]", Pass, &[]),
        ("type: NodePort, ports: [{port: 5432}]", Unknown, unknown),
    ] {
        assert_on(&CHECK, &[(&service(spec), verdict, parts)]);
    }
    let certificate = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert: 'arn:aws:acm:a'";
    for (annotations, verdict, parts) in [
        (certificate.to_owned(), Pass, &[][..]),
        (format!("{certificate}, service.beta.kubernetes.io/aws-load-balancer-ssl-ports: '80'"), Pass, &[]),
        (format!("{certificate}, service.beta.kubernetes.io/aws-load-balancer-ssl-ports: web"), Pass, &[]),
        (format!("{certificate}, service.beta.kubernetes.io/aws-load-balancer-ssl-ports: '443'"), Unknown, &["port 80"]),
    ] {
        let spec = "type: LoadBalancer, ports: [{port: 80, name: web}]";
        let manifest = service(spec).replace("name: web}, spec", &format!("name: web, annotations: {{{annotations}}}}}, spec"));
        assert_on(&CHECK, &[(&manifest, verdict, parts)]);
    }
}

/// Some clouds' load balancers of an Ingress come in by the ports of nodes.
#[test]
fn ports_of_nodes_are_the_way_of_an_ingress_where_there_is_one() {
    let node_port = service("type: NodePort, ports: [{port: 80}]");
    let ingress = ingress("", &format!("tls: [{{}}], rules: [{{{PATHS}}}]"));
    let both = inventory(&format!("{node_port}\n---\n{ingress}"));
    let outcomes = judge(&CHECK, &Params::default(), &both);
    let verdicts: Vec<_> = outcomes
        .iter()
        .map(|outcome| (outcome.key.kind, outcome.verdict))
        .collect();
    assert!(verdicts.contains(&(Kind::Service, NotApplicable)), "{verdicts:?}");
    assert!(verdicts.contains(&(Kind::Ingress, Pass)), "{verdicts:?}");
}
