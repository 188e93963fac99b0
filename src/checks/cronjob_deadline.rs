use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "cronjob-deadline",
    title: "A run of the CronJob that is late is given up in time",
    why: "The controller counts the runs that it missed, since the last one or within `startingDeadlineSeconds`; after \
          more than a hundred it does not start the CronJob again, until somebody notices. A deadline bounds what it \
          counts, and keeps a run of last night from starting at noon, when the cluster is back. Below ten seconds a run \
          may never start, as the controller looks that often.",
    fix: "Set `startingDeadlineSeconds` to as long as a run may be late and still be of use, 200 as a beginning.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["kube-score/cronjob-has-deadline"],
    subjects: KindSet::of(&[Kind::CronJob]),
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
          restartPolicy: Never
          containers:
          - {name: report, image: registry.example/report:1.4.2}
",
    good: r"
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: 30 2 * * *
  startingDeadlineSeconds: 200
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - {name: report, image: registry.example/report:1.4.2}
",
    run: Run::Workload(run),
};

/// How often the controller looks, in seconds.
const LOOKS: i64 = 10;

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let job = workload.particulars.job();
    let at = Place::field("/spec/startingDeadlineSeconds");
    match job.and_then(|job| job.starting_deadline) {
        Some(LOOKS..) => {}
        Some(seconds) => findings.fail(
            at,
            format!("startingDeadlineSeconds is {seconds}: a run may never start; set it to {LOOKS} or more"),
        ),
        None => findings.fail(
            at,
            "a run may be late by any time, and after 100 missed ones there is none: set startingDeadlineSeconds",
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
    fn a_deadline_is_at_least_as_long_as_the_controller_sleeps() {
        for (deadline, expected, parts) in [
            (
                "",
                Fail,
                &["- /spec/startingDeadlineSeconds : a run may be late by any time"][..],
            ),
            ("null", Fail, &["by any time"]),
            ("0", Fail, &["is 0: a run may never start"]),
            ("9", Fail, &["is 9:"]),
            ("10", Pass, &[]),
            ("3600", Pass, &[]),
        ] {
            for version in ["batch/v1", "batch/v1beta1"] {
                let manifest = format!(
                    "{{apiVersion: {version}, kind: CronJob, metadata: {{name: a}}, spec: {{startingDeadlineSeconds: {deadline}}}}}"
                );
                assert_on(&CHECK, &[(&manifest, expected, parts)]);
            }
        }
    }
}
