use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "owner-label",
    title: "A label says whose the workload is",
    why: "Whoever finds a workload that misbehaves must know whom to ask. Which label says so differs by company: a policy \
          that wants this lists the check and names its labels, one of which must be there.",
    fix: "Set the label `owner` (or what the policy names) to the team that answers for the workload.",
    source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/",
    severity: Severity::Advice,
    default: false,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &["kube-linter/required-label-owner"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[LABELS],
    bad: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {owner: shop-team}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Workload(run),
};

const LABELS: Param = Param {
    name: "labels",
    doc: "The labels of which one must be there.",
    kind: ParamKind::Strings {
        default: &["owner"],
    },
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let labels = context.strings(LABELS.name);
    let says = |label: &&str| {
        let value = workload.meta.labels.get(label);
        value.is_some_and(|value| !value.is_empty())
    };
    if !labels.iter().any(says) {
        let named: String = labels.join(", ").chars().take(80).collect();
        let at = Place::field("/metadata/labels");
        findings.fail(at, format!("no label says whose it is: set {named}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, verdict_with};
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn one_of_the_labels_says_it() {
        let deployment = |labels: &str| {
            format!(
                "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, labels: {{{labels}}}}}, spec: {{}}}}"
            )
        };
        for (labels, expected, parts) in [
            (
                "",
                Fail,
                &["- /metadata/labels : no label says whose it is: set owner"][..],
            ),
            ("app: web", Fail, &["set owner"]),
            ("owner: ''", Fail, &["set owner"]),
            ("owner: shop", Pass, &[]),
        ] {
            assert_on(&CHECK, &[(&deployment(labels), expected, parts)]);
        }
        let params = serde_json::json!({"labels": ["team", "squad"]});
        for (labels, expected) in [("owner: shop", Fail), ("squad: shop", Pass)] {
            assert_eq!(
                verdict_with(&CHECK, params.clone(), &deployment(labels))[0].1,
                expected
            );
        }
    }
}
