use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "job-ttl",
    title: "Jobs that ended are deleted after a while",
    why: "A Job that ended stays, with its pods, until somebody deletes it: they slow down what lists pods, and a release \
          that makes a Job each time leaves hundreds behind. The Jobs of a CronJob are kept by number \
          (`successfulJobsHistoryLimit`, `failedJobsHistoryLimit`); a time to live beside that deletes them before their \
          number is reached, the failed one that was to be looked at too.",
    fix: "Set `ttlSecondsAfterFinished` on a Job that nothing else cleans up, and leave it out of a CronJob's \
          `jobTemplate`.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/",
    severity: Severity::Advice,
    default: true,
    group: Group::Delivery,
    since: "0.1.0",
    aliases: &["kube-linter/job-ttl-seconds-after-finished"],
    subjects: KindSet::of(&[Kind::Job, Kind::CronJob]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: report, image: registry.example/report:1.4.2}
",
    good: r"
apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec:
  ttlSecondsAfterFinished: 86400
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: report, image: registry.example/report:1.4.2}
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let ttl = workload.particulars.job().and_then(|job| job.ttl);
    match (workload.kind(), ttl) {
        (Kind::CronJob, Some(_)) => findings.fail(
            Place::field("/spec/jobTemplate/spec/ttlSecondsAfterFinished"),
            "ttlSecondsAfterFinished deletes what the CronJob's history limits keep: leave it out",
        ),
        (Kind::Job, None) => findings.fail(
            Place::field("/spec/ttlSecondsAfterFinished"),
            "it stays for ever once it ended: set ttlSecondsAfterFinished",
        ),
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn a_job_has_one_and_a_cron_job_has_none() {
        for (kind, spec, expected, parts) in [
            (
                "Job",
                "",
                Fail,
                &["- /spec/ttlSecondsAfterFinished : it stays"][..],
            ),
            ("Job", "ttlSecondsAfterFinished: 0", Pass, &[]),
            ("Job", "ttlSecondsAfterFinished: 100", Pass, &[]),
            ("CronJob", "", Pass, &[]),
            (
                "CronJob",
                "jobTemplate: {spec: {ttlSecondsAfterFinished: 100}}",
                Fail,
                &["- /spec/jobTemplate/spec/ttlSecondsAfterFinished"],
            ),
        ] {
            let manifest = format!(
                "{{apiVersion: batch/v1, kind: {kind}, metadata: {{name: a}}, spec: {{{spec}}}}}"
            );
            assert_on(&CHECK, &[(&manifest, expected, parts)]);
        }
    }
}
