use crate::check::autoscaling::Target;
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, PodAutoscaler, Severity};

pub(super) static CHECK: Check = Check {
    id: "hpa-duplicate",
    title: "No two HorizontalPodAutoscalers scale the same workload",
    why: "Two of them each compute a number of their own and set it, one after the other: replicas come and go without \
          end. Kubernetes takes both; where their targets' pods overlap, the controller stops with `AmbiguousSelector` and \
          scales nothing.",
    fix: "Keep one, with the metrics of both: the highest number that any metric asks for counts.",
    source: "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["kyverno/prevent-duplicate-hpa"],
    subjects: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    reads: KindSet::SCALABLE,
    params: &[],
    bad: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web-cpu}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Autoscaler(run),
};

fn run(context: &Context<'_>, autoscaler: &PodAutoscaler, findings: &mut Findings) -> Judgement {
    let Target::Workload(workload) = Target::of(context, autoscaler)? else {
        return Ok(());
    };
    let autoscalers = context
        .read(Kind::HorizontalPodAutoscaler)?
        .autoscalers(workload);
    let own = &autoscaler.meta.key;
    let other = autoscalers.into_iter().find(|other| other.meta.key != *own);
    if let Some(other) = other {
        let (kind, target, name) = (
            workload.kind(),
            &autoscaler.target.name,
            &other.meta.key.name,
        );
        let at = Place::field("/spec/scaleTargetRef").about(target.clone());
        let problem = format!("HorizontalPodAutoscaler {name} scales {kind} {target} too");
        findings.fail(at, format!("{problem}: keep one of them"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::verdict;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn one_is_enough() {
        let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {}}";
        let scaler = |metadata: &str, kind: &str| {
            format!(
                "\n---\n{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{{metadata}}}, \
                  spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: {kind}, name: web}}, maxReplicas: 3}}}}"
            )
        };
        let first = scaler("name: a", "Deployment");
        for (others, expected) in [
            (String::new(), vec![Pass]),
            (scaler("name: b", "Deployment"), vec![Fail, Fail]),
            (scaler("name: b", "StatefulSet"), vec![Pass, Pass]),
            (
                scaler("name: b, namespace: shop", "Deployment"),
                vec![Pass, Pass],
            ),
        ] {
            let outcomes = verdict(&CHECK, &format!("{deployment}{first}{others}"));
            let verdicts: Vec<_> = outcomes.iter().map(|outcome| outcome.1).collect();
            assert_eq!(verdicts, expected, "{others}: {outcomes:?}");
        }
    }
}
