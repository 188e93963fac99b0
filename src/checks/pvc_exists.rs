use crate::check::claims::{self, State};
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{ClaimPhase, Kind, KindSet, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "pvc-exists",
    title: "The PersistentVolumeClaims of the pods exist",
    why: "A pod whose claim is not there is never scheduled. A claim that has lost its volume, or that is being deleted, takes the \
          data with it as soon as the last pod lets go. The claims that a StatefulSet or an `ephemeral` volume makes are made \
          by Kubernetes. In files, a claim that is not among them may be in the cluster, where it outlives the workload, so that \
          the verdict is Unknown. Workloads without claims are not judged.",
    fix: "Apply the PersistentVolumeClaim to the workload's namespace, or correct `claimName`.",
    source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#claims-as-volumes",
    severity: Severity::Critical,
    default: true,
    group: Group::Storage,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::PersistentVolumeClaim]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
  volumes:
  - name: files
    persistentVolumeClaim: {claimName: files}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
  volumes:
  - name: files
    persistentVolumeClaim: {claimName: files}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: files}
spec:
  accessModes: [ReadWriteMany]
  resources:
    requests: {storage: 10Gi}
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let claims = claims::of(context, workload)?;
    if claims.is_empty() {
        findings.not_applicable();
    }
    for claim in claims {
        let name = &claim.name;
        match claim.state {
            State::Made(_) => {}
            State::Missing if context.may_exist_elsewhere() => {
                let problem = format!("PersistentVolumeClaim {name} is not among the files");
                findings.unknown(claim.at, format!("{problem}: it has to be in the cluster"));
            }
            State::Missing => {
                let problem = format!("there is no PersistentVolumeClaim {name}");
                findings.fail(
                    claim.at,
                    format!("{problem}, without which no pod is scheduled: create it"),
                );
            }
            State::There(record) if record.meta.deleting => {
                let problem = format!("PersistentVolumeClaim {name} is being deleted");
                findings.fail(claim.at, format!("{problem}: it goes with the last pod"));
            }
            State::There(record) if record.phase == ClaimPhase::Lost => {
                let problem = format!("PersistentVolumeClaim {name} has lost its volume");
                findings.fail(claim.at, format!("{problem}: restore it from a backup"));
            }
            State::There(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {volumes: [{name: a, emptyDir: {}}, {name: b, persistentVolumeClaim: {claimName: files}}]}}";
    const AT: &str = "- /spec/volumes/1/persistentVolumeClaim/claimName files: ";

    fn claim(metadata: &str, rest: &str) -> String {
        format!(
            "\n---\n{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{{metadata}}}{rest}}}"
        )
    }

    #[test]
    fn one_that_is_named_must_be_there_and_stay() {
        for (other, expected) in [
            (claim("name: files", ""), Pass),
            (claim("name: files", ", status: {phase: Bound}"), Pass),
            (claim("name: files", ", status: {phase: Lost}"), Fail),
            (
                claim("name: files, deletionTimestamp: '2026-01-01T00:00:00Z'", ""),
                Fail,
            ),
            (claim("name: others", ""), Fail),
            (claim("name: files, namespace: other", ""), Fail),
        ] {
            let parts: &[&str] = if expected == Fail { &[AT] } else { &[] };
            assert_running(&CHECK, &[(&(POD.to_owned() + &other), expected, parts)]);
        }
    }

    #[test]
    fn in_files_it_may_be_elsewhere() {
        let with = POD.to_owned() + &claim("name: files", "");
        assert_on(&CHECK, &[(&with, Pass, &[]), (POD, Unknown, &[AT])]);
    }

    #[test]
    fn kubernetes_makes_some_itself() {
        let set = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 2, volumeClaimTemplates: [{metadata: {name: data}}]}}";
        let ephemeral = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {volumes: [{name: a, ephemeral: {volumeClaimTemplate: {spec: {}}}}]}}";
        for manifest in [set, ephemeral] {
            assert_running(&CHECK, &[(manifest, Pass, &[])]);
            assert_on(&CHECK, &[(manifest, Pass, &[])]);
        }
        let lost = claim("name: data-db-1", ", status: {phase: Lost}");
        let beyond = claim("name: data-db-2", ", status: {phase: Lost}");
        assert_running(
            &CHECK,
            &[
                (
                    &(set.to_owned() + &lost),
                    Fail,
                    &["- /spec/volumeClaimTemplates/0 data-db-1: "],
                ),
                (&(set.to_owned() + &beyond), Pass, &[]),
            ],
        );
    }

    #[test]
    fn a_workload_without_claims_is_not_judged() {
        for spec in [
            "{}",
            "{volumes: [{name: a, emptyDir: {}}, {name: b, hostPath: {path: /}}]}",
        ] {
            let pod =
                format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {spec}}}");
            assert_running(&CHECK, &[(&pod, NotApplicable, &[])]);
        }
    }
}
