use crate::check::{Check, Context, Findings, Group, Judgement, Run, grants, rbac};
use crate::model::{Kind, KindSet, Place, Role, Severity};

pub(super) static CHECK: Check = Check {
    id: "rbac-pod-exec",
    title: "Roles do not let anyone run commands in pods",
    why: "Whoever may create (or, by a WebSocket, get) `pods/exec` or `pods/attach` is in the pods: reads their Secrets, acts \
          with their tokens, and leaves nothing in Git. This looks at the role itself, whoever it is bound to, people \
          included; `rbac-escalation` looks at what workloads are granted, `rbac-grants-exec` at what anybody is. A rule with `resourceNames` passes. Kubernetes' \
          own roles (`system:` ones, `admin`, `edit`, `cluster-admin`) and those of who provides it are left aside. Some teams want a role for that: have \
          an exception for it. Who never wants one has this in a policy.",
    fix: "Leave `pods/exec` and `pods/attach` out of the role; to debug, let people ask for an ephemeral container or a \
          role of short life.",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    severity: Severity::High,
    default: true,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &[
        "polaris/clusterrolePodExecAttach",
        "polaris/rolePodExecAttach",
        "trivy/KSV053",
    ],
    subjects: KindSet::of(&[Kind::Role, Kind::ClusterRole]),
    reads: KindSet::NONE,
    params: &[grants::OWN],
    bad: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: debug}
rules:
- apiGroups: ['']
  resources: [pods/exec]
  verbs: [create]
",
    good: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: debug}
rules:
- apiGroups: ['']
  resources: [pods, pods/log]
  verbs: [get, list]
",
    run: Run::Role(run),
};

fn run(context: &Context<'_>, role: &Role, findings: &mut Findings) -> Judgement {
    let key = &role.meta.key;
    if grants::is_own_role(context, key.kind, &key.name) {
        findings.not_applicable();
        return Ok(());
    }
    for (index, rule) in role.rules.iter().enumerate() {
        let allowed: Vec<_> = rbac::ways_into_pods(rule).collect();
        if !allowed.is_empty() {
            let allowed = allowed.join(" and ");
            findings.fail(
                Place::field(format!("/rules/{index}")).about(rule.resources.join(",")),
                format!("it allows {allowed}, which is to run commands in pods: leave that out"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn whatever_reaches_into_pods_is_found() {
        let role = |name: &str, rule: &str| {
            format!(
                "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: '{name}'}}, rules: [{{{rule}}}]}}"
            )
        };
        let exec = "apiGroups: [''], resources: [pods/exec], verbs: [create]";
        let both = "it allows pods/exec and pods/attach";
        for (rule, verdict, parts) in [
            (
                exec,
                Fail,
                &["- /rules/0 pods/exec: it allows pods/exec,"][..],
            ),
            (
                "apiGroups: [''], resources: [pods/attach], verbs: [get]",
                Fail,
                &["pods/attach"],
            ),
            (
                "apiGroups: ['*'], resources: ['*'], verbs: ['*']",
                Fail,
                &[both],
            ),
            (
                "apiGroups: [''], resources: ['*/exec'], verbs: ['*']",
                Fail,
                &["pods/exec"],
            ),
            (
                "apiGroups: [apps], resources: ['*'], verbs: ['*']",
                Pass,
                &[],
            ),
            (
                "apiGroups: [''], resources: [pods/exec], verbs: [list]",
                Pass,
                &[],
            ),
            (
                "apiGroups: [''], resources: ['pods/*'], verbs: [create]",
                Pass,
                &[],
            ),
            (
                "apiGroups: [''], resources: [pods/exec], resourceNames: [web-0], verbs: [create]",
                Pass,
                &[],
            ),
        ] {
            assert_on(&CHECK, &[(&role("ops", rule), verdict, parts)]);
        }
        for built_in in ["admin", "edit", "cluster-admin", "system:node", "gce:cni"] {
            assert_on(&CHECK, &[(&role(built_in, exec), NotApplicable, &[])]);
        }
    }
}
