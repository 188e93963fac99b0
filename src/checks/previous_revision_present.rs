use crate::check::running::Newest;
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Stub, Workload};

pub(super) static CHECK: Check = Check {
    id: "previous-revision-present",
    title: "An earlier revision is kept to go back to",
    why: "`kubectl rollout undo` needs the template of an earlier revision: an old ReplicaSet of a Deployment, an old \
          ControllerRevision of a StatefulSet or a DaemonSet. Where none is kept, a bad release can only be repaired by \
          building another one. A first revision has none before it, and is not judged.",
    fix: "Leave `revisionHistoryLimit` at its default of 10, and do not delete old ReplicaSets.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment",
    severity: Severity::Critical,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet]),
    reads: KindSet::of(&[Kind::ReplicaSet, Kind::ControllerRevision]),
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  uid: '1'
  annotations: {deployment.kubernetes.io/revision: '2'}
spec:
  revisionHistoryLimit: 0
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
status: {}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-6d4b
  uid: '3'
  labels: {pod-template-hash: 6d4b}
  annotations: {deployment.kubernetes.io/revision: '2'}
  ownerReferences:
  - {apiVersion: apps/v1, kind: Deployment, name: web, uid: '1', controller: true}
",
    good: r"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  uid: '1'
  annotations: {deployment.kubernetes.io/revision: '2'}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
status: {}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-59c7
  uid: '2'
  labels: {pod-template-hash: 59c7}
  annotations: {deployment.kubernetes.io/revision: '1'}
  ownerReferences:
  - {apiVersion: apps/v1, kind: Deployment, name: web, uid: '1', controller: true}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-6d4b
  uid: '3'
  labels: {pod-template-hash: 6d4b}
  annotations: {deployment.kubernetes.io/revision: '2'}
  ownerReferences:
  - {apiVersion: apps/v1, kind: Deployment, name: web, uid: '1', controller: true}
",
    run: Run::Running(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let at = Place::field("/spec/revisionHistoryLimit");
    let newest = Newest::of(context, workload)?;
    let kept = context.read(Kind::ReplicaSet)?.revisions(workload);
    let kept = kept.into_iter().filter(|revision| !revision.meta.deleting);
    match newest {
        Newest::Unknown(reason) => findings.unknown(at, reason),
        Newest::Kept(newest) => {
            let mut earlier = kept.filter(|revision| has_another_template(revision, newest));
            if earlier.next().is_some() {
                return Ok(());
            }
            if newest.revision <= 1 {
                findings.not_applicable();
                return Ok(());
            }
            let number = newest.revision;
            findings.fail(
                at,
                format!(
                    "revision {number} is the only one that is kept: there is none to go back to"
                ),
            );
        }
        // Its pods are of a revision that is kept.
        Newest::Unmade | Newest::All => {}
    }
    Ok(())
}

/// Whether two revisions are of different templates: the hash is that of the template.
fn has_another_template(revision: &Stub, newest: &Stub) -> bool {
    revision.meta.key != newest.meta.key
        && (revision.hash.is_empty() || revision.hash != newest.hash)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_running, verdict};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn workload(kind: &str, metadata: &str, status: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: web, uid: w, generation: 4{metadata}}}, spec: {{}},
               status: {{observedGeneration: 4{status}}}}}"
        )
    }

    fn deployment(number: u8) -> String {
        let annotation =
            format!(", annotations: {{deployment.kubernetes.io/revision: '{number}'}}");
        workload("Deployment", &annotation, "")
    }

    /// A ReplicaSet of the Deployment, or somebody else's.
    fn replica_set(name: &str, number: u8, hash: &str, owner: &str) -> String {
        format!(
            "\n---\n{{apiVersion: apps/v1, kind: ReplicaSet, metadata: {{name: {name}, uid: r-{name},
               annotations: {{deployment.kubernetes.io/revision: '{number}'}}, labels: {{pod-template-hash: {hash}}},
               ownerReferences: [{{apiVersion: apps/v1, kind: Deployment, name: web, uid: {owner}, controller: true}}]}}, spec: {{}}}}"
        )
    }

    fn revision(name: &str, number: u8) -> String {
        format!(
            "\n---\n{{apiVersion: apps/v1, kind: ControllerRevision, metadata: {{name: {name},
               ownerReferences: [{{apiVersion: apps/v1, kind: StatefulSet, name: web, uid: w, controller: true}}]}}, revision: {number}}}"
        )
    }

    #[test]
    fn a_deployment_goes_back_to_a_replica_set_of_its_own() {
        let second = deployment(2) + &replica_set("b", 2, "hb", "w");
        assert_running(
            &CHECK,
            &[
                (
                    &second,
                    Fail,
                    &["/spec/revisionHistoryLimit : revision 2 is the only one"],
                ),
                (
                    &(second.clone() + &replica_set("a", 1, "ha", "w")),
                    Pass,
                    &[],
                ),
                (
                    &(second.clone() + &replica_set("a", 1, "ha", "other")),
                    Fail,
                    &["revision 2"],
                ),
                // The same template under another name is no way back.
                (
                    &(second.clone() + &replica_set("a", 1, "hb", "w")),
                    Fail,
                    &["revision 2"],
                ),
                (
                    &(deployment(1) + &replica_set("a", 1, "ha", "w")),
                    NotApplicable,
                    &[],
                ),
                (
                    &deployment(1),
                    Unknown,
                    &["its newest revision is not known"],
                ),
                (
                    &(deployment(2).replace("generation: 4", "generation: 5")
                        + &replica_set("b", 2, "hb", "w")),
                    Unknown,
                    &["has not seen the last change"],
                ),
            ],
        );
    }

    /// While it is paused, its pods are all of a revision before.
    #[test]
    fn a_paused_deployment_has_what_it_runs_to_go_back_to() {
        let paused = deployment(1).replace(
            "observedGeneration: 4",
            "observedGeneration: 4, replicas: 1",
        );
        let all = paused + &replica_set("a", 1, "ha", "w");
        assert_running(&CHECK, &[(&all, Pass, &[])]);
    }

    #[test]
    fn stateful_sets_and_daemon_sets_go_back_to_controller_revisions() {
        let stateful = workload("StatefulSet", "", ", updateRevision: web-b");
        let daemon = workload("DaemonSet", "", "");
        for workload in [stateful, daemon] {
            let alone = workload.clone() + &revision("web-b", 3);
            let with_earlier = alone.clone() + &revision("web-a", 2);
            let first = workload.clone() + &revision("web-b", 1);
            assert_running(
                &CHECK,
                &[
                    (&alone, Fail, &["revision 3 is the only one"]),
                    (&with_earlier, Pass, &[]),
                    (&first, NotApplicable, &[]),
                    (&workload, Unknown, &["its newest revision is not known"]),
                ],
            );
        }
        // After a rollback, the one of the template has the highest number.
        let back = workload("StatefulSet", "", ", updateRevision: web-a")
            + &revision("web-a", 3)
            + &revision("web-b", 2);
        assert_running(&CHECK, &[(&back, Pass, &[])]);
    }

    #[test]
    fn what_has_no_revisions_is_not_judged() {
        for (version, kind) in [
            ("batch/v1", "Job"),
            ("batch/v1", "CronJob"),
            ("v1", "Pod"),
            ("apps/v1", "ReplicaSet"),
        ] {
            let object = format!(
                "{{apiVersion: {version}, kind: {kind}, metadata: {{name: web}}, spec: {{}}}}"
            );
            assert_eq!(verdict(&CHECK, &object), [], "{kind}");
        }
    }
}
