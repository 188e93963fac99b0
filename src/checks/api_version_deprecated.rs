use super::deprecated_api::KUBERNETES_VERSION;
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{KindSet, Meta, Place, Severity, Superseded, Written};

pub(super) static CHECK: Check = Check {
    id: "api-version-deprecated",
    title: "No object is written in a version of the API that is deprecated",
    why: "A version that is deprecated is removed some releases later, as a rule after a year: what is rewritten until then \
          costs a line, afterwards it costs a release. What the release does not serve any more is for `deprecated-api`, \
          which is graver and fails as well. In a cluster, the last write of each field manager decides, as there; an object that has no \
          `managedFields` is Unknown.",
    fix: "Write the object in the version that the message names, and check its fields against that version.",
    source: "https://kubernetes.io/docs/reference/using-api/deprecation-policy/",
    severity: Severity::High,
    default: false,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &["kube-score/stable-version", "popeye/403"],
    subjects: Superseded::KINDS,
    reads: KindSet::NONE,
    params: &[KUBERNETES_VERSION],
    bad: r"
apiVersion: batch/v1beta1
kind: CronJob
metadata: {name: report}
spec:
  schedule: '0 6 * * *'
",
    good: r"
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: '0 6 * * *'
",
    run: Run::Any(run),
};

fn run(context: &Context<'_>, meta: &Meta, findings: &mut Findings) -> Judgement {
    let at = Place::field("/apiVersion");
    match meta.written {
        Written::Served => {}
        Written::Superseded(version) => {
            let deprecated = version.deprecated();
            if context.release(KUBERNETES_VERSION.name) >= deprecated {
                let (written, removed) = (version.api_version(), version.removed());
                let problem = format!(
                    "{written} is deprecated since Kubernetes {deprecated} and gone with {removed}"
                );
                let advice = version.advice(meta.key.kind);
                findings.fail(at, format!("{problem}: {advice}"));
            }
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
    use crate::check::testing::{assert_on, verdict_with};
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn the_release_decides() {
        let cron = "{apiVersion: batch/v1beta1, kind: CronJob, metadata: {name: web}}";
        let set = "{apiVersion: apps/v1beta1, kind: StatefulSet, metadata: {name: web}}";
        for (manifest, release, expected) in [
            (cron, "1.18", Pass),
            (cron, "1.21", Fail),
            (cron, "1.36", Fail),
            (set, "1.4", Pass),
            (set, "1.18", Fail),
        ] {
            let params = serde_json::json!({ "kubernetesVersion": release });
            assert_eq!(
                verdict_with(&CHECK, params, manifest)[0].1,
                expected,
                "{release}"
            );
        }
        let line = "- /apiVersion : batch/v1beta1 is deprecated since Kubernetes 1.21 and gone with 1.25: write it as batch/v1";
        assert_on(&CHECK, &[(cron, Fail, &[line])]);
    }
}
