use crate::check::{Check, Context, Findings, Group, Judgement, Run, accounts, rbac};
use crate::model::{Binding, Grantee, Kind, KindSet, Place, Severity, Text};

pub(super) static CHECK: Check = Check {
    id: "rbac-default-service-account",
    title: "No role is granted to the default ServiceAccount",
    why: "Every pod that names no ServiceAccount runs as `default` of its namespace: what is granted to that, is granted to all \
          of them, those included that nobody thought of and those that are added later. Judged are bindings that name it, \
          as a ServiceAccount or by its user name. One to a group of all ServiceAccounts includes it, and others.",
    fix: "Make a ServiceAccount for the workload, name it in `serviceAccountName` and bind the role to it.",
    source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    severity: Severity::Critical,
    default: true,
    group: Group::Identity,
    since: "0.1.0",
    aliases: &["checkov/CKV_K8S_42"],
    subjects: KindSet::of(&[Kind::RoleBinding, Kind::ClusterRoleBinding]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects:
- {kind: ServiceAccount, name: default, namespace: default}
",
    good: r"
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects:
- {kind: ServiceAccount, name: web, namespace: default}
",
    run: Run::Binding(run),
};

fn run(_: &Context<'_>, binding: &Binding, findings: &mut Findings) -> Judgement {
    if rbac::workloads(binding).next().is_none() {
        findings.not_applicable();
        return Ok(());
    }
    let (kind, name) = (binding.role_kind, &binding.role_name);
    for namespace in binding.grantees.iter().filter_map(default_account) {
        let account = format!("{namespace}/{}", accounts::DEFAULT);
        let message = format!(
            "it grants {kind} {name} to ServiceAccount {account}, as which all pods run that name none: name one"
        );
        findings.fail(Place::field("/subjects").about(account), message);
    }
    Ok(())
}

/// The namespace whose default ServiceAccount a grantee is.
fn default_account(grantee: &Grantee) -> Option<Text> {
    match grantee {
        Grantee::ServiceAccount { namespace, name } if **name == *accounts::DEFAULT => {
            Some(namespace.clone())
        }
        Grantee::User(user) => {
            let account = user.strip_prefix("system:serviceaccount:")?;
            let (namespace, name) = account.split_once(':')?;
            (name == accounts::DEFAULT).then(|| namespace.into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn it_is_the_account_that_has_no_name() {
        for kind in ["RoleBinding", "ClusterRoleBinding"] {
            for (subjects, verdict, parts) in [
                (
                    "{kind: ServiceAccount, namespace: shop, name: default}",
                    Fail,
                    &[
                        "- /subjects shop/default: it grants ClusterRole view to ServiceAccount shop/default",
                    ][..],
                ),
                (
                    "{kind: ServiceAccount, namespace: default, name: web}",
                    Pass,
                    &[],
                ),
                (
                    "{kind: User, name: 'system:serviceaccount:shop:default'}",
                    Fail,
                    &["shop/default"],
                ),
                (
                    "{kind: User, name: 'system:serviceaccount:default:web'}",
                    Pass,
                    &[],
                ),
                ("{kind: User, name: default}", NotApplicable, &[]),
                (
                    "{kind: Group, name: 'system:serviceaccounts:shop'}",
                    Pass,
                    &[],
                ),
                ("{kind: Group, name: people}", NotApplicable, &[]),
                (
                    "{kind: ServiceAccount, namespace: a, name: default}, {kind: ServiceAccount, namespace: b, name: default}",
                    Fail,
                    &["a/default", "b/default"],
                ),
            ] {
                let binding = format!(
                    "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: b}}, roleRef: \
                     {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}}, subjects: [{subjects}]}}"
                );
                assert_on(&CHECK, &[(&binding, verdict, parts)]);
            }
        }
    }
}
