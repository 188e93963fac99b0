use crate::check::autoscaling::Target;
use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{Kind, KindSet, Place, PodAutoscaler, Severity};

pub(super) static CHECK: Check = Check {
    id: "hpa-bounds",
    title: "The HorizontalPodAutoscaler has enough replicas and room to scale",
    why: "With `maxReplicas` at or below `minReplicas` it can never scale, and a `minReplicas` of 1 (the default) leaves a \
          single replica in quiet hours. One whose target does not exist, or cannot be scaled, does nothing at all, and \
          nobody is told: a typing error, or a missing `apiVersion`, is enough. Targets of a kind that Plimsoll does not \
          know are taken to exist.",
    fix: "Set `minReplicas` to 2 or more, `maxReplicas` above it, and check kind, `apiVersion` and name of \
          `scaleTargetRef`.",
    source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[
        "polaris/hpaMinAvailability",
        "polaris/hpaMaxAvailability",
        "kube-score/horizontalpodautoscaler-replicas",
        "kube-score/horizontalpodautoscaler-has-target",
        "kube-linter/hpa-minimum-three-replicas",
        "kube-linter/dangling-horizontalpodautoscaler",
    ],
    subjects: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    reads: KindSet::SCALABLE,
    params: &[Param {
        name: "minReplicas",
        doc: "the least minReplicas that passes",
        kind: ParamKind::Integer {
            default: 2,
            minimum: 1,
            maximum: 1000,
        },
    }],
    bad: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 5
  maxReplicas: 5
---
apiVersion: apps/v1
kind: Deployment
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
    good: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
---
apiVersion: apps/v1
kind: Deployment
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
    run: Run::Autoscaler(run),
};

fn run(context: &Context<'_>, autoscaler: &PodAutoscaler, findings: &mut Findings) -> Judgement {
    let (min, max) = (autoscaler.min_replicas, autoscaler.max_replicas);
    let at = |name: &'static str| Place::field(format!("/spec/{name}")).about(name);
    if max <= min {
        let problem = format!("maxReplicas is {max} and minReplicas {min}: it can never scale");
        findings.fail(
            at("maxReplicas"),
            format!("{problem}; set maxReplicas above minReplicas"),
        );
    }
    let least = context.integer("minReplicas");
    if i64::from(min) < least {
        findings.fail(
            at("minReplicas"),
            format!("minReplicas is {min}: set it to {least} or more"),
        );
    }
    let target = &autoscaler.target;
    let problem = match Target::of(context, autoscaler)? {
        Target::Workload(_) | Target::Owned | Target::Unknown => return Ok(()),
        Target::Missing if context.may_exist_elsewhere() => "is not among the files",
        Target::Missing => "does not exist",
        Target::NotScalable if target.group.is_empty() => {
            "cannot be scaled: its apiVersion is missing or wrong"
        }
        Target::NotScalable => "cannot be scaled: its kind has no replicas",
    };
    let (kind, name) = (&target.kind_name, &target.name);
    findings.fail(
        at("scaleTargetRef"),
        format!("its target {kind} {name} {problem}; correct scaleTargetRef"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, store, verdict_with};
    use crate::inventory::{Inventory, Source};
    use crate::model::KindSet;
    use crate::model::Verdict::{self, Fail, Pass, Unknown};

    const TARGET: &str = "apiVersion: apps/v1, kind: Deployment, name: web";
    const DEPLOYMENT: &str =
        "\n---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {}}";

    fn autoscaler(target: &str, bounds: &str) -> String {
        format!(
            "{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: web}}, \
             spec: {{scaleTargetRef: {{{target}}}, {bounds}}}}}"
        )
    }

    #[test]
    fn there_is_room_between_enough_and_most() {
        for (bounds, verdict, parts) in [
            ("minReplicas: 2, maxReplicas: 3", Pass, &[][..]),
            (
                "minReplicas: 5, maxReplicas: 5",
                Fail,
                &["- /spec/maxReplicas maxReplicas: maxReplicas is 5 and"],
            ),
            (
                "minReplicas: 5, maxReplicas: 3",
                Fail,
                &["maxReplicas is 3 and minReplicas 5"],
            ),
            (
                "minReplicas: 1, maxReplicas: 3",
                Fail,
                &["- /spec/minReplicas minReplicas: minReplicas is 1: set it to 2"],
            ),
            ("maxReplicas: 3", Fail, &["minReplicas is 1"]),
            (
                "minReplicas: null, maxReplicas: 3",
                Fail,
                &["minReplicas is 1"],
            ),
            (
                "minReplicas: 0, maxReplicas: 3",
                Fail,
                &["minReplicas is 0"],
            ),
            (
                "maxReplicas: 1",
                Fail,
                &["maxReplicas is 1", "minReplicas is 1"],
            ),
            (
                "minReplicas: 2, maxReplicas: 0",
                Fail,
                &["maxReplicas is 0"],
            ),
            ("minReplicas: 2", Fail, &["maxReplicas is 0"]),
        ] {
            assert_on(
                &CHECK,
                &[(&(autoscaler(TARGET, bounds) + DEPLOYMENT), verdict, parts)],
            );
        }
    }

    #[test]
    fn a_policy_may_ask_for_more() {
        let manifests = autoscaler(TARGET, "minReplicas: 2, maxReplicas: 9") + DEPLOYMENT;
        for (least, expected) in [(1, Pass), (2, Pass), (3, Fail)] {
            let params = serde_json::json!({ "minReplicas": least });
            assert_eq!(
                verdict_with(&CHECK, params, &manifests)[0].1,
                expected,
                "{least}"
            );
        }
    }

    #[test]
    fn the_target_must_exist_and_have_replicas() {
        let bounds = "minReplicas: 2, maxReplicas: 3";
        let elsewhere = DEPLOYMENT.replace("name: web", "name: web, namespace: shop");
        let older = "apiVersion: extensions/v1beta1, kind: Deployment, name: web";
        for (target, other, verdict, parts) in [
            (TARGET, DEPLOYMENT, Pass, &[][..]),
            (older, DEPLOYMENT, Pass, &[]),
            (
                TARGET,
                "",
                Fail,
                &[
                    "- /spec/scaleTargetRef scaleTargetRef: its target Deployment web is not among the files",
                ],
            ),
            (TARGET, &elsewhere, Fail, &["is not among the files"]),
            (
                "apiVersion: apps/v1, kind: StatefulSet, name: web",
                DEPLOYMENT,
                Fail,
                &["StatefulSet web is not among"],
            ),
            (
                "apiVersion: apps/v1, kind: DaemonSet, name: web",
                DEPLOYMENT,
                Fail,
                &["its kind has no replicas"],
            ),
            (
                "apiVersion: v1, kind: Service, name: web",
                DEPLOYMENT,
                Fail,
                &["cannot be scaled"],
            ),
            (
                "kind: Deployment, name: web",
                DEPLOYMENT,
                Fail,
                &["its apiVersion is missing or wrong"],
            ),
            // Custom resources may have a scale; they are not looked up.
            (
                "apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web",
                DEPLOYMENT,
                Pass,
                &[],
            ),
            (
                "apiVersion: apps.kruise.io/v1, kind: StatefulSet, name: web",
                DEPLOYMENT,
                Pass,
                &[],
            ),
        ] {
            assert_on(
                &CHECK,
                &[(&(autoscaler(target, bounds) + other), verdict, parts)],
            );
        }
    }

    #[test]
    fn what_another_owns_exists() {
        let owner = "ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u1, controller: true}]";
        let target = "apiVersion: apps/v1, kind: ReplicaSet, name: web-1";
        let manifests = autoscaler(target, "minReplicas: 2, maxReplicas: 3")
            + &DEPLOYMENT.replace("name: web", "name: web, uid: u1")
            + &format!(
                "\n---\n{{apiVersion: apps/v1, kind: ReplicaSet, metadata: {{name: web-1, {owner}}}, spec: {{}}}}"
            );
        assert_on(&CHECK, &[(&manifests, Pass, &[])]);
    }

    #[test]
    fn in_a_cluster_what_is_not_there_does_not_exist() {
        let mut inventory = Inventory::of_cluster();
        store(
            &mut inventory,
            &autoscaler(TARGET, "minReplicas: 2, maxReplicas: 3"),
        );
        let is = |inventory: &Inventory, verdict: Verdict, parts: &[&str]| {
            assert_in(&CHECK, &Params::default(), inventory, verdict, parts);
        };
        inventory.set_source(crate::model::Kind::HorizontalPodAutoscaler, Source::Synced);
        is(&inventory, Unknown, &["Deployments are not listed yet"]);
        for kind in KindSet::SCALABLE.iter() {
            inventory.set_source(kind, Source::Synced);
        }
        is(&inventory, Fail, &["Deployment web does not exist"]);
    }
}
