use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Strategy, Workload};

pub(super) static CHECK: Check = Check {
    id: "statefulset-partition",
    title: "An update reaches every pod of the StatefulSet",
    why: "Pods numbered below `partition` stay at the older revision, also when they are made anew: a canary that was \
          never finished leaves two versions running, and the next security fix does not reach them either. While a canary \
          goes on, it is meant: a policy that wants this lists the check.",
    fix: "Set `updateStrategy.rollingUpdate.partition` to 0, or leave it out, once the newer version has proved itself.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#partitions",
    severity: Severity::Advice,
    default: false,
    group: Group::Delivery,
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
  updateStrategy:
    rollingUpdate: {partition: 2}
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
    if !matches!(workload.strategy, Strategy::RollingUpdate { .. }) {
        findings.not_applicable();
        return Ok(());
    }
    let partition = workload
        .particulars
        .stateful()
        .map_or(0, |parts| parts.partition);
    if partition > 0 {
        let at = Place::field("/spec/updateStrategy/rollingUpdate/partition");
        let problem =
            format!("partition is {partition}: pods below that number keep the older version");
        findings.fail(at, format!("{problem}; set it to 0"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn a_partition_holds_pods_back() {
        for (strategy, expected, parts) in [
            ("{}", Pass, &[][..]),
            (
                "{type: RollingUpdate, rollingUpdate: {partition: 0}}",
                Pass,
                &[],
            ),
            (
                "{rollingUpdate: {partition: 1}}",
                Fail,
                &["- /spec/updateStrategy/rollingUpdate/partition : partition is 1"],
            ),
            (
                "{type: OnDelete, rollingUpdate: {partition: 1}}",
                NotApplicable,
                &[],
            ),
        ] {
            let manifest = format!(
                "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: web}}, spec: {{updateStrategy: {strategy}}}}}"
            );
            assert_on(&CHECK, &[(&manifest, expected, parts)]);
        }
    }
}
