use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{KindSet, Place, RestartPolicy, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "restart-policy",
    title: "Containers that fail are started again in their pod",
    why: "With `restartPolicy: Never` a container that ends stays ended: a Pod that nobody watches is gone for good after \
          its first mistake. A Job makes a new pod for each try, so that `Never` is right where failed pods are kept to be \
          looked at; that is why not everybody wants this check, and a policy that does lists it. Where there is no \
          `restartPolicy`, it is `Always`.",
    fix: "Leave `restartPolicy` out of what is meant to run on, and set `OnFailure` on Jobs.",
    source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy",
    severity: Severity::Advice,
    default: false,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["kube-linter/restart-policy"],
    subjects: KindSet::WORKLOADS,
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
  restartPolicy: Never
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
  restartPolicy: OnFailure
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let at = Place::pod(workload, "/restartPolicy");
    match workload.pod.restart_policy {
        RestartPolicy::Always | RestartPolicy::OnFailure => {}
        RestartPolicy::Never => {
            findings.fail(
                at,
                "restartPolicy is Never: what fails stays down; set OnFailure or Always",
            );
        }
        RestartPolicy::Other => {
            findings.unknown(at, "restartPolicy is none that Kubernetes knows");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, Pass, Unknown};

    #[test]
    fn only_never_is_never() {
        for (policy, expected) in [
            ("", Pass),
            ("null", Pass),
            ("Always", Pass),
            ("OnFailure", Pass),
            ("Never", Fail),
            ("never", Unknown),
        ] {
            let spec = format!("{{restartPolicy: {policy}, containers: [{{name: web}}]}}");
            let parts: &[&str] = if expected == Pass {
                &[]
            } else {
                &["- /spec/restartPolicy : restartPolicy is "]
            };
            assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
        }
    }
}
