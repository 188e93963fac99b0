use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "hpa-present",
    title: "A HorizontalPodAutoscaler scales the workload",
    why: "A fixed number of replicas is too few at the peak or too many at night, and nobody is awake when that changes. \
          Deployments, ReplicaSets and ReplicationControllers are judged. A StatefulSet is not: its replicas hold data, \
          and to add one is seldom a matter of load alone. Neither is what cannot be scaled (DaemonSets, Jobs, Pods). \
          Two HorizontalPodAutoscalers for one workload stop each other, and so fail too. On files, a ScaledObject of KEDA's \
          counts as the HorizontalPodAutoscaler that KEDA makes of it; a VerticalPodAutoscaler does not, as it sets requests \
          and no replicas.",
    fix: "Add a HorizontalPodAutoscaler whose `scaleTargetRef` names this workload, with its kind and `apiVersion`.",
    source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[
        Kind::Deployment,
        Kind::ReplicaSet,
        Kind::ReplicationController,
    ]),
    reads: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    params: &[],
    bad: r"
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
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let at = Place::field("/spec/replicas");
    let autoscalers = context
        .read(Kind::HorizontalPodAutoscaler)?
        .autoscalers(workload);
    let owner = workload
        .meta
        .controller
        .as_ref()
        .filter(|owner| owner.kind.is_none());
    match (&autoscalers[..], owner) {
        ([_], _) => {}
        // One that scales the owner is not recognised: it names an object of a kind that is not known here.
        ([], Some(owner)) => findings.unknown(
            at,
            format!("its owner {} may be scaled in its place", owner.name),
        ),
        ([], None) => {
            findings.fail(at, "no HorizontalPodAutoscaler scales it: its replicas do not follow the load; add one");
        }
        ([first, second, ..], _) => {
            let (first, second) = (&first.meta.key.name, &second.meta.key.name);
            let problem = format!(
                "HorizontalPodAutoscalers {first} and {second} both scale it, so that neither does"
            );
            findings.fail(at, format!("{problem}; keep one"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, verdict};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    fn workload(api_version: &str, kind: &str, metadata: &str) -> String {
        format!(
            "{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: web{metadata}}}, spec: {{}}}}"
        )
    }

    fn autoscaler(metadata: &str, target: &str) -> String {
        format!(
            "\n---\n{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{{metadata}}}, \
             spec: {{scaleTargetRef: {{{target}}}, maxReplicas: 5}}}}"
        )
    }

    #[test]
    fn the_target_is_told_by_kind_namespace_and_name() {
        let deployment = workload("apps/v1", "Deployment", "");
        let target = "apiVersion: apps/v1, kind: Deployment, name: web";
        for (other, verdict, parts) in [
            (
                String::new(),
                Fail,
                &["- /spec/replicas : no HorizontalPodAutoscaler scales it"][..],
            ),
            (autoscaler("name: web", target), Pass, &[]),
            (autoscaler("name: another-name", target), Pass, &[]),
            (
                autoscaler("name: web, namespace: shop", target),
                Fail,
                &["no HorizontalPodAutoscaler"],
            ),
            (
                autoscaler(
                    "name: web",
                    "apiVersion: apps/v1, kind: StatefulSet, name: web",
                ),
                Fail,
                &["no Horizontal"],
            ),
            (
                autoscaler(
                    "name: web",
                    "apiVersion: apps/v1, kind: DaemonSet, name: web",
                ),
                Fail,
                &["no Horizontal"],
            ),
            (
                autoscaler(
                    "name: web",
                    "apiVersion: apps/v1, kind: Deployment, name: api",
                ),
                Fail,
                &["no Horizontal"],
            ),
            (
                autoscaler(
                    "name: web",
                    "apiVersion: example.com/v1, kind: Deployment, name: web",
                ),
                Fail,
                &["no Horizontal"],
            ),
            // Without an apiVersion, the kind is looked for in the core group, which has no Deployments.
            (
                autoscaler("name: web", "kind: Deployment, name: web"),
                Fail,
                &["no Horizontal"],
            ),
            (
                autoscaler("name: a", target) + &autoscaler("name: b", target),
                Fail,
                &["HorizontalPodAutoscalers a and b both scale it"],
            ),
        ] {
            assert_on(&CHECK, &[(&(deployment.clone() + &other), verdict, parts)]);
        }
    }

    #[test]
    fn who_owns_it_may_be_scaled_in_its_place() {
        let owner = |api_version: &str, kind: &str| {
            let owner = format!(
                "apiVersion: {api_version}, kind: {kind}, name: web, uid: u1, controller: true"
            );
            workload(
                "apps/v1",
                "ReplicaSet",
                &format!(", ownerReferences: [{{{owner}}}]"),
            )
        };
        assert_on(
            &CHECK,
            &[(
                &owner("argoproj.io/v1alpha1", "Rollout"),
                Unknown,
                &["its owner web may be scaled"],
            )],
        );
        assert_on(
            &CHECK,
            &[(
                &owner("apps/v1", "Deployment"),
                Fail,
                &["no HorizontalPodAutoscaler"],
            )],
        );
    }

    #[test]
    fn kinds_that_are_not_scaled_by_load_are_not_judged() {
        for (api_version, kind) in [
            ("apps/v1", "StatefulSet"),
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
}
