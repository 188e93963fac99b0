use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Object, Place, Severity, Text};

pub(super) static CHECK: Check = Check {
    id: "reference-grant",
    title: "References into other namespaces are granted there",
    why: "A route that leads to a Service of another namespace, or a listener whose certificate is in one, needs a \
          ReferenceGrant in that namespace. Without it nothing is led there: the route answers 500, the listener is not \
          programmed. Judged are HTTPRoutes, GRPCRoutes and Gateways. In files, where none of the grants of that namespace \
          is among them, the verdict is Unknown.",
    fix: "Ask the owner of the other namespace for a ReferenceGrant `from` this kind and namespace `to` the Service or the \
          Secret; or move the route or the certificate.",
    source: "https://gateway-api.sigs.k8s.io/api-types/referencegrant/",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[
        "polaris/gatewayCrossNamespaceCertificateRef",
        "polaris/httpRouteCrossNamespaceBackendRef",
    ],
    subjects: KindSet::of(&[Kind::Gateway, Kind::HTTPRoute, Kind::GRPCRoute]),
    reads: KindSet::of(&[Kind::ReferenceGrant]),
    params: &[],
    bad: r"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  rules:
  - backendRefs:
    - {name: accounts, namespace: accounts, port: 80}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: partners, namespace: accounts}
spec:
  from:
  - {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: partners}
  to:
  - {group: '', kind: Service}
",
    good: r"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  rules:
  - backendRefs:
    - {name: accounts, namespace: accounts, port: 80}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: shop, namespace: accounts}
spec:
  from:
  - {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}
  to:
  - {group: '', kind: Service}
",
    run: Run::Object(run),
};

/// Something of another namespace that is named.
struct Reference<'a> {
    path: String,
    namespace: &'a Text,
    /// Group, kind and name.
    to: [&'a str; 3],
}

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let own = object.key();
    let mut references: Vec<Reference<'_>> = match object {
        Object::Route(route) => route
            .leads
            .iter()
            .filter_map(|lead| {
                Some(Reference {
                    path: lead.route_path(),
                    namespace: lead.namespace.as_ref()?,
                    to: ["", "Service", &lead.name],
                })
            })
            .collect(),
        Object::Gateway(gateway) => {
            let listeners = gateway.listeners.iter().enumerate();
            let named = listeners.flat_map(|(at, listener)| {
                listener.certificates.iter().filter_map(move |certificate| {
                    let index = certificate.index;
                    Some(Reference {
                        path: format!("/spec/listeners/{at}/tls/certificateRefs/{index}"),
                        namespace: certificate.namespace.as_ref()?,
                        to: [&certificate.group, &certificate.kind, &certificate.name],
                    })
                })
            });
            named.collect()
        }
        _ => Vec::new(),
    };
    references.retain(|reference| *reference.namespace != own.namespace);
    if references.is_empty() {
        findings.not_applicable();
        return Ok(());
    }
    let view = context.read(Kind::ReferenceGrant)?;
    let from = [own.kind.group(), own.kind.name(), &own.namespace];
    for Reference {
        path,
        namespace,
        to,
    } in references
    {
        if view.grants(namespace).any(|grant| grant.allows(from, to)) {
            continue;
        }
        let at = Place::field(path.clone()).about(path);
        let [_, kind, name] = to;
        if context.knows(Kind::ReferenceGrant, namespace)? {
            let message =
                format!("no ReferenceGrant of namespace {namespace} lets it name {kind} {name}");
            findings.fail(at, format!("{message}: add one there"));
        } else {
            let message = format!("no ReferenceGrant of namespace {namespace} is among the files");
            findings.unknown(at, format!("{message}: one has to allow {kind} {name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn gateway(certificate: &str) -> String {
        format!(
            "{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {{name: g, namespace: edge}}, spec: \
             {{listeners: [{{name: https, protocol: HTTPS, tls: {{certificateRefs: [{{{certificate}}}]}}}}]}}}}"
        )
    }

    fn grant(namespace: &str, kind: &str, to: &str) -> String {
        format!(
            "\n---\n{{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {{name: g, namespace: {namespace}}}, \
             spec: {{from: [{{group: gateway.networking.k8s.io, kind: {kind}, namespace: edge}}], to: [{{{to}}}]}}}}"
        )
    }

    #[test]
    fn a_grant_names_kinds_and_namespaces() {
        let certificate = gateway("name: tls, namespace: certs");
        let at = "- /spec/listeners/0/tls/certificateRefs/0";
        let secret = "group: '', kind: Secret";
        for (grant, verdict, parts) in [
            (grant("certs", "Gateway", secret), Pass, &[][..]),
            (
                grant("certs", "Gateway", "kind: Secret, name: tls"),
                Pass,
                &[],
            ),
            (
                grant("certs", "Gateway", "kind: Secret, name: other"),
                Fail,
                &[at],
            ),
            (grant("certs", "HTTPRoute", secret), Fail, &[at]),
            (grant("certs", "Gateway", "kind: Service"), Fail, &[at]),
            (grant("edge", "Gateway", secret), Unknown, &[at]),
            (
                String::new(),
                Unknown,
                &["no ReferenceGrant of namespace certs is among the files"],
            ),
        ] {
            assert_on(&CHECK, &[(&(certificate.clone() + &grant), verdict, parts)]);
        }
        assert_running(
            &CHECK,
            &[(&certificate, Fail, &["lets it name Secret tls"])],
        );
    }

    #[test]
    fn its_own_namespace_needs_none() {
        for own in ["name: tls", "name: tls, namespace: edge"] {
            assert_on(&CHECK, &[(&gateway(own), NotApplicable, &[])]);
        }
    }
}
