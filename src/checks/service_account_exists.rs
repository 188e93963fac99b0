use crate::check::{Check, Context, Findings, Group, Judgement, Run, accounts};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "service-account-exists",
    title: "The ServiceAccount of the pods exists",
    why: "The API server refuses pods whose ServiceAccount is not there: the workload is accepted and has no pods. The account \
          `default`, which pods get that name none, is made by Kubernetes in every namespace. In files, one that is not among \
          them may be in the cluster, so that the verdict is Unknown.",
    fix: "Apply the ServiceAccount to the workload's namespace, or correct `serviceAccountName`.",
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    severity: Severity::Critical,
    default: true,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &[
        "kube-linter/non-existent-service-account",
        "popeye/307",
        "popeye/507",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::ServiceAccount]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  serviceAccountName: web
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
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let name = &workload.pod.service_account;
    if **name == *accounts::DEFAULT {
        return Ok(());
    }
    if context
        .read(Kind::ServiceAccount)?
        .account(workload)
        .is_none()
    {
        let at = Place::pod(workload, "/serviceAccountName");
        if context.may_exist_elsewhere() {
            let message =
                format!("ServiceAccount {name} is not among the files: it has to be in the cluster");
            findings.unknown(at, message);
        } else {
            let problem = format!("there is no ServiceAccount {name}");
            findings.fail(
                at,
                format!("{problem}, without which pods are refused: create it"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    const ACCOUNT: &str = "\n---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}";

    fn pod(spec: &str) -> String {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{spec}}}}}")
    }

    #[test]
    fn a_named_one_must_be_there() {
        let at = "- /spec/serviceAccountName : there is no ServiceAccount web";
        for (objects, expected, parts) in [
            (pod("serviceAccountName: web") + ACCOUNT, Pass, &[][..]),
            (pod("serviceAccount: web") + ACCOUNT, Pass, &[]),
            (pod("serviceAccountName: web"), Fail, &[at]),
            (
                pod("serviceAccountName: web")
                    + &ACCOUNT.replace("name: web", "name: web, namespace: other"),
                Fail,
                &[at],
            ),
            (pod(""), Pass, &[]),
            (pod("serviceAccountName: default"), Pass, &[]),
        ] {
            assert_running(&CHECK, &[(&objects, expected, parts)]);
        }
    }

    #[test]
    fn in_files_it_may_be_elsewhere() {
        assert_on(
            &CHECK,
            &[
                (&(pod("serviceAccountName: web") + ACCOUNT), Pass, &[]),
                (
                    &pod("serviceAccountName: web"),
                    Unknown,
                    &["ServiceAccount web is not among the files"],
                ),
                (&pod(""), Pass, &[]),
            ],
        );
    }
}
