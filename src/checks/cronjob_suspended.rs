use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "cronjob-suspended",
    title: "The CronJob or Job is not suspended",
    why: "A suspended CronJob starts nothing, and nothing fails: the nightly backup that was stopped for a migration is \
          missed when it is needed. A suspended Job has no pods. Whoever suspends on purpose (a queue such as Kueue does \
          so with Jobs) waives this; a policy that wants it lists the check.",
    fix: "Set `suspend: false`, or delete what is no longer needed.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-suspension",
    severity: Severity::Advice,
    default: false,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["popeye/1500"],
    subjects: KindSet::of(&[Kind::CronJob, Kind::Job]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: 30 2 * * *
  suspend: true
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

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    if workload.finished {
        findings.not_applicable();
    } else if workload.suspended {
        let at = Place::field("/spec/suspend");
        findings.fail(
            at,
            "it is suspended and runs nothing: set suspend to false, or delete it",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn what_is_suspended_runs_nothing() {
        for (kind, spec, expected) in [
            ("CronJob", "suspend: true", Fail),
            ("CronJob", "suspend: false", Pass),
            ("CronJob", "", Pass),
            ("CronJob", "jobTemplate: {spec: {suspend: true}}", Fail),
            ("Job", "suspend: true", Fail),
            ("Job", "", Pass),
        ] {
            let manifest = format!(
                "{{apiVersion: batch/v1, kind: {kind}, metadata: {{name: a}}, spec: {{{spec}}}}}"
            );
            let parts: &[&str] = if expected == Fail {
                &["- /spec/suspend : it is suspended"]
            } else {
                &[]
            };
            assert_on(&CHECK, &[(&manifest, expected, parts)]);
        }
        let done = "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {suspend: true}, \
            status: {conditions: [{type: Complete, status: 'True'}]}}";
        assert_running(&CHECK, &[(done, NotApplicable, &[])]);
    }
}
