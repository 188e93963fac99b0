//! NetworkPolicies.

use serde_json::{Value, json};

use super::{Case, Left, Offer, Safety, selector};
use crate::model::{Finding, Kind, Workload};

/// One that lets whoever it is connect to the ports that the containers declare, and to no other.
pub(super) fn ingress(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let workload = restrictable(case, finding)?;
    let ports = declared(case, workload);
    if ports.is_empty() {
        return Err("its containers declare no ports: only you know on which it listens".into());
    }
    let name = selector::name(case, workload, Kind::NetworkPolicy, "ingress")?;
    Ok(Offer::add(json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": selector::metadata(case, &name),
        "spec": {
            "podSelector": selector::of(case, workload)?,
            "policyTypes": ["Ingress"],
            "ingress": [{ "ports": ports }],
        },
    })))
}

/// One that lets it connect to all pods of the cluster, and to nothing outside: it cannot be known what it calls there.
pub(super) fn egress(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let workload = restrictable(case, finding)?;
    let name = selector::name(case, workload, Kind::NetworkPolicy, "egress")?;
    let policy = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": selector::metadata(case, &name),
        "spec": {
            "podSelector": selector::of(case, workload)?,
            "policyTypes": ["Egress"],
            "egress": [{ "to": [{ "namespaceSelector": {} }] }],
        },
    });
    Ok(Offer {
        safety: Safety::Unsafe,
        ..Offer::add(policy)
    })
}

/// A workload that no policy restricts yet, and one could.
fn restrictable<'a>(case: &Case<'a>, finding: &Finding) -> Result<&'a Workload, Left> {
    let workload = case.workload()?;
    if workload.pod.host_network {
        return Err("NetworkPolicies do not apply in a node's network".into());
    }
    if !finding.at.detail().is_empty() {
        return Err("only you know which peers that NetworkPolicy is to let through".into());
    }
    Ok(workload)
}

/// The ports that the containers declare, each once.
fn declared(case: &Case<'_>, workload: &Workload) -> Vec<Value> {
    let mut declared: Vec<Value> = Vec::new();
    for container in &workload.pod.containers {
        let ports = case.at(&format!("{}/ports", workload.container_path(container)));
        for port in ports.and_then(Value::as_array).into_iter().flatten() {
            let Some(number) = port.get("containerPort").filter(|port| port.is_u64()) else {
                continue;
            };
            let mut rule = json!({ "port": number });
            match port.get("protocol").and_then(Value::as_str) {
                None | Some("TCP") => {}
                Some(other) => rule["protocol"] = other.into(),
            }
            if !declared.contains(&rule) {
                declared.push(rule);
            }
        }
    }
    declared
}
