use crate::check::running;
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Progress, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "rollout-healthy",
    title: "The rollout is complete, and all its pods are available",
    why: "Fewer pods than there should be carry the load of all, and a rollout that hangs leaves two versions running. It is \
          judged as `kubectl rollout status` does, by what the controller says: all replicas are of the newest revision \
          (those that a `partition` holds back excepted), none of an older one is left, and all are available (for a \
          StatefulSet, ready). While a Deployment says that its rollout is under way and not overdue, it is not known yet \
          how it will end.",
    fix: "`kubectl rollout status` and `kubectl describe pods` say what it waits for: an image that cannot be pulled, a \
          probe that fails, a quota, no room on a node. `kubectl rollout undo` goes back to the revision before.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["popeye/501"],
    subjects: KindSet::of(&[
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::ReplicaSet,
        Kind::ReplicationController,
    ]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, generation: 2}
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
status:
  observedGeneration: 2
  replicas: 3
  updatedReplicas: 3
  availableReplicas: 1
",
    good: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, generation: 2}
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
status:
  observedGeneration: 2
  replicas: 3
  updatedReplicas: 3
  availableReplicas: 3
",
    run: Run::Running(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let at = Place::field("/status");
    let rollout = match running::observed(workload) {
        Ok(rollout) => rollout,
        Err(reason) => {
            findings.unknown(at, reason);
            return Ok(());
        }
    };
    let Some(lack) = running::lacks(workload, rollout) else {
        return Ok(());
    };
    match &rollout.progress {
        // How many there are so far is another matter every few seconds.
        Progress::UnderWay => findings.unknown(at, "its rollout is under way"),
        Progress::Stuck(reason) => {
            findings.fail(at, format!("its rollout is stuck ({reason}): {lack}"));
        }
        Progress::Paused => {
            findings.fail(
                at,
                format!("its rollout is paused: {lack}; kubectl rollout resume goes on"),
            );
        }
        Progress::Complete | Progress::Unsaid => {
            findings.fail(
                at,
                format!("{lack}; kubectl describe pods says what they wait for"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_running, inventory};
    use crate::engine::judge;
    use crate::inventory::View;
    use crate::model::Verdict::{self, Fail, Pass, Unknown};
    use crate::model::{Key, Kind};

    fn workload(kind: &str, spec: &str, status: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: web, generation: 3}}, spec: {{{spec}}}, status: {{{status}}}}}"
        )
    }

    #[track_caller]
    fn assert_rows(kind: &str, rows: &[(&str, &str, Verdict, &[&str])]) {
        for (spec, status, verdict, parts) in rows {
            assert_running(&CHECK, &[(&workload(kind, spec, status), *verdict, parts)]);
        }
    }

    const SEEN: &str = "observedGeneration: 3, replicas: 3, updatedReplicas: 3";

    fn progressing(status: &str, reason: &str) -> String {
        format!("conditions: [{{type: Progressing, status: '{status}', reason: {reason}}}]")
    }

    #[test]
    fn a_deployment_is_complete_when_kubectl_says_so() {
        let all = format!("{SEEN}, availableReplicas: 3");
        let few = format!("{SEEN}, availableReplicas: 2");
        assert_rows(
            "Deployment",
            &[
                ("replicas: 3", &all, Pass, &[]),
                (
                    "replicas: 3",
                    &few,
                    Fail,
                    &["/status : 2 of 3 pods are available;"],
                ),
                // The controller has not taken the pods away that are too many.
                ("replicas: 2", &all, Pass, &[]),
                (
                    "replicas: 4",
                    &all,
                    Fail,
                    &["3 of 4 pods are of the newest revision"],
                ),
                (
                    "replicas: 3",
                    "observedGeneration: 3, replicas: 4, updatedReplicas: 3, availableReplicas: 4",
                    Fail,
                    &["1 of 4 pods are of an older revision"],
                ),
                ("replicas: 0", "observedGeneration: 3", Pass, &[]),
                (
                    "replicas: 3",
                    "observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3",
                    Unknown,
                    &["its controller has not seen the last change yet"],
                ),
                ("replicas: 3", "", Unknown, &["has not seen"]),
            ],
        );
    }

    #[test]
    fn a_deployment_says_whether_its_rollout_gets_on() {
        let few = |condition: &str| format!("{SEEN}, availableReplicas: 1, {condition}");
        for (condition, verdict, part) in [
            (
                progressing("True", "ReplicaSetUpdated"),
                Unknown,
                "its rollout is under way",
            ),
            (
                progressing("True", "NewReplicaSetAvailable"),
                Fail,
                "1 of 3 pods are available",
            ),
            (
                progressing("False", "ProgressDeadlineExceeded"),
                Fail,
                "its rollout is stuck (ProgressDeadlineExceeded): 1 of 3",
            ),
            (
                progressing("Unknown", "DeploymentPaused"),
                Fail,
                "its rollout is paused: 1 of 3",
            ),
        ] {
            let row = ("replicas: 3", &*few(&condition), verdict, &[part][..]);
            assert_rows("Deployment", &[row]);
        }
        // What is complete is so whatever was said on the way.
        let all = format!(
            "{SEEN}, availableReplicas: 3, {}",
            progressing("True", "ReplicaSetUpdated")
        );
        assert_rows("Deployment", &[("replicas: 3", &all, Pass, &[])]);
    }

    #[test]
    fn other_kinds_are_measured_by_what_they_say() {
        assert_rows(
            "StatefulSet",
            &[
                (
                    "replicas: 3",
                    &format!("{SEEN}, readyReplicas: 3"),
                    Pass,
                    &[],
                ),
                (
                    "replicas: 3",
                    &format!("{SEEN}, readyReplicas: 2"),
                    Fail,
                    &["2 of 3 pods are ready"],
                ),
                (
                    "replicas: 3",
                    "observedGeneration: 3, replicas: 3, updatedReplicas: 1, readyReplicas: 3",
                    Fail,
                    &["1 of 3 pods are of the newest revision"],
                ),
                (
                    "replicas: 3, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}",
                    "observedGeneration: 3, replicas: 3, updatedReplicas: 1, readyReplicas: 3",
                    Pass,
                    &[],
                ),
                (
                    "replicas: 3, updateStrategy: {type: OnDelete}",
                    "observedGeneration: 3, replicas: 3, updatedReplicas: 0, readyReplicas: 3",
                    Pass,
                    &[],
                ),
            ],
        );
        let daemons = "observedGeneration: 3, desiredNumberScheduled: 4, currentNumberScheduled: 4";
        assert_rows(
            "DaemonSet",
            &[
                (
                    "",
                    &format!("{daemons}, updatedNumberScheduled: 4, numberAvailable: 4"),
                    Pass,
                    &[],
                ),
                (
                    "",
                    &format!("{daemons}, updatedNumberScheduled: 3, numberAvailable: 4"),
                    Fail,
                    &["3 of 4 pods are of the newest revision"],
                ),
                (
                    "",
                    &format!("{daemons}, updatedNumberScheduled: 4, numberAvailable: 3"),
                    Fail,
                    &["3 of 4 pods are available"],
                ),
            ],
        );
        assert_rows(
            "ReplicaSet",
            &[
                (
                    "replicas: 2",
                    "observedGeneration: 3, replicas: 2, availableReplicas: 2",
                    Pass,
                    &[],
                ),
                (
                    "replicas: 2",
                    "observedGeneration: 3, replicas: 2, availableReplicas: 0",
                    Fail,
                    &["0 of 2 pods are available"],
                ),
            ],
        );
    }

    /// A manifest may hold the status of another cluster, or of another day.
    #[test]
    fn files_do_not_tell() {
        assert_on_files(CHECK.good);
        assert_on_files(CHECK.bad);
    }

    fn assert_on_files(manifests: &str) {
        let files = inventory(manifests);
        let web = Key::new(Kind::Deployment, "default", "web");
        let web = files.get(&web).expect("it is there");
        let result = judge(&CHECK, &Params::default(), View::of(&files), web);
        assert_eq!(result.verdict, Unknown);
        assert_eq!(
            result.findings[0].finding.message,
            "only a running cluster can tell"
        );
    }
}
