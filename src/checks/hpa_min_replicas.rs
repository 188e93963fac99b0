use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{Kind, KindSet, Place, PodAutoscaler, Severity};

pub(super) static CHECK: Check = Check {
    id: "hpa-min-replicas",
    title: "The HorizontalPodAutoscaler keeps enough replicas",
    why: "A `minReplicas` of 1, which is the default, leaves a single replica in quiet hours: one node lost or drained is an outage \
          then, and a PodDisruptionBudget that looked fine at noon blocks the drain at night.",
    fix: "Set `minReplicas` to 2 or more.",
    source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[
        "polaris/hpaMinAvailability",
        "kube-score/horizontalpodautoscaler-replicas",
        "kube-linter/hpa-minimum-three-replicas",
    ],
    subjects: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    reads: KindSet::NONE,
    params: &[Param {
        name: "min",
        doc: "the least minReplicas that passes",
        kind: ParamKind::Integer {
            default: 2,
            minimum: 1,
            maximum: 1000,
        },
    }],
    bad: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 1
  maxReplicas: 5
",
    good: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
",
    run: Run::Autoscaler(run),
};

fn run(context: &Context<'_>, autoscaler: &PodAutoscaler, findings: &mut Findings) -> Judgement {
    let (min, least) = (autoscaler.min_replicas, context.integer("min"));
    if i64::from(min) < least {
        findings.fail(
            Place::field("/spec/minReplicas").about("minReplicas"),
            format!("minReplicas is {min}: set it to {least} or more"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, verdict_with};
    use crate::model::Verdict::{Fail, Pass};

    fn autoscaler(bounds: &str) -> String {
        format!(
            "{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: web}}, \
             spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}, {bounds}}}}}"
        )
    }

    #[test]
    fn what_is_not_set_is_one() {
        for (bounds, verdict, parts) in [
            ("minReplicas: 2, maxReplicas: 3", Pass, &[][..]),
            // That it can never scale is for another check.
            ("minReplicas: 5, maxReplicas: 5", Pass, &[]),
            (
                "minReplicas: 1, maxReplicas: 3",
                Fail,
                &["- /spec/minReplicas minReplicas: minReplicas is 1: set it to 2"],
            ),
            ("maxReplicas: 3", Fail, &["minReplicas is 1"]),
            (
                "minReplicas: null, maxReplicas: 3",
                Fail,
                &["minReplicas is 1"],
            ),
            (
                "minReplicas: 0, maxReplicas: 3",
                Fail,
                &["minReplicas is 0"],
            ),
        ] {
            assert_on(&CHECK, &[(&autoscaler(bounds), verdict, parts)]);
        }
    }

    #[test]
    fn a_policy_may_ask_for_more() {
        let manifest = autoscaler("minReplicas: 2, maxReplicas: 9");
        for (least, expected) in [(1, Pass), (2, Pass), (3, Fail)] {
            let params = serde_json::json!({ "min": least });
            let found = verdict_with(&CHECK, params, &manifest)[0].1;
            assert_eq!(found, expected, "{least}");
        }
    }
}
