use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "scaled-to-zero",
    title: "The workload is not scaled to nothing",
    why: "A workload at `replicas: 0` does nothing, and a HorizontalPodAutoscaler leaves it alone: after an incident or a \
          night of saving, nobody may remember to switch it on. Where it is switched off on purpose, as before a launch or \
          by an autoscaler that scales to zero, waive it: a policy that wants this lists the check.",
    fix: "Set `replicas` to what the workload needs, or delete it.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#scaling-a-deployment",
    severity: Severity::Advice,
    default: false,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["popeye/500"],
    subjects: KindSet::SCALABLE,
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    if workload.replicas == 0 {
        let at = Place::field("/spec/replicas");
        findings.fail(
            at,
            "replicas is 0: nothing runs; set it to 1 or more, or delete the workload",
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
    fn nothing_is_nothing() {
        for (replicas, expected) in [("0", Fail), ("1", Pass), ("", Pass), ("null", Pass)] {
            let manifest = format!(
                "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: web}}, spec: {{replicas: {replicas}}}}}"
            );
            let parts: &[&str] = if expected == Fail {
                &["- /spec/replicas : replicas is 0"]
            } else {
                &[]
            };
            assert_on(&CHECK, &[(&manifest, expected, parts)]);
        }
    }
}
