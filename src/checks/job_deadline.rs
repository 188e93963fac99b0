use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "job-deadline",
    title: "A Job that hangs is ended",
    why: "A Job whose pod waits for something for ever runs for ever: it keeps its resources, a CronJob with \
          `concurrencyPolicy: Forbid` starts no other, and no alert on failed Jobs goes off. `activeDeadlineSeconds` of \
          the Job, or of its pods, ends it as failed. How long a Job may take only its owner knows, so that not everybody \
          wants this: a policy that does lists the check.",
    fix: "Set `activeDeadlineSeconds` in the Job's spec to several times as long as it usually takes.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup",
    severity: Severity::Advice,
    default: false,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
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
  activeDeadlineSeconds: 3600
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: report, image: registry.example/report:1.4.2}
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let deadline = workload.particulars.job().and_then(|job| job.deadline);
    if deadline.is_none() {
        let at = Place::field(match workload.kind() {
            Kind::CronJob => "/spec/jobTemplate/spec/activeDeadlineSeconds",
            _ => "/spec/activeDeadlineSeconds",
        });
        findings.fail(
            at,
            "it may run for ever where it hangs: set activeDeadlineSeconds",
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
    fn the_deadline_of_the_job_counts_or_that_of_its_pods() {
        let on_job = "activeDeadlineSeconds: 60";
        let on_pods = "template: {spec: {activeDeadlineSeconds: 60}}";
        for (kind, spec, expected, parts) in [
            (
                "Job",
                String::new(),
                Fail,
                &["- /spec/activeDeadlineSeconds : it may run"][..],
            ),
            ("Job", on_job.to_owned(), Pass, &[]),
            ("Job", on_pods.to_owned(), Pass, &[]),
            (
                "CronJob",
                String::new(),
                Fail,
                &["- /spec/jobTemplate/spec/activeDeadlineSeconds"],
            ),
            (
                "CronJob",
                format!("jobTemplate: {{spec: {{{on_job}}}}}"),
                Pass,
                &[],
            ),
            (
                "CronJob",
                format!("jobTemplate: {{spec: {{{on_pods}}}}}"),
                Pass,
                &[],
            ),
        ] {
            let manifest = format!(
                "{{apiVersion: batch/v1, kind: {kind}, metadata: {{name: a}}, spec: {{{spec}}}}}"
            );
            assert_on(&CHECK, &[(&manifest, expected, parts)]);
        }
    }
}
