//! Ingresses.

mod routes;
mod services;

use super::CHECK;
use crate::check::testing::assert_on;
use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

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
        (
            rules(&[a]),
            Fail,
            &["- /spec/tls a.example: requests for a.example have no TLS"][..],
        ),
        (rules(&[a]) + ", tls: [{hosts: [a.example]}]", Pass, &[]),
        // The controller has a certificate of its own.
        (rules(&[a]) + ", tls: [{}]", Pass, &[]),
        (rules(&[a]) + ", tls: [{secretName: s}]", Pass, &[]),
        (rules(&[a]) + ", tls: []", Fail, &["a.example"]),
        (rules(&[a]) + ", tls: [{hosts: ['*.example']}]", Pass, &[]),
        (
            rules(&["a.b.example"]) + ", tls: [{hosts: ['*.example']}]",
            Fail,
            &["a.b.example"],
        ),
        (
            rules(&[a, b]) + ", tls: [{hosts: [a.example]}]",
            Fail,
            &["requests for b.example"],
        ),
        (
            rules(&[a, b]) + ", tls: [{hosts: [a.example]}, {hosts: [b.example]}]",
            Pass,
            &[],
        ),
        (rules(&[a, b]), Fail, &["a.example", "b.example"]),
        // Without a host, whatever is asked for is.
        (rules(&[""]), Fail, &["- /spec/tls : requests have no TLS"]),
        (rules(&[""]) + ", tls: [{hosts: [a.example]}]", Pass, &[]),
        (
            "defaultBackend: {service: {name: web}}".to_owned(),
            Fail,
            &["requests have no TLS"],
        ),
        (
            "defaultBackend: {service: {name: web}}, tls: [{secretName: s}]".to_owned(),
            Pass,
            &[],
        ),
        (
            rules(&[a]) + ", tls: [{hosts: [a.example]}], defaultBackend: {service: {name: web}}",
            Pass,
            &[],
        ),
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
        (
            "alb.ingress.kubernetes.io/certificate-arn: 'arn:aws:acm:a'",
            Pass,
        ),
        (
            "alb.ingress.kubernetes.io/listen-ports: '[{\"HTTPS\": 443}]'",
            Pass,
        ),
        (
            "alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}]'",
            Fail,
        ),
        ("networking.gke.io/managed-certificates: web", Pass),
        ("ingress.gcp.kubernetes.io/pre-shared-cert: web", Pass),
        ("nginx.ingress.kubernetes.io/ssl-passthrough: 'true'", Pass),
        (
            "nginx.ingress.kubernetes.io/force-ssl-redirect: 'true'",
            Pass,
        ),
        ("nginx.ingress.kubernetes.io/ssl-redirect: 'true'", Fail),
        (
            "nginx.ingress.kubernetes.io/permanent-redirect: 'https://a.example'",
            Pass,
        ),
        (
            "nginx.ingress.kubernetes.io/permanent-redirect: 'http://b.example'",
            Fail,
        ),
        ("traefik.ingress.kubernetes.io/router.tls: 'true'", Pass),
        (
            "traefik.ingress.kubernetes.io/router.entrypoints: websecure",
            Pass,
        ),
        (
            "traefik.ingress.kubernetes.io/router.entrypoints: 'web,websecure'",
            Fail,
        ),
        (
            "traefik.ingress.kubernetes.io/router.middlewares: default-redirect@kubernetescrd",
            Unknown,
        ),
        ("example.com/tls: 'true'", Fail),
    ] {
        let parts: &[&str] = if verdict == Pass {
            &[]
        } else {
            &["requests for a.example have no TLS"]
        };
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
        (
            "traefik.ingress.kubernetes.io/router.middlewares: default-compress@kubernetescrd",
            Pass,
        ),
    ] {
        let parts: &[&str] = if verdict == Pass {
            &[]
        } else {
            &["- /metadata/annotations "]
        };
        assert_on(&CHECK, &[(&ingress(annotations, &tls), verdict, parts)]);
    }
}

#[test]
fn what_proves_a_domain_is_left_aside() {
    let solver = ingress("", &format!("rules: [{{host: a.example, {PATHS}}}]")).replace(
        "annotations: {}",
        "labels: {acme.cert-manager.io/http01-solver: 'true'}",
    );
    assert_on(&CHECK, &[(&solver, NotApplicable, &[])]);
}
