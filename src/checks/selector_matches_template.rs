use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Place, Selection, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "selector-matches-template",
    title: "The selector selects the workload's own pods",
    why: "A controller finds its pods by their labels. The API server refuses a workload whose selector does not match the labels \
          of its pod template, or that has none: the release fails where it is applied. Before `apps/v1beta2` the labels were the \
          selector's default, and for a ReplicationController they still are. Kubernetes makes the selectors of Jobs itself.",
    fix: "Give `selector.matchLabels` labels that `template.metadata.labels` has with the same values. The selector of what is in \
          the cluster already cannot be changed: correct the labels.",
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
    severity: Severity::Critical,
    default: true,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &[
        "kube-linter/mismatching-selector",
        "kube-score/deployment-pod-selector-labels-match-template-metadata-labels",
        "kube-score/statefulset-pod-selector-labels-match-template-metadata-labels",
    ],
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
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web-server}
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
      labels: {app: web, version: 1.4.2}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let at = Place::field("/spec/selector");
    let advice = "name labels of the pod template";
    match &workload.selection {
        Selection::Own => {}
        Selection::Missing => {
            findings.fail(
                at,
                format!("there is no selector, which is required: {advice}"),
            );
        }
        Selection::Empty => {
            findings.fail(
                at,
                format!("the selector is empty, which is refused: {advice}"),
            );
        }
        Selection::Misses(requirement) => {
            let problem =
                format!("the selector asks for {requirement}, and the pods are not labelled so");
            findings.fail(at, format!("{problem}: {advice}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, verdict};
    use crate::model::Verdict::{Fail, Pass};

    fn workload(api_version: &str, kind: &str, selector: &str, labels: &str) -> String {
        format!(
            "{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: web}},
              spec: {{{selector} template: {{metadata: {{labels: {{{labels}}}}}}}}}}}"
        )
    }

    #[test]
    fn every_requirement_must_be_met() {
        for (selector, labels, part) in [
            ("selector: {matchLabels: {app: web}},", "app: web", ""),
            (
                "selector: {matchLabels: {app: web}},",
                "app: web, tier: front",
                "",
            ),
            (
                "selector: {matchLabels: {app: web, tier: front}},",
                "app: web",
                "- /spec/selector : the selector asks for tier: front, and",
            ),
            (
                "selector: {matchLabels: {app: web}},",
                "app: api",
                "asks for app: web",
            ),
            (
                "selector: {matchLabels: {app: web}},",
                "",
                "asks for app: web",
            ),
            (
                "selector: {matchExpressions: [{key: app, operator: In, values: [web, api]}]},",
                "app: api",
                "",
            ),
            (
                "selector: {matchExpressions: [{key: app, operator: In, values: [web, api]}]},",
                "app: db",
                "asks for app in (web, api)",
            ),
            (
                "selector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]},",
                "app: db",
                "asks for app not in (db)",
            ),
            (
                "selector: {matchExpressions: [{key: app, operator: Exists}]},",
                "",
                "asks for app exists",
            ),
            (
                "selector: {matchExpressions: [{key: app, operator: Has}]},",
                "app: web",
                "with an operator that is none",
            ),
            ("selector: {},", "app: web", "the selector is empty"),
            ("", "app: web", "there is no selector"),
            ("selector: null,", "app: web", "there is no selector"),
        ] {
            for kind in ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"] {
                let manifest = workload("apps/v1", kind, selector, labels);
                match part {
                    "" => assert_on(&CHECK, &[(&manifest, Pass, &[])]),
                    part => assert_on(&CHECK, &[(&manifest, Fail, &[part])]),
                }
            }
        }
    }

    #[test]
    fn the_labels_were_the_default_once() {
        for (api_version, kind, expected) in [
            ("extensions/v1beta1", "Deployment", Pass),
            ("extensions/v1beta1", "DaemonSet", Pass),
            ("apps/v1beta1", "StatefulSet", Pass),
            ("apps/v1beta2", "Deployment", Fail),
            ("v1", "ReplicationController", Pass),
        ] {
            let manifest = workload(api_version, kind, "", "app: web");
            assert_eq!(
                verdict(&CHECK, &manifest)[0].1,
                expected,
                "{api_version} {kind}"
            );
        }
        for (selector, labels, expected) in [
            ("selector: {},", "app: web", Pass),
            ("selector: {app: web},", "app: web", Pass),
            ("selector: {app: web},", "app: api", Fail),
            ("", "", Fail),
        ] {
            let manifest = workload("v1", "ReplicationController", selector, labels);
            assert_eq!(
                verdict(&CHECK, &manifest)[0].1,
                expected,
                "{selector} {labels}"
            );
        }
    }

    #[test]
    fn what_selects_nothing_is_not_judged() {
        for kind in ["Job", "CronJob"] {
            let manifest = format!(
                "{{apiVersion: batch/v1, kind: {kind}, metadata: {{name: web}}, spec: {{}}}}"
            );
            assert!(verdict(&CHECK, &manifest).is_empty());
        }
    }
}
