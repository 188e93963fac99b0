//! What is refused of a pod.

use super::selectors;
use crate::manifests::way::Way;
use crate::manifests::yaml::{Look, Node};
use crate::model::{Misfit, Quantity};

/// The most that the mode of a file may be: 0777.
const MOST_MODE: i64 = 0o777;

/// A pod, with the names of volumes that are declared elsewhere.
pub(super) fn spec(pod: Node<'_>, claims: &[&str], way: &Way<'_>, found: &mut Vec<Misfit>) {
    let mut declared = claims.to_vec();
    if let Some(list) = pod.get("volumes") {
        let way = way.key("volumes");
        for (at, item) in list.items().enumerate() {
            declared.extend(item.get("name").and_then(Node::as_str));
            volume(item, &way.item(at), found);
        }
    }
    for (key, value) in pod.entries() {
        let way = way.key(key);
        match key {
            "containers" | "initContainers" => {
                for (at, item) in value.items().enumerate() {
                    container(item, &declared, &way.item(at), found);
                }
            }
            "affinity" => affinity(value, &way, found),
            "topologySpreadConstraints" => {
                for (at, item) in value.items().enumerate() {
                    selectors::at(item, "labelSelector", &way.item(at), found);
                }
            }
            "dnsPolicy" if value.as_str() == Some("None") => {
                let config = pod.get("dnsConfig");
                let servers = config.and_then(|config| config.get("nameservers"));
                if servers.is_none_or(|servers| servers.items().next().is_none()) {
                    way.add("is None, which needs nameservers in dnsConfig", found);
                }
            }
            _ => {}
        }
    }
}

fn volume(volume: Node<'_>, way: &Way<'_>, found: &mut Vec<Misfit>) {
    for (source, value) in volume.entries() {
        if !matches!(source, "secret" | "configMap" | "projected" | "downwardAPI") {
            continue;
        }
        let way = way.key(source);
        mode(value, "defaultMode", &way, found);
        if let Some(items) = value.get("items") {
            let way = way.key("items");
            for (at, item) in items.items().enumerate() {
                mode(item, "mode", &way.item(at), found);
            }
        }
    }
}

fn mode(around: Node<'_>, field: &str, way: &Way<'_>, found: &mut Vec<Misfit>) {
    if let Some(Look::Whole(mode)) = around.get(field).map(Node::look)
        && !(0..=MOST_MODE).contains(&mode)
    {
        // 644 is what people write who mean 0644.
        let is_octal = mode > 0 && mode <= 777 && mode.to_string().bytes().all(|byte| byte < b'8');
        let meant = if is_octal {
            format!("; for these permissions write 0{mode}")
        } else {
            String::new()
        };
        way.key(field).add(
            &format!("is {mode}, and must be from 0 to 511 (0777){meant}"),
            found,
        );
    }
}

fn container(container: Node<'_>, declared: &[&str], way: &Way<'_>, found: &mut Vec<Misfit>) {
    for (key, value) in container.entries() {
        let way = way.key(key);
        match key {
            "env" => {
                for (at, item) in value.items().enumerate() {
                    if let Some(from) = item.get("valueFrom") {
                        reference(from, &way.item(at).key("valueFrom"), found);
                    }
                }
            }
            "resources" => {
                for (kind, amounts) in value.entries() {
                    if matches!(kind, "requests" | "limits") {
                        amounts_of(amounts, &way.key(kind), found);
                    }
                }
            }
            "volumeMounts" => {
                for (at, item) in value.items().enumerate() {
                    let name = item.get("name").and_then(Node::as_str);
                    if let Some(name) = name.filter(|name| !declared.contains(name)) {
                        let name: String =
                            name.chars().take(80).flat_map(char::escape_debug).collect();
                        way.item(at).key("name").add(
                            &format!("is \"{name}\", which is no volume of the pod: declare it, or correct the name"),
                            found,
                        );
                    }
                }
            }
            _ => {}
        }
    }
}

/// `validateSecretKeySelector`, `validateConfigMapKeySelector`: the schema does not ask for the name.
fn reference(from: Node<'_>, way: &Way<'_>, found: &mut Vec<Misfit>) {
    for field in ["secretKeyRef", "configMapKeyRef"] {
        if let Some(to) = from.get(field).filter(|to| !to.is_null()) {
            let name = to.get("name");
            let is_missing =
                name.is_none_or(|name| name.is_null() || name.as_str().is_some_and(str::is_empty));
            if is_missing {
                way.key(field).key("name").add("is required", found);
            }
        }
    }
}

/// `ValidateResourceQuantityValue`.
fn amounts_of(amounts: Node<'_>, way: &Way<'_>, found: &mut Vec<Misfit>) {
    for (name, amount) in amounts.entries() {
        let is_negative = match amount.look() {
            Look::Whole(number) => number < 0,
            Look::Fraction(number) => number < 0.0,
            // Nothing else begins what is less than nothing, and nearly nothing is.
            Look::Text(text) if text.trim_start().starts_with('-') => {
                Quantity::parse(text).is_some_and(Quantity::is_negative)
            }
            _ => false,
        };
        if is_negative {
            way.key(name).add("must not be negative", found);
        }
    }
}

fn affinity(affinity: Node<'_>, way: &Way<'_>, found: &mut Vec<Misfit>) {
    for (kind, terms) in affinity.entries() {
        if !matches!(kind, "podAffinity" | "podAntiAffinity") {
            continue;
        }
        let way = way.key(kind);
        for (strength, list) in terms.entries() {
            let way = way.key(strength);
            for (at, term) in list.items().enumerate() {
                let way = way.item(at);
                match term.get("podAffinityTerm") {
                    Some(inner) => {
                        let way = way.key("podAffinityTerm");
                        selectors::at(inner, "labelSelector", &way, found);
                    }
                    None => selectors::at(term, "labelSelector", &way, found),
                }
            }
        }
    }
}
