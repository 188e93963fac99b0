use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "pdb-present",
    title: "A PodDisruptionBudget covers the pods",
    why: "Without one, a drain may evict all replicas of a service at once: two nodes that are upgraded together are \
          enough. A workload of one replica is asked for a budget too: with `maxUnavailable: 1` it does no harm, and is \
          there when there are more. DaemonSets (a drain leaves their pods alone), Jobs and bare Pods are not judged.",
    fix: "Add a PodDisruptionBudget to the namespace whose selector matches the pods' labels, with `maxUnavailable: 1`.",
    source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    severity: Severity::Critical,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[
        "polaris/missingPodDisruptionBudget",
        "kube-score/deployment-has-poddisruptionbudget",
        "kube-score/statefulset-has-poddisruptionbudget",
        "popeye/206",
    ],
    subjects: KindSet::SCALABLE,
    reads: KindSet::of(&[Kind::PodDisruptionBudget]),
    params: &[],
    bad: r"
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
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: web}
",
    run: Run::Workload(|context, workload, findings| {
        if context
            .read(Kind::PodDisruptionBudget)?
            .selecting(workload, Kind::PodDisruptionBudget)
            .is_empty()
        {
            let at = Place::pod_labels(workload);
            findings.fail(at, "no PodDisruptionBudget selects its pods: a drain may evict all of them at once; add one");
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, inventory, judge, verdict};
    use crate::check::{Params, testing};
    use crate::inventory::{Inventory, Source};
    use crate::model::Kind;
    use crate::model::Verdict::{self, Fail, Pass, Unknown};

    fn deployment(labels: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, labels: {{app: web}}}}, \
             spec: {{template: {{metadata: {{labels: {{{labels}}}}}}}}}}}"
        )
    }

    fn budget(version: &str, metadata: &str, selector: &str) -> String {
        format!(
            "\n---\n{{apiVersion: {version}, kind: PodDisruptionBudget, metadata: {{name: web{metadata}}}, \
             spec: {{maxUnavailable: 1, {selector}}}}}"
        )
    }

    #[test]
    fn a_selector_means_what_kubernetes_means() {
        let labels = "app: web, team: shop";
        for (version, selector, expected) in [
            ("policy/v1", "selector: {matchLabels: {app: web}}", Pass),
            (
                "policy/v1",
                "selector: {matchLabels: {app: web, team: shop}}",
                Pass,
            ),
            // Every label must match, not one of them.
            (
                "policy/v1",
                "selector: {matchLabels: {app: api, team: shop}}",
                Fail,
            ),
            (
                "policy/v1",
                "selector: {matchLabels: {app: web, tier: front}}",
                Fail,
            ),
            // Expressions count, alone and beside labels.
            (
                "policy/v1",
                "selector: {matchExpressions: [{key: app, operator: In, values: [api, web]}]}",
                Pass,
            ),
            (
                "policy/v1",
                "selector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}",
                Fail,
            ),
            (
                "policy/v1",
                "selector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}",
                Pass,
            ),
            (
                "policy/v1",
                "selector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: Exists}]}",
                Fail,
            ),
            // An empty one is every pod, none is no pod; in the beta, both were no pod.
            ("policy/v1", "selector: {}", Pass),
            ("policy/v1", "selector: null", Fail),
            ("policy/v1", "", Fail),
            ("policy/v1beta1", "selector: {}", Fail),
            (
                "policy/v1beta1",
                "selector: {matchLabels: {app: web}}",
                Pass,
            ),
        ] {
            let manifests = deployment(labels) + &budget(version, "", selector);
            let parts: &[&str] = match expected {
                Fail => {
                    &["- /spec/template/metadata/labels : no PodDisruptionBudget selects its pods"]
                }
                _ => &[],
            };
            assert_on(&CHECK, &[(&manifests, expected, parts)]);
        }
    }

    #[test]
    fn only_the_pods_labels_count_and_only_budgets_of_the_namespace() {
        let selector = "selector: {matchLabels: {app: web}}";
        // The Deployment has the label, its pods do not.
        assert_on(
            &CHECK,
            &[(
                &(deployment("") + &budget("policy/v1", "", selector)),
                Fail,
                &["no PodDisruptionBudget"],
            )],
        );
        let elsewhere =
            deployment("app: web") + &budget("policy/v1", ", namespace: shop", selector);
        assert_on(&CHECK, &[(&elsewhere, Fail, &["no PodDisruptionBudget"])]);
    }

    #[test]
    fn every_kind_with_replicas_needs_one_and_no_other() {
        for (api_version, kind, expected) in [
            ("apps/v1", "StatefulSet", Some(Fail)),
            ("apps/v1", "ReplicaSet", Some(Fail)),
            ("v1", "ReplicationController", Some(Fail)),
            ("apps/v1", "DaemonSet", None),
            ("batch/v1", "Job", None),
            ("batch/v1", "CronJob", None),
            ("v1", "Pod", None),
        ] {
            let manifest = format!(
                "{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: web}}, spec: {{}}}}"
            );
            let verdicts: Vec<Verdict> = verdict(&CHECK, &manifest)
                .into_iter()
                .map(|(_, verdict, _)| verdict)
                .collect();
            assert_eq!(verdicts, Vec::from_iter(expected), "{kind}");
        }
    }

    /// A look-up that is not possible is never a pass: at admission too, there may be nothing to look in.
    #[test]
    fn budgets_that_cannot_be_read_decide_nothing() {
        let mut cluster = Inventory::of_cluster();
        testing::store(&mut cluster, &deployment("app: web"));
        assert_eq!(
            judge(&CHECK, &Params::default(), &cluster)[0].verdict,
            Unknown
        );
        cluster.set_source(
            Kind::PodDisruptionBudget,
            Source::Unavailable("forbidden".into()),
        );
        assert_eq!(
            judge(&CHECK, &Params::default(), &cluster)[0].verdict,
            Unknown
        );
        cluster.set_source(Kind::PodDisruptionBudget, Source::Synced);
        assert_eq!(judge(&CHECK, &Params::default(), &cluster)[0].verdict, Fail);
        let mut files = inventory(&deployment("app: web"));
        files.set_source(
            Kind::PodDisruptionBudget,
            Source::Unavailable("forbidden".into()),
        );
        assert_eq!(
            judge(&CHECK, &Params::default(), &files)[0].verdict,
            Unknown
        );
    }
}
