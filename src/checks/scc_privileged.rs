use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Object, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "scc-privileged",
    title: "OpenShift lets no application run privileged containers",
    why: "On OpenShift, SecurityContextConstraints say what the pods of a ServiceAccount may do. Those that allow privileged \
          containers give the whole node to whoever may create pods with that account, whatever today's pods ask for. The \
          verdict is on workloads whose ServiceAccount is among the `users` or in the `groups`; whom RBAC grants the verb `use` \
          is not seen. Other clusters have none of these, and nothing to judge.",
    fix: "Set `allowPrivilegedContainer: false`, or take the ServiceAccount out of `users` and `groups` and let it use \
          `restricted-v2`. What administers nodes is a case for an exception.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::High,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &["kube-linter/scc-deny-privileged-container"],
    subjects: KindSet::of(&[Kind::SecurityContextConstraints]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: security.openshift.io/v1
kind: SecurityContextConstraints
metadata: {name: shop}
allowPrivilegedContainer: true
users: ['system:serviceaccount:shop:web']
",
    good: r"
apiVersion: security.openshift.io/v1
kind: SecurityContextConstraints
metadata: {name: shop}
allowPrivilegedContainer: false
users: ['system:serviceaccount:shop:web']
",
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::SecurityConstraints(constraints) = object else {
        findings.not_applicable();
        return Ok(());
    };
    if constraints.allows_privileged {
        findings.fail(
            Place::field("/allowPrivilegedContainer"),
            "allowPrivilegedContainer is true, which gives away the whole node: set it to false",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, inventory};
    use crate::inventory::View;
    use crate::model::Kind;
    use crate::model::Verdict::{Fail, Pass};

    const HEAD: &str = "apiVersion: security.openshift.io/v1, kind: SecurityContextConstraints, metadata: {name: a}";

    #[test]
    fn only_true_allows_it() {
        assert_on(
            &CHECK,
            &[
                (&format!("{{{HEAD}}}"), Pass, &[]),
                (
                    &format!(
                        "{{{HEAD}, allowPrivilegedContainer: null, users: null, groups: null}}"
                    ),
                    Pass,
                    &[],
                ),
                (
                    &format!(
                        "{{{HEAD}, allowPrivilegedContainer: true, groups: ['system:authenticated']}}"
                    ),
                    Fail,
                    &["- /allowPrivilegedContainer "],
                ),
            ],
        );
    }

    #[test]
    fn it_concerns_the_workloads_of_those_who_may_use_it() {
        let pods = "
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {serviceAccountName: web, containers: [{name: web}]}
---
apiVersion: v1
kind: Pod
metadata: {name: other, namespace: shop}
spec: {containers: [{name: web}]}
---
apiVersion: v1
kind: Pod
metadata: {name: far, namespace: far}
spec: {serviceAccountName: web, containers: [{name: web}]}
";
        for (grants, expected) in [
            ("users: ['system:serviceaccount:shop:web']", &["web"][..]),
            ("groups: ['system:serviceaccounts:shop']", &["other", "web"]),
            ("groups: ['system:authenticated']", &["far", "other", "web"]),
            ("users: [alice], groups: [admins]", &[]),
        ] {
            let inventory = inventory(&format!("{{{HEAD}, {grants}}}\n---{pods}"));
            let view = View::of(&inventory);
            let kind = Kind::SecurityContextConstraints;
            let constraints = inventory.of_kind(kind).next().expect("it is there");
            let mut concerned: Vec<_> = view
                .concerned(constraints)
                .iter()
                .map(|workload| &*workload.meta.key.name)
                .collect();
            concerned.sort_unstable();
            assert_eq!(concerned, expected, "{grants}");
            for workload in inventory
                .of_kind(Kind::Pod)
                .filter_map(|pod| pod.workload())
            {
                let found = view.concerning(workload, kind);
                let is_concerned = expected.contains(&&*workload.meta.key.name);
                assert_eq!(found.len(), usize::from(is_concerned), "{grants}");
                assert!(view.bindings(workload).is_empty(), "{grants}");
            }
        }
    }
}
