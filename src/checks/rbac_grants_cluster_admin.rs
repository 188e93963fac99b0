use crate::check::grants::{self, Effect, OfUnknown};
use crate::check::{Check, Context, Findings, Group, Judgement, Run, rbac};
use crate::model::{Binding, Kind, KindSet, Rule, Severity};

pub(super) static CHECK: Check = Check {
    id: "rbac-grants-cluster-admin",
    title: "Nobody is granted everything in the cluster",
    why: "Whoever is bound to `cluster-admin`, or to a role of every verb on every resource of every group, owns the \
          cluster, and so does who steals their token. `rbac-cluster-admin` judges workloads alone, and is on by default; \
          this one judges people and groups as well. Every cluster has somebody who may do everything, so it is off by \
          default: have it where there is a list of who that is, with an exception for each. Bindings that come with \
          Kubernetes, or with who provides it (`own`), are left aside, unless they grant something to workloads; a role \
          that is not among the files is Unknown. Of Kubernetes' own roles, only `cluster-admin` allows so much.",
    fix: "Grant a role of what the people do every day, and let them ask for more for an hour (impersonation, or a binding \
          of short life).",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    severity: Severity::High,
    default: false,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &[
        "polaris/clusterrolebindingClusterAdmin",
        "kube-linter/cluster-admin-role-binding",
        "kubescape/C-0185",
        "trivy/KSV111",
    ],
    subjects: KindSet::of(&[Kind::ClusterRoleBinding]),
    reads: KindSet::of(&[Kind::Role, Kind::ClusterRole]),
    params: &[grants::OWN],
    bad: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: operators}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: operators}
",
    good: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: operators}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: operators}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: operators}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
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
    use crate::check::testing::{assert_on, cluster, verdict_with};
    use crate::check::{Params, testing::assert_in};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    const OPERATORS: &str = "{kind: Group, name: operators}";
    const EVERYTHING: &str = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}";

    fn binding(name: &str, role: &str, subjects: &str) -> String {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {{name: '{name}'}}, roleRef: \
             {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: '{role}'}}, subjects: [{subjects}]}}"
        )
    }

    fn role(name: &str, rules: &str) -> String {
        format!(
            "\n---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: '{name}'}}, rules: [{rules}]}}"
        )
    }

    #[test]
    fn whoever_it_is_granted_to() {
        let account = "{kind: ServiceAccount, name: web, namespace: shop}";
        for (subjects, verdict, parts) in [
            (
                OPERATORS,
                Fail,
                &[
                    "- /roleRef : ClusterRole cluster-admin lets group operators do everything in the cluster: grant",
                ][..],
            ),
            ("{kind: User, name: ann}", Fail, &["lets user ann do"]),
            (account, Fail, &["lets ServiceAccount shop/web do"]),
            (
                &format!("{{kind: User, name: ann}}, {account}"),
                Fail,
                &["lets user ann and 1 more do"],
            ),
            (
                "{kind: Group, name: 'system:authenticated'}",
                Fail,
                &["group system:authenticated"],
            ),
            (
                "{kind: Group, name: 'system:unauthenticated'}",
                Fail,
                &["group system:unauthenticated"],
            ),
            (
                "{kind: User, name: 'system:anonymous'}",
                Fail,
                &["user system:anonymous"],
            ),
            // Kubernetes itself.
            ("{kind: Group, name: 'system:masters'}", NotApplicable, &[]),
            (
                "{kind: User, name: 'system:kube-controller-manager'}",
                NotApplicable,
                &[],
            ),
            ("", NotApplicable, &[]),
        ] {
            assert_on(
                &CHECK,
                &[(&binding("b", "cluster-admin", subjects), verdict, parts)],
            );
        }
    }

    /// What `kubeadm init` and the API server make themselves, and what providers do.
    #[test]
    fn what_comes_with_the_cluster_is_left_aside() {
        for (name, subjects) in [
            ("cluster-admin", "{kind: Group, name: 'system:masters'}"),
            (
                "kubeadm:cluster-admins",
                "{kind: Group, name: 'kubeadm:cluster-admins'}",
            ),
            (
                "eks:addon-cluster-admin",
                "{kind: User, name: 'eks:addon-manager'}",
            ),
            ("system:anything", OPERATORS),
        ] {
            let manifest = binding(name, "cluster-admin", subjects);
            assert_on(&CHECK, &[(&manifest, NotApplicable, &[])]);
            let none = serde_json::json!({"own": []});
            let is_of_kubernetes = subjects.contains("system:");
            let judged = verdict_with(&CHECK, none, &manifest)[0].1;
            let expected = if is_of_kubernetes {
                NotApplicable
            } else {
                Fail
            };
            assert_eq!(judged, expected, "{name}");
        }
        // Whoever calls a binding so has not made a workload harmless.
        let account = "{kind: ServiceAccount, name: web, namespace: shop}";
        let named = binding("system:mine", "cluster-admin", account);
        assert_on(&CHECK, &[(&named, Fail, &["ServiceAccount shop/web"])]);
    }

    #[test]
    fn a_role_of_everything_is_the_same() {
        let bound = |rules: &str| binding("b", "ops", OPERATORS) + &role("ops", rules);
        let named = binding("b", "system:ops", OPERATORS) + &role("system:ops", EVERYTHING);
        assert_on(
            &CHECK,
            &[
                (&bound(EVERYTHING), Fail, &["ClusterRole ops lets group"]),
                // A role's name excuses nothing.
                (&named, Fail, &["ClusterRole system:ops lets group"]),
                (
                    &bound("{apiGroups: [''], resources: ['*'], verbs: ['*']}"),
                    Pass,
                    &[],
                ),
                (
                    &bound("{apiGroups: ['*'], resources: ['*'], verbs: [get, list]}"),
                    Pass,
                    &[],
                ),
            ],
        );
    }

    #[test]
    fn a_role_that_is_not_here_may_be_elsewhere() {
        let missing = &["what ClusterRole ops allows is not among the files"][..];
        assert_on(
            &CHECK,
            &[
                (&binding("b", "ops", OPERATORS), Unknown, missing),
                // Kubernetes' own are everywhere, and only one of them allows everything.
                (&binding("b", "admin", OPERATORS), Pass, &[]),
                (&binding("b", "system:node", OPERATORS), Pass, &[]),
            ],
        );
        let cluster = cluster(&binding("b", "ops", OPERATORS));
        assert_in(&CHECK, &Params::default(), &cluster, Pass, &[]);
    }
}
