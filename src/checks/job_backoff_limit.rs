use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "job-backoff-limit",
    title: "A Job gives up after a few tries",
    why: "A failed pod of a Job is replaced, each time after a longer pause, up to six minutes: with a limit of a hundred \
          a Job that cannot succeed tries for half a day before anybody is told. The default is 6. Where a Job counts by \
          index or says itself which failures count (`backoffLimitPerIndex`, `podFailurePolicy`), it is not judged.",
    fix: "Set `backoffLimit` to as many tries as may help, or leave it out.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy",
    severity: Severity::Advice,
    default: false,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[Kind::Job, Kind::CronJob]),
    reads: KindSet::NONE,
    params: &[MOST],
    bad: r"
apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec:
  backoffLimit: 100
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
  backoffLimit: 3
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: report, image: registry.example/report:1.4.2}
",
    run: Run::Workload(run),
};

const MOST: Param = Param {
    name: "max",
    doc: "The highest backoffLimit that passes.",
    kind: ParamKind::Integer {
        default: 10,
        minimum: 0,
        maximum: 1000,
    },
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let most = context.integer(MOST.name);
    let counted = workload.particulars.job();
    let Some(job) = counted.filter(|job| !job.counts_otherwise) else {
        findings.not_applicable();
        return Ok(());
    };
    let limit = job.backoff_limit;
    if i64::from(limit) > most {
        let at = Place::field(match workload.kind() {
            Kind::CronJob => "/spec/jobTemplate/spec/backoffLimit",
            _ => "/spec/backoffLimit",
        });
        let problem = format!("backoffLimit is {limit}: a Job that cannot succeed tries on and on");
        findings.fail(at, format!("{problem}; set it to {most} at most"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn the_default_is_six() {
        for (kind, spec, expected, parts) in [
            ("Job", "", Pass, &[][..]),
            ("Job", "backoffLimit: 0", Pass, &[]),
            ("Job", "backoffLimit: 10", Pass, &[]),
            (
                "Job",
                "backoffLimit: 11",
                Fail,
                &["- /spec/backoffLimit : backoffLimit is 11"],
            ),
            (
                "Job",
                "backoffLimit: 11, backoffLimitPerIndex: 1",
                NotApplicable,
                &[],
            ),
            (
                "Job",
                "backoffLimit: 11, podFailurePolicy: {rules: []}",
                NotApplicable,
                &[],
            ),
            (
                "CronJob",
                "jobTemplate: {spec: {backoffLimit: 50}}",
                Fail,
                &["- /spec/jobTemplate/spec/backoffLimit"],
            ),
        ] {
            let manifest = format!(
                "{{apiVersion: batch/v1, kind: {kind}, metadata: {{name: a}}, spec: {{{spec}}}}}"
            );
            assert_on(&CHECK, &[(&manifest, expected, parts)]);
        }
    }
}
