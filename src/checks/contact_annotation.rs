use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Contact, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "contact-annotation",
    title: "An annotation says to which address to write about the workload",
    why: "An address of the people who answer for a workload, on the workload itself, is found by whoever sees it in a \
          cluster. It is the annotation `email`, whose value must look like an address; that somebody reads what is sent \
          there nobody can see. A policy that wants it lists this check.",
    fix: "Set the annotation `email` to the address of the team.",
    source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/",
    severity: Severity::Advice,
    default: false,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &["kube-linter/required-annotation-email"],
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
  annotations: {email: shop@example.com}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let at = Place::field("/metadata/annotations/email");
    match workload.contact {
        Contact::Address => {}
        Contact::Unsaid => findings.fail(at, "has no annotation email: set the team's address"),
        Contact::NoAddress => {
            findings.fail(at, "the annotation email is no address: set the team's");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn the_annotation_is_an_address() {
        for (annotations, expected, parts) in [
            (
                "",
                Fail,
                &["- /metadata/annotations/email : has no annotation"][..],
            ),
            ("email: ''", Fail, &["has no annotation"]),
            ("email: shop", Fail, &["is no address"]),
            ("email: shop@example", Fail, &["is no address"]),
            ("email: '@example.com'", Fail, &["is no address"]),
            ("email: a shop@example.com", Fail, &["is no address"]),
            ("email: the.shop+web@team.example.com", Pass, &[]),
        ] {
            let manifest = format!(
                "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, annotations: {{{annotations}}}}}, spec: {{}}}}"
            );
            assert_on(&CHECK, &[(&manifest, expected, parts)]);
        }
    }
}
