use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{KeyOrder, Kind, KindSet, Meta, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "sorted-keys",
    title: "The keys of a manifest are in alphabetical order",
    why: "Where everybody writes keys in the same order, two manifests can be compared line by line, and a key that is \
          there twice is seen. Most manifests have `name` before `image` and `type` before the rest, and are no worse for \
          it: a policy that wants this lists the check. Only files have an order; an object of a cluster is not judged, \
          and neither are the entries of a merge (`<<`).",
    fix: "Sort the keys of each mapping; the message names the first line that is out of order.",
    source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/",
    severity: Severity::Advice,
    default: false,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &["kube-linter/sorted-keys"],
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
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - image: registry.example/web:1.4.2
    name: web
",
    run: Run::Any(run),
};

fn run(_: &Context<'_>, meta: &Meta, findings: &mut Findings) -> Judgement {
    match meta.key_order {
        KeyOrder::Sorted => {}
        KeyOrder::Unsaid => findings.not_applicable(),
        KeyOrder::Broken { line } => findings.fail(
            Place::field("/metadata"),
            format!(
                "its keys are not in alphabetical order, first in line {line} of it: sort them"
            ),
        ),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn every_mapping_is_looked_at() {
        for (manifest, expected, parts) in [
            (
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec: {ports: [], type: NodePort}\n",
                Pass,
                &[][..],
            ),
            (
                "kind: Service\napiVersion: v1\nmetadata:\n  name: web\n",
                Fail,
                &["- /metadata : its keys are not in alphabetical order, first in line 2 of it"],
            ),
            (
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: NodePort\n  ports: []\n",
                Fail,
                &["line 7"],
            ),
            (
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n    name: b\n",
                Fail,
                &["line 8"],
            ),
            (
                "apiVersion: v1\nkind: Service\nmetadata: {name: web, labels: {}}\n",
                Fail,
                &["line 3"],
            ),
            (
                "{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"web\"}}",
                Pass,
                &[],
            ),
            (
                "apiVersion: v1\nkind: Service\nmetadata:\n  annotations: &a {b: x}\n  labels: {c: w, <<: *a}\n  name: web\n",
                Pass,
                &[],
            ),
        ] {
            assert_on(&CHECK, &[(manifest, expected, parts)]);
        }
    }

    #[test]
    fn a_cluster_has_no_order() {
        let service = "{kind: Service, apiVersion: v1, metadata: {uid: a, name: web}}";
        assert_running(&CHECK, &[(service, NotApplicable, &[])]);
    }
}
