use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Ingress, Kind, KindSet, Object, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "ingress-host-unique",
    title: "No other Ingress asks for the same host and path",
    why: "Of two Ingresses with the same host and path, most controllers serve the one that was made first, some neither: \
          whoever writes the second, in whatever namespace, takes requests away from the first, or believes to serve what \
          another one serves. Paths of one host may be spread over several Ingresses, and Ingresses of different classes are \
          different ways in; canaries of ingress-nginx are meant to ask for the same.",
    fix: "Merge the two, or give one of them a host or a path of its own.",
    source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#multiple-matches",
    severity: Severity::High,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["gatekeeper-library/uniqueingresshost"],
    subjects: KindSet::of(&[Kind::Ingress]),
    reads: KindSet::NONE,
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
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: staging}
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
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api}
spec:
  rules:
  - host: shop.example
    http:
      paths:
      - path: /api
        pathType: Prefix
        backend:
          service:
            name: api
            port: {number: 80}
",
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::Ingress(ingress) = object else {
        findings.not_applicable();
        return Ok(());
    };
    let view = context.read(Kind::Ingress)?;
    for (host, path) in &ingress.claims {
        let claims_it = |other: &&Ingress| {
            other.meta.key != ingress.meta.key
                && other.choice == ingress.choice
                && other
                    .claims
                    .iter()
                    .any(|claim| claim.0 == *host && claim.1 == *path)
        };
        if let Some(other) = view.claiming(host).find(claims_it) {
            let key = &other.meta.key;
            let host = if host.is_empty() { "every host" } else { host };
            findings.fail(
                Place::field("/spec/rules").about(format!("{host}{path}")),
                format!(
                    "Ingress {}/{} asks for {path} of {host} as well: merge them",
                    key.namespace, key.name
                ),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::verdict;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn host_path_and_class_make_one_place() {
        let ingress = |name: &str, meta: &str, class: &str, path: &str| {
            format!(
                "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: {name}{meta}}}, spec: {{{class} rules: \
                 [{{host: a.example, http: {{paths: [{{{path}, backend: {{service: {{name: web}}}}}}]}}}}]}}}}"
            )
        };
        let prefix = "path: /web, pathType: Prefix";
        let canary = ", annotations: {nginx.ingress.kubernetes.io/canary: 'true'}";
        for (meta, class, path, expected) in [
            ("", "", prefix, Fail),
            (", namespace: other", "", prefix, Fail),
            ("", "", "path: /web/, pathType: Prefix", Fail),
            ("", "", "path: /web, pathType: Exact", Pass),
            ("", "", "path: /api, pathType: Prefix", Pass),
            ("", "ingressClassName: inner,", prefix, Pass),
            (canary, "", prefix, Pass),
        ] {
            let both = ingress("a", "", "", prefix) + "\n---\n" + &ingress("b", meta, class, path);
            for (key, found, _) in verdict(&CHECK, &both) {
                assert_eq!(found, expected, "{key}: {meta} {class} {path}");
            }
        }
    }
}
