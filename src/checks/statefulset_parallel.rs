use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "statefulset-parallel",
    title: "The pods of a StatefulSet do not wait for one another",
    why: "By default (`podManagementPolicy: OrderedReady`) a pod is made only when the one before it is ready: after a \
          node or a zone was lost, one pod that does not get ready keeps all later ones away, and an update that breaks a \
          pod has to be repaired by hand, by deleting it after the correction. `Parallel` makes them all. Databases whose \
          first member must be there before the others need the order, so that not everybody wants this: a policy that \
          does lists the check.",
    fix: "Set `podManagementPolicy: Parallel` where the members find each other in any order. Of what is in the cluster \
          already it cannot be changed.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback",
    severity: Severity::Advice,
    default: false,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[Kind::StatefulSet]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  replicas: 3
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
kind: StatefulSet
metadata: {name: web}
spec:
  replicas: 3
  podManagementPolicy: Parallel
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
    let parts = workload.particulars.stateful();
    let Some(parts) = parts.filter(|_| workload.replicas > 1) else {
        findings.not_applicable();
        return Ok(());
    };
    if !parts.is_parallel {
        let at = Place::field("/spec/podManagementPolicy");
        let problem = "a pod that is not ready keeps the later ones from being made";
        findings.fail(
            at,
            format!("{problem}: set podManagementPolicy to Parallel"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn order_is_the_default() {
        for (spec, expected, parts) in [
            (
                "replicas: 3",
                Fail,
                &["- /spec/podManagementPolicy : a pod that is not ready"][..],
            ),
            (
                "replicas: 3, podManagementPolicy: OrderedReady",
                Fail,
                &["set podManagementPolicy to Parallel"],
            ),
            ("replicas: 3, podManagementPolicy: Parallel", Pass, &[]),
            ("replicas: 1", NotApplicable, &[]),
            ("", NotApplicable, &[]),
        ] {
            let manifest = format!(
                "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: web}}, spec: {{{spec}}}}}"
            );
            assert_on(&CHECK, &[(&manifest, expected, parts)]);
        }
    }
}
