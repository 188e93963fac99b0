use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Observed, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "cronjob-runs",
    title: "The last run of the CronJob succeeded",
    why: "A CronJob that fails every night fails quietly: its Jobs are there for a while, and the application seems well \
          until what they should have done is missed. Judged is what the controller says: a run that was started later \
          than the last success had ended, and of which none goes on, has failed. One that never ran is Unknown, and a \
          suspended one is not judged.",
    fix: "`kubectl get jobs` and the logs of the last pod show why it failed. `kubectl create job --from=cronjob/NAME` \
          runs it at once.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["popeye/1502"],
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
status:
  lastScheduleTime: '2026-01-01T02:30:00Z'
  lastSuccessfulTime: '2025-12-29T02:31:00Z'
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
          restartPolicy: Never
          containers:
          - {name: report, image: registry.example/report:1.4.2}
status:
  lastScheduleTime: '2026-01-01T02:30:00Z'
  lastSuccessfulTime: '2026-01-01T02:31:00Z'
",
    run: Run::Running(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    if workload.suspended {
        findings.not_applicable();
        return Ok(());
    }
    let at = Place::field("/status/lastSuccessfulTime");
    let runs = match &workload.observed {
        Observed::Runs(runs) => **runs,
        _ => Default::default(),
    };
    match (runs.last, runs.succeeded) {
        (None, _) => findings.unknown(at, "it has not run yet"),
        (Some(last), Some(succeeded)) if succeeded >= last => {}
        (Some(_), None) if runs.active > 0 => findings.unknown(at, "its first run goes on"),
        // The one before may have failed; this one may mend it.
        (Some(_), Some(_)) if runs.active > 0 => {}
        (Some(last), None) => {
            findings.fail(
                at,
                format!("no run has succeeded; the last was started for {last}"),
            );
        }
        (Some(last), Some(succeeded)) => findings.fail(
            at,
            format!("the run of {last} has failed; the last success was at {succeeded}"),
        ),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_running;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    #[test]
    fn the_last_run_is_what_counts() {
        let last = "lastScheduleTime: '2026-01-01T02:30:00Z'";
        let before = "lastSuccessfulTime: '2025-12-31T02:31:00Z'";
        let after = "lastSuccessfulTime: '2026-01-01T02:31:00Z'";
        let active = "active: [{kind: Job, name: report-1}]";
        for (spec, status, expected, parts) in [
            ("", String::new(), Unknown, &["it has not run yet"][..]),
            ("", format!("{last}, {after}"), Pass, &[]),
            (
                "",
                format!("{last}, {before}"),
                Fail,
                &["- /status/lastSuccessfulTime : the run of 2026-01-01T02:30:00Z has failed"],
            ),
            ("", format!("{last}, {before}, {active}"), Pass, &[]),
            ("", last.to_owned(), Fail, &["no run has succeeded"]),
            (
                "",
                format!("{last}, {active}"),
                Unknown,
                &["its first run goes on"],
            ),
            (
                "suspend: true",
                format!("{last}, {before}"),
                NotApplicable,
                &[],
            ),
        ] {
            let objects = format!(
                "{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: report}}, spec: {{{spec}}}, status: {{{status}}}}}"
            );
            assert_running(&CHECK, &[(&objects, expected, parts)]);
        }
    }
}
