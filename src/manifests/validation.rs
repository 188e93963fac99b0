//! What the API server refuses beyond the schema, where that is certain and said by no check of its own: words of fields that are text to
//! the schema, bounds of numbers, names that lead nowhere within the object.
//!
//! Source: `pkg/apis/{core,apps,policy,networking}/validation` of Kubernetes 1.36, and `pkg/apis/meta/v1/validation`.

mod pod;
mod selectors;
#[cfg(test)]
mod tests;

use super::way::Way;
use super::yaml::{Look, Node};
use crate::model::{Misfit, Shape};

/// The values of `trafficDistribution` of a Service (`validateServiceTrafficDistribution`).
const DISTRIBUTIONS: [&str; 3] = ["PreferClose", "PreferSameZone", "PreferSameNode"];

/// The keys that a Secret of a type must have (`ValidateSecret`).
const SECRET_KEYS: [(&str, &[&str]); 4] = [
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
    ("kubernetes.io/dockercfg", &[".dockercfg"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
];

/// The shape of an object of a kind, with what is refused of it besides. What has no shape that is known is left alone.
pub(super) fn of(object: Node<'_>, kind: &str, shape: Shape) -> Shape {
    if shape == Shape::Unsaid {
        return shape;
    }
    let mut found = Vec::new();
    judge(object, kind, &mut found);
    match shape {
        shape if found.is_empty() => shape,
        Shape::Misfits(known) => Shape::Misfits(known.into_iter().chain(found).collect()),
        _ => Shape::Misfits(found.into()),
    }
}

fn judge(object: Node<'_>, kind: &str, found: &mut Vec<Misfit>) {
    if kind == "Secret" {
        return secret(object, found);
    }
    let Some(spec) = object.get("spec") else {
        return;
    };
    let top = Way::top();
    let way = top.key("spec");
    match kind {
        "Pod" => pod::spec(spec, &[], &way, found),
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" | "Job" => {
            let claims = claims(spec);
            template(spec, &claims, &way, found);
            selectors::at(spec, "selector", &way, found);
        }
        "ReplicationController" => template(spec, &[], &way, found),
        "CronJob" => {
            if let Some(job) = spec.get("jobTemplate").and_then(|job| job.get("spec")) {
                template(job, &[], &way.key("jobTemplate").key("spec"), found);
            }
        }
        "PersistentVolumeClaim" => selectors::at(spec, "selector", &way, found),
        "PodDisruptionBudget" => {
            selectors::at(spec, "selector", &way, found);
            for field in ["minAvailable", "maxUnavailable"] {
                share(spec, field, Most::All, &way, found);
            }
        }
        "NetworkPolicy" => policy(spec, &way, found),
        "Service" => {
            let field = "trafficDistribution";
            if let Some(Look::Text(word)) = spec.get(field).map(Node::look)
                && !DISTRIBUTIONS.contains(&word)
            {
                let known = DISTRIBUTIONS.join(", ");
                way.key(field).add(
                    &format!("is none that Kubernetes knows: it may be {known}"),
                    found,
                );
            }
        }
        _ => {}
    }
    updates(spec, kind, &way, found);
}

/// The names of the volumes that a StatefulSet makes of its claims.
fn claims<'a>(spec: Node<'a>) -> Vec<&'a str> {
    let claims = spec.get("volumeClaimTemplates");
    let claims = claims.into_iter().flat_map(Node::items);
    claims
        .filter_map(|claim| claim.get("metadata")?.get("name")?.as_str())
        .collect()
}

fn template(spec: Node<'_>, claims: &[&str], way: &Way<'_>, found: &mut Vec<Misfit>) {
    if let Some(pod) = spec
        .get("template")
        .and_then(|template| template.get("spec"))
    {
        pod::spec(pod, claims, &way.key("template").key("spec"), found);
    }
}

/// How many pods may be missing, or be too many, while they are replaced.
fn updates(spec: Node<'_>, kind: &str, way: &Way<'_>, found: &mut Vec<Misfit>) {
    let (field, surge) = match kind {
        "Deployment" => ("strategy", Most::More),
        "DaemonSet" => ("updateStrategy", Most::All),
        "StatefulSet" => ("updateStrategy", Most::All),
        _ => return,
    };
    let strategy = spec.get(field);
    if let Some(rolling) = strategy.and_then(|strategy| strategy.get("rollingUpdate")) {
        let way = way.key(field);
        let way = way.key("rollingUpdate");
        share(rolling, "maxUnavailable", Most::All, &way, found);
        share(rolling, "maxSurge", surge, &way, found);
    }
}

/// How much a share may be.
#[derive(Clone, Copy, PartialEq)]
enum Most {
    /// A hundred per cent.
    All,
    /// More than that.
    More,
}

/// A number or a percentage (`ValidatePositiveIntOrPercent`, `IsNotMoreThan100Percent`).
fn share(around: Node<'_>, field: &str, most: Most, way: &Way<'_>, found: &mut Vec<Misfit>) {
    let problem = match around.get(field).map(Node::look) {
        Some(Look::Whole(number)) if number < 0 => "must not be negative",
        Some(Look::Text(text)) => {
            let digits = text.strip_suffix('%').unwrap_or_default();
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                "must be a number, or a percentage as 25%"
            } else if most == Most::All && digits.parse().is_ok_and(|share: u64| share > 100) {
                "must not be more than 100%"
            } else {
                return;
            }
        }
        _ => return,
    };
    way.key(field).add(problem, found);
}

/// `ValidateNetworkPolicyPeer`, and the selectors of a policy.
fn policy(spec: Node<'_>, way: &Way<'_>, found: &mut Vec<Misfit>) {
    selectors::at(spec, "podSelector", way, found);
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        let of_kind = way.key(rules);
        let list = spec.get(rules).into_iter().flat_map(Node::items);
        for (at, rule) in list.enumerate() {
            let of_rule = of_kind.item(at);
            let of_peers = of_rule.key(peers);
            let list = rule.get(peers).into_iter().flat_map(Node::items);
            for (at, peer) in list.enumerate() {
                let way = of_peers.item(at);
                if peer.entries().all(|(_, value)| value.is_null()) {
                    way.add(
                        "is no peer: write a podSelector, a namespaceSelector or an ipBlock; for everybody, leave out the list",
                        found,
                    );
                }
                selectors::at(peer, "podSelector", &way, found);
                selectors::at(peer, "namespaceSelector", &way, found);
            }
        }
    }
}

fn secret(object: Node<'_>, found: &mut Vec<Misfit>) {
    let kind = object.get("type").and_then(Node::as_str);
    let has = |key: &str| {
        let parts = ["data", "stringData"];
        let mut parts = parts.iter().filter_map(|part| object.get(part));
        parts.any(|part| part.get(key).is_some())
    };
    let top = Way::top();
    let way = top.key("data");
    let wanted = SECRET_KEYS.iter().find(|(known, _)| kind == Some(*known));
    for key in wanted.into_iter().flat_map(|(_, keys)| *keys) {
        if !has(key) {
            let kind = kind.unwrap_or_default();
            way.key(key).add(
                &format!("is required in a Secret of the type {kind}"),
                found,
            );
        }
    }
    if kind == Some("kubernetes.io/basic-auth") && !has("username") && !has("password") {
        way.add(
            "must have a username or a password in a Secret of the type kubernetes.io/basic-auth",
            found,
        );
    }
}
