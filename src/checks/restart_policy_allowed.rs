use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, RestartPolicy, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "restart-policy-allowed",
    title: "The restart policy is one that the kind may have",
    why: "Kubernetes takes only `Always` of what is meant to run on, and only `OnFailure` or `Never` of Jobs and CronJobs. \
          The default is `Always`, so that a Job which says nothing is refused where it is applied, and a CronJob too.",
    fix: "Set `restartPolicy: OnFailure` (started again in its pod) or `Never` (a new pod for each try) on Jobs, and leave \
          it out elsewhere.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/job/#handling-pod-and-container-failures",
    severity: Severity::Critical,
    default: true,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &["kube-score/cronjob-restartpolicy"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: 30 2 * * *
  jobTemplate:
    spec:
      template:
        spec:
          containers:
          - {name: report, image: registry.example/report:1.4.2}
",
    good: r"
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: 30 2 * * *
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
          - {name: report, image: registry.example/report:1.4.2}
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let policy = workload.pod.restart_policy;
    let (is_allowed, advice) = match workload.kind() {
        Kind::Job | Kind::CronJob => (
            matches!(policy, RestartPolicy::OnFailure | RestartPolicy::Never),
            "set OnFailure or Never",
        ),
        Kind::Pod => (policy != RestartPolicy::Other, "leave it out"),
        _ => (policy == RestartPolicy::Always, "leave it out"),
    };
    if !is_allowed {
        let at = Place::pod(workload, "/restartPolicy");
        let (name, kind) = (policy.name(), workload.kind());
        let problem = format!("restartPolicy is {name}, which is refused of a {kind}");
        findings.fail(at, format!("{problem}: {advice}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::verdict;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn jobs_end_and_the_others_do_not() {
        for (kind, policy, expected) in [
            ("Deployment", "", Pass),
            ("Deployment", "Always", Pass),
            ("Deployment", "OnFailure", Fail),
            ("DaemonSet", "Never", Fail),
            ("StatefulSet", "Never", Fail),
            ("Job", "", Fail),
            ("Job", "Always", Fail),
            ("Job", "OnFailure", Pass),
            ("Job", "Never", Pass),
            ("Job", "Sometimes", Fail),
        ] {
            let group = if kind == "Job" { "batch/v1" } else { "apps/v1" };
            let manifest = format!(
                "{{apiVersion: {group}, kind: {kind}, metadata: {{name: web}}, spec: {{template: {{spec: {{restartPolicy: {policy}}}}}}}}}"
            );
            assert_eq!(verdict(&CHECK, &manifest)[0].1, expected, "{kind} {policy}");
        }
        for (policy, expected) in [
            ("", Pass),
            ("Never", Pass),
            ("OnFailure", Pass),
            ("None", Fail),
        ] {
            let manifest = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{restartPolicy: {policy}}}}}"
            );
            assert_eq!(verdict(&CHECK, &manifest)[0].1, expected, "Pod {policy}");
        }
        for (policy, expected) in [("", Fail), ("Never", Pass)] {
            let manifest = format!(
                "{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: web}}, \
                  spec: {{jobTemplate: {{spec: {{template: {{spec: {{restartPolicy: {policy}}}}}}}}}}}}}"
            );
            assert_eq!(
                verdict(&CHECK, &manifest)[0].1,
                expected,
                "CronJob {policy}"
            );
        }
    }
}
