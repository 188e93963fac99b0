use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "statefulset-retention",
    title: "Neither scaling down nor deleting the StatefulSet deletes its data",
    why: "Claims outlive the pods of a StatefulSet by default, so that a mistake can be undone. With `whenScaled: Delete`, \
          one replica less for a minute is one volume less for good, and a HorizontalPodAutoscaler may do that every \
          night; with `whenDeleted: Delete`, an uninstalled release takes its data along. For caches, which can be filled \
          again, it is right: waive it there.",
    fix: "Set both fields of `persistentVolumeClaimRetentionPolicy` to `Retain`, or leave it out.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",
    severity: Severity::High,
    default: false,
    group: Group::Storage,
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
  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources:
        requests: {storage: 10Gi}
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
  persistentVolumeClaimRetentionPolicy: {whenScaled: Retain}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources:
        requests: {storage: 10Gi}
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
    let Some(parts) = parts.filter(|_| !workload.claim_templates.is_empty()) else {
        findings.not_applicable();
        return Ok(());
    };
    let retention = parts.retention;
    for (field, deletes, event) in [
        ("whenScaled", retention.deletes_with_pod, "scaling it down"),
        ("whenDeleted", retention.deletes_with_set, "deleting it"),
    ] {
        if deletes {
            let path = format!("/spec/persistentVolumeClaimRetentionPolicy/{field}");
            let at = Place::field(path).about(field);
            findings.fail(
                at,
                format!("{event} deletes volumes with their data: set {field} to Retain"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn either_event_may_delete_data() {
        let claims = "volumeClaimTemplates: [{metadata: {name: data}}]";
        let policy = "persistentVolumeClaimRetentionPolicy";
        for (spec, expected, parts) in [
            (claims.to_owned(), Pass, &[][..]),
            (format!("{claims}, {policy}: {{}}"), Pass, &[]),
            (
                format!("{claims}, {policy}: {{whenScaled: Retain, whenDeleted: Retain}}"),
                Pass,
                &[],
            ),
            (
                format!("{claims}, {policy}: {{whenScaled: Delete}}"),
                Fail,
                &[
                    "/spec/persistentVolumeClaimRetentionPolicy/whenScaled whenScaled: scaling it down deletes",
                ],
            ),
            (
                format!("{claims}, {policy}: {{whenScaled: Delete, whenDeleted: Delete}}"),
                Fail,
                &["whenScaled", "whenDeleted: deleting it"],
            ),
            (
                format!("{policy}: {{whenScaled: Delete}}"),
                NotApplicable,
                &[],
            ),
        ] {
            let manifest = format!(
                "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: web}}, spec: {{{spec}}}}}"
            );
            assert_on(&CHECK, &[(&manifest, expected, parts)]);
        }
    }
}
