//! What the checks on roles and bindings share.

use std::sync::LazyLock;

use super::{Context, Undecided};
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

/// The first of the workloads to which a binding grants its role, and how many more there are; `None` where there is none.
pub fn holders(binding: &Binding) -> Option<String> {
    holders_of(workloads(binding))
}

/// The first of some holders of a role, and how many more there are; `None` where there is none.
pub fn holders_of(mut holders: impl Iterator<Item = String>) -> Option<String> {
    let first = holders.next()?;
    Some(match holders.count() {
        0 => first,
        others => format!("{first} and {others} more"),
    })
}

/// Where a binding's role holds, for people.
pub fn extent(binding: &Binding) -> String {
    match binding.meta.key.kind {
        Kind::RoleBinding => format!("namespace {}", binding.meta.key.namespace),
        _ => "the cluster".to_owned(),
    }
}

/// Whether it is a binding that Kubernetes makes itself, for its own controllers, all of which are in `kube-system`. The label
/// alone proves nothing: anybody can set it.
pub fn is_of_kubernetes(binding: &Binding) -> bool {
    let by = binding.meta.labels.get("kubernetes.io/bootstrapping");
    let is_own = |grantee: &Grantee| match grantee {
        Grantee::ServiceAccount { namespace, .. } => **namespace == *"kube-system",
        Grantee::User(user) => user.starts_with("system:kube-"),
        Grantee::Group(group) => !is_of_accounts(group),
    };
    by.is_some_and(|by| **by == *"rbac-defaults") && binding.grantees.iter().all(is_own)
}

/// What the role of a binding allows; `None` where that is not among the files. A role that does not exist in a cluster
/// allows nothing.
///
/// # Errors
/// Where roles cannot be looked up.
pub fn granted<'a>(
    context: &Context<'a>,
    binding: &Binding,
) -> Result<Option<&'a [Rule]>, Undecided> {
    context.read(Kind::Role)?;
    let role = context.read(Kind::ClusterRole)?.role(binding);
    // The API server mends its own roles when it starts, whatever files say.
    let (kind, name) = (binding.role_kind, &*binding.role_name);
    if context.may_exist_elsewhere() && (kind, name) == (Kind::ClusterRole, "cluster-admin") {
        return Ok(Some(&EVERYTHING));
    }
    let is_told = role.is_some_and(|role| !role.rules.is_empty() || !role.is_aggregated);
    if is_told || !context.may_exist_elsewhere() {
        return Ok(Some(role.map_or(&[], |role| &role.rules)));
    }
    if HARMLESS.contains(&(kind, name)) {
        return Ok(Some(&[]));
    }
    let is_edit = kind == Kind::ClusterRole && matches!(name, "admin" | "edit");
    Ok(is_edit.then_some(&*OF_EDIT).map(Vec::as_slice))
}

/// Kubernetes' own roles that workloads are often granted, and that let nobody get at more than they say: neither to Secrets
/// nor to what others may.
/// Source: `plugin/pkg/auth/authorizer/rbac/bootstrappolicy`.
const HARMLESS: [(Kind, &str); 14] = [
    (Kind::ClusterRole, "system:auth-delegator"),
    (Kind::ClusterRole, "system:basic-user"),
    (Kind::ClusterRole, "system:discovery"),
    (Kind::ClusterRole, "system:heapster"),
    (Kind::ClusterRole, "system:kube-dns"),
    (Kind::ClusterRole, "system:kube-scheduler"),
    (Kind::ClusterRole, "system:monitoring"),
    (Kind::ClusterRole, "system:node-problem-detector"),
    (Kind::ClusterRole, "system:node-proxier"),
    (Kind::ClusterRole, "system:persistent-volume-provisioner"),
    (Kind::ClusterRole, "system:public-info-viewer"),
    (Kind::ClusterRole, "system:service-account-issuer-discovery"),
    (Kind::ClusterRole, "view"),
    (Kind::Role, "extension-apiserver-authentication-reader"),
];

/// What `cluster-admin` allows.
static EVERYTHING: LazyLock<Vec<Rule>> = LazyLock::new(|| vec![rule(&[ALL], ALL, &[ALL])]);

/// Of what `edit` allows, and `admin` too, what is Secrets or leads to what others may.
static OF_EDIT: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let secrets_and_more = &["secrets", "pods/exec", "pods/attach"];
    vec![
        rule(&["get", "list", "watch"], "", secrets_and_more),
        rule(&["impersonate"], "", &["serviceaccounts"]),
        rule(
            &["create"],
            "",
            &["pods", "pods/exec", "serviceaccounts/token"],
        ),
        rule(&["create"], "apps", &["deployments"]),
    ]
});

fn rule(verbs: &[&str], group: &str, resources: &[&str]) -> Rule {
    let texts = |names: &[&str]| names.iter().map(|name| Text::from(*name)).collect();
    Rule {
        verbs: texts(verbs),
        api_groups: texts(&[group]),
        resources: texts(resources),
        resource_names: [].into(),
        non_resource_urls: [].into(),
    }
}

/// Whether a rule allows a verb on a resource (`pods`, `pods/exec`) of a group, of objects of whatever names
/// (`VerbMatches`, `APIGroupMatches` and `ResourceMatches` of the RBAC authorizer).
pub fn allows(rule: &Rule, verb: &str, group: &str, resource: &str) -> bool {
    let has = |names: &[Text], name: &str| names.iter().any(|known| **known == *name);
    let of_every = resource
        .split_once('/')
        .map(|(_, subresource)| format!("*/{subresource}"));
    (has_all(&rule.verbs) || has(&rule.verbs, verb))
        && (has_all(&rule.api_groups) || has(&rule.api_groups, group))
        && (has_all(&rule.resources)
            || has(&rule.resources, resource)
            || of_every.is_some_and(|of_every| has(&rule.resources, &of_every)))
}

/// The subresources of pods that are ways into them, and the verbs that open one.
const INTO_PODS: [&str; 2] = ["pods/exec", "pods/attach"];
const TO_ENTER: [&str; 2] = ["create", "get"];

/// The ways into pods that a rule opens, by the subresource: to run commands in any of them.
pub fn ways_into_pods(rule: &Rule) -> impl Iterator<Item = &'static str> {
    let is_open = |way: &&str| {
        rule.resource_names.is_empty() && TO_ENTER.iter().any(|verb| allows(rule, verb, "", way))
    };
    INTO_PODS.into_iter().filter(is_open)
}

/// Whether ServiceAccounts are in a group (`serviceaccount.MakeGroupNames`, and the group of all that are authenticated).
pub fn is_of_accounts(group: &str) -> bool {
    ["system:authenticated", "system:serviceaccounts"].contains(&group)
        || group.starts_with("system:serviceaccounts:")
}

/// Whether a list has the wildcard.
pub fn has_all(names: &[Text]) -> bool {
    names.iter().any(|name| **name == *ALL)
}

/// The verbs of whoever reads, makes, changes and deletes objects.
const EVERY_DAY: [&str; 7] = [
    "create", "delete", "get", "list", "patch", "update", "watch",
];

/// Whether it is a rule of every verb on every resource of every group, or of every verb of every day: who may write all
/// objects makes a role of the others. Rules of URLs, and of certain objects, allow less.
pub fn allows_everything(rule: &Rule) -> bool {
    let has = |verb: &&str| rule.verbs.iter().any(|known| **known == **verb);
    (has_all(&rule.verbs) || EVERY_DAY.iter().all(has))
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
