use crate::check::delivery::{self, DELIVERED, Delivery};
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Mark, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "gitops-managed",
    title: "Argo CD or Flux delivers the workload",
    why: "What is applied by hand has no history and no review, and nobody can make it again. What delivers from Git leaves its \
          mark: Argo CD the annotation `argocd.argoproj.io/tracking-id` or the label `app.kubernetes.io/instance`, Flux the \
          labels of a Kustomization or a HelmRelease. The Application, Kustomization or HelmRelease that is named must \
          exist. A tracking id that tells of another object was copied, and Argo CD takes no notice of it. Files do not have \
          these marks yet, and are Unknown. Jobs and bare Pods are not judged.",
    fix: "Put the manifest into the repository that an Application or a Kustomization delivers.",
    source: "https://kubernetes.io/docs/concepts/workloads/management/",
    severity: Severity::Critical,
    default: true,
    group: Group::Delivery,
    since: "0.1.0",
    aliases: &[],
    subjects: DELIVERED,
    reads: KindSet::of(&KINDS),
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  annotations:
    argocd.argoproj.io/tracking-id: shop:apps/Deployment:shop/api
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
  namespace: shop
  annotations:
    argocd.argoproj.io/tracking-id: shop:apps/Deployment:shop/web
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
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  namespace: shop
  labels:
    kustomize.toolkit.fluxcd.io/name: shop
    kustomize.toolkit.fluxcd.io/namespace: flux-system
spec:
  selector:
    matchLabels: {app: api}
  template:
    metadata:
      labels: {app: api}
    spec:
      containers:
      - {name: api, image: registry.example/api:1.4.2}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
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

const KINDS: [Kind; 3] = [Kind::Application, Kind::Kustomization, Kind::HelmRelease];

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let missing = match delivery::delivery(context, workload, &KINDS)? {
        Delivery::By(_) => return Ok(()),
        Delivery::Missing(deliverer) => Some(deliverer),
        Delivery::Unsaid => None,
    };
    let copied = workload.delivery.iter().find_map(|mark| match mark {
        Mark::Copied(id) => Some(id),
        _ => None,
    });
    if let Some(id) = copied {
        let at = Place::field("/metadata/annotations/argocd.argoproj.io~1tracking-id");
        let message = format!(
            "its tracking-id is that of another object ({id}): Argo CD does not deliver it; remove it"
        );
        findings.fail(at, message);
    } else if let Some(missing) = missing {
        delivery::say_missing(context, missing, findings);
    } else if !delivery::say_controlled(workload, findings) {
        let at = Place::field("/metadata/labels");
        if context.may_exist_elsewhere() {
            findings.unknown(
                at,
                "Argo CD and Flux mark what they deliver in the cluster only",
            );
        } else {
            findings.fail(at, "neither Argo CD nor Flux delivers it: put it into a repository that one of them does");
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

    fn of(kind: &str, namespace: &str, name: &str) -> String {
        let group = match kind {
            "Application" => "argoproj.io/v1alpha1",
            "Kustomization" => "kustomize.toolkit.fluxcd.io/v1",
            _ => "helm.toolkit.fluxcd.io/v2",
        };
        format!(
            "\n---\n{{apiVersion: {group}, kind: {kind}, metadata: {{name: {name}, namespace: {namespace}}}, spec: {{}}}}"
        )
    }

    fn tracked(id: &str) -> String {
        deployment(&format!(
            "annotations: {{argocd.argoproj.io/tracking-id: '{id}'}}"
        ))
    }

    #[test]
    fn argo_cd_tracks_what_it_delivers() {
        let application = of("Application", "argocd", "shop");
        let gone =
            "- /metadata/labels : Application shop, which it says delivers it, does not exist";
        let copied = "its tracking-id is that of another object";
        for (id, others, verdict, parts) in [
            (
                "shop:apps/Deployment:shop/web",
                &*application,
                Pass,
                &[][..],
            ),
            ("shop:apps/Deployment:shop/web", "", Fail, &[gone]),
            (
                "argocd_shop:apps/Deployment:shop/web",
                &application,
                Pass,
                &[],
            ),
            (
                "team_shop:apps/Deployment:shop/web",
                &application,
                Fail,
                &[gone],
            ),
            (
                "other:apps/Deployment:shop/web",
                &application,
                Fail,
                &["Application other"],
            ),
            (
                "shop:apps/Deployment:shop/api",
                &application,
                Fail,
                &[copied],
            ),
            (
                "shop:apps/Deployment:other/web",
                &application,
                Fail,
                &[copied],
            ),
            (
                "shop:apps/StatefulSet:shop/web",
                &application,
                Fail,
                &[copied],
            ),
            ("shop", &application, Fail, &[copied]),
        ] {
            assert_running(&CHECK, &[(&(tracked(id) + others), verdict, parts)]);
        }
    }

    #[test]
    fn a_label_counts_where_it_names_something() {
        let application = of("Application", "argocd", "shop");
        let nobody = "- /metadata/labels : neither Argo CD nor Flux delivers it";
        for (label, verdict, parts) in [
            ("app.kubernetes.io/instance: shop", Pass, &[][..]),
            // Many set it by themselves.
            ("app.kubernetes.io/instance: web", Fail, &[nobody]),
            ("argocd.argoproj.io/instance: shop", Pass, &[]),
            (
                "argocd.argoproj.io/instance: web",
                Fail,
                &["Application web, which it says delivers it, does not exist"],
            ),
            ("app: shop", Fail, &[nobody]),
        ] {
            let manifests = deployment(&format!("labels: {{{label}}}")) + &application;
            assert_running(&CHECK, &[(&manifests, verdict, parts)]);
        }
    }

    #[test]
    fn flux_labels_what_it_delivers() {
        for (kind, group) in [
            ("Kustomization", "kustomize.toolkit.fluxcd.io"),
            ("HelmRelease", "helm.toolkit.fluxcd.io"),
        ] {
            let labels = format!("labels: {{{group}/name: shop, {group}/namespace: flux-system}}");
            let labelled = deployment(&labels);
            let missing = format!("{kind} shop, which it says delivers it, does not exist");
            let half = deployment(&format!("labels: {{{group}/name: shop}}"));
            let here = of(kind, "flux-system", "shop");
            assert_running(
                &CHECK,
                &[
                    (&(labelled.clone() + &here), Pass, &[]),
                    (&labelled, Fail, &[&missing]),
                    (
                        &(labelled.clone() + &of(kind, "other", "shop")),
                        Fail,
                        &[&missing],
                    ),
                    (&(half + &here), Fail, &["neither Argo CD nor Flux"]),
                ],
            );
        }
    }

    #[test]
    fn files_do_not_have_the_marks_yet() {
        let unknown = &["Argo CD and Flux mark what they deliver in the cluster only"][..];
        let elsewhere =
            &["Application shop, which it says delivers it, is not among the files"][..];
        assert_on(
            &CHECK,
            &[
                (&deployment(""), Unknown, unknown),
                (
                    &tracked("shop:apps/Deployment:shop/web"),
                    Unknown,
                    elsewhere,
                ),
                (
                    &tracked("shop:apps/Deployment:shop/api"),
                    Fail,
                    &["tracking-id"],
                ),
            ],
        );
        // Nor a namespace, perhaps.
        let unplaced = tracked("shop:apps/Deployment:shop/web").replace(" namespace: shop,", "");
        assert_on(&CHECK, &[(&unplaced, Unknown, elsewhere)]);
    }

    #[test]
    fn what_something_else_made_was_delivered_with_that() {
        let owned = deployment(
            "ownerReferences: [{apiVersion: example.com/v1, kind: Database, name: pg, uid: u, controller: true}]",
        );
        let found = "- /metadata/ownerReferences : pg controls it";
        assert_running(&CHECK, &[(&owned, Unknown, &[found])]);
    }

    #[test]
    fn a_cluster_need_not_have_both() {
        let params = Params::default();
        let manifests =
            tracked("shop:apps/Deployment:shop/web") + &of("Application", "argocd", "shop");
        let mut cluster = cluster(&manifests);
        cluster.unserve(Kind::Kustomization);
        cluster.unserve(Kind::HelmRelease);
        assert_in(&CHECK, &params, &cluster, Pass, &[]);
        cluster.set_source(Kind::Kustomization, Source::Unavailable("forbidden".into()));
        assert_in(&CHECK, &params, &cluster, Pass, &[]);
        cluster.set_source(Kind::Application, Source::Pending);
        assert_in(
            &CHECK,
            &params,
            &cluster,
            Unknown,
            &["Applications are not listed yet"],
        );
        cluster.unserve(Kind::Application);
        assert_in(
            &CHECK,
            &params,
            &cluster,
            Fail,
            &["Application shop, which it says delivers it, does not exist"],
        );
    }
}
