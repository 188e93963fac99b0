use crate::check::accounts::{self, Token};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "default-service-account",
    title: "Pods that may speak to the API have a ServiceAccount of their own",
    why: "Every pod that names no ServiceAccount shares `default`. What is granted to it for the sake of one is granted to \
          all of them, and the audit log cannot tell them apart. A pod that gets no token (`automountServiceAccountToken: \
          false` on it or on the account) passes: it cannot act as the account.",
    fix: "Create a ServiceAccount for the workload and name it as `serviceAccountName`; or, where it does not speak to \
          the Kubernetes API, set `automountServiceAccountToken: false`.",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    severity: Severity::High,
    default: true,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &["kube-linter/default-service-account", "popeye/300"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::ServiceAccount]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  serviceAccountName: web
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Workload(|context, workload, findings| {
        let is_default = *workload.pod.service_account == *accounts::DEFAULT;
        if is_default && accounts::token(context, workload)? != Token::NotMounted {
            let at = Place::pod(workload, "/serviceAccountName");
            findings.fail(at, "uses ServiceAccount default, which pods of the namespace share: name one of its own");
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn only_the_default_account_with_a_token_fails() {
        let hardened = "\n---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}, \
                        automountServiceAccountToken: false}";
        for (spec, account, verdict) in [
            ("", "", Fail),
            ("serviceAccountName: default", "", Fail),
            ("serviceAccountName: ''", "", Fail),
            ("serviceAccountName: null", "", Fail),
            ("serviceAccountName: web", "", Pass),
            ("serviceAccount: web", "", Pass),
            ("serviceAccountName: '', serviceAccount: web", "", Pass),
            ("automountServiceAccountToken: false", "", Pass),
            ("automountServiceAccountToken: true", "", Fail),
            ("", hardened, Pass),
            ("automountServiceAccountToken: true", hardened, Fail),
        ] {
            let parts: &[&str] = if verdict == Fail {
                &["- /spec/serviceAccountName : uses"]
            } else {
                &[]
            };
            let pod = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{spec}}}}}{account}"
            );
            assert_on(&CHECK, &[(&pod, verdict, parts)]);
        }
    }
}
