use crate::check::{Check, Context, Findings, Group, Judgement, Run, rbac};
use crate::model::{Binding, Kind, KindSet, Place, Rule, Severity};

pub(super) static CHECK: Check = Check {
    id: "rbac-secrets",
    title: "No workload reads Secrets that are not its own",
    why: "A pod gets the Secrets that its spec names without any permission. Who may `get`, `list` or `watch` Secrets through \
          the API reads all of the namespace, or of the cluster: also tokens of ServiceAccounts that may do more. To list \
          them shows their values. A rule with `resourceNames` lets nobody read others. Judged are grants to \
          ServiceAccounts, by name or by a group that they are in; what people may is for `rbac-grants-secrets`. A role that is not \
          among the files is Unknown, but for those of Kubernetes that are known (`admin` and `edit` read Secrets, `view` \
          does not); one that does not exist in the cluster grants nothing.",
    fix: "Mount the Secret, or take variables from it; where the workload has to ask for one, name it in `resourceNames` of a \
          Role.",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets",
    severity: Severity::Critical,
    default: true,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[Kind::RoleBinding, Kind::ClusterRoleBinding]),
    reads: KindSet::of(&[Kind::Role, Kind::ClusterRole]),
    params: &[],
    bad: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects:
- {kind: ServiceAccount, name: web, namespace: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules:
- apiGroups: ['']
  resources: [secrets]
  verbs: [get]
",
    good: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects:
- {kind: ServiceAccount, name: web, namespace: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules:
- apiGroups: ['']
  resources: [secrets]
  resourceNames: [web-session-key]
  verbs: [get]
",
    run: Run::Binding(run),
};

fn run(context: &Context<'_>, binding: &Binding, findings: &mut Findings) -> Judgement {
    let holders = rbac::holders(binding).filter(|_| !rbac::is_of_kubernetes(binding));
    let Some(holders) = holders else {
        findings.not_applicable();
        return Ok(());
    };
    let at = Place::field("/roleRef");
    let (kind, name) = (binding.role_kind, &binding.role_name);
    let Some(rules) = rbac::granted(context, binding)? else {
        let message = format!("what {kind} {name} allows is not among the files");
        findings.unknown(at, message);
        return Ok(());
    };
    let reads = |verb: &&&str| rules.iter().any(|rule| reads_any(rule, verb));
    let verbs: Vec<_> = ["get", "list", "watch"]
        .iter()
        .filter(reads)
        .copied()
        .collect();
    if !verbs.is_empty() {
        let (extent, verbs) = (rbac::extent(binding), verbs.join(", "));
        findings.fail(
            at,
            format!("{kind} {name} lets {holders} {verbs} every Secret of {extent}: name those it needs in resourceNames"),
        );
    }
    Ok(())
}

fn reads_any(rule: &Rule, verb: &str) -> bool {
    rule.resource_names.is_empty() && rbac::allows(rule, verb, "", "secrets")
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, cluster};
    use crate::inventory::Source;
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    const ACCOUNT: &str = "{kind: ServiceAccount, name: web, namespace: shop}";

    fn binding(kind: &str, role: &str, subjects: &str) -> String {
        let (role_kind, name) = role.split_once(' ').expect("a kind and a name");
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: b, namespace: shop}}, roleRef: \
             {{apiGroup: rbac.authorization.k8s.io, kind: {role_kind}, name: '{name}'}}, subjects: [{subjects}]}}"
        )
    }

    fn with_rule(kind: &str, rule: &str) -> String {
        let role_kind = if kind == "RoleBinding" {
            "Role"
        } else {
            "ClusterRole"
        };
        let role = format!(
            "\n---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: {role_kind}, metadata: {{name: ops, namespace: shop}}, \
             rules: [{{{rule}}}]}}"
        );
        binding(kind, &format!("{role_kind} ops"), ACCOUNT) + &role
    }

    #[test]
    fn reading_is_getting_listing_and_watching_them_all() {
        for (rule, verbs) in [
            ("apiGroups: [''], resources: [secrets], verbs: [get]", "get"),
            (
                "apiGroups: [''], resources: [configmaps, secrets], verbs: [watch, list]",
                "list, watch",
            ),
            (
                "apiGroups: ['*'], resources: ['*'], verbs: ['*']",
                "get, list, watch",
            ),
            ("apiGroups: [''], resources: ['*'], verbs: [get]", "get"),
            (
                "apiGroups: [''], resources: [secrets], verbs: [create, update, delete]",
                "",
            ),
            (
                "apiGroups: [''], resources: [secrets], resourceNames: [a], verbs: [get, list]",
                "",
            ),
            ("apiGroups: [apps], resources: [secrets], verbs: [get]", ""),
            (
                "apiGroups: [''], resources: ['secrets/*'], verbs: [get]",
                "",
            ),
            ("apiGroups: [''], resources: [pods], verbs: [get]", ""),
        ] {
            for (kind, extent) in [
                ("RoleBinding", "namespace shop"),
                ("ClusterRoleBinding", "the cluster"),
            ] {
                let found =
                    format!("lets ServiceAccount shop/web {verbs} every Secret of {extent}");
                let (verdict, parts) = if verbs.is_empty() {
                    (Pass, &[][..])
                } else {
                    (Fail, &[&*found][..])
                };
                assert_on(&CHECK, &[(&with_rule(kind, rule), verdict, parts)]);
            }
        }
        // Of several rules, each counts.
        let two = with_rule(
            "RoleBinding",
            "apiGroups: [''], resources: [secrets], resourceNames: [a], verbs: [get]}, \
                             {apiGroups: [''], resources: [secrets], verbs: [list]",
        );
        assert_on(&CHECK, &[(&two, Fail, &["shop/web list every Secret"])]);
    }

    #[test]
    fn only_grants_to_workloads_are_judged() {
        let rule = "apiGroups: [''], resources: [secrets], verbs: [get]";
        let to = |subjects: &str| with_rule("ClusterRoleBinding", rule).replace(ACCOUNT, subjects);
        for (subjects, verdict, parts) in [
            ("", NotApplicable, &[][..]),
            ("{kind: Group, name: developers}", NotApplicable, &[]),
            ("{kind: User, name: jane}", NotApplicable, &[]),
            (
                "{kind: Group, name: 'system:serviceaccounts'}",
                Fail,
                &["group system:serviceaccounts get"],
            ),
            (
                "{kind: User, name: 'system:serviceaccount:shop:web'}, {kind: ServiceAccount, name: a, namespace: b}",
                Fail,
                &["user system:serviceaccount:shop:web and 1 more"],
            ),
        ] {
            assert_on(&CHECK, &[(&to(subjects), verdict, parts)]);
        }
        let own = with_rule("ClusterRoleBinding", rule).replace(
            "name: b,",
            "name: b, labels: {kubernetes.io/bootstrapping: rbac-defaults},",
        );
        // Its label alone does not make it one of Kubernetes' own.
        assert_on(&CHECK, &[(&own, Fail, &["shop/web get every Secret"])]);
        let own = own.replace(
            "name: web, namespace: shop",
            "name: a, namespace: kube-system",
        );
        assert_on(&CHECK, &[(&own, NotApplicable, &[])]);
    }

    #[test]
    fn a_role_that_is_not_here_may_be_kubernetes_own() {
        let unknown = &["- /roleRef : what ClusterRole ops allows is not among the files"][..];
        for (role, verdict, parts) in [
            (
                "ClusterRole cluster-admin",
                Fail,
                &["get, list, watch every Secret"][..],
            ),
            (
                "ClusterRole admin",
                Fail,
                &["get, list, watch every Secret"],
            ),
            ("ClusterRole edit", Fail, &["get, list, watch every Secret"]),
            ("ClusterRole view", Pass, &[]),
            ("ClusterRole system:auth-delegator", Pass, &[]),
            ("ClusterRole ops", Unknown, unknown),
            (
                "ClusterRole system:node",
                Unknown,
                &["ClusterRole system:node"],
            ),
            // A Role of that name is another one.
            ("Role view", Unknown, &["Role view"]),
        ] {
            let bound = binding("RoleBinding", role, ACCOUNT);
            assert_on(&CHECK, &[(&bound, verdict, parts)]);
        }
    }

    #[test]
    fn in_a_cluster_a_role_that_is_not_here_does_not_exist() {
        let mut cluster = cluster(&binding("RoleBinding", "ClusterRole edit", ACCOUNT));
        let params = Params::default();
        assert_in(&CHECK, &params, &cluster, Pass, &[]);
        cluster.set_source(Kind::ClusterRole, Source::Pending);
        assert_in(
            &CHECK,
            &params,
            &cluster,
            Unknown,
            &["ClusterRoles are not listed yet"],
        );
    }
}
