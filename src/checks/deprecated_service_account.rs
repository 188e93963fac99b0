use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "deprecated-service-account",
    title: "The ServiceAccount is named by serviceAccountName",
    why: "`serviceAccount` is the deprecated alias of `serviceAccountName`. Where both are set, only the latter counts, so \
          that the manifest says one thing and the pods do another; tools that look for the ServiceAccount of a workload \
          often read the latter alone. The API server keeps both in step, so that live objects show the old field too; \
          what counts is a field that says something else.",
    fix: "Rename the field to `serviceAccountName`, and remove `serviceAccount`.",
    source: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/",
    severity: Severity::Advice,
    default: true,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &["kube-linter/deprecated-service-account-field"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  serviceAccount: web
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  serviceAccountName: web
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    run: Run::Workload(|_, workload, findings| {
        let pod = &workload.pod;
        if let Some(old) = &pod.old_service_account {
            let message = if *old == pod.service_account {
                format!("serviceAccount: {old} is deprecated: write serviceAccountName")
            } else {
                let real = &pod.service_account;
                format!(
                    "serviceAccount: {old} does not count, serviceAccountName: {real} does: remove it"
                )
            };
            findings.fail(Place::pod(workload, "/serviceAccount"), message);
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn a_live_object_has_both() {
        assert_on_pods(
            &CHECK,
            &[
                ("{containers: [{name: web}]}", Pass, &[]),
                ("{serviceAccount: '', containers: [{name: web}]}", Pass, &[]),
                (
                    "{serviceAccount: web, serviceAccountName: web, containers: [{name: web}]}",
                    Pass,
                    &[],
                ),
                (
                    "{serviceAccount: web, serviceAccountName: '', containers: [{name: web}]}",
                    Fail,
                    &["- /spec/serviceAccount : serviceAccount: web is deprecated"],
                ),
                (
                    "{serviceAccount: old, serviceAccountName: web, containers: [{name: web}]}",
                    Fail,
                    &["serviceAccount: old does not count, serviceAccountName: web does"],
                ),
            ],
        );
    }
}
