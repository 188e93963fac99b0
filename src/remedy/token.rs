//! ServiceAccounts and their tokens.

use super::{Case, Edit, Left, Offer, Safety};
use crate::check::accounts::DEFAULT;
use crate::model::{Finding, Workload};

/// What a pod says where it speaks to the API server.
const SIGNS: [&str; 6] = [
    "kubernetes.io/serviceaccount",
    "kubectl",
    "kubeconfig",
    "leader-elect",
    "in-cluster",
    "hashicorp.com/agent-inject",
];

/// Where nothing is seen by which it would use the token: no role that is granted to its account, and nothing in the pod that
/// speaks of the API.
pub(super) fn not_mounted(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let workload = case.workload()?;
    let edit = Edit::set(finding.at.path.clone(), false);
    let account = &workload.pod.service_account;
    if let Some(binding) = case.view.bindings(workload).first() {
        return Err(format!(
            "{} grants something to ServiceAccount {account}: it seems to use the API",
            binding.key()
        )
        .into());
    }
    if let Some(sign) = sign(case, workload) {
        return Err(format!("`{sign}` in its template: it seems to use the API").into());
    }
    let is_seen = **account == *DEFAULT || case.view.account(workload).is_some();
    Ok(Offer {
        // An account of its own may be granted something that is not among the files.
        safety: if is_seen {
            Safety::Safe
        } else {
            Safety::Unsafe
        },
        ..Offer::safe([edit])
    })
}

fn sign(case: &Case<'_>, workload: &Workload) -> Option<&'static str> {
    let template = workload.pod_spec_path().trim_end_matches("/spec");
    let template = case.document.pointer(template)?.to_string();
    SIGNS.into_iter().find(|sign| template.contains(sign))
}

/// The field that counts is the new one; the old one is an alias of it.
pub(super) fn new_name(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let path = &finding.at.path;
    let new = format!("{path}Name");
    Ok(Offer::safe([match case.document.pointer(&new) {
        None => Edit::Rename {
            path: path.to_string(),
            to: "serviceAccountName",
        },
        Some(name) if name.is_null() || name == "" => {
            return Err("serviceAccountName is there and says nothing: write it there".into());
        }
        Some(_) => Edit::remove(path.clone()),
    }]))
}
