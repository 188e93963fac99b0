use crate::check::replicas::Floor;
use crate::check::{Check, Group, Param, ParamKind, Run};
use crate::model::{Kind, KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "min-replicas",
    title: "Enough replicas run that one can be lost",
    why: "With a single replica, every crash, drain or reschedule is an outage. Where a HorizontalPodAutoscaler scales the \
          workload, its `minReplicas` is judged and not `replicas`: it may go down to that at any quiet hour. `replicas: \
          0` fails, as what does not run serves nobody, whatever the HorizontalPodAutoscaler says: one does not touch a \
          workload that was scaled to 0.",
    fix: "Set `replicas` to 2 or more; where a HorizontalPodAutoscaler scales the workload, its `minReplicas` instead.",
    source: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
    severity: Severity::Critical,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[
        "polaris/deploymentMissingReplicas",
        "kube-score/deployment-replicas",
        "kube-linter/minimum-three-replicas",
    ],
    subjects: KindSet::SCALABLE,
    reads: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    params: &[Param {
        name: "min",
        doc: "the fewest replicas that pass",
        kind: ParamKind::Integer {
            default: 2,
            minimum: 1,
            maximum: 1000,
        },
    }],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
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
    run: Run::Workload(|context, workload, findings| {
        let min = context.integer("min");
        // Switched off on purpose, as before a launch: it is judged when it is to run.
        if workload.replicas == 0 {
            findings.not_applicable();
            return Ok(());
        }
        let floor = Floor::of(context, workload)?;
        if i64::from(floor.replicas) < min {
            let replicas = floor.replicas;
            let autoscaler = floor.autoscaler.map(|autoscaler| &autoscaler.meta);
            let message = match autoscaler.map(|meta| (&meta.key.name, &meta.controller)) {
                // Its own fields are set anew by what made it, a ScaledObject of KEDA's say.
                Some((name, Some(maker))) => {
                    let maker = &maker.name;
                    format!(
                        "HorizontalPodAutoscaler {name}, which is made of {maker}, may go down to {replicas}: have {maker} keep \
                         {min} or more"
                    )
                }
                Some((name, None)) => {
                    format!(
                        "HorizontalPodAutoscaler {name} may go down to {replicas}: set minReplicas to {min} or more"
                    )
                }
                None => format!("replicas is {replicas}: set it to {min} or more"),
            };
            findings.fail(Place::field("/spec/replicas"), message);
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, verdict, verdict_with};
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    fn workload(api_version: &str, kind: &str, spec: &str) -> String {
        format!(
            "{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: web}}, spec: {{{spec}}}}}"
        )
    }

    fn autoscaler(target: &str, bounds: &str) -> String {
        format!(
            "\n---\n{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: scaler}}, \
             spec: {{scaleTargetRef: {{{target}}}, {bounds}}}}}"
        )
    }

    #[test]
    fn the_fewest_replicas_are_judged() {
        let deployment = |spec: &str| workload("apps/v1", "Deployment", spec);
        let scaled =
            |bounds: &str| autoscaler("apiVersion: apps/v1, kind: Deployment, name: web", bounds);
        let elsewhere = scaled("minReplicas: 3, maxReplicas: 5")
            .replace("name: scaler", "name: scaler, namespace: shop");
        let stateful = autoscaler(
            "apiVersion: apps/v1, kind: StatefulSet, name: web",
            "minReplicas: 3, maxReplicas: 5",
        );
        let second =
            scaled("minReplicas: 1, maxReplicas: 5").replace("name: scaler", "name: second");
        for (manifests, verdict, parts) in [
            (deployment("replicas: 2"), Pass, &[][..]),
            (
                deployment("replicas: 1"),
                Fail,
                &["- /spec/replicas : replicas is 1: set it to 2 or more"],
            ),
            (deployment(""), Fail, &["replicas is 1"]),
            (deployment("replicas: null"), Fail, &["replicas is 1"]),
            (deployment("replicas: 0"), NotApplicable, &[]),
            (
                workload("extensions/v1beta1", "Deployment", "replicas: 2"),
                Pass,
                &[],
            ),
            (
                workload("apps/v1", "StatefulSet", "replicas: 1"),
                Fail,
                &["replicas is 1"],
            ),
            (
                workload("apps/v1", "ReplicaSet", "replicas: 1"),
                Fail,
                &["replicas is 1"],
            ),
            (
                workload("v1", "ReplicationController", "replicas: 1"),
                Fail,
                &["replicas is 1"],
            ),
            // Whatever `replicas` is now, the floor is what it may become.
            (
                deployment("") + &scaled("minReplicas: 3, maxReplicas: 5"),
                Pass,
                &[],
            ),
            (
                deployment("replicas: 5") + &scaled("minReplicas: 1, maxReplicas: 9"),
                Fail,
                &["scaler may go down to 1"],
            ),
            (
                deployment("replicas: 5") + &scaled("maxReplicas: 9"),
                Fail,
                &["may go down to 1"],
            ),
            (
                deployment("replicas: 5") + &scaled("minReplicas: 0, maxReplicas: 9"),
                Fail,
                &["may go down to 0"],
            ),
            (
                deployment("replicas: 0") + &scaled("minReplicas: 3, maxReplicas: 5"),
                NotApplicable,
                &[],
            ),
            // One that scales something else: in another namespace, or of another kind.
            (deployment("") + &elsewhere, Fail, &["replicas is 1"]),
            (deployment("") + &stateful, Fail, &["replicas is 1"]),
            (
                deployment("") + &scaled("minReplicas: 3, maxReplicas: 5") + &second,
                Fail,
                &["second may go down to 1"],
            ),
        ] {
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
    }

    #[test]
    fn what_has_no_replicas_is_not_judged() {
        for (api_version, kind) in [
            ("apps/v1", "DaemonSet"),
            ("batch/v1", "Job"),
            ("batch/v1", "CronJob"),
            ("v1", "Pod"),
        ] {
            assert_eq!(
                verdict(&CHECK, &workload(api_version, kind, "")),
                [],
                "{kind}"
            );
        }
    }

    #[test]
    fn a_policy_may_ask_for_more() {
        let three = workload("apps/v1", "Deployment", "replicas: 3");
        for (min, expected) in [(1, Pass), (3, Pass), (4, Fail)] {
            assert_eq!(
                verdict_with(&CHECK, serde_json::json!({ "min": min }), &three)[0].1,
                expected,
                "{min}"
            );
        }
    }
}
