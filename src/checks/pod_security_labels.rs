use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{Key, Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "pod-security-labels",
    title: "The namespace enforces a Pod Security Standard",
    why: "PodSecurityPolicy is gone since Kubernetes 1.25; what takes its place is a label of the namespace. Without \
          `pod-security.kubernetes.io/enforce`, or with `privileged`, the API server takes any pod, a privileged one that \
          mounts its node's disk too, unless the whole cluster was given a default, which cannot be seen from here. The \
          labels `audit` and `warn` refuse nothing. A namespace that is not among the files is Unknown.",
    fix: "Label the namespace `pod-security.kubernetes.io/enforce: restricted` (or `baseline`, which leaves more alone); \
          `warn` with the same level shows first what would be refused.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-admission/",
    severity: Severity::Critical,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::Namespace]),
    params: &[Param {
        name: "levels",
        doc: "the levels that pass",
        kind: ParamKind::Strings {
            default: &["baseline", "restricted"],
        },
    }],
    bad: r"
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
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
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: restricted
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
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
    run: Run::Workload(run),
};

/// The label of the level below which pods are refused.
const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let name = &workload.meta.key.namespace;
    let at = Place::field("/metadata/namespace");
    let view = context.read(Kind::Namespace)?;
    let Some(namespace) = view.get(&Key::new(Kind::Namespace, "", name.clone())) else {
        let message = if context.may_exist_elsewhere() {
            format!("Namespace {name} is not among the files: its labels are not known")
        } else {
            format!("Namespace {name} is not known yet")
        };
        findings.unknown(at, message);
        return Ok(());
    };
    let levels = context.strings("levels");
    let advice = format!("set it to {}", levels.join(" or "));
    match namespace.meta().labels.get(ENFORCE) {
        None => findings.fail(
            at,
            format!("Namespace {name} has no label {ENFORCE}: {advice}"),
        ),
        Some(level) if !levels.contains(&&**level) => findings.fail(
            at,
            format!("{ENFORCE} of Namespace {name} is {level}: {advice}"),
        ),
        Some(_) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, store, verdict_with};
    use crate::inventory::{Inventory, Source};
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, Pass, Unknown};

    const POD: &str =
        "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {}}";

    fn namespace(name: &str, labels: &str) -> String {
        format!(
            "\n---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{{labels}}}}}}}"
        )
    }

    #[test]
    fn only_what_is_enforced_counts() {
        let label = "pod-security.kubernetes.io";
        for (labels, verdict, parts) in [
            (format!("{label}/enforce: restricted"), Pass, &[][..]),
            (
                format!("{label}/enforce: baseline, {label}/enforce-version: v1.36"),
                Pass,
                &[],
            ),
            (
                format!("{label}/enforce: privileged"),
                Fail,
                &["enforce of Namespace shop is privileged: set it to baseline or restricted"],
            ),
            // The API server refuses the Namespace.
            (
                format!("{label}/enforce: Restricted"),
                Fail,
                &["is Restricted"],
            ),
            (
                format!("{label}/audit: restricted, {label}/warn: restricted"),
                Fail,
                &[
                    "- /metadata/namespace : Namespace shop has no label pod-security.kubernetes.io/enforce",
                ],
            ),
            (String::new(), Fail, &["has no label"]),
        ] {
            let manifests = POD.to_owned() + &namespace("shop", &labels);
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
    }

    #[test]
    fn a_policy_may_ask_for_a_level() {
        let levels = serde_json::json!({"levels": ["restricted"]});
        let manifests =
            POD.to_owned() + &namespace("shop", "pod-security.kubernetes.io/enforce: baseline");
        let (_, verdict, messages) = verdict_with(&CHECK, levels, &manifests).remove(0);
        assert_eq!(verdict, Fail);
        assert!(
            messages[0].ends_with("is baseline: set it to restricted"),
            "{messages:?}"
        );
    }

    #[test]
    fn a_namespace_that_is_not_here_is_not_known() {
        let other =
            POD.to_owned() + &namespace("other", "pod-security.kubernetes.io/enforce: restricted");
        let found = &["Namespace shop is not among the files"][..];
        assert_on(&CHECK, &[(POD, Unknown, found), (&other, Unknown, found)]);
        let mut cluster = Inventory::of_cluster();
        store(&mut cluster, POD);
        let params = Params::default();
        assert_in(
            &CHECK,
            &params,
            &cluster,
            Unknown,
            &["Namespaces are not listed yet"],
        );
        cluster.set_source(Kind::Namespace, Source::Synced);
        assert_in(
            &CHECK,
            &params,
            &cluster,
            Unknown,
            &["Namespace shop is not known yet"],
        );
    }
}
