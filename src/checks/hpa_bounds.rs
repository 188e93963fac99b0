use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, PodAutoscaler, Severity};

pub(super) static CHECK: Check = Check {
    id: "hpa-bounds",
    title: "The HorizontalPodAutoscaler has room to scale",
    why: "With `maxReplicas` at or below `minReplicas` it can never scale: it looks like autoscaling and is a fixed number. That \
          the least is enough, and that the target exists, is for `hpa-min-replicas` and `hpa-target-exists`.",
    fix: "Set `maxReplicas` above `minReplicas` (1 where it is not set), as far as quota and nodes allow.",
    source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["polaris/hpaMaxAvailability"],
    subjects: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 5
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

fn run(_: &Context<'_>, autoscaler: &PodAutoscaler, findings: &mut Findings) -> Judgement {
    let (min, max) = (autoscaler.min_replicas, autoscaler.max_replicas);
    if max <= min {
        let problem = format!("maxReplicas is {max} and minReplicas {min}: it can never scale");
        findings.fail(
            Place::field("/spec/maxReplicas").about("maxReplicas"),
            format!("{problem}; set maxReplicas above minReplicas"),
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
    fn there_is_room_between_least_and_most() {
        for (bounds, verdict, parts) in [
            ("minReplicas: 2, maxReplicas: 3", Pass, &[][..]),
            // Whether the least is enough is for another check.
            ("minReplicas: 1, maxReplicas: 3", Pass, &[]),
            ("maxReplicas: 3", Pass, &[]),
            (
                "minReplicas: 5, maxReplicas: 5",
                Fail,
                &["- /spec/maxReplicas maxReplicas: maxReplicas is 5 and"],
            ),
            (
                "minReplicas: 5, maxReplicas: 3",
                Fail,
                &["maxReplicas is 3 and minReplicas 5"],
            ),
            ("maxReplicas: 1", Fail, &["maxReplicas is 1"]),
            ("minReplicas: 2", Fail, &["maxReplicas is 0"]),
        ] {
            let autoscaler = format!(
                "{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: web}}, \
                 spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}, {bounds}}}}}"
            );
            assert_on(&CHECK, &[(&autoscaler, verdict, parts)]);
        }
    }
}
