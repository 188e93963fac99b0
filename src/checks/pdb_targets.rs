use crate::check::{Check, Context, Findings, Group, Judgement, Run, network};
use crate::model::{Kind, KindSet, Place, PodDisruptionBudget, Severity};

pub(super) static CHECK: Check = Check {
    id: "pdb-targets",
    title: "The PodDisruptionBudget selects pods",
    why: "A budget whose `selector` matches no pod is accepted without a word, and the pods that it was written for may all be \
          evicted at once: a label that was renamed on one side is enough. One without a selector selects nothing; one with \
          an empty selector (`{}`) selects every pod of its namespace, those to come as well, and passes. On files, the pods \
          of a custom resource are known by the template in its `spec`, as an Argo Rollout has one. A label of a domain of its \
          own (`example.com/cluster`), or with the name of a custom resource that seems to run pods and has no template, may \
          be of pods that a controller makes, and is Unknown.",
    fix: "Write the same labels into `spec.selector` of the budget and `spec.template.metadata.labels` of the workload, or \
          delete the budget.",
    source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["popeye/900"],
    subjects: KindSet::of(&[Kind::PodDisruptionBudget]),
    reads: KindSet::WORKLOADS,
    params: &[],
    bad: r"
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 1
  selector:
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
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 1
  selector:
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
    run: Run::DisruptionBudget(run),
};

fn run(
    context: &Context<'_>,
    budget: &PodDisruptionBudget,
    findings: &mut Findings,
) -> Judgement {
    for kind in KindSet::WORKLOADS.iter() {
        context.read(kind)?;
    }
    let view = context.read(Kind::PodDisruptionBudget)?;
    let at = Place::field("/spec/selector");
    let Some(selector) = &budget.selector else {
        findings.fail(
            at,
            "it has no selector, so that it protects nothing: write the labels of the pods into it",
        );
        return Ok(());
    };
    let is_any = || !view.selected(&budget.meta.key.namespace, selector).is_empty();
    if selector.is_empty() || is_any() {
        return Ok(());
    }
    if let Some(maker) = network::maker(context, view, &budget.meta.key.namespace, selector) {
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

    const PODS: &str = "\n---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {metadata: {labels: \
                        {app: web}}, spec: {containers: [{name: a}]}}}}";

    #[test]
    fn labels_and_namespace_must_be_those_of_pods() {
        let none = "- /spec/selector : it selects no pod of its namespace";
        for (meta, selector, expected, parts) in [
            ("", "selector: {matchLabels: {app: web}}", Pass, &[][..]),
            ("", "selector: {}", Pass, &[]),
            ("", "maxUnavailable: 1", Fail, &["it has no selector"]),
            ("", "selector: {matchLabels: {app: api}}", Fail, &[none]),
            (
                ", namespace: other",
                "selector: {matchLabels: {app: web}}",
                Fail,
                &[none],
            ),
            (
                "",
                "selector: {matchLabels: {postgres.example.com/cluster: a}}",
                Unknown,
                &["it selects no pod among the files"],
            ),
        ] {
            let budget = format!(
                "{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: p{meta}}}, spec: {{{selector}}}}}{PODS}"
            );
            assert_on(&CHECK, &[(&budget, expected, parts)]);
        }
    }
}
