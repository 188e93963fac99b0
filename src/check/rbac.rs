//! What the checks on roles and bindings share.

use crate::model::{Binding, Grantee, Kind, Rule, Text};

/// What stands for all verbs, groups, resources or URLs.
pub const ALL: &str = "*";

/// To which workloads a binding grants its role, for people: ServiceAccounts, by name or by a group that they are in.
pub fn workloads(binding: &Binding) -> impl Iterator<Item = String> {
    binding.grantees.iter().filter_map(|grantee| match grantee {
        Grantee::ServiceAccount { namespace, name } => {
            Some(format!("ServiceAccount {namespace}/{name}"))
        }
        Grantee::Group(group) => is_of_accounts(group).then(|| format!("group {group}")),
        Grantee::User(user) => user
            .starts_with("system:serviceaccount:")
            .then(|| format!("user {user}")),
    })
}

/// Whether ServiceAccounts are in a group (`serviceaccount.MakeGroupNames`, and the group of all that are authenticated).
fn is_of_accounts(group: &str) -> bool {
    ["system:authenticated", "system:serviceaccounts"].contains(&group)
        || group.starts_with("system:serviceaccounts:")
}

/// Whether a list has the wildcard.
pub fn has_all(names: &[Text]) -> bool {
    names.iter().any(|name| **name == *ALL)
}

/// Whether it is a rule of every verb on every resource of every group. Rules of URLs, and of certain objects, allow less.
pub fn allows_everything(rule: &Rule) -> bool {
    has_all(&rule.verbs)
        && has_all(&rule.api_groups)
        && has_all(&rule.resources)
        && rule.resource_names.is_empty()
}

/// Whether every cluster has a role of this name: the prefix `system:` is Kubernetes' own. `cluster-admin` is the only one
/// that allows everything.
/// Source: <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings>.
pub fn is_built_in(kind: Kind, name: &str) -> bool {
    let others: &[&str] = match kind {
        Kind::ClusterRole => &["admin", "cluster-admin", "edit", "view"],
        _ => &["extension-apiserver-authentication-reader"],
    };
    name.starts_with("system:") || others.contains(&name)
}
