//! What leads to pods without an Ingress or a route.

use super::{PATHS, ingress};
use crate::check::Params;
use crate::check::testing::{assert_on, inventory, judge};
use crate::checks::ingress_tls::CHECK;
use crate::model::Kind;
use crate::model::Verdict::{NotApplicable, Pass, Unknown};

fn service(spec: &str) -> String {
    format!("{{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {{{spec}}}}}")
}

#[test]
fn what_a_load_balancer_lets_through_is_not_to_be_seen() {
    let unknown = &["- /spec/ports/0 5432: whether port 5432 speaks TLS"][..];
    for (spec, verdict, parts) in [
        ("ports: [{port: 80}]", NotApplicable, &[][..]),
        (
            "type: ExternalName, externalName: a.example",
            NotApplicable,
            &[],
        ),
        (
            "type: LoadBalancer, ports: [{port: 5432}]",
            Unknown,
            unknown,
        ),
        ("type: LoadBalancer, ports: [{port: 443}]", Pass, &[]),
        (
            "type: LoadBalancer, ports: [{port: 8443, name: https-admin}]",
            Pass,
            &[],
        ),
        (
            "type: LoadBalancer, ports: [{port: 8443, appProtocol: HTTPS}]",
            Pass,
            &[],
        ),
        // It says what it speaks, whatever its number is.
        (
            "type: LoadBalancer, ports: [{port: 443, appProtocol: http}]",
            Unknown,
            &["port 443"],
        ),
        (
            "type: LoadBalancer, ports: [{port: 80}, {port: 443}]",
            Unknown,
            &["port 80"],
        ),
        (
            "type: LoadBalancer, ports: [{port: 53, protocol: UDP}]",
            Pass,
            &[],
        ),
        ("type: NodePort, ports: [{port: 5432}]", Unknown, unknown),
    ] {
        assert_on(&CHECK, &[(&service(spec), verdict, parts)]);
    }
    let certificate = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert: 'arn:aws:acm:a'";
    for (annotations, verdict, parts) in [
        (certificate.to_owned(), Pass, &[][..]),
        (
            format!("{certificate}, service.beta.kubernetes.io/aws-load-balancer-ssl-ports: '80'"),
            Pass,
            &[],
        ),
        (
            format!("{certificate}, service.beta.kubernetes.io/aws-load-balancer-ssl-ports: web"),
            Pass,
            &[],
        ),
        (
            format!("{certificate}, service.beta.kubernetes.io/aws-load-balancer-ssl-ports: '443'"),
            Unknown,
            &["port 80"],
        ),
    ] {
        let spec = "type: LoadBalancer, ports: [{port: 80, name: web}]";
        let manifest = service(spec).replace(
            "name: web}, spec",
            &format!("name: web, annotations: {{{annotations}}}}}, spec"),
        );
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
    assert!(
        verdicts.contains(&(Kind::Service, NotApplicable)),
        "{verdicts:?}"
    );
    assert!(verdicts.contains(&(Kind::Ingress, Pass)), "{verdicts:?}");
}
