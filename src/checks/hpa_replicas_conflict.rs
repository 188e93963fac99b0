use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "hpa-replicas-conflict",
    title: "Replicas that a HorizontalPodAutoscaler sets are not set by the manifest too",
    why: "Whoever applies the manifest puts `replicas` back to its number, and the HorizontalPodAutoscaler moves it again: \
          each release in a busy hour takes pods away first. A manifest shows whether it sets `replicas`; the API server \
          fills it in, so that in a cluster only an object that is applied on the server's side (`kubectl apply \
          --server-side`, Flux, Argo CD with that option) tells, by its `managedFields`. Of others nothing is known.",
    fix: "Leave `replicas` out of the manifest. Take care once: where it was applied before, the first apply without it \
          goes back to 1 unless the field is given up first, as the source describes.",
    source: "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["kube-score/deployment-targeted-by-hpa-does-not-have-replicas-configured"],
    subjects: KindSet::SCALABLE,
    reads: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
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
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let view = context.read(Kind::HorizontalPodAutoscaler)?;
    let autoscalers = view.autoscalers(workload);
    let Some(autoscaler) = autoscalers.first() else {
        findings.not_applicable();
        return Ok(());
    };
    let name = &autoscaler.meta.key.name;
    let at = Place::field("/spec/replicas");
    match workload.sets_replicas {
        Some(false) => {}
        Some(true) => {
            let replicas = workload.replicas;
            let problem =
                format!("replicas is set to {replicas}, and by HorizontalPodAutoscaler {name}");
            findings.fail(at, format!("{problem}: leave it out"));
        }
        None => findings.unknown(
            at,
            format!("whether replicas is set beside HorizontalPodAutoscaler {name} cannot be told"),
        ),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    const SCALER: &str = "\n---\n{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: scaler}, \
        spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 3}}";

    fn deployment(metadata: &str, spec: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web{metadata}}}, spec: {{{spec}}}}}"
        )
    }

    #[test]
    fn a_manifest_says_it_itself() {
        for (spec, expected, parts) in [
            (
                "replicas: 3",
                Fail,
                &["- /spec/replicas : replicas is set to 3, and by HorizontalPodAutoscaler scaler"]
                    [..],
            ),
            ("", Pass, &[]),
            ("replicas: null", Pass, &[]),
        ] {
            assert_on(
                &CHECK,
                &[(&(deployment("", spec) + SCALER), expected, parts)],
            );
        }
        assert_on(
            &CHECK,
            &[(&deployment("", "replicas: 3"), NotApplicable, &[])],
        );
    }

    #[test]
    fn in_a_cluster_those_who_apply_say_it() {
        let entry = |operation: &str, subresource: &str, spec: &str| {
            format!(
                "{{manager: {operation}{subresource}, operation: {operation}, subresource: '{subresource}', apiVersion: apps/v1, \
                     fieldsV1: {{'f:spec': {{{spec}}}}}}}"
            )
        };
        let sets = "'f:replicas': {}";
        let leaves = "'f:template': {}";
        for (managers, expected) in [
            (vec![entry("Apply", "", sets)], Fail),
            (vec![entry("Apply", "", leaves)], Pass),
            (
                vec![entry("Apply", "", leaves), entry("Update", "scale", sets)],
                Pass,
            ),
            (
                vec![entry("Apply", "", leaves), entry("Update", "", sets)],
                Pass,
            ),
            (vec![entry("Apply", "scale", sets)], Unknown),
            (vec![entry("Update", "", sets)], Unknown),
            (vec![], Unknown),
        ] {
            let metadata = format!(", uid: d, managedFields: [{}]", managers.join(", "));
            let parts: &[&str] = if expected == Pass {
                &[]
            } else {
                &["/spec/replicas"]
            };
            let objects = deployment(&metadata, "replicas: 3") + SCALER;
            assert_running(&CHECK, &[(&objects, expected, parts)]);
        }
    }
}
