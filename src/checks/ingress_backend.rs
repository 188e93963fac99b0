use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Lead, LeadPort, Object, Place, Reach, Service, Severity};

pub(super) static CHECK: Check = Check {
    id: "ingress-backend",
    title: "What comes in from outside leads to Services and ports that exist",
    why: "An Ingress or a route whose Service is not there, or has no such port, answers every request with an error (503, or \
          500 from a route), and the API server accepts it without a word. Ports are those of the Service, not of the pods. \
          What leads to something other than a Service is not judged, nor what the AWS Load Balancer Controller reads from an \
          annotation (`use-annotation`). In files, a Service that is not among them may be in the cluster: where they have no \
          Service of that namespace at all, the verdict is Unknown.",
    fix: "Correct the name or the port of the backend, or apply the Service.",
    source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[
        "kube-score/ingress-targets-service",
        "kube-linter/dangling-ingress",
        "popeye/1401",
        "popeye/1402",
        "popeye/1404",
    ],
    subjects: KindSet::of(&[Kind::Ingress, Kind::HTTPRoute, Kind::GRPCRoute]),
    reads: KindSet::of(&[Kind::Service]),
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
            port: {number: 8080}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {port: 80, targetPort: 8080}
",
    good: r"
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
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {port: 80, targetPort: 8080}
",
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let (leads, path): (&[Lead], fn(&Lead) -> String) = match object {
        Object::Ingress(ingress) => (&ingress.leads, Lead::ingress_path),
        Object::Route(route) => (&route.leads, Lead::route_path),
        _ => (&[], Lead::ingress_path),
    };
    if leads.is_empty() {
        findings.not_applicable();
    }
    let view = context.read(Kind::Service)?;
    for lead in leads {
        let path = path(lead);
        let at = Place::field(path.clone()).about(path);
        let name = &lead.name;
        if name.is_empty() {
            let message = "the backend names neither a Service nor another resource: set service.name and its port";
            findings.fail(at, message);
            continue;
        }
        let namespace = lead.namespace.as_ref();
        let namespace = namespace.unwrap_or(&object.key().namespace);
        match view.service_of(namespace, name) {
            Some(service) => {
                if let Some(message) = lacks(service, &lead.port) {
                    findings.fail(at, message);
                }
            }
            None if context.knows(Kind::Service, namespace)? => findings.fail(
                at,
                format!("there is no Service {name} in namespace {namespace}: correct the backend"),
            ),
            None => findings.unknown(
                at,
                format!("Service {name} is not among the files: it has to be in the cluster"),
            ),
        }
    }
    Ok(())
}

/// What is wrong where a Service has no such port.
fn lacks(service: &Service, port: &LeadPort) -> Option<String> {
    // One that is a name for something elsewhere need not list its ports.
    if service.reach == Reach::Elsewhere && service.ports.is_empty() {
        return None;
    }
    let name = &service.meta.key.name;
    let mut ports = service.ports.iter();
    let (is_there, wanted) = match port {
        LeadPort::Number(number) => (ports.any(|port| port.number == *number), number.to_string()),
        LeadPort::Name(named) => (
            ports.any(|port| port.name.as_ref() == Some(named)),
            named.to_string(),
        ),
        LeadPort::Unsaid => {
            let message = "the backend does not say which port of Service";
            return Some(format!("{message} {name} it means: set it"));
        }
    };
    let known = service.ports.iter();
    let known: Vec<_> = known.map(|port| port.number.to_string()).collect();
    (!is_there).then(|| {
        let known = known.join(", ");
        format!("Service {name} has no port {wanted}, but {known}: correct the backend")
    })
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    const SERVICE: &str = "\n---\n{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{name: http, port: 80}]}}";
    const ALIAS: &str =
        "\n---\n{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: ExternalName}}";

    fn ingress(version: &str, backend: &str) -> String {
        format!(
            "{{apiVersion: networking.k8s.io/{version}, kind: Ingress, metadata: {{name: web}}, spec: {{rules: [{{http: {{paths: [{{backend: {{{backend}}}}}]}}}}]}}}}"
        )
    }

    #[test]
    fn the_service_and_its_port_must_be_there() {
        let at = "- /spec/rules/0/http/paths/0/backend";
        let to = |name: &str, port: &str| format!("service: {{name: {name}, port: {{{port}}}}}");
        let v1 = |backend: &str| ingress("v1", backend);
        for (manifest, verdict, parts) in [
            (v1(&to("web", "number: 80")), Pass, &[][..]),
            (v1(&to("web", "name: http")), Pass, &[]),
            (
                v1(&to("web", "number: 8080")),
                Fail,
                &["Service web has no port 8080, but 80"],
            ),
            (v1(&to("web", "name: web")), Fail, &["has no port web"]),
            (v1(&to("web", "")), Fail, &["does not say which port"]),
            (
                v1(&to("api", "number: 80")),
                Fail,
                &["there is no Service api in namespace default"],
            ),
            (v1("serviceName: web, servicePort: 80"), Fail, &[at]),
            (
                ingress("v1beta1", "serviceName: web, servicePort: 80"),
                Pass,
                &[],
            ),
            (
                ingress("v1beta1", "serviceName: web, servicePort: http"),
                Pass,
                &[],
            ),
            (
                ingress("v1beta1", "serviceName: web, servicePort: 81"),
                Fail,
                &["no port 81"],
            ),
            (v1("resource: {kind: Bucket, name: a}"), NotApplicable, &[]),
            (
                v1(&to("redirect", "name: use-annotation")),
                NotApplicable,
                &[],
            ),
        ] {
            assert_on(&CHECK, &[(&(manifest + SERVICE), verdict, parts)]);
        }
        let alias = v1(&to("web", "number: 443")) + ALIAS;
        assert_on(&CHECK, &[(&alias, Pass, &[])]);
    }

    #[test]
    fn without_any_service_files_do_not_tell() {
        let lone = ingress("v1", "service: {name: web, port: {number: 80}}");
        assert_on(
            &CHECK,
            &[(&lone, Unknown, &["Service web is not among the files"])],
        );
        assert_running(&CHECK, &[(&lone, Fail, &["there is no Service web"])]);
    }

    #[test]
    fn routes_lead_to_services_of_other_namespaces_too() {
        let route = |to: &str| {
            format!(
                "{{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {{name: web, namespace: shop}}, spec: {{rules: [{{backendRefs: [{{{to}}}]}}]}}}}{SERVICE}"
            )
        };
        let at = "- /spec/rules/0/backendRefs/0";
        for (to, verdict, parts) in [
            ("name: web, namespace: default, port: 80", Pass, &[][..]),
            ("name: web, namespace: default, port: 81", Fail, &[at]),
            ("name: web, port: 80", Unknown, &[at]),
            (
                "name: llm, kind: InferencePool, group: inference.networking.k8s.io",
                NotApplicable,
                &[],
            ),
        ] {
            assert_on(&CHECK, &[(&route(to), verdict, parts)]);
        }
    }
}
