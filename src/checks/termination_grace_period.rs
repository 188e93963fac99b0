use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "termination-grace-period",
    title: "Containers have time to end before they are killed",
    why: "`terminationGracePeriodSeconds` is all the time that a pod has from being told to end to being killed, `preStop` hooks \
          included. At 0 nothing is told at all; and a hook that sleeps for as long as that leaves the process no time to \
          finish what it began. Kubernetes' default is 30 seconds. Pods that end by themselves are not judged.",
    fix: "Set `terminationGracePeriodSeconds` to more than the longest `preStop` hook and the longest request together, or leave \
          it out where 30 seconds are enough.",
    source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
    severity: Severity::Critical,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[MINIMUM],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 45
  containers:
  - name: web
    image: registry.example/web:1.4.2
    lifecycle:
      preStop:
        sleep: {seconds: 10}
",
    run: Run::Workload(run),
};

const MINIMUM: Param = Param {
    name: "minimumSeconds",
    doc: "The least time that pods must have.",
    kind: ParamKind::Integer {
        default: 1,
        minimum: 1,
        maximum: 86_400,
    },
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    if workload.runs_to_completion() {
        findings.not_applicable();
        return Ok(());
    }
    let (period, minimum) = (workload.pod.grace_period, context.integer(MINIMUM.name));
    let field = "terminationGracePeriodSeconds";
    let at = Place::pod(workload, &format!("/{field}"));
    if period < 0 {
        findings.unknown(at, format!("{field} is {period}, which Kubernetes refuses"));
        return Ok(());
    }
    if period == 0 {
        findings.fail(
            at,
            format!("{field} is 0: containers are killed without being told; leave it out"),
        );
        return Ok(());
    }
    if period < minimum {
        findings.fail(
            at,
            format!("{field} is {period}, and at least {minimum} is asked for"),
        );
    }
    for container in &workload.pod.containers {
        let sleep = container.pre_stop.and_then(|hook| hook.sleep);
        if let Some(sleep) = sleep.filter(|sleep| *sleep >= period) {
            let at = Place::container(workload, container, "/lifecycle/preStop");
            let problem = format!("preStop sleeps for {sleep} of the {period} seconds of {field}");
            findings.fail(at, format!("{problem}: no time is left to end; raise it"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_on_pods, assert_on_pods_with};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    #[test]
    fn there_must_be_some_time_after_the_hooks() {
        let hook =
            |hook: &str| format!("{{containers: [{{name: web, lifecycle: {{preStop: {hook}}}}}]}}");
        for (spec, expected, parts) in [
            ("{containers: [{name: web}]}".to_owned(), Pass, &[][..]),
            (
                "{terminationGracePeriodSeconds: 0, containers: [{name: web}]}".to_owned(),
                Fail,
                &["- /spec/terminationGracePeriodSeconds : terminationGracePeriodSeconds is 0"],
            ),
            (
                "{terminationGracePeriodSeconds: -1, containers: [{name: web}]}".to_owned(),
                Unknown,
                &["is -1"],
            ),
            (
                "{terminationGracePeriodSeconds: 1, containers: [{name: web}]}".to_owned(),
                Pass,
                &[],
            ),
            (hook("{sleep: {seconds: 29}}"), Pass, &[]),
            (
                hook("{sleep: {seconds: 30}}"),
                Fail,
                &["web /spec/containers/0/lifecycle/preStop : preStop sleeps for 30 of the 30 seconds"],
            ),
            (hook("{exec: {command: [sleep, '60']}}"), Fail, &["60 of the 30"]),
            (hook("{exec: {command: [/bin/sh, -c, sleep 45; drain]}}"), Fail, &["45 of the 30"]),
            (hook("{exec: {command: [/bin/sh, -ec, sleep 10 && drain]}}"), Pass, &[]),
            (hook("{exec: {command: [drain]}}"), Pass, &[]),
            (hook("{httpGet: {port: 80}}"), Pass, &[]),
            (
                "{restartPolicy: Never, terminationGracePeriodSeconds: 0, containers: [{name: web}]}".to_owned(),
                NotApplicable,
                &[],
            ),
        ] {
            assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
        }
        let job = "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {template: {spec: {terminationGracePeriodSeconds: 0}}}}";
        assert_on(&CHECK, &[(job, NotApplicable, &[])]);
    }

    #[test]
    fn a_policy_may_ask_for_more() {
        let params = serde_json::json!({"minimumSeconds": 60});
        assert_on_pods_with(
            &CHECK,
            params,
            &[
                (
                    "{containers: [{name: web}]}",
                    Fail,
                    &["is 30, and at least 60"],
                ),
                (
                    "{terminationGracePeriodSeconds: 60, containers: [{name: web}]}",
                    Pass,
                    &[],
                ),
            ],
        );
    }
}
