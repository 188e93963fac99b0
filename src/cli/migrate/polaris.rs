//! Configurations of Polaris.
//!
//! Source: <https://polaris.docs.fairwinds.com/customization/configuration/>; that names of exemptions are prefixes, and what an
//! empty list means, is in `pkg/config/exemptions.go`.

use serde_json::{Map, Value, json};

use super::translation::Translation;
use crate::check::Check;
use crate::checks;
use crate::engine::naming;
use crate::model::Severity;

const TOOL: &str = "polaris";

/// Ids that other versions of it have for what is listed under another one.
const RENAMED: [(&str, &str); 3] = [
    ("multipleReplicasForDeployment", "deploymentMissingReplicas"),
    (
        "pdbMinAvailableGreaterThanOrEqualToHPAMinReplicas",
        "pdbMinAvailableGreaterThanHPAMinReplicas",
    ),
    ("notReadOnlyRootFileSystem", "notReadOnlyRootFilesystem"),
];

/// Capabilities that it has nothing against: all but `ALL`, `NET_ADMIN` and `SYS_ADMIN`.
const HARMLESS: &[&str] = &[
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

/// The fields that are translated.
const KNOWN: [&str; 7] = [
    "checks",
    "customChecks",
    "disallowAnnotationExemptions",
    "disallowConfigExemptions",
    "disallowExemptions",
    "displayName",
    "exemptions",
];

/// Whether a document is a configuration of it.
pub(super) fn is_config(config: &Value) -> bool {
    let is_severity = |value: &Value| {
        value
            .as_str()
            .is_some_and(|word| ["danger", "warning", "ignore", "error"].contains(&word))
    };
    let checks = config["checks"].as_object();
    checks.is_some_and(|checks| !checks.is_empty() && checks.values().any(is_severity))
        || config["exemptions"].is_array()
        || config["customChecks"].is_object()
}

/// The checks that one of its checks is.
pub(super) fn counterparts(id: &str) -> Vec<&'static Check> {
    let renamed = RENAMED.iter().find(|(old, _)| *old == id);
    let id = renamed.map_or(id, |(_, id)| id);
    naming::named(&format!("{TOOL}/{id}"))
}

/// Translates a configuration.
pub(super) fn translate(file: &str, config: &Value) -> Translation {
    let mut translation = Translation::new(TOOL, file);
    translation.remarks.extend([
        "danger is critical here, and warning high: `plimsoll check --fail-on critical` is like --set-exit-code-on-danger."
            .to_owned(),
        "Where Polaris refuses what is in danger at admission, the policies want `actions: {critical: Deny}`.".to_owned(),
    ]);
    let custom = config["customChecks"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    for (id, severity) in config["checks"].as_object().into_iter().flatten() {
        let severity = match severity.as_str() {
            Some("danger" | "error") => Severity::Critical,
            Some("warning") => Severity::High,
            Some("ignore") => continue,
            _ => {
                let why = format!("{severity} is no severity");
                translation.lost(&format!("checks.{id}"), &why);
                continue;
            }
        };
        // Said below.
        if custom.contains_key(id) {
            continue;
        }
        let found = counterparts(id);
        if found.is_empty() {
            translation.lost(&format!("checks.{id}"), "Plimsoll has no such check");
        }
        let params = match id.as_str() {
            "dangerousCapabilities" => json!({"allowed": HARMLESS}),
            _ => json!({}),
        };
        let params = params.as_object().cloned().unwrap_or_default();
        for check in found {
            translation.add(id, check, severity, &params);
        }
    }
    for id in custom.keys() {
        let why =
            "a check in JSON Schema has no counterpart; a ReadinessChecklist may say it in CEL";
        translation.lost(&format!("customChecks.{id}"), why);
    }
    settings(&mut translation, config);
    translation
}

fn settings(translation: &mut Translation, config: &Value) {
    let is_set = |key: &str| config[key].as_bool().unwrap_or(false);
    let none = is_set("disallowExemptions");
    if none || is_set("disallowAnnotationExemptions") {
        let why =
            "`plimsoll check --strict` pays no heed to annotations; in a cluster they never count";
        translation.remark("annotations that exempt are disallowed", why);
    }
    let exemptions = config["exemptions"].as_array().into_iter().flatten();
    if !(none || is_set("disallowConfigExemptions")) {
        for (at, exemption) in exemptions.enumerate() {
            exempt(translation, at, exemption);
        }
    }
    for key in config.as_object().into_iter().flat_map(Map::keys) {
        match key.as_str() {
            "mutations" => {
                let why = "nothing is changed at admission; `plimsoll fix` mends files";
                translation.lost(key, why);
            }
            known if KNOWN.contains(&known) => {}
            _ => translation.lost(key, "this field has no counterpart"),
        }
    }
}

/// An exemption: a condition on the workloads that its rules judge.
fn exempt(translation: &mut Translation, at: usize, exemption: &Value) {
    let list = |key: &str| -> Vec<String> {
        let items = exemption[key].as_array().into_iter().flatten();
        items
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    };
    let what = format!("exemptions[{at}]");
    if let [container, ..] = list("containerNames").as_slice() {
        let why =
            format!("an exemption of single containers ({container}, ...) has no counterpart");
        return translation.lost(&what, &why);
    }
    let condition = condition(
        exemption["namespace"].as_str().unwrap_or_default(),
        &list("controllerNames"),
    );
    let rules = list("rules");
    if rules.is_empty() {
        let ids: Vec<_> = translation.rules.keys().copied().collect();
        for id in ids {
            exempt_from(translation, &what, (id, None), condition.as_deref());
        }
    }
    for rule in rules {
        let is_off = |check: &&Check| !translation.rules.contains_key(check.id);
        let found = counterparts(&rule);
        if found.is_empty() {
            translation.lost(&format!("{what} from {rule}"), "Plimsoll has no such check");
            continue;
        }
        if found.iter().all(is_off) {
            // What is not judged needs no exemption.
            continue;
        }
        for check in found {
            exempt_from(
                translation,
                &what,
                (check.id, Some(&rule)),
                condition.as_deref(),
            );
        }
    }
}

fn exempt_from(
    translation: &mut Translation,
    what: &str,
    (id, name): (&'static str, Option<&str>),
    condition: Option<&str>,
) {
    let Some(rule) = translation.rules.get_mut(id) else {
        return;
    };
    let Some(condition) = condition else {
        // It is for everything.
        translation.rules.remove(id);
        return;
    };
    let what = format!("{what} from {}", name.unwrap_or(id));
    let other = rule
        .names
        .iter()
        .find(|other| name.is_some_and(|name| name != **other))
        .cloned();
    if checks::find(id).is_some_and(Check::judges_related) {
        let why = format!(
            "{id} judges objects around workloads, which no condition of a policy is about; annotate them with plimsoll.dev/ignore"
        );
        translation.lost(&what, &why);
    } else if rule.exempt.len() >= 64 {
        translation.lost(&what, "a policy has 64 conditions at most");
    } else {
        rule.exempt.insert(condition.to_owned());
        if let Some(other) = other {
            let why = format!("it exempts from {other} as well, which is a part of {id}");
            translation.remark(&what, &why);
        }
    }
}

/// Which workloads are exempt; `None` for all of them.
fn condition(namespace: &str, names: &[String]) -> Option<String> {
    // A text of JSON is one of CEL.
    let quoted = |text: &str| Value::from(text).to_string();
    let mut parts = Vec::new();
    if !namespace.is_empty() {
        parts.push(format!(
            "object.metadata.namespace == {}",
            quoted(namespace)
        ));
    }
    let names: Vec<_> = names
        .iter()
        .map(|name| format!("object.metadata.name.startsWith({})", quoted(name)))
        .collect();
    match names.as_slice() {
        [] => {}
        [one] => parts.push(format!("has(object.metadata.name) && {one}")),
        _ => parts.push(format!(
            "has(object.metadata.name) && ({})",
            names.join(" || ")
        )),
    }
    (!parts.is_empty()).then(|| parts.join(" && "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exemption_is_a_condition() {
        let names = ["dns".to_owned(), "a\"b".to_owned()];
        for (namespace, names, expected) in [
            ("", &names[..0], None),
            (
                "kube-system",
                &names[..0],
                Some(r#"object.metadata.namespace == "kube-system""#),
            ),
            (
                "kube-system",
                &names[..],
                Some(
                    r#"object.metadata.namespace == "kube-system" && has(object.metadata.name) && (object.metadata.name.startsWith("dns") || object.metadata.name.startsWith("a\"b"))"#,
                ),
            ),
        ] {
            assert_eq!(condition(namespace, names).as_deref(), expected);
        }
    }

    #[test]
    fn other_versions_have_other_ids() {
        for (old, id) in RENAMED {
            let found = counterparts(old);
            assert!(!found.is_empty(), "{old}");
            assert_eq!(found[0].id, counterparts(id)[0].id);
        }
    }
}
