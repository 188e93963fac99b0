//! What the checks on grants to anybody share: to people and groups as well as to workloads.

use super::rbac::{self, holders_of, is_of_accounts};
use super::{Context, Findings, Judgement, Param, ParamKind};
use crate::model::{Binding, Grantee, Kind, Place, Rule};

/// Which roles and bindings come with Kubernetes, or with who provides it: nobody who reads a finding about them could change them.
pub const OWN: Param = Param {
    name: "own",
    doc: "names of what comes with Kubernetes or its provider, to be left aside; a binding is not where it grants something to \
          workloads. A `*` at the end stands for anything",
    kind: ParamKind::Strings {
        default: &[
            "aks-*",
            "cluster-admin",
            "eks:*",
            "gce:*",
            "kubeadm:*",
            "system:*",
        ],
    },
};

/// What a grant may come to.
#[derive(Clone, Copy)]
pub struct Effect {
    /// What rules let their holder do, if it is that.
    pub of: fn(&[Rule]) -> Option<String>,
    /// What it is to be bound to one of Kubernetes' own roles whose rules are not known here.
    pub of_unknown: OfUnknown,
}

/// What is said of one of Kubernetes' own roles whose rules are not known here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OfUnknown {
    /// None of them allows it.
    Harmless,
    /// Some of them may.
    Unknown,
}

/// Judges to whom a binding grants what, whoever they are.
///
/// # Errors
/// Where roles cannot be looked up.
pub fn judge(
    context: &Context<'_>,
    binding: &Binding,
    findings: &mut Findings,
    effect: Effect,
) -> Judgement {
    let Some(holders) = holders(binding, &context.strings(OWN.name)) else {
        findings.not_applicable();
        return Ok(());
    };
    let at = Place::field("/roleRef");
    let (kind, name) = (binding.role_kind, &binding.role_name);
    let Some(rules) = rbac::granted(context, binding)? else {
        let is_harmless = effect.of_unknown == OfUnknown::Harmless && rbac::is_built_in(kind, name);
        if !is_harmless {
            let message = format!("what {kind} {name} allows is not among the files");
            findings.unknown(at, message);
        }
        return Ok(());
    };
    if let Some(effect) = (effect.of)(rules) {
        let extent = rbac::extent(binding);
        findings.fail(
            at,
            format!("{kind} {name} lets {holders} {effect} in {extent}: grant less"),
        );
    }
    Ok(())
}

/// To whom a binding grants its role, but for Kubernetes itself; `None` where there is nobody to judge.
fn holders(binding: &Binding, own: &[&str]) -> Option<String> {
    let named = own.iter().any(|own| is_like(own, &binding.meta.key.name));
    // A name is easily taken: it excuses people, who are watched otherwise, and not what runs.
    let grants_workloads = rbac::workloads(binding).next().is_some();
    if named && !grants_workloads || rbac::is_of_kubernetes(binding) {
        return None;
    }
    holders_of(binding.grantees.iter().filter_map(holder))
}

/// Somebody, for people; `None` for Kubernetes' own, whose names begin with `system:`.
/// Source: <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects>.
fn holder(grantee: &Grantee) -> Option<String> {
    match grantee {
        Grantee::ServiceAccount { namespace, name } => {
            Some(format!("ServiceAccount {namespace}/{name}"))
        }
        Grantee::Group(group) => {
            let is_anybody = is_of_accounts(group) || **group == *"system:unauthenticated";
            (is_anybody || !group.starts_with("system:")).then(|| format!("group {group}"))
        }
        Grantee::User(user) => {
            let is_anybody =
                user.starts_with("system:serviceaccount:") || **user == *"system:anonymous";
            (is_anybody || !user.starts_with("system:")).then(|| format!("user {user}"))
        }
    }
}

/// Whether a role comes with Kubernetes, or with who provides it.
pub fn is_own_role(context: &Context<'_>, kind: Kind, name: &str) -> bool {
    let own = context.strings(OWN.name);
    rbac::is_built_in(kind, name) || own.iter().any(|own| is_like(own, name))
}

fn is_like(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}
