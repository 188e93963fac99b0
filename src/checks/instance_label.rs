use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "instance-label",
    title: "The label `app.kubernetes.io/instance` is the object's name",
    why: "The label tells the instances of an application apart, and dashboards group by it. Where an instance is one \
          object, its name is the instance's. Helm gives the label the name of the release, which is often another: then \
          this check is not for you. A policy that wants it lists it.",
    fix: "Set the label `app.kubernetes.io/instance` to the name of the object.",
    source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
    severity: Severity::Advice,
    default: false,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &["polaris/metadataAndInstanceMismatched"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[],
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
  labels: {app.kubernetes.io/instance: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Workload(run),
};

const LABEL: &str = "app.kubernetes.io/instance";

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let at = Place::field("/metadata/labels/app.kubernetes.io~1instance");
    match workload.meta.labels.get(LABEL) {
        None => findings.fail(
            at,
            format!("has no label {LABEL}: set it to the object's name"),
        ),
        Some(value) if *value != workload.meta.key.name => {
            findings.fail(
                at,
                format!("{LABEL} is not the object's name: set it to that"),
            );
        }
        Some(_) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn the_label_and_the_name_are_the_same() {
        for (labels, expected, parts) in [
            (
                "",
                Fail,
                &["- /metadata/labels/app.kubernetes.io~1instance : has no label"][..],
            ),
            (
                "app.kubernetes.io/instance: shop",
                Fail,
                &["is not the object's name"],
            ),
            ("app.kubernetes.io/instance: web", Pass, &[]),
        ] {
            let manifest = format!(
                "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, labels: {{{labels}}}}}, spec: {{}}}}"
            );
            assert_on(&CHECK, &[(&manifest, expected, parts)]);
        }
    }
}
