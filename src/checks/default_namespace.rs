use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Meta, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "default-namespace",
    title: "Nothing is in the namespace `default`",
    why: "What nobody gave a namespace is in `default`, with everybody's leftovers: quotas, NetworkPolicies, Pod Security \
          levels and roles are set by namespace, and there they are for all or for none. A manifest that names no \
          namespace goes wherever it is applied; it is judged as what `kubectl apply` does without `-n`. Charts and \
          kustomizations often leave the namespace to whoever applies them, so that not everybody wants this: a policy \
          that does lists the check.",
    fix: "Make a namespace for the application and name it in `metadata.namespace`.",
    source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#when-to-use-multiple-namespaces",
    severity: Severity::Advice,
    default: false,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &[
        "kube-linter/use-namespace",
        "checkov/CKV_K8S_21",
        "kubescape/C-0061",
        "trivy/KSV110",
    ],
    subjects: KindSet::WORKLOADS.union(KindSet::of(&[
        Kind::HorizontalPodAutoscaler,
        Kind::PodDisruptionBudget,
        Kind::NetworkPolicy,
        Kind::Service,
        Kind::Ingress,
    ])),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Any(run),
};

fn run(_: &Context<'_>, meta: &Meta, findings: &mut Findings) -> Judgement {
    if &*meta.key.namespace == "default" {
        let at = Place::field("/metadata/namespace");
        findings.fail(
            at,
            "is in the namespace default: give the application one of its own",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn what_names_no_namespace_is_in_the_default_one() {
        for head in [
            "apiVersion: apps/v1, kind: Deployment",
            "apiVersion: v1, kind: Service",
        ] {
            for (namespace, expected, parts) in [
                (
                    "",
                    Fail,
                    &["- /metadata/namespace : is in the namespace default"][..],
                ),
                (
                    ", namespace: default",
                    Fail,
                    &["is in the namespace default"],
                ),
                (", namespace: shop", Pass, &[]),
            ] {
                let manifest =
                    format!("{{{head}, metadata: {{name: web{namespace}}}, spec: {{}}}}");
                assert_on(&CHECK, &[(&manifest, expected, parts)]);
            }
        }
    }
}
