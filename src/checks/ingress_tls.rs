use crate::check::gateway::{self, Taken};
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{
    Ingress, Kind, KindSet, Meta, Object, Place, Plain, Protocol, Reach, Route, Service, Severity,
};

pub(super) static CHECK: Check = Check {
    id: "ingress-tls",
    title: "What comes in from outside the cluster is encrypted",
    why: "Without TLS, whoever is on the way reads and changes what clients send: passwords and sessions included. An Ingress \
          needs TLS for every host of its rules, by `spec.tls` or an annotation of its controller, and must not be told to \
          answer without it as well. A route of the Gateway API must not be attached to an HTTP listener, unless all it \
          does there is to redirect to https. What a load balancer lets through to the pods themselves is Unknown but for \
          ports that say TLS (`appProtocol` or the port's name `https`, port 443, a certificate of AWS): it cannot be seen \
          from here. Ingresses by which cert-manager proves a domain are left aside; ListenerSets are not looked at.",
    fix: "Add `spec.tls` with the host and a certificate (cert-manager issues them); attach routes to the HTTPS listener by \
          `sectionName`, and let one route of the HTTP listener redirect with `scheme: https`.",
    source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[
        "polaris/tlsSettingsMissing",
        "polaris/httpRouteInsecureListener",
    ],
    subjects: KindSet::of(&[
        Kind::Ingress,
        Kind::HTTPRoute,
        Kind::GRPCRoute,
        Kind::Service,
    ]),
    reads: KindSet::of(&[Kind::Gateway, Kind::Namespace]),
    params: &[],
    bad: r"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
  - host: shop.example
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: web
            port: {number: 80}
",
    good: r"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  tls:
  - hosts: [shop.example]
    secretName: shop-tls
  rules:
  - host: shop.example
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: web
            port: {number: 80}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs:
  - {name: public, sectionName: https}
  rules:
  - backendRefs:
    - {name: web, port: 80}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public}
spec:
  gatewayClassName: example
  listeners:
  - name: https
    port: 443
    protocol: HTTPS
    tls:
      certificateRefs:
      - {name: shop-tls}
    allowedRoutes:
      namespaces:
        from: Selector
        selector: {}
---
apiVersion: v1
kind: Namespace
metadata: {name: default}
",
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    match object {
        Object::Ingress(ingress) if !proves_a_domain(&ingress.meta) => {
            of_ingress(ingress, findings);
            Ok(())
        }
        Object::Route(route) if !proves_a_domain(&route.meta) => of_route(context, route, findings),
        Object::Service(service) => of_service(context, service, findings),
        _ => {
            findings.not_applicable();
            Ok(())
        }
    }
}

/// Whether cert-manager made it for the time of a challenge, which comes by HTTP.
fn proves_a_domain(meta: &Meta) -> bool {
    let label = meta.labels.get("acme.cert-manager.io/http01-solver");
    label.is_some_and(|label| **label == *"true")
}

fn of_ingress(ingress: &Ingress, findings: &mut Findings) {
    if ingress.hosts.is_empty() {
        findings.not_applicable();
        return;
    }
    if ingress.plain == Plain::Redirected {
        return;
    }
    let hosts = ingress.hosts.iter();
    let uncovered: Vec<_> = hosts.filter(|host| !ingress.has_tls(host)).collect();
    for host in &uncovered {
        let at = Place::field("/spec/tls").about((*host).clone());
        let which = if host.is_empty() {
            "requests".to_owned()
        } else {
            format!("requests for {host}")
        };
        match ingress.plain {
            Plain::ByMiddlewares(annotation) => findings.unknown(
                at,
                format!(
                    "{which} have no TLS; whether they are redirected by {annotation} is not looked up"
                ),
            ),
            _ => findings.fail(
                at,
                format!("{which} have no TLS: add an entry to spec.tls that has the host"),
            ),
        }
    }
    if let (Plain::Served(annotation), true) = (ingress.plain, uncovered.is_empty()) {
        findings.fail(
            Place::field("/metadata/annotations").about(annotation),
            format!("{annotation} has it answer without TLS as well: let it redirect"),
        );
    }
}

fn of_route(context: &Context<'_>, route: &Route, findings: &mut Findings) -> Judgement {
    let view = context.read(Kind::Gateway)?;
    let mut is_attached = false;
    for parent in &route.parents {
        let at = Place::field(format!("/spec/parentRefs/{}", parent.index));
        let at = at.about(parent.name.clone());
        if let Some(kind) = &parent.other_kind {
            let name = &parent.name;
            findings.unknown(at, format!("its parent {kind} {name} is not looked up"));
            continue;
        }
        let Some(gateway) = view.gateway(route, parent) else {
            // One that does not exist lets nothing in.
            if context.may_exist_elsewhere() {
                let message = format!("its Gateway {} is not among the files", parent.name);
                findings.unknown(at, message);
            }
            continue;
        };
        for listener in &gateway.listeners {
            let taken = gateway::takes(context, (gateway, listener), (route, parent))?;
            if taken == Taken::No {
                continue;
            }
            is_attached = true;
            if !listener.is_plain_http || route.redirects {
                continue;
            }
            let at = at
                .clone()
                .about(format!("{} {}", parent.name, listener.name));
            let (name, gateway) = (&listener.name, &gateway.meta.key.name);
            if taken == Taken::Perhaps {
                let label = "the labels of its namespace are not among the files";
                findings.unknown(
                    at,
                    format!("listener {name} of Gateway {gateway} may take it: {label}"),
                );
            } else {
                findings.fail(
                    at,
                    format!(
                        "listener {name} of Gateway {gateway} takes it without TLS: redirect to https, or name the HTTPS one"
                    ),
                );
            }
        }
    }
    if !is_attached {
        findings.not_applicable();
    }
    Ok(())
}

/// What comes through a load balancer of the Service's own reaches the pods as it was sent; also through the ports of nodes,
/// but where something else leads to it, they are that thing's way in.
fn of_service(context: &Context<'_>, service: &Service, findings: &mut Findings) -> Judgement {
    let is_open = match service.reach {
        Reach::LoadBalancer(_) => true,
        Reach::Nodes => {
            let view = context.read(Kind::Ingress)?;
            let mut leading = view.leading_to(service).into_iter();
            !leading.any(|object| matches!(object, Object::Ingress(_) | Object::Route(_)))
        }
        Reach::Cluster | Reach::Elsewhere => false,
    };
    if !is_open {
        findings.not_applicable();
        return Ok(());
    }
    for (index, port) in service.ports.iter().enumerate() {
        if port.protocol == Protocol::Tcp && !port.tls {
            let number = port.number;
            findings.unknown(
                Place::field(format!("/spec/ports/{index}")).about(number.to_string()),
                format!("whether port {number} speaks TLS or redirects to it is not to be seen; if so, set appProtocol"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
