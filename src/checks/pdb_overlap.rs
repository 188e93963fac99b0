use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "pdb-overlap",
    title: "No pod is under two PodDisruptionBudgets",
    why: "The eviction API refuses to evict a pod that more than one budget selects, whatever the budgets allow: a drain of \
          its node waits for ever, and nothing says so before. One budget for all pods of a namespace beside one for a \
          workload is enough.",
    fix: "Keep one of the budgets, or narrow their selectors until each pod is under one.",
    source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#arbitrary-controllers-and-selectors",
    severity: Severity::Critical,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["popeye/209"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::PodDisruptionBudget]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web, tier: front}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: web}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: front}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {tier: front}
",
    good: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web, tier: front}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: web}
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let view = context.read(Kind::PodDisruptionBudget)?;
    let budgets = view.selecting(workload, Kind::PodDisruptionBudget);
    match budgets.as_slice() {
        [] => findings.not_applicable(),
        [_] => {}
        [first, second, others @ ..] => {
            let (first, second) = (&first.key().name, &second.key().name);
            let more = match others.len() {
                0 => String::new(),
                others => format!(" and {others} more"),
            };
            findings.fail(
                Place::pod_labels(workload),
                format!("PodDisruptionBudgets {first} and {second}{more} select its pods: no eviction is allowed; keep one"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, inventory};
    use crate::inventory::Source;
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn budget(name: &str, spec: &str) -> String {
        format!(
            "\n---\n{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: {name}}}, spec: {{{spec}}}}}"
        )
    }

    fn deployment() -> String {
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, \
         spec: {template: {metadata: {labels: {app: web}}}}}"
            .to_owned()
    }

    #[test]
    fn two_are_one_too_many_whatever_they_allow() {
        let own = budget(
            "web",
            "maxUnavailable: 1, selector: {matchLabels: {app: web}}",
        );
        let all = budget("all", "maxUnavailable: 100%, selector: {}");
        let other = budget(
            "api",
            "maxUnavailable: 1, selector: {matchLabels: {app: api}}",
        );
        let none = budget("none", "maxUnavailable: 1");
        let elsewhere = budget("far, namespace: other", "maxUnavailable: 1, selector: {}");
        let found =
            "- /spec/template/metadata/labels : PodDisruptionBudgets all and web select its pods";
        for (budgets, verdict, parts) in [
            (String::new(), NotApplicable, &[][..]),
            (own.clone(), Pass, &[]),
            (own.clone() + &all, Fail, &[found]),
            (own.clone() + &other + &none + &elsewhere, Pass, &[]),
            (
                own + &all + &budget("big", "minAvailable: 1, selector: {}"),
                Fail,
                &["PodDisruptionBudgets all and big and 1 more"],
            ),
        ] {
            assert_on(&CHECK, &[(&(deployment() + &budgets), verdict, parts)]);
        }
    }

    #[test]
    fn budgets_that_cannot_be_read_decide_nothing() {
        let mut files = inventory(&deployment());
        files.set_source(Kind::PodDisruptionBudget, Source::Pending);
        let found = &["PodDisruptionBudgets are not listed yet"];
        assert_in(&CHECK, &Params::default(), &files, Unknown, found);
    }
}
