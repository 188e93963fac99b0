//! Configurations of kube-linter.
//!
//! Source: <https://github.com/stackrox/kube-linter/blob/main/docs/configuring-kubelinter.md>.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::templates;
use super::translation::Translation;
use crate::check::Check;
use crate::engine::naming;
use crate::model::Severity;

const TOOL: &str = "kube-linter";

/// Its checks that are on unless a configuration says otherwise.
const DEFAULTS: [&str; 31] = [
    "dangling-service",
    "deprecated-service-account-field",
    "docker-sock",
    "drop-net-raw-capability",
    "duplicate-env-var",
    "env-var-secret",
    "host-ipc",
    "host-network",
    "host-pid",
    "invalid-target-ports",
    "job-ttl-seconds-after-finished",
    "latest-tag",
    "liveness-port",
    "mismatching-selector",
    "no-anti-affinity",
    "no-extensions-v1beta",
    "no-read-only-root-fs",
    "non-existent-service-account",
    "pdb-max-unavailable",
    "pdb-min-available",
    "pdb-unhealthy-pod-eviction-policy",
    "privilege-escalation-container",
    "privileged-container",
    "readiness-port",
    "run-as-non-root",
    "sensitive-host-mounts",
    "ssh-port",
    "startup-port",
    "unset-cpu-requirements",
    "unset-memory-requirements",
    "unsafe-sysctls",
];

/// The others.
const OPTIONAL: [&str; 32] = [
    "access-to-create-pods",
    "access-to-secrets",
    "cluster-admin-role-binding",
    "dangling-horizontalpodautoscaler",
    "dangling-ingress",
    "dangling-networkpolicy",
    "dangling-networkpolicypeer-podselector",
    "dangling-servicemonitor",
    "default-service-account",
    "dnsconfig-options",
    "env-value-from",
    "exposed-services",
    "hpa-minimum-three-replicas",
    "minimum-three-replicas",
    "no-liveness-probe",
    "no-node-affinity",
    "no-readiness-probe",
    "no-rolling-update-strategy",
    "non-isolated-pod",
    "priority-class-name",
    "privileged-ports",
    "read-secret-from-env-var",
    "required-annotation-email",
    "required-label-owner",
    "restart-policy",
    "scc-deny-privileged-container",
    "schema-validation",
    "sorted-keys",
    "unsafe-proc-mount",
    "use-namespace",
    "wildcard-in-rules",
    "writable-host-mount",
];

/// What its configuration may say of `checks`.
const KEYS: [&str; 5] = [
    "addAllBuiltIn",
    "doNotAutoAddDefaults",
    "exclude",
    "ignorePaths",
    "include",
];

/// Whether a document is a configuration of it.
pub(super) fn is_config(config: &Value) -> bool {
    let has_key = |checks: &Map<String, Value>| KEYS.iter().any(|key| checks.contains_key(*key));
    config["checks"].as_object().is_some_and(has_key) || config["customChecks"].is_array()
}

/// The checks that one of its checks is, with the parameters that it has there.
pub(super) fn counterparts(name: &str) -> (Vec<&'static Check>, Map<String, Value>) {
    let checks = naming::named(&format!("{TOOL}/{name}"));
    let params = match name {
        "minimum-three-replicas" | "hpa-minimum-three-replicas" => json!({"min": 3}),
        "priority-class-name" => {
            json!({"allowed": ["", "system-cluster-critical", "system-node-critical"]})
        }
        "sensitive-host-mounts" => {
            json!({"paths": ["/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr"]})
        }
        _ => json!({}),
    };
    (checks, params.as_object().cloned().unwrap_or_default())
}

/// The severity of what fails there: every finding is an error, so that none is less than high here.
pub(super) fn severity(check: &Check) -> Severity {
    check.severity.max(Severity::High)
}

/// Translates a configuration.
pub(super) fn translate(file: &str, config: &Value) -> Translation {
    let mut translation = Translation::new(TOOL, file);
    translation.remarks.push(
        "Every finding of kube-linter is an error: no check is less than high here, and one that is critical to Plimsoll stays so."
            .to_owned(),
    );
    unknown_keys(&mut translation, config);
    let checks = &config["checks"];
    let is_set = |key: &str| checks[key].as_bool().unwrap_or(false);
    let mut enabled: BTreeSet<String> = BTreeSet::new();
    if is_set("addAllBuiltIn") {
        enabled.extend(DEFAULTS.iter().chain(&OPTIONAL).map(ToString::to_string));
    } else if !is_set("doNotAutoAddDefaults") {
        enabled.extend(DEFAULTS.iter().map(ToString::to_string));
    }
    enabled.extend(strings(
        &mut translation,
        &checks["include"],
        "checks.include",
    ));
    let excluded: BTreeSet<String> =
        strings(&mut translation, &checks["exclude"], "checks.exclude").collect();
    let custom: Vec<Value> = config["customChecks"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let names: BTreeSet<&str> = custom
        .iter()
        .filter_map(|check| check["name"].as_str())
        .collect();
    for name in enabled.difference(&excluded) {
        if names.contains(name.as_str()) {
            continue;
        }
        let (found, params) = counterparts(name);
        if found.is_empty() {
            translation.lost(&format!("the check {name}"), "Plimsoll has no such check");
        }
        for check in found {
            translation.add(name, check, severity(check), &params);
        }
    }
    for (at, check) in custom.iter().enumerate() {
        let name = check["name"].as_str().unwrap_or_default();
        if !excluded.contains(name) {
            templates::translate(&mut translation, at, check);
        }
    }
    still_judged(&mut translation, &excluded, &names);
    for path in strings(
        &mut translation,
        &checks["ignorePaths"],
        "checks.ignorePaths",
    ) {
        let what = format!("checks.ignorePaths {path}");
        translation.lost(
            &what,
            "a policy has no paths: leave it out of those that `plimsoll check` is given",
        );
    }
    translation
}

/// What is excluded by a name, and judged all the same as a part of a check that has other names as well.
fn still_judged(
    translation: &mut Translation,
    excluded: &BTreeSet<String>,
    custom: &BTreeSet<&str>,
) {
    for name in excluded
        .iter()
        .filter(|name| !custom.contains(name.as_str()))
    {
        let (found, _) = counterparts(name);
        if found.is_empty()
            && !DEFAULTS.contains(&name.as_str())
            && !OPTIONAL.contains(&name.as_str())
        {
            translation.lost(
                &format!("checks.exclude {name}"),
                "no check of kube-linter is known by this name",
            );
        }
        for check in found {
            if let Some(rule) = translation.rules.get(check.id) {
                let others: Vec<_> = rule.names.iter().cloned().collect();
                let why = format!(
                    "{} is judged whole, since it also is {}",
                    check.id,
                    others.join(", ")
                );
                translation.lost(&format!("checks.exclude {name}"), &why);
            }
        }
    }
}

fn unknown_keys(translation: &mut Translation, config: &Value) {
    let keys = |value: &Value| -> Vec<String> {
        let keys = value.as_object().into_iter().flat_map(Map::keys);
        keys.cloned().collect()
    };
    for key in keys(config) {
        if !["checks", "customChecks"].contains(&key.as_str()) {
            translation.lost(&key, "this field has no counterpart");
        }
    }
    for key in keys(&config["checks"]) {
        if !KEYS.contains(&key.as_str()) {
            translation.lost(&format!("checks.{key}"), "this field has no counterpart");
        }
    }
}

/// A list of names; what is none is noted.
fn strings(
    translation: &mut Translation,
    value: &Value,
    field: &str,
) -> impl Iterator<Item = String> + use<> {
    let is_list = value.is_null()
        || value
            .as_array()
            .is_some_and(|list| list.iter().all(Value::is_string));
    if !is_list {
        translation.lost(field, "it is no list of names");
    }
    let items = value.as_array().cloned().unwrap_or_default().into_iter();
    items.filter_map(|item| item.as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What has no counterpart is said to whoever migrates it; so that nothing of it is forgotten, it is listed here.
    #[test]
    fn nearly_every_check_has_a_counterpart() {
        let without: Vec<_> = DEFAULTS
            .iter()
            .chain(&OPTIONAL)
            .filter(|name| counterparts(name).0.is_empty())
            .collect();
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn parameters_are_those_of_the_checks() {
        for name in DEFAULTS.iter().chain(&OPTIONAL) {
            let (checks, params) = counterparts(name);
            for check in checks {
                crate::check::Params::parse(check, &params).expect("the check has them");
            }
        }
    }
}
