use crate::check::delivery::{self, DELIVERED, Delivery};
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Mark, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "helm-managed",
    title: "The workload comes from a Helm chart",
    why: "A chart is one versioned thing: it is installed, upgraded and rolled back as a whole, with the values of each \
          environment beside it. Helm marks what it installs with the label `app.kubernetes.io/managed-by: Helm` and the \
          annotations `meta.helm.sh/release-name` and `release-namespace`, and touches nothing that lacks one of them. A \
          HelmRelease of Flux counts where it exists, and so does the label `helm.sh/chart`, which charts have by convention: \
          Argo CD renders charts without installing them. Files without marks are Unknown: they are put on when a chart is \
          installed. Jobs and bare Pods are not judged.",
    fix: "Make the manifest a template of a chart, with `helm.sh/chart` among its labels (as `helm create` does), and install \
          that.",
    source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
    severity: Severity::High,
    default: true,
    group: Group::Delivery,
    since: "0.1.0",
    aliases: &[],
    subjects: DELIVERED,
    reads: KindSet::of(&[Kind::HelmRelease]),
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    meta.helm.sh/release-name: web
    meta.helm.sh/release-namespace: default
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
metadata:
  name: web
  labels:
    app.kubernetes.io/managed-by: Helm
  annotations:
    meta.helm.sh/release-name: web
    meta.helm.sh/release-namespace: default
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
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cache
  namespace: shop
  labels:
    helm.toolkit.fluxcd.io/name: cache
    helm.toolkit.fluxcd.io/namespace: shop
spec:
  selector:
    matchLabels: {app: cache}
  template:
    metadata:
      labels: {app: cache}
    spec:
      containers:
      - {name: cache, image: registry.example/cache:1.4.2}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cache, namespace: shop}
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let marks = &workload.delivery;
    let is_charted = |mark: &Mark| matches!(mark, Mark::Release(_) | Mark::Chart(_));
    if marks.iter().any(is_charted) {
        return Ok(());
    }
    let missing = match delivery::delivery(context, workload, &[Kind::HelmRelease])? {
        Delivery::By(_) => return Ok(()),
        Delivery::Missing(deliverer) => Some(deliverer),
        Delivery::Unsaid => None,
    };
    let in_files = context.may_exist_elsewhere();
    let at = Place::field("/metadata/labels");
    if let Some(missing) = missing {
        delivery::say_missing(context, missing, findings);
    } else if marks.contains(&Mark::OnlyAnnotated) {
        findings.fail(at, "it has annotations of Helm without its label or the other annotation: Helm does not touch it");
    } else if marks.contains(&Mark::OnlyLabelled) && !in_files {
        findings.fail(
            at,
            "it has the label of Helm, but not its annotations: no release of Helm made it",
        );
    } else if !delivery::say_controlled(workload, findings) {
        if in_files {
            findings.unknown(
                at,
                "Helm marks what it installs in the cluster only, and no label names a chart",
            );
        } else {
            findings.fail(at, "no Helm chart made it: install it by one");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, assert_running, cluster};
    use crate::inventory::Source;
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, Pass, Unknown};

    fn deployment(metadata: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, namespace: shop, {metadata}}}, spec: {{}}}}"
        )
    }

    const LABEL: &str = "app.kubernetes.io/managed-by: Helm";
    const NAME: &str = "meta.helm.sh/release-name: web";
    const NAMESPACE: &str = "meta.helm.sh/release-namespace: shop";

    /// As `checkOwnership` of Helm sees it.
    #[test]
    fn a_release_is_a_label_and_two_annotations() {
        let annotated = &["it has annotations of Helm without its label"][..];
        for (labels, annotations, verdict, parts) in [
            (
                LABEL.to_owned(),
                format!("{NAME}, {NAMESPACE}"),
                Pass,
                &[][..],
            ),
            (LABEL.to_owned(), NAME.to_owned(), Fail, annotated),
            (
                String::new(),
                format!("{NAME}, {NAMESPACE}"),
                Fail,
                annotated,
            ),
            (
                "app.kubernetes.io/managed-by: helm".to_owned(),
                format!("{NAME}, {NAMESPACE}"),
                Fail,
                annotated,
            ),
            (
                LABEL.to_owned(),
                String::new(),
                Fail,
                &["it has the label of Helm, but not its annotations"],
            ),
            // Rendered from a chart, and applied by something else.
            (
                format!("{LABEL}, helm.sh/chart: web-1.2.3"),
                String::new(),
                Pass,
                &[],
            ),
            (
                "helm.sh/chart: web-1.2.3".to_owned(),
                String::new(),
                Pass,
                &[],
            ),
            (
                String::new(),
                String::new(),
                Fail,
                &["- /metadata/labels : no Helm chart made it"],
            ),
        ] {
            let manifest = deployment(&format!(
                "labels: {{{labels}}}, annotations: {{{annotations}}}"
            ));
            assert_running(&CHECK, &[(&manifest, verdict, parts)]);
        }
    }

    #[test]
    fn a_release_of_flux_counts_where_it_exists() {
        let group = "helm.toolkit.fluxcd.io";
        let labelled = deployment(&format!(
            "labels: {{{group}/name: web, {group}/namespace: shop}}"
        ));
        let release = "\n---\n{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: web, namespace: shop}}";
        let missing = &["HelmRelease web, which it says delivers it, does not exist"][..];
        assert_running(
            &CHECK,
            &[
                (&(labelled.clone() + release), Pass, &[]),
                (&labelled, Fail, missing),
            ],
        );
        assert_on(
            &CHECK,
            &[(
                &labelled,
                Unknown,
                &["HelmRelease web, which it says delivers it, is not among"],
            )],
        );
        let mut cluster = cluster(&labelled);
        cluster.set_source(Kind::HelmRelease, Source::Pending);
        let params = Params::default();
        assert_in(
            &CHECK,
            &params,
            &cluster,
            Unknown,
            &["HelmReleases are not listed yet"],
        );
        cluster.unserve(Kind::HelmRelease);
        assert_in(&CHECK, &params, &cluster, Fail, missing);
        // An Application of Argo CD says nothing of a chart.
        let argo = deployment(
            "annotations: {argocd.argoproj.io/tracking-id: 'a:apps/Deployment:shop/web'}",
        ) + "\n---\n{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a, namespace: argocd}}";
        assert_running(&CHECK, &[(&argo, Fail, &["no Helm chart made it"])]);
    }

    #[test]
    fn files_do_not_have_the_marks_yet() {
        let unknown = &["Helm marks what it installs in the cluster only"][..];
        assert_on(
            &CHECK,
            &[
                (&deployment(""), Unknown, unknown),
                (
                    &deployment(&format!("labels: {{{LABEL}}}")),
                    Unknown,
                    unknown,
                ),
                (&deployment("labels: {helm.sh/chart: web-1.2.3}"), Pass, &[]),
            ],
        );
        let owned = deployment(
            "ownerReferences: [{apiVersion: example.com/v1, kind: Database, name: pg, uid: u, controller: true}]",
        );
        assert_running(&CHECK, &[(&owned, Unknown, &["pg controls it"])]);
    }
}
