use crate::check::names::{flaw_of_label_key, flaw_of_label_value};
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Labels, Meta, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "label-values",
    title: "Labels are ones that Kubernetes takes",
    why: "A label's value has at most 63 characters: letters, digits, `-`, `_` and `.`, with a letter or a digit at both \
          ends; its name is the same, with a DNS name before a slash perhaps. The API server refuses anything else where \
          it is applied, and a pod template with such a label before any of its pods is made. Judged are workloads with \
          the labels of their pods, and the objects around them.",
    fix: "Shorten the value, or keep what does not fit (a URL, a sentence) in an annotation.",
    source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set",
    severity: Severity::High,
    default: true,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &["kube-score/label-values"],
    subjects: KindSet::WORKLOADS.union(KindSet::of(&[
        Kind::HorizontalPodAutoscaler,
        Kind::PodDisruptionBudget,
        Kind::NetworkPolicy,
        Kind::Service,
        Kind::Ingress,
    ])),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web, note: the shop's front end}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web, note: front-end}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Any(run),
};

fn run(context: &Context<'_>, meta: &Meta, findings: &mut Findings) -> Judgement {
    let written = |_: &str, _: &str| true;
    judge(&meta.labels, written, &Place::field("/metadata/labels"), findings);
    let kind = meta.key.kind;
    // A Pod's labels are its own.
    if kind != Kind::Pod
        && let Some(workload) = context.workload()
    {
        // A Job's pods have its name for a label, of which a `generateName` is only the beginning.
        let written = |key: &str, value: &str| {
            let is_name = key == "job-name" || key == "batch.kubernetes.io/job-name";
            !(kind == Kind::Job && is_name && *value == *meta.key.name)
        };
        judge(&workload.pod.labels, written, &Place::pod_labels(workload), findings);
    }
    Ok(())
}

/// Judges the labels that are written.
fn judge(
    labels: &Labels,
    written: impl Fn(&str, &str) -> bool,
    at: &Place,
    findings: &mut Findings,
) {
    for (key, value) in labels.iter().filter(|(key, value)| written(key, value)) {
        let short = |text: &str| text.chars().take(30).collect::<String>();
        let place = || {
            let step = key.replace('~', "~0").replace('/', "~1");
            let place = Place::field(format!("{}/{step}", at.path));
            place.about(key.clone())
        };
        if let Some(flaw) = flaw_of_label_key(key) {
            let message = format!("the name of label {} {flaw}: correct it", short(key));
            findings.fail(place(), message);
        } else if let Some(flaw) = flaw_of_label_value(value) {
            let value = short(value);
            findings.fail(place(), format!("the value {value} {flaw}: correct it"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn labels_of_objects_and_of_pods_are_judged() {
        let long = "a".repeat(64);
        for (labels, expected, parts) in [
            ("app: web", Pass, &[][..]),
            ("app: ''", Pass, &[]),
            ("app.kubernetes.io/name: web", Pass, &[]),
            (
                "app: a b",
                Fail,
                &["- /metadata/labels/app app: the value a b has characters"],
            ),
            (
                "example.com/a: '-'",
                Fail,
                &["- /metadata/labels/example.com~1a example.com/a: the value - does not begin"],
            ),
            (&format!("app: {long}"), Fail, &["is longer than 63"]),
            (
                "a/b/c: web",
                Fail,
                &["the name of label a/b/c has characters"],
            ),
        ] {
            for head in [
                "apiVersion: v1, kind: Service",
                "apiVersion: policy/v1, kind: PodDisruptionBudget",
                "apiVersion: v1, kind: Pod",
            ] {
                let manifest = format!(
                    "{{{head}, metadata: {{name: web, labels: {{{labels}}}}}, spec: {{}}}}"
                );
                assert_on(&CHECK, &[(&manifest, expected, parts)]);
            }
        }
        let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, labels: {a: 'x!'}}, \
            spec: {template: {metadata: {labels: {b: 'y!'}}}}}";
        assert_on(
            &CHECK,
            &[(
                deployment,
                Fail,
                &[
                    "- /metadata/labels/a a:",
                    "- /spec/template/metadata/labels/b b:",
                ],
            )],
        );
    }
    #[test]
    fn a_jobs_name_that_is_still_to_be_made_is_no_value() {
        let job = "{apiVersion: batch/v1, kind: Job, metadata: {generateName: import-}, spec: {template: {metadata: {}}}}";
        assert_on(&CHECK, &[(job, Pass, &[])]);
    }
}
