use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, PodDisruptionBudget, Severity};

pub(super) static CHECK: Check = Check {
    id: "pdb-unhealthy-eviction",
    title: "The PodDisruptionBudget says what becomes of pods that are not ready",
    why: "By default (`IfHealthyBudget`) a pod that runs but is not ready may be evicted only while the budget is met \
          without it: where an application is broken, it cannot be moved, and the drain of its node waits until somebody \
          mends it. `AlwaysAllow` lets such pods go. Either may be right; what counts is that somebody chose.",
    fix: "Set `unhealthyPodEvictionPolicy: AlwaysAllow`, unless pods that are not ready still hold something that must not \
          be lost: then `IfHealthyBudget`.",
    source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy",
    severity: Severity::Advice,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["kube-linter/pdb-unhealthy-pod-eviction-policy"],
    subjects: KindSet::of(&[Kind::PodDisruptionBudget]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: web}
",
    good: r"
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {app: web}
",
    run: Run::DisruptionBudget(run),
};

fn run(_: &Context<'_>, budget: &PodDisruptionBudget, findings: &mut Findings) -> Judgement {
    if !budget.decides_unhealthy {
        let at = Place::field("/spec/unhealthyPodEvictionPolicy");
        let problem = "pods that are not ready hold up a drain: set unhealthyPodEvictionPolicy";
        findings.fail(
            at,
            format!("{problem} to AlwaysAllow, or say that they may"),
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
    fn somebody_must_have_chosen() {
        for (policy, expected) in [
            ("", Fail),
            ("unhealthyPodEvictionPolicy: null,", Fail),
            ("unhealthyPodEvictionPolicy: Sometimes,", Fail),
            ("unhealthyPodEvictionPolicy: IfHealthyBudget,", Pass),
            ("unhealthyPodEvictionPolicy: AlwaysAllow,", Pass),
        ] {
            let budget = format!(
                "{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: web}}, spec: {{{policy} maxUnavailable: 1}}}}"
            );
            let parts: &[&str] = if expected == Fail {
                &["- /spec/unhealthyPodEvictionPolicy :"]
            } else {
                &[]
            };
            assert_on(&CHECK, &[(&budget, expected, parts)]);
        }
    }
}
