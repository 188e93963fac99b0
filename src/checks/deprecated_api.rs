use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{KindSet, Meta, NEWEST, Place, Severity, Superseded, Written};

pub(super) static CHECK: Check = Check {
    id: "deprecated-api",
    title: "No object is written in a version of the API that Kubernetes has removed",
    why: "The API server refuses a manifest in a version that it no longer serves: the release that worked for years fails on \
          the day after the upgrade. What is written in a file is what its `apiVersion` says. A cluster serves each object \
          in every version, so that there the last write of each field manager decides (`managedFields`), without what \
          controllers write to subresources; an object that has none is Unknown. What is \
          deprecated is for `api-version-deprecated`; what a later release will not serve, for the parameter \
          (`--kubernetes-version` of the command line).",
    fix: "Write the object in the version that the message names, and check its fields against that version: some were \
          renamed or are required now.",
    source: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
    severity: Severity::Critical,
    default: true,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &[
        "kube-score/stable-version",
        "kube-linter/no-extensions-v1beta",
    ],
    subjects: Superseded::KINDS,
    reads: KindSet::NONE,
    params: &[KUBERNETES_VERSION],
    bad: r"
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: web}
",
    good: r"
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: web}
",
    run: Run::Any(run),
};

/// The release that objects are written for.
pub(super) const KUBERNETES_VERSION: Param = Param {
    name: "kubernetesVersion",
    doc: "the release of Kubernetes that objects are written for, as \"1.34\"",
    kind: ParamKind::Release { default: NEWEST },
};

fn run(context: &Context<'_>, meta: &Meta, findings: &mut Findings) -> Judgement {
    let at = Place::field("/apiVersion");
    match meta.written {
        Written::Served => {}
        Written::Superseded(version) => {
            let removed = version.removed();
            if context.release(KUBERNETES_VERSION.name) < removed {
                return Ok(());
            }
            let written = version.api_version();
            let problem = format!("{written} is not served since Kubernetes {removed}");
            let advice = version.advice(meta.key.kind);
            findings.fail(at, format!("{problem}: {advice}"));
        }
        Written::Unsaid => findings.unknown(
            at,
            "its managedFields do not say in which version of the API it was written",
        ),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, verdict_with};
    use crate::inventory::Inventory;
    use crate::model::Verdict::{self, Fail, Pass, Unknown};
    use crate::model::{self, Kind};

    #[test]
    fn the_release_decides() {
        let manifest = "{apiVersion: batch/v1beta1, kind: CronJob, metadata: {name: web}}";
        for (release, expected) in [("1.24", Pass), ("1.25", Fail), ("v1.30.1", Fail)] {
            let params = serde_json::json!({ "kubernetesVersion": release });
            assert_eq!(
                verdict_with(&CHECK, params, manifest)[0].1,
                expected,
                "{release}"
            );
        }
    }

    #[test]
    fn a_file_says_it_itself() {
        for (api_version, kind, expected, part) in [
            ("apps/v1", "Deployment", Pass, ""),
            (
                "extensions/v1beta1",
                "Deployment",
                Fail,
                "extensions/v1beta1 is not served since Kubernetes 1.16: write it as apps/v1",
            ),
            ("apps/v1beta2", "DaemonSet", Fail, "write it as apps/v1"),
            (
                "batch/v1beta1",
                "CronJob",
                Fail,
                "1.25: write it as batch/v1",
            ),
            ("batch/v1", "CronJob", Pass, ""),
            ("networking.k8s.io/v1", "NetworkPolicy", Pass, ""),
            (
                "extensions/v1beta1",
                "NetworkPolicy",
                Fail,
                "networking.k8s.io/v1",
            ),
            ("rbac.authorization.k8s.io/v1beta1", "Role", Fail, "1.22"),
            (
                "policy/v1beta1",
                "PodSecurityPolicy",
                Fail,
                "1.25: Kubernetes has no PodSecurityPolicy any more",
            ),
            (
                "extensions/v1beta1",
                "PodSecurityPolicy",
                Fail,
                "1.16: write it as policy/v1beta1",
            ),
            (
                "apiextensions.k8s.io/v1beta1",
                "CustomResourceDefinition",
                Fail,
                "1.22: write it as apiextensions.k8s.io/v1",
            ),
            (
                "admissionregistration.k8s.io/v1beta1",
                "ValidatingWebhookConfiguration",
                Fail,
                "admissionregistration.k8s.io/v1",
            ),
            ("apiextensions.k8s.io/v1", "CustomResourceDefinition", Pass, ""),
            (
                "storage.k8s.io/v1beta1",
                "StorageClass",
                Fail,
                "storage.k8s.io/v1",
            ),
        ] {
            let manifest =
                format!("{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: web}}}}");
            let parts: &[&str] = if expected == Fail { &[part] } else { &[] };
            assert_on(&CHECK, &[(&manifest, expected, parts)]);
        }
    }

    #[test]
    fn versions_of_autoscalers_that_are_in_no_source_any_more() {
        for (version, gone) in [("v2beta1", "1.25"), ("v2beta2", "1.26")] {
            let manifest = format!(
                "{{apiVersion: autoscaling/{version}, kind: HorizontalPodAutoscaler, metadata: {{name: web}}, \
                 spec: {{scaleTargetRef: {{kind: Deployment, name: web}}}}}}"
            );
            let part = format!("since Kubernetes {gone}: write it as autoscaling/v2");
            assert_on(&CHECK, &[(&manifest, Fail, &[&part])]);
        }
    }

    /// A Deployment of a cluster with these managed fields.
    fn assert_written(managed: &str, expected: Verdict) {
        let object = format!(
            "{{\"metadata\": {{\"name\": \"web\", \"namespace\": \"shop\", \"uid\": \"1\", \"managedFields\": {managed}}}}}"
        );
        let from = &mut serde_json::Deserializer::from_str(&object);
        let mut cluster = Inventory::of_cluster();
        cluster.apply(model::decode(Kind::Deployment, from).expect("it is a Deployment"));
        let parts: &[&str] = if expected == Pass {
            &[]
        } else {
            &["/apiVersion"]
        };
        assert_in(&CHECK, &Params::default(), &cluster, expected, parts);
    }

    #[test]
    fn in_a_cluster_the_last_write_of_each_manager_decides() {
        let entry = |manager: &str, version: &str, rest: &str| {
            format!(
                "{{\"manager\": \"{manager}\", \"operation\": \"Update\", \"apiVersion\": \"{version}\", \
                 \"fieldsV1\": {{\"f:spec\": {{}}}}{rest}}}"
            )
        };
        let at = |hour: &str| format!(", \"time\": \"2026-01-01T{hour}:00:00Z\"");
        let old = "extensions/v1beta1";
        let list = |entries: &[String]| format!("[{}]", entries.join(", "));
        assert_written("[]", Unknown);
        assert_written("null", Unknown);
        // What kubectl and others make of it to hide it.
        assert_written("[{}]", Unknown);
        assert_written(&list(&[entry("helm", "apps/v1", &at("01"))]), Pass);
        assert_written(&list(&[entry("helm", old, &at("01"))]), Fail);
        let both = [
            entry("helm", old, &at("01")),
            entry("helm", "apps/v1", &at("02")),
        ];
        assert_written(&list(&both), Pass);
        let back = [
            entry("helm", old, &at("02")),
            entry("helm", "apps/v1", &at("01")),
        ];
        assert_written(&list(&back), Fail);
        let others = [
            entry("helm", old, &at("01")),
            entry("kubectl", "apps/v1", &at("02")),
        ];
        assert_written(&list(&others), Fail);
        let status = format!("{}, \"subresource\": \"status\"", at("02"));
        let controller = [
            entry("helm", "apps/v1", &at("01")),
            entry("controller", old, &status),
        ];
        assert_written(&list(&controller), Pass);
        assert_written(&list(&[entry("controller", "apps/v1", &status)]), Unknown);
    }
}
