use crate::check::grants::{self, Effect, OfUnknown};
use crate::check::{Check, Context, Findings, Group, Judgement, Run, rbac};
use crate::model::{Binding, Kind, KindSet, Rule, Severity};

pub(super) static CHECK: Check = Check {
    id: "rbac-grants-namespace-admin",
    title: "Nobody is granted everything in a namespace",
    why: "Whoever may do everything in a namespace reads its Secrets, acts as any of its ServiceAccounts, and takes its \
          guards away: quotas, NetworkPolicies, the RoleBindings of others. A RoleBinding to `cluster-admin` is that, and \
          so is one to a role of every verb on every resource of every group. People and groups are judged as well as \
          workloads. Some teams own their namespaces on purpose, so it is off by default. Bindings that come with \
          Kubernetes, or with who provides it (`own`), are left aside, unless they grant something to workloads; a role \
          that is not among the files is Unknown.",
    fix: "Grant `edit`, or a role of what the people do; `admin` lets them manage roles in the namespace as well.",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    severity: Severity::High,
    default: false,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &[
        "polaris/rolebindingClusterAdminClusterRole",
        "polaris/rolebindingClusterAdminRole",
    ],
    subjects: KindSet::of(&[Kind::RoleBinding]),
    reads: KindSet::of(&[Kind::Role, Kind::ClusterRole]),
    params: &[grants::OWN],
    bad: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: operators}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: operators}
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
        of: everything,
        of_unknown: OfUnknown::Harmless,
    };
    grants::judge(context, binding, findings, effect)
}

/// What it is to have a rule of everything.
fn everything(rules: &[Rule]) -> Option<String> {
    let is_everything = rules.iter().any(rbac::allows_everything);
    is_everything.then(|| "do everything".to_owned())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, verdict};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn binding(name: &str, role: &str) -> String {
        let (kind, role) = role.split_once(' ').expect("a kind and a name");
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {{name: '{name}', namespace: shop}}, roleRef: \
             {{apiGroup: rbac.authorization.k8s.io, kind: {kind}, name: '{role}'}}, subjects: [{{kind: User, name: ann}}]}}"
        )
    }

    fn with_role(kind: &str, verbs: &str) -> String {
        let role = format!(
            "\n---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: ops, namespace: shop}}, \
             rules: [{{apiGroups: ['*'], resources: ['*'], verbs: [{verbs}]}}]}}"
        );
        binding("b", &format!("{kind} ops")) + &role
    }

    #[test]
    fn everything_in_a_namespace_is_by_either_kind_of_role() {
        for kind in ["Role", "ClusterRole"] {
            let found = format!("{kind} ops lets user ann do everything in namespace shop");
            assert_on(
                &CHECK,
                &[
                    (&with_role(kind, "'*'"), Fail, &[&found]),
                    (&with_role(kind, "get, list"), Pass, &[]),
                ],
            );
        }
        let everywhere = with_role("ClusterRole", "'*'")
            .replace("kind: RoleBinding", "kind: ClusterRoleBinding")
            .replace(", namespace: shop", "");
        assert!(verdict(&CHECK, &everywhere).is_empty(), "for another check");
    }

    #[test]
    fn kubernetes_own_are_known_and_left_aside() {
        assert_on(
            &CHECK,
            &[
                (
                    &binding("b", "ClusterRole cluster-admin"),
                    Fail,
                    &["do everything in namespace shop"],
                ),
                (&binding("b", "ClusterRole edit"), Pass, &[]),
                (
                    &binding("system:b", "ClusterRole cluster-admin"),
                    NotApplicable,
                    &[],
                ),
                (
                    &binding("b", "Role ops"),
                    Unknown,
                    &["what Role ops allows is not among the files"],
                ),
            ],
        );
    }
}
