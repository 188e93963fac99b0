use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{CoolDown, Kind, KindSet, Place, PodAutoscaler, Severity};

pub(super) static CHECK: Check = Check {
    id: "hpa-behavior",
    title: "The HorizontalPodAutoscaler waits before it scales down",
    why: "Load comes in waves. Without a pause, replicas are taken away in each trough and are missing at the next crest, where \
          new ones need time to start. The controller waits five minutes where nothing is said, so that this is advice: a flag of \
          the controller manager can change that for the whole cluster, and five minutes are not what every service needs. The \
          checklist asks for a period that somebody has chosen. `selectPolicy: Disabled` (never scale down) passes.",
    fix: "Set `behavior.scaleDown.stabilizationWindowSeconds` (of `autoscaling/v2`) to at least as long as a new replica takes to \
          start, 300 as a beginning.",
    source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#stabilization-window",
    severity: Severity::Advice,
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
",
    good: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 300
",
    run: Run::Autoscaler(run),
};

fn run(_: &Context<'_>, autoscaler: &PodAutoscaler, findings: &mut Findings) -> Judgement {
    let at = Place::field("/spec/behavior/scaleDown/stabilizationWindowSeconds");
    match autoscaler.cool_down {
        CoolDown::Never | CoolDown::Seconds(1..) => {}
        CoolDown::Seconds(seconds) => findings.fail(
            at,
            format!("stabilizationWindowSeconds is {seconds}: replicas go as soon as the load does; set it to 300, say"),
        ),
        CoolDown::Unsaid => findings.fail(
            at,
            "it does not say how long to wait before scaling down: set stabilizationWindowSeconds (the cluster's default is 300)",
        ),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn only_a_pause_that_is_written_down_counts() {
        let unsaid = "- /spec/behavior/scaleDown/stabilizationWindowSeconds : it does not say how long to wait";
        for (behavior, verdict, parts) in [
            ("null", Fail, &[unsaid][..]),
            ("{}", Fail, &[unsaid]),
            (
                "{scaleUp: {stabilizationWindowSeconds: 60}}",
                Fail,
                &[unsaid],
            ),
            // What the API server makes of that.
            (
                "{scaleUp: {stabilizationWindowSeconds: 60}, scaleDown: {selectPolicy: Max, \
                 policies: [{type: Percent, value: 100, periodSeconds: 15}]}}",
                Fail,
                &[unsaid],
            ),
            (
                "{scaleDown: {stabilizationWindowSeconds: 0}}",
                Fail,
                &["stabilizationWindowSeconds is 0: replicas go"],
            ),
            ("{scaleDown: {stabilizationWindowSeconds: 1}}", Pass, &[]),
            (
                "{scaleDown: {stabilizationWindowSeconds: 600, selectPolicy: Min}}",
                Pass,
                &[],
            ),
            ("{scaleDown: {selectPolicy: Disabled}}", Pass, &[]),
            ("{scaleUp: {selectPolicy: Disabled}}", Fail, &[unsaid]),
        ] {
            let autoscaler = format!(
                "{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: web}}, spec: {{scaleTargetRef: \
                 {{apiVersion: apps/v1, kind: Deployment, name: web}}, maxReplicas: 3, behavior: {behavior}}}}}"
            );
            assert_on(&CHECK, &[(&autoscaler, verdict, parts)]);
        }
        // autoscaling/v1 has no such field.
        let old = "{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: web}, \
                   spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 3}}";
        assert_on(&CHECK, &[(old, Fail, &[unsaid])]);
    }
}
