use crate::check::{Check, Context, Findings, Group, Judgement, Run, network};
use crate::model::{Kind, KindSet, Object, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "network-policy-targets",
    title: "The NetworkPolicy selects pods",
    why: "A NetworkPolicy whose `podSelector` matches no pod is accepted without a word, and the pods that it was written for \
          are as open as before: a label that was renamed on one side is enough. One that selects every pod \
          (`podSelector: {}`) is a default for those to come, and passes. On files, the pods \
          of a custom resource are known by the template in its `spec`, as an Argo Rollout has one. A label of a domain of its \
          own (`example.com/cluster`), or with the name of a custom resource that seems to run pods and has no template, may \
          be of pods that a controller makes, and is Unknown.",
    fix: "Write the same labels into `spec.podSelector` of the NetworkPolicy and `spec.template.metadata.labels` of the \
          workload, or delete the policy.",
    source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-resource",
    severity: Severity::High,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[
        "kube-score/networkpolicy-targets-pod",
        "kube-linter/dangling-networkpolicy",
        "popeye/1200",
    ],
    subjects: KindSet::of(&[Kind::NetworkPolicy]),
    reads: KindSet::WORKLOADS,
    params: &[],
    bad: r"
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector:
    matchLabels: {app: web}
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: shop-web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector:
    matchLabels: {app: web}
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::NetworkPolicy(policy) = object else {
        findings.not_applicable();
        return Ok(());
    };
    for kind in KindSet::WORKLOADS.iter() {
        context.read(kind)?;
    }
    let view = context.read(Kind::NetworkPolicy)?;
    if policy.selector.is_empty() || view.concerns_any(object) {
        return Ok(());
    }
    let at = Place::field("/spec/podSelector");
    if let Some(maker) =
        network::maker(context, view, &policy.meta.key.namespace, &policy.selector)
    {
        let message = "it selects no pod among the files";
        findings.unknown(
            at,
            format!("{message}; {maker} may make pods with such labels"),
        );
    } else {
        findings.fail(
            at,
            "it selects no pod of its namespace, so that it protects nothing: correct the labels",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass, Unknown};

    const PODS: &str = "\n---\n{apiVersion: batch/v1, kind: CronJob, metadata: {name: web}, spec: {jobTemplate: {spec: \
                        {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a}]}}}}}}";

    #[test]
    fn labels_and_namespace_must_be_those_of_pods() {
        let policy = |meta: &str, selector: &str| {
            format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p{meta}}}, spec: {{podSelector: {{{selector}}}}}}}{PODS}"
            )
        };
        let none = "- /spec/podSelector : it selects no pod of its namespace";
        for (meta, selector, verdict, parts) in [
            ("", "matchLabels: {app: web}", Pass, &[][..]),
            (
                "",
                "matchExpressions: [{key: app, operator: Exists}]",
                Pass,
                &[],
            ),
            ("", "matchLabels: {app: api}", Fail, &[none]),
            (
                ", namespace: other",
                "matchLabels: {app: web}",
                Fail,
                &[none],
            ),
            (", namespace: other", "", Pass, &[]),
            (
                "",
                "matchLabels: {example.com/cluster: a}",
                Unknown,
                &["a controller may make"],
            ),
            (
                "",
                "matchLabels: {app.kubernetes.io/name: a}",
                Fail,
                &[none],
            ),
        ] {
            assert_on(&CHECK, &[(&policy(meta, selector), verdict, parts)]);
        }
    }
}
