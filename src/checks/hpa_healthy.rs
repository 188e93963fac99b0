use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, PodAutoscaler, Scaling, Severity, Truth};

pub(super) static CHECK: Check = Check {
    id: "hpa-healthy",
    title: "The HorizontalPodAutoscaler scales: its metrics can be had, and its bounds leave room",
    why: "A HorizontalPodAutoscaler without metrics looks like any other, and does nothing: the workload stays at the replicas \
          that it happens to have. Its controller says so in its conditions, which are read here: `AbleToScale` (it can read \
          and change the scale of its target), `ScalingActive` (it can compute how many replicas there should be), and \
          `ScalingLimited` by `maxReplicas` (it wants more replicas than it may have).",
    fix: "`kubectl describe hpa` shows the whole message. Most often metrics-server, or the adapter that serves the metric, is \
          not installed or not answering; or a container lacks the request that the target is relative to. Where it is held \
          back by `maxReplicas`, raise that.",
    source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/#appendix-horizontal-pod-autoscaler-status-conditions",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
status:
  conditions:
  - {type: AbleToScale, status: 'True', reason: SucceededGetScale}
  - {type: ScalingActive, status: 'False', reason: FailedGetResourceMetric}
",
    good: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
status:
  conditions:
  - {type: AbleToScale, status: 'True', reason: ReadyForNewScale}
  - {type: ScalingActive, status: 'True', reason: ValidMetricFound}
",
    run: Run::Scaling(run),
};

fn run(_: &Context<'_>, autoscaler: &PodAutoscaler, findings: &mut Findings) -> Judgement {
    let at = |condition: &str| Place::field("/status/conditions").about(condition);
    let Some(scaling) = &autoscaler.scaling else {
        findings.unknown(at(""), "its controller has not said anything of it yet");
        return Ok(());
    };
    let Scaling {
        able,
        active,
        is_capped,
    } = &**scaling;
    for (name, truth, meaning) in [
        (
            "AbleToScale",
            able,
            "it cannot change the scale of its target",
        ),
        ("ScalingActive", active, "it does not scale"),
    ] {
        match truth {
            Truth::True => {}
            Truth::False(reason) => {
                findings.fail(
                    at(name),
                    format!(
                        "{name} is False ({reason}): {meaning}; kubectl describe hpa says more"
                    ),
                );
            }
            Truth::Unknown(reason) => {
                findings.unknown(at(name), format!("{name} is Unknown ({reason})"));
            }
            // Where it cannot read the scale, it gets no further.
            Truth::Unsaid if matches!(able, Truth::False(_)) => {}
            Truth::Unsaid => {
                findings.unknown(at(name), format!("{name} is not among its conditions yet"));
            }
        }
    }
    if *is_capped {
        let max = autoscaler.max_replicas;
        findings.fail(
            at("ScalingLimited"),
            format!("ScalingLimited is True (TooManyReplicas): it wants more than maxReplicas ({max}); raise that"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_running, inventory};
    use crate::engine::judge;
    use crate::inventory::View;
    use crate::model::Verdict::{self, Fail, Pass, Unknown};
    use crate::model::{Key, Kind};

    fn autoscaler(conditions: &[(&str, &str, &str)]) -> String {
        let conditions: Vec<_> = conditions
            .iter()
            .map(|(name, status, reason)| {
                format!("{{type: {name}, status: '{status}', reason: {reason}}}")
            })
            .collect();
        format!(
            "{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: web}},
               spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}, maxReplicas: 5}},
               status: {{conditions: [{}]}}}}",
            conditions.join(", ")
        )
    }

    /// The reasons are those of `pkg/controller/podautoscaler`.
    #[test]
    fn what_the_controller_says_decides() {
        let able = ("AbleToScale", "True", "ReadyForNewScale");
        let active = ("ScalingActive", "True", "ValidMetricFound");
        type Row<'a> = (&'a [(&'a str, &'a str, &'a str)], Verdict, &'a [&'a str]);
        let rows: &[Row<'_>] = &[
            (&[able, active], Pass, &[]),
            (
                &[
                    able,
                    active,
                    ("ScalingLimited", "False", "DesiredWithinRange"),
                ],
                Pass,
                &[],
            ),
            // At its minimum, as on any quiet night; or not faster than it may.
            (
                &[able, active, ("ScalingLimited", "True", "TooFewReplicas")],
                Pass,
                &[],
            ),
            (
                &[able, active, ("ScalingLimited", "True", "ScaleUpLimit")],
                Pass,
                &[],
            ),
            (
                &[able, active, ("ScalingLimited", "True", "TooManyReplicas")],
                Fail,
                &[
                    "ScalingLimited: ScalingLimited is True (TooManyReplicas): it wants more than maxReplicas (5)",
                ],
            ),
            (
                &[able, ("ScalingActive", "False", "FailedGetResourceMetric")],
                Fail,
                &[
                    "ScalingActive: ScalingActive is False (FailedGetResourceMetric): it does not scale",
                ],
            ),
            (
                &[able, ("ScalingActive", "False", "ScalingDisabled")],
                Fail,
                &["ScalingActive is False (ScalingDisabled)"],
            ),
            (
                &[("AbleToScale", "False", "FailedGetScale")],
                Fail,
                &["AbleToScale is False (FailedGetScale): it cannot change the scale"],
            ),
            (
                &[("AbleToScale", "False", "FailedUpdateScale"), active],
                Fail,
                &["AbleToScale is False (FailedUpdateScale)"],
            ),
            (
                &[able],
                Unknown,
                &["ScalingActive is not among its conditions yet"],
            ),
            (
                &[able, ("ScalingActive", "Unknown", "Whatever")],
                Unknown,
                &["ScalingActive is Unknown (Whatever)"],
            ),
            (&[], Unknown, &["has not said anything of it yet"]),
        ];
        for (conditions, verdict, parts) in rows {
            assert_running(&CHECK, &[(&autoscaler(conditions), *verdict, parts)]);
        }
    }

    #[test]
    fn files_do_not_tell() {
        let files = inventory(CHECK.good);
        let web = Key::new(Kind::HorizontalPodAutoscaler, "default", "web");
        let web = files.get(&web).expect("it is there");
        let result = judge(&CHECK, &Params::default(), View::of(&files), web);
        assert_eq!(result.verdict, Unknown);
    }
}
