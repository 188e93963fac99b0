use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Meta, Place, Severity, Shape};

pub(super) static CHECK: Check = Check {
    id: "schema-valid",
    title: "Every object is what Kubernetes' schema of its kind asks for",
    why: "A misspelt field is no error to everyone: `kubectl` warns or refuses, and a GitOps controller, a Helm release or an \
          older client drops it, so that the limit, the probe or the policy that stands in the file is not in the cluster. What \
          the API server would refuse of the rest (a number where text belongs, a required field that is missing, a word that \
          a field does not take) fails on the day of the release instead of in review; and of a key that is written twice, what \
          the first one says is lost without a word. Of what the API server looks at beyond the schema, this is looked at: operators \
          of label selectors, percentages of budgets and rollouts, modes of mounted files, negative requests and limits, mounts of \
          volumes that the pod does not have, names in `secretKeyRef` and `configMapKeyRef`, name servers where `dnsPolicy` is \
          `None`, peers of NetworkPolicies that are none, `trafficDistribution`, and the keys of typed Secrets; ports and names \
          have checks of their own, and the rest is not looked at. The schema \
          is that of the newest release that this program knows; objects of custom kinds, and in versions that it does not \
          serve, are not judged. Only files are: what is in a cluster, its API server has seen.",
    fix: "Correct the field that the message names; `kubectl explain <kind>.<field>` shows what there is.",
    source: "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation",
    severity: Severity::Critical,
    default: true,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &["kube-linter/schema-validation"],
    subjects: SUBJECTS,
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
    imagePullPolcy: Always
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    imagePullPolicy: Always
",
    run: Run::Any(run),
};

/// Every kind of Kubernetes' own that people write.
const SUBJECTS: KindSet = own();

const fn own() -> KindSet {
    let (mut set, mut at) = (KindSet::NONE, 0);
    while at < Kind::ALL.len() {
        let kind = Kind::ALL[at];
        let is_made = matches!(kind, Kind::ControllerRevision | Kind::EndpointSlice);
        let is_foreign = matches!(kind, Kind::ExternalSecret | Kind::SealedSecret);
        if !kind.is_custom() && !kind.is_gone() && !is_made && !is_foreign {
            set = set.union(KindSet::of(&[kind]));
        }
        at += 1;
    }
    set
}

fn run(_: &Context<'_>, meta: &Meta, findings: &mut Findings) -> Judgement {
    match &meta.shape {
        Shape::Unsaid => findings.not_applicable(),
        Shape::Fits => {}
        Shape::Misfits(misfits) => {
            for misfit in misfits {
                // Two fields may lack the same thing.
                let at = Place::field(misfit.path.to_string()).about(&*misfit.path);
                findings.fail(at, misfit.message.to_string());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn every_misfit_is_told_where_it_is() {
        for (manifest, expected, parts) in [
            (
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}}",
                Pass,
                &[][..],
            ),
            (
                "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a}, provisoner: b}",
                Fail,
                &[
                    "- /provisoner /provisoner: unknown field provisoner, did you mean provisioner?",
                    "- /provisioner /provisioner: provisioner is required",
                ],
            ),
            (
                "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: a}, nonsense: 1}",
                NotApplicable,
                &[],
            ),
        ] {
            assert_on(&CHECK, &[(manifest, expected, parts)]);
        }
    }

    #[test]
    fn a_cluster_has_seen_to_it() {
        let map = "{kind: ConfigMap, apiVersion: v1, metadata: {uid: a, name: web}, nonsense: 1}";
        assert_running(&CHECK, &[(map, NotApplicable, &[])]);
    }
}
