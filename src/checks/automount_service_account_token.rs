use crate::check::accounts::{self, Token};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "automount-service-account-token",
    title: "Pods get no API token that they do not use",
    why: "Unless somebody says no, every container finds a token for the Kubernetes API in its file system. Whoever gets \
          into the process can speak to the API server with it, as the workload's ServiceAccount. Most services never \
          need it. A pod that does need it fails here too: grant it an exception, so that somebody has thought of it.",
    fix: "Set `automountServiceAccountToken: false` in the pod spec, or on the ServiceAccount; the pod spec counts where \
          both say something.",
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    severity: Severity::Advice,
    default: true,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &[
        "polaris/automountServiceAccountToken",
        "checkov/CKV_K8S_38",
        "kubescape/C-0034",
        "popeye/301",
        "trivy/KSV036",
    ],
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
  automountServiceAccountToken: false
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Workload(|context, workload, findings| {
        let at = || Place::pod(workload, "/automountServiceAccountToken");
        let account = &workload.pod.service_account;
        let problem = match accounts::token(context, workload)? {
            Token::NotMounted => return Ok(()),
            Token::ByPod => "automountServiceAccountToken is true".to_owned(),
            Token::ByAccount => {
                format!("ServiceAccount {account} sets automountServiceAccountToken to true")
            }
            Token::Unsaid => {
                "automountServiceAccountToken is not set, which mounts the token".to_owned()
            }
            Token::NoAccount(account) if context.may_exist_elsewhere() => {
                let problem = format!(
                    "ServiceAccount {account} is not among the files and may mount a token"
                );
                findings.unknown(
                    at(),
                    format!("{problem}; set automountServiceAccountToken: false"),
                );
                return Ok(());
            }
            Token::NoAccount(account) => {
                format!(
                    "automountServiceAccountToken is not set, and ServiceAccount {account} does not exist"
                )
            }
        };
        findings.fail(at(), format!("{problem}: set it to false in the pod"));
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, store};
    use crate::inventory::{Inventory, Source};
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, Pass, Unknown};

    fn pod(spec: &str) -> String {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{spec}}}}}")
    }

    fn account(name: &str, token: &str) -> String {
        format!(
            "\n---\n{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: {name}}}, {token}}}"
        )
    }

    #[test]
    fn the_pods_word_counts_before_the_accounts() {
        let (yes, no) = (
            "automountServiceAccountToken: true",
            "automountServiceAccountToken: false",
        );
        let own = "serviceAccountName: web";
        let here = |word: &str| account("web", word);
        for (manifests, verdict, parts) in [
            (pod(no), Pass, &[][..]),
            (
                pod(yes),
                Fail,
                &["/spec/automountServiceAccountToken : automountServiceAccountToken is true"],
            ),
            (pod(""), Fail, &["is not set"]),
            (
                pod("automountServiceAccountToken: null"),
                Fail,
                &["is not set"],
            ),
            (pod(&format!("{own}, {no}")) + &here(yes), Pass, &[]),
            (
                pod(&format!("{own}, {yes}")) + &here(no),
                Fail,
                &["is true"],
            ),
            (pod(own) + &here(no), Pass, &[]),
            (pod(own) + &here(yes), Fail, &["ServiceAccount web sets"]),
            (pod(own) + &here(""), Fail, &["is not set"]),
            // The deprecated field names the account as well.
            (pod("serviceAccount: web") + &here(no), Pass, &[]),
            // One of another name says nothing; one that is not there may.
            (
                pod(own) + &account("other", no),
                Unknown,
                &["ServiceAccount web is not among the files"],
            ),
            // The account that Kubernetes makes is there even where no file has it.
            (pod("") + &account("default", no), Pass, &[]),
            (pod("") + &account("default", ""), Fail, &["is not set"]),
        ] {
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
    }

    #[test]
    fn the_account_of_another_namespace_is_another() {
        let manifests = pod("serviceAccountName: web")
            + "\n---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: web, namespace: shop}, \
               automountServiceAccountToken: false}";
        assert_on(&CHECK, &[(&manifests, Unknown, &["not among the files"])]);
    }

    #[test]
    fn in_a_cluster_what_is_not_there_does_not_exist() {
        let mut inventory = Inventory::of_cluster();
        store(&mut inventory, &pod("serviceAccountName: web"));
        assert_in(
            &CHECK,
            &Params::default(),
            &inventory,
            Unknown,
            &["ServiceAccounts are not listed yet"],
        );
        inventory.set_source(Kind::ServiceAccount, Source::Synced);
        assert_in(
            &CHECK,
            &Params::default(),
            &inventory,
            Fail,
            &["ServiceAccount web does not exist"],
        );
    }
}
