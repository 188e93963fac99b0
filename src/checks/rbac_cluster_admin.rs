use crate::check::{Check, Context, Findings, Group, Judgement, Run, rbac};
use crate::model::{Binding, Kind, KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "rbac-cluster-admin",
    title: "No workload may do everything",
    why: "Whoever gets into a pod that is bound to `cluster-admin` owns the cluster; by a RoleBinding, the namespace. A \
          role with a rule of every verb on every resource of every group is the same by another name. Judged are \
          grants to ServiceAccounts, by name or by a group that they are in; grants to people are for \
          `rbac-grants-cluster-admin` and `rbac-grants-namespace-admin`. A role that is not among the files is Unknown, but for \
          Kubernetes' own, none of which allows so much; one that does not exist in the cluster grants nothing.",
    fix: "Bind the ServiceAccount to a role that names the verbs and resources that the workload needs.",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
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
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects:
- {kind: ServiceAccount, name: web, namespace: default}
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
  resources: [configmaps]
  verbs: [get]
",
    run: Run::Binding(run),
};

fn run(context: &Context<'_>, binding: &Binding, findings: &mut Findings) -> Judgement {
    let mut workloads = rbac::workloads(binding);
    let Some(first) = workloads.next() else {
        findings.not_applicable();
        return Ok(());
    };
    let at = Place::field("/roleRef");
    let (kind, name) = (binding.role_kind, &binding.role_name);
    let is_everything = if kind == Kind::ClusterRole && **name == *"cluster-admin" {
        true
    } else {
        context.read(Kind::Role)?;
        let role = context.read(Kind::ClusterRole)?.role(binding);
        let is_told = role.is_some_and(|role| !role.rules.is_empty() || !role.is_aggregated);
        if context.may_exist_elsewhere() && !is_told && !rbac::is_built_in(kind, name) {
            findings.unknown(
                at,
                format!("what {kind} {name} allows is not among the files"),
            );
            return Ok(());
        }
        role.is_some_and(|role| role.rules.iter().any(rbac::allows_everything))
    };
    if is_everything {
        let within = match binding.meta.key.kind {
            Kind::RoleBinding => format!("namespace {}", binding.meta.key.namespace),
            _ => "the cluster".to_owned(),
        };
        let others = match workloads.count() {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        findings.fail(
            at,
            format!("{kind} {name} lets {first}{others} do everything in {within}: grant less"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::Params;
    use crate::check::testing::{assert_in, assert_on, store};
    use crate::inventory::{Inventory, Source};
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    const ACCOUNT: &str = "{kind: ServiceAccount, name: web, namespace: shop}";
    const EVERYTHING: &str = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}";

    fn binding(kind: &str, role: &str, subjects: &str) -> String {
        let (role_kind, name) = role.split_once(' ').expect("a kind and a name");
        let namespace = if kind == "RoleBinding" {
            ", namespace: shop"
        } else {
            ""
        };
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: b{namespace}}}, roleRef: \
             {{apiGroup: rbac.authorization.k8s.io, kind: {role_kind}, name: '{name}'}}, subjects: [{subjects}]}}"
        )
    }

    fn role(kind: &str, more: &str) -> String {
        let namespace = if kind == "Role" {
            ", namespace: shop"
        } else {
            ""
        };
        format!(
            "\n---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: ops{namespace}}}, {more}}}"
        )
    }

    #[test]
    fn only_grants_to_workloads_are_judged() {
        let all = "lets group system:serviceaccounts do everything in the cluster";
        for (subjects, verdict, part) in [
            (
                ACCOUNT,
                Fail,
                "- /roleRef : ClusterRole cluster-admin lets ServiceAccount shop/web do everything in the cluster",
            ),
            ("{kind: Group, name: 'system:serviceaccounts'}", Fail, all),
            (
                "{kind: Group, name: 'system:serviceaccounts:shop'}",
                Fail,
                "lets group system:serviceaccounts:shop",
            ),
            (
                "{kind: Group, name: 'system:authenticated'}",
                Fail,
                "lets group system:authenticated",
            ),
            (
                "{kind: User, name: 'system:serviceaccount:shop:web'}",
                Fail,
                "lets user system:serviceaccount:shop:web",
            ),
            (
                &format!("{{kind: User, name: ann}}, {ACCOUNT}, {ACCOUNT}"),
                Fail,
                "ServiceAccount shop/web and 1 more",
            ),
            // What Kubernetes itself grants, and people.
            ("{kind: Group, name: 'system:masters'}", NotApplicable, ""),
            (
                "{kind: User, name: 'system:kube-controller-manager'}",
                NotApplicable,
                "",
            ),
            ("{kind: User, name: ann}", NotApplicable, ""),
            ("{kind: Group, name: ops}", NotApplicable, ""),
            ("", NotApplicable, ""),
        ] {
            let manifest = binding("ClusterRoleBinding", "ClusterRole cluster-admin", subjects);
            let parts: &[&str] = if verdict == Fail { &[part] } else { &[] };
            assert_on(&CHECK, &[(&manifest, verdict, parts)]);
        }
        let manifest = binding("RoleBinding", "ClusterRole cluster-admin", ACCOUNT);
        assert_on(
            &CHECK,
            &[(&manifest, Fail, &["do everything in namespace shop"])],
        );
    }

    #[test]
    fn a_role_of_everything_is_the_same() {
        for (rules, verdict) in [
            (EVERYTHING, Fail),
            (
                &format!("{{apiGroups: [''], resources: [pods], verbs: [get]}}, {EVERYTHING}"),
                Fail,
            ),
            (
                "{apiGroups: ['', '*'], resources: [pods, '*'], verbs: [get, '*']}",
                Fail,
            ),
            // The seven verbs of every day are enough to get the others.
            (
                "{apiGroups: ['*'], resources: ['*'], verbs: [get, list, watch, create, update, patch, delete]}",
                Fail,
            ),
            ("{apiGroups: [''], resources: ['*'], verbs: ['*']}", Pass),
            ("{apiGroups: ['*'], resources: [pods], verbs: ['*']}", Pass),
            (
                "{apiGroups: ['*'], resources: ['*'], verbs: [get, list, watch]}",
                Pass,
            ),
            ("{apiGroups: ['*'], resources: ['*/*'], verbs: ['*']}", Pass),
            (
                "{apiGroups: ['*'], resources: ['*'], verbs: ['*'], resourceNames: [a]}",
                Pass,
            ),
            ("{nonResourceURLs: ['*'], verbs: ['*']}", Pass),
            ("", Pass),
        ] {
            for (kind, bound) in [
                ("ClusterRoleBinding", "ClusterRole"),
                ("RoleBinding", "ClusterRole"),
                ("RoleBinding", "Role"),
            ] {
                let manifests = binding(kind, &format!("{bound} ops"), ACCOUNT);
                let manifests = manifests + &role(bound, &format!("rules: [{rules}]"));
                let parts: &[&str] = if verdict == Fail {
                    &["ops lets ServiceAccount shop/web do everything"]
                } else {
                    &[]
                };
                assert_on(&CHECK, &[(&manifests, verdict, parts)]);
            }
        }
    }

    #[test]
    fn a_role_that_is_not_there_may_be_elsewhere() {
        let missing: &[&str] = &["ops allows is not among the files"];
        let bound = |kind: &str, role: &str| binding(kind, role, ACCOUNT);
        for (manifests, verdict, parts) in [
            (
                bound("ClusterRoleBinding", "ClusterRole ops"),
                Unknown,
                missing,
            ),
            (bound("RoleBinding", "Role ops"), Unknown, missing),
            // A Role of another namespace, and a ClusterRole of that name, are others.
            (
                bound("RoleBinding", "Role ops")
                    + &role("Role", &format!("rules: [{EVERYTHING}]"))
                        .replace("namespace: shop", "namespace: other"),
                Unknown,
                missing,
            ),
            (
                bound("RoleBinding", "Role ops")
                    + &role("ClusterRole", &format!("rules: [{EVERYTHING}]")),
                Unknown,
                missing,
            ),
            // Kubernetes' own are in every cluster, and only cluster-admin allows everything.
            (bound("RoleBinding", "ClusterRole view"), Pass, &[]),
            (bound("ClusterRoleBinding", "ClusterRole admin"), Pass, &[]),
            (
                bound("ClusterRoleBinding", "ClusterRole system:auth-delegator"),
                Pass,
                &[],
            ),
            (
                bound(
                    "RoleBinding",
                    "Role extension-apiserver-authentication-reader",
                ),
                Pass,
                &[],
            ),
            (
                bound("RoleBinding", "Role cluster-admin"),
                Unknown,
                &["Role cluster-admin allows"],
            ),
            // One whose rules the cluster puts together, unless the file has them already.
            (
                bound("ClusterRoleBinding", "ClusterRole ops")
                    + &role("ClusterRole", "aggregationRule: {}"),
                Unknown,
                missing,
            ),
            (
                bound("ClusterRoleBinding", "ClusterRole ops")
                    + &role(
                        "ClusterRole",
                        &format!("aggregationRule: {{}}, rules: [{EVERYTHING}]"),
                    ),
                Fail,
                &["do everything"],
            ),
        ] {
            assert_on(&CHECK, &[(&manifests, verdict, parts)]);
        }
    }

    #[test]
    fn in_a_cluster_a_role_that_does_not_exist_grants_nothing() {
        let mut inventory = Inventory::of_cluster();
        store(&mut inventory, &binding("RoleBinding", "Role ops", ACCOUNT));
        assert_in(
            &CHECK,
            &Params::default(),
            &inventory,
            Unknown,
            &["Roles are not listed yet"],
        );
        inventory.set_source(Kind::Role, Source::Synced);
        inventory.set_source(Kind::ClusterRole, Source::Unavailable("forbidden".into()));
        assert_in(
            &CHECK,
            &Params::default(),
            &inventory,
            Unknown,
            &["ClusterRoles cannot be read: forbidden"],
        );
        inventory.set_source(Kind::ClusterRole, Source::Synced);
        assert_in(&CHECK, &Params::default(), &inventory, Pass, &[]);
        // And then it does.
        store(
            &mut inventory,
            role("Role", &format!("rules: [{EVERYTHING}]")).trim_start_matches("\n---\n"),
        );
        assert_in(
            &CHECK,
            &Params::default(),
            &inventory,
            Fail,
            &["Role ops lets ServiceAccount shop/web"],
        );
    }
}
