use crate::check::autoscaling::Target;
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, PodAutoscaler, Severity};

pub(super) static CHECK: Check = Check {
    id: "hpa-target-exists",
    title: "The HorizontalPodAutoscaler scales something that exists",
    why: "One whose target does not exist, or cannot be scaled, does nothing at all, and nobody is told: a typing error, or a missing \
          `apiVersion`, is enough. Targets of a kind that Plimsoll does not know, as custom resources are, are taken to exist.",
    fix: "Correct kind, `apiVersion` and name of `scaleTargetRef`.",
    source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[
        "kube-score/horizontalpodautoscaler-has-target",
        "kube-linter/dangling-horizontalpodautoscaler",
        "popeye/600",
    ],
    subjects: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    reads: KindSet::SCALABLE,
    params: &[],
    bad: r"
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
metadata: {name: shop}
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
    let target = &autoscaler.target;
    let problem = match Target::of(context, autoscaler)? {
        Target::Workload(_) | Target::Made(_) | Target::Owned | Target::Unknown => {
            return Ok(());
        }
        Target::Missing if context.may_exist_elsewhere() => "is not among the files",
        Target::Missing => "does not exist",
        Target::NotScalable if target.group.is_empty() => {
            "cannot be scaled: its apiVersion is missing or wrong"
        }
        Target::NotScalable => "cannot be scaled: its kind has no replicas",
    };
    let (kind, name) = (&target.kind_name, &target.name);
    findings.fail(
        Place::field("/spec/scaleTargetRef").about("scaleTargetRef"),
        format!("its target {kind} {name} {problem}; correct scaleTargetRef"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, store};
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
