use crate::check::grants::{self, Effect, OfUnknown};
use crate::check::{Check, Context, Findings, Group, Judgement, Run, rbac};
use crate::model::{Binding, Kind, KindSet, Rule, Severity};

pub(super) static CHECK: Check = Check {
    id: "rbac-grants-exec",
    title: "Nobody is let run commands in the pods of a namespace",
    why: "Whoever may create (or, by a WebSocket, get) `pods/exec` or `pods/attach` is in the pods: reads their Secrets, \
          acts with their tokens, and leaves nothing in Git. `rbac-pod-exec` judges the roles, this one who is granted \
          them in a namespace: people and groups as well as workloads, by Kubernetes' own `edit`, `admin` and `cluster- \
          admin` too. Many teams let people debug so, and the default roles do; it is off by default. Bindings that come \
          with Kubernetes, or with who provides it (`own`), are left aside, unless they grant something to workloads; a \
          role that is not among the files is Unknown.",
    fix: "Grant a role without `pods/exec` and `pods/attach`; to debug, let people ask for a binding of short life.",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    severity: Severity::High,
    default: false,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &[
        "polaris/rolebindingClusterRolePodExecAttach",
        "polaris/rolebindingRolePodExecAttach",
        "kubescape/C-0002",
    ],
    subjects: KindSet::of(&[Kind::RoleBinding]),
    reads: KindSet::of(&[Kind::Role, Kind::ClusterRole]),
    params: &[grants::OWN],
    bad: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: operators}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: operators}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: operators}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: operators}
rules:
- apiGroups: ['']
  resources: [pods/exec]
  verbs: [create]
",
    good: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: operators}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: operators}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: operators}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: operators}
rules:
- apiGroups: ['']
  resources: [pods]
  verbs: [get, list, watch]
",
    run: Run::Binding(run),
};

fn run(context: &Context<'_>, binding: &Binding, findings: &mut Findings) -> Judgement {
    let effect = Effect {
        of: exec,
        of_unknown: OfUnknown::Unknown,
    };
    grants::judge(context, binding, findings, effect)
}

/// What it is to have a way into pods.
fn exec(rules: &[Rule]) -> Option<String> {
    let way = rules
        .iter()
        .find_map(|rule| rbac::ways_into_pods(rule).next())?;
    Some(format!("run commands in every pod ({way})"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn binding(name: &str, role: &str) -> String {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {{name: '{name}'}}, roleRef: \
             {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: '{role}'}}, subjects: [{{kind: User, name: ann}}]}}"
        )
    }

    fn with_rule(name: &str, rule: &str) -> String {
        let role = format!(
            "\n---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: ops}}, rules: [{{{rule}}}]}}"
        );
        binding(name, "ops") + &role
    }

    #[test]
    fn every_way_into_pods_counts() {
        for (rule, verdict, parts) in [
            (
                "apiGroups: [''], resources: [pods/exec], verbs: [create]",
                Fail,
                &[
                    "- /roleRef : ClusterRole ops lets user ann run commands in every pod (pods/exec) in namespace default",
                ][..],
            ),
            (
                "apiGroups: [''], resources: [pods/attach], verbs: [get]",
                Fail,
                &["(pods/attach)"],
            ),
            (
                "apiGroups: ['*'], resources: ['*'], verbs: ['*']",
                Fail,
                &["run commands"],
            ),
            (
                "apiGroups: [''], resources: [pods/exec], verbs: [list]",
                Pass,
                &[],
            ),
            (
                "apiGroups: [''], resources: [pods], verbs: [get, create]",
                Pass,
                &[],
            ),
            (
                "apiGroups: [''], resources: [pods/exec], resourceNames: [web-0], verbs: [create]",
                Pass,
                &[],
            ),
        ] {
            assert_on(&CHECK, &[(&with_rule("b", rule), verdict, parts)]);
            assert_on(&CHECK, &[(&with_rule("gce:b", rule), NotApplicable, &[])]);
        }
    }

    #[test]
    fn a_role_that_is_not_here_may_be_kubernetes_own() {
        assert_on(
            &CHECK,
            &[
                (
                    &binding("b", "edit"),
                    Fail,
                    &["ClusterRole edit lets user ann run commands"],
                ),
                (&binding("b", "view"), Pass, &[]),
                (
                    &binding("b", "ops"),
                    Unknown,
                    &["ClusterRole ops allows is not among"],
                ),
            ],
        );
    }
}
