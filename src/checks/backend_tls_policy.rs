use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Lead, LeadPort, Object, Place, Service, ServicePort, Severity};

pub(super) static CHECK: Check = Check {
    id: "backend-tls-policy",
    title: "Gateways speak TLS to backends that do",
    why: "A Gateway speaks plain HTTP to its backends unless it is told otherwise: to a port that expects TLS every request \
          fails, or what was decrypted at the Gateway goes on in the clear. A port is taken to speak TLS by its `appProtocol`, \
          its name (`https`) or its number 443. A BackendTLSPolicy in the namespace of the Service says how, and so does a \
          BackendConfigPolicy of kgateway with `tls`. Some controllers go by `appProtocol` alone, or have policies of their \
          own; the API group of the BackendTLSPolicy is read in its version v1. In files, where neither is among them in that \
          namespace, the verdict is Unknown.",
    fix: "Add a BackendTLSPolicy with the Service among its `targetRefs` and the host and authority of its certificate in \
          `validation`.",
    source: "https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/",
    severity: Severity::High,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["polaris/httpRouteBackendTLSMissing"],
    subjects: KindSet::of(&[Kind::HTTPRoute, Kind::GRPCRoute]),
    reads: KindSet::of(&[
        Kind::Service,
        Kind::BackendTLSPolicy,
        Kind::BackendConfigPolicy,
    ]),
    params: &[],
    bad: r"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs:
  - {name: public}
  rules:
  - backendRefs:
    - {name: web, port: 443}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {name: https, port: 443}
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: other}
spec:
  targetRefs:
  - {group: '', kind: Service, name: other}
  validation: {hostname: other.shop.example, wellKnownCACertificates: System}
",
    good: r"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs:
  - {name: public}
  rules:
  - backendRefs:
    - {name: web, port: 443}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {name: https, port: 443}
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: web}
spec:
  targetRefs:
  - {group: '', kind: Service, name: web}
  validation: {hostname: web.shop.example, wellKnownCACertificates: System}
",
    run: Run::Object(run),
};

const POLICIES: [Kind; 2] = [Kind::BackendTLSPolicy, Kind::BackendConfigPolicy];

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::Route(route) = object else {
        findings.not_applicable();
        return Ok(());
    };
    let view = context.read(Kind::Service)?;
    let mut is_any = false;
    for lead in &route.leads {
        let namespace = lead.namespace.as_ref();
        let namespace = namespace.unwrap_or(&route.meta.key.namespace);
        let service = view.service_of(namespace, &lead.name);
        let Some((service, port)) =
            service.and_then(|service| Some((service, port(service, lead)?)))
        else {
            continue;
        };
        is_any = true;
        judge(context, (service, port), lead, findings)?;
    }
    if !is_any {
        findings.not_applicable();
    }
    Ok(())
}

/// The port of a Service that is led to, if it speaks TLS.
fn port<'a>(service: &'a Service, lead: &Lead) -> Option<&'a ServicePort> {
    let LeadPort::Number(number) = &lead.port else {
        return None;
    };
    let mut ports = service.ports.iter();
    ports.find(|port| port.number == *number && port.tls)
}

fn judge(
    context: &Context<'_>,
    (service, port): (&Service, &ServicePort),
    lead: &Lead,
    findings: &mut Findings,
) -> Judgement {
    let mut is_known = false;
    for kind in POLICIES {
        let view = context.read(kind)?;
        is_known |= context.knows(kind, &service.meta.key.namespace)?;
        let has_tls = view.backend_policies(kind, service).any(|policy| {
            let name = &service.meta.key.name;
            let mut targets = policy.targets.iter();
            policy.has_tls
                && targets.any(|target| {
                    target.service == *name && (target.port.is_none() || target.port == port.name)
                })
        });
        if has_tls {
            return Ok(());
        }
    }
    let path = lead.route_path();
    let at = Place::field(path.clone()).about(path);
    let (name, number) = (&service.meta.key.name, port.number);
    if is_known {
        let message =
            format!("port {number} of Service {name} speaks TLS, which no BackendTLSPolicy says");
        findings.fail(at, format!("{message}: add one"));
    } else {
        let message =
            format!("no BackendTLSPolicy for port {number} of Service {name} is among the files");
        findings.unknown(at, message);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn route(port: &str, more: &str) -> String {
        format!(
            "{{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {{name: web}}, spec: {{rules: [{{backendRefs: [{{name: web, port: {port}}}]}}]}}}}\n---\n\
             {{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {{ports: [{{name: http, port: 80}}, {{name: api, port: 8443, appProtocol: https}}]}}}}{more}"
        )
    }

    #[test]
    fn a_port_that_speaks_tls_needs_one() {
        let at = "- /spec/rules/0/backendRefs/0";
        assert_on(
            &CHECK,
            &[
                (&route("80", ""), NotApplicable, &[]),
                (&route("8443", ""), Unknown, &[at]),
            ],
        );
        assert_running(
            &CHECK,
            &[(
                &route("8443", ""),
                Fail,
                &["port 8443 of Service web speaks TLS"],
            )],
        );
        let policy = |section: &str| {
            let policy = format!(
                "\n---\n{{apiVersion: gateway.networking.k8s.io/v1, kind: BackendTLSPolicy, metadata: {{name: web}}, spec: \
                 {{targetRefs: [{{group: '', kind: Service, name: web{section}}}]}}}}"
            );
            route("8443", &policy)
        };
        let kgateway = |spec: &str| {
            let policy = format!(
                "\n---\n{{apiVersion: gateway.kgateway.dev/v1alpha1, kind: BackendConfigPolicy, metadata: {{name: web}}, spec: \
                 {{targetRefs: [{{group: '', kind: Service, name: web}}]{spec}}}}}"
            );
            route("8443", &policy)
        };
        for (manifests, verdict, parts) in [
            (policy(""), Pass, &[][..]),
            (policy(", sectionName: api"), Pass, &[]),
            (policy(", sectionName: http"), Fail, &[at]),
            (kgateway(", tls: {sni: web}"), Pass, &[]),
            (kgateway(""), Fail, &[at]),
        ] {
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
    }
}
