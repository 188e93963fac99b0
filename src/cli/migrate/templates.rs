//! kube-linter's own checks of a configuration: a template and its parameters.
//!
//! Source: <https://github.com/stackrox/kube-linter/blob/main/docs/generated/templates.md>. A pattern is translated where it is a
//! list of plain words; anything else is said.

use serde_json::{Map, Value, json};

use super::kube_linter::{counterparts, severity};
use super::translation::Translation;
use crate::check::Check;
use crate::checks;

/// A template that is a check of ours, and what its parameters come to.
type Counterpart = Result<(Vec<&'static Check>, Map<String, Value>), String>;

/// Templates without parameters, or whose parameters may only be those of a built-in check.
const PLAIN: [(&str, &str); 33] = [
    ("access-to-resources", "access-to-secrets"),
    ("cluster-admin-role-binding", "cluster-admin-role-binding"),
    (
        "dangling-horizontalpodautoscaler",
        "dangling-horizontalpodautoscaler",
    ),
    ("dangling-ingress", "dangling-ingress"),
    ("dangling-networkpolicy", "dangling-networkpolicy"),
    (
        "dangling-networkpolicypeer-podselector",
        "dangling-networkpolicypeer-podselector",
    ),
    ("dangling-service", "dangling-service"),
    ("dangling-servicemonitor", "dangling-servicemonitor"),
    (
        "deprecated-service-account-field",
        "deprecated-service-account-field",
    ),
    ("duplicate-env-var", "duplicate-env-var"),
    ("env-value-from", "env-value-from"),
    ("env-var-value-from", "env-value-from"),
    ("host-ipc", "host-ipc"),
    ("host-network", "host-network"),
    ("host-pid", "host-pid"),
    ("liveness-port", "liveness-port"),
    ("liveness-probe", "no-liveness-probe"),
    ("mismatching-selector", "mismatching-selector"),
    ("no-node-affinity", "no-node-affinity"),
    (
        "non-existent-service-account",
        "non-existent-service-account",
    ),
    ("non-isolated-pod", "non-isolated-pod"),
    (
        "privilege-escalation-container",
        "privilege-escalation-container",
    ),
    ("privileged", "privileged-container"),
    ("privileged-ports", "privileged-ports"),
    ("read-only-root-fs", "no-read-only-root-fs"),
    ("read-secret-from-env-var", "read-secret-from-env-var"),
    ("readiness-port", "readiness-port"),
    ("readiness-probe", "no-readiness-probe"),
    ("run-as-non-root", "run-as-non-root"),
    ("startup-port", "startup-port"),
    ("target-port", "invalid-target-ports"),
    ("unsafe-proc-mount", "unsafe-proc-mount"),
    ("wildcard-in-rules", "wildcard-in-rules"),
];

/// Adds a custom check, or says why not.
pub(super) fn translate(translation: &mut Translation, at: usize, custom: &Value) {
    let name = custom["name"].as_str().unwrap_or("without a name");
    let what = format!("customChecks[{at}] {name}");
    let template = custom["template"].as_str().unwrap_or_default();
    let params = custom["params"].as_object().cloned().unwrap_or_default();
    let (found, params) = match counterpart(template, &params) {
        Ok(counterpart) => counterpart,
        Err(why) => return translation.lost(&what, &why),
    };
    let scope: Vec<_> = custom["scope"]["objectKinds"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for check in found {
        let is_of_workloads = check.judges_workloads() && !check.judges_related();
        let all = |kind: &&str| *kind == "Any" || is_of_workloads && *kind == "DeploymentLike";
        let is_whole = scope.is_empty()
            || scope.iter().any(all)
            || scope
                .iter()
                .all(|kind| check.subjects.iter().all(|own| own.name() == *kind));
        if !is_whole {
            let why = format!(
                "{} judges every kind that it is about, not only {}",
                check.id,
                scope.join(", ")
            );
            translation.remark(&what, &why);
        }
        translation.add(name, check, severity(check), &params);
    }
}

fn counterpart(template: &str, params: &Map<String, Value>) -> Counterpart {
    if let Some((_, name)) = PLAIN.iter().find(|(plain, _)| *plain == template) {
        if template == "access-to-resources" {
            return access(params);
        }
        return without_params(name, params);
    }
    match template {
        "minimum-replicas" => at_least("min-replicas", params),
        "hpa-minimum-replicas" => at_least("hpa-min-replicas", params),
        "anti-affinity" => spread(params),
        "cpu-requirements" => requirements(params, ["cpu-requests", "cpu-limits"]),
        "memory-requirements" => requirements(params, ["memory-requests", "memory-limits"]),
        "latest-tag" => tags(params),
        "host-mounts" => mounts(params),
        "ports" => only(params, &json!({"port": 22, "protocol": "TCP"}), "ssh-port"),
        "env-var" => {
            let known = json!({"name": "(?i).*secret.*", "value": ".+"});
            only(params, &known, "env-var-secret")
        }
        "service-account" => {
            let known = json!({"serviceAccount": "^(|default)$"});
            only(params, &known, "default-service-account")
        }
        "update-configuration" => {
            let known = json!({"strategyTypeRegex": "^(RollingUpdate|Rolling)$"});
            only(params, &known, "no-rolling-update-strategy")
        }
        "disallowed-api-obj" => {
            let known = json!({"group": "extensions", "version": "v1beta.+"});
            only(params, &known, "no-extensions-v1beta")
        }
        "forbidden-service-types" => {
            let known = json!({"forbiddenServiceTypes": ["NodePort", "LoadBalancer"]});
            only(params, &known, "exposed-services")
        }
        "required-label" => label(params),
        "required-annotation" if params.get("key").is_some_and(|key| key == "email") => {
            named("contact-annotation", json!({}))
        }
        "priority-class-name" => {
            let accepted = words(params.get("acceptedPriorityClassNames"))?;
            let allowed: Vec<_> = std::iter::once(String::new()).chain(accepted).collect();
            named("priority-class", json!({"allowed": allowed}))
        }
        "image-pull-policy" => {
            let mut forbidden = words(params.get("forbiddenPolicies"))?;
            forbidden.sort();
            match forbidden.join(",").as_str() {
                "IfNotPresent,Never" => named("image-pull-policy", json!({})),
                _ => Err("only a pull policy of Always can be asked for".to_owned()),
            }
        }
        "verify-container-capabilities" => capabilities(params),
        "" => Err("it names no template".to_owned()),
        other => Err(format!(
            "the template {other} with its parameters has no counterpart; a ReadinessChecklist may say it in CEL"
        )),
    }
}

fn named(id: &str, params: Value) -> Counterpart {
    let check = checks::find(id).ok_or_else(|| format!("there is no check {id}"))?;
    Ok((vec![check], params.as_object().cloned().unwrap_or_default()))
}

fn without_params(name: &str, params: &Map<String, Value>) -> Counterpart {
    match params.keys().next() {
        None => Ok(counterparts(name)),
        Some(key) => Err(format!("its parameter {key} has no counterpart")),
    }
}

/// The parameters that a built-in check has, and no others.
fn only(params: &Map<String, Value>, known: &Value, name: &str) -> Counterpart {
    if Value::from(params.clone()) == *known {
        return Ok(counterparts(name));
    }
    Err(format!(
        "its parameters are others than those of {name} ({known})"
    ))
}

fn access(params: &Map<String, Value>) -> Counterpart {
    let resources = words(params.get("resources"))?;
    let plain: Vec<_> = resources.iter().map(|one| exact(one)).collect();
    match plain.as_slice() {
        [Some("secrets")] => Ok(counterparts("access-to-secrets")),
        [Some("pods")] => Ok(counterparts("access-to-create-pods")),
        _ => Err("only access to secrets, or to create pods, can be asked for".to_owned()),
    }
}

fn at_least(id: &str, params: &Map<String, Value>) -> Counterpart {
    let min = params
        .get("minReplicas")
        .cloned()
        .unwrap_or_else(|| json!(0));
    match min.as_i64() {
        Some(1..=1000) => named(id, json!({"min": min})),
        _ => Err(format!("minReplicas is {min}, not from 1 to 1000")),
    }
}

fn spread(params: &Map<String, Value>) -> Counterpart {
    let key = params.get("topologyKey").and_then(Value::as_str);
    if key.is_some_and(|key| !key.is_empty() && exact(key) != Some("kubernetes.io/hostname")) {
        return Err(
            "only a spread over nodes can be asked for by node-spread; see topology-spread"
                .to_owned(),
        );
    }
    match params.get("minReplicas").map(|min| (min, min.as_i64())) {
        None => named("node-spread", json!({})),
        Some((min, Some(2..=1000))) => named("node-spread", json!({"minReplicas": min})),
        Some((min, _)) => Err(format!("minReplicas is {min}, not from 2 to 1000")),
    }
}

fn requirements(params: &Map<String, Value>, [requests, limits]: [&str; 2]) -> Counterpart {
    let is_unset =
        |(key, value): (&String, &Value)| key == "requirementsType" || *value == json!(0);
    if !params.iter().all(is_unset) {
        return Err("only that they are set can be asked for, not how much".to_owned());
    }
    match params.get("requirementsType").and_then(Value::as_str) {
        Some("request") => named(requests, json!({})),
        Some("limit") => named(limits, json!({})),
        Some("any") => {
            let found = [requests, limits].into_iter().filter_map(checks::find);
            Ok((found.collect(), Map::new()))
        }
        other => Err(format!(
            "requirementsType is {other:?}, not request, limit or any"
        )),
    }
}

/// `.*:(latest|main)$` is a list of tags; the other patterns of the built-in check say that there must be one.
fn tags(params: &Map<String, Value>) -> Counterpart {
    let key = |name: &str| {
        params
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
    };
    if key("allowList")
        .is_some_and(|(_, list)| !words(Some(list)).is_ok_and(|list| list.is_empty()))
    {
        return Err(
            "allowList is a pattern of images; see image-registry for registries".to_owned(),
        );
    }
    let mut forbidden = Vec::new();
    for pattern in words(key("blockList").map(|(_, list)| list))? {
        if ["^((?!:).)*$", "^[^:]*$", "^(.*/[^:]+)$", "^([^:]+)$"].contains(&pattern.as_str()) {
            continue;
        }
        let tags = pattern
            .strip_prefix(".*:")
            .and_then(|rest| rest.strip_suffix('$'));
        let tags = tags.map(|tags| tags.trim_start_matches('(').trim_end_matches(')'));
        match tags.map(|tags| tags.split('|').collect::<Vec<_>>()) {
            Some(tags) if tags.iter().all(|tag| is_word(tag)) => {
                forbidden.extend(tags.iter().map(ToString::to_string));
            }
            _ => return Err(format!("the pattern {pattern} is no list of tags")),
        }
    }
    named("image-tag", json!({"forbidden": forbidden}))
}

fn mounts(params: &Map<String, Value>) -> Counterpart {
    let dirs = words(params.get("dirs"))?;
    if dirs.as_slice() == ["docker.sock$"] {
        return Ok(counterparts("docker-sock"));
    }
    let mut paths = Vec::new();
    for dir in &dirs {
        match exact(dir) {
            // It holds every other one, so that it counts in any case.
            Some("/") => {}
            Some(path) if path.starts_with('/') => paths.push(path),
            _ => return Err(format!("the pattern {dir} is no path")),
        }
    }
    if paths.is_empty() {
        return Err("it names no path below /".to_owned());
    }
    named("sensitive-host-mounts", json!({"paths": paths}))
}

fn label(params: &Map<String, Value>) -> Counterpart {
    if params
        .get("value")
        .is_some_and(|value| !["", ".*", ".+"].contains(&value.as_str().unwrap_or("?")))
    {
        return Err("only that the label is there can be asked for, not its value".to_owned());
    }
    let key = params
        .get("key")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if key.is_empty()
        || !key
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || "-_./".contains(char))
    {
        return Err(format!("the key {key:?} is a pattern"));
    }
    named("owner-label", json!({"labels": [key]}))
}

fn capabilities(params: &Map<String, Value>) -> Counterpart {
    if !words(params.get("exceptions"))?.is_empty() {
        return Err("its exceptions have no counterpart".to_owned());
    }
    let forbidden = words(params.get("forbiddenCapabilities"))?;
    match forbidden.as_slice() {
        [one] if one == "NET_RAW" => named("drop-net-raw", json!({})),
        [one] if one.eq_ignore_ascii_case("all") => named("drop-all-capabilities", json!({})),
        [] => Err("it names no capability".to_owned()),
        list => named("insecure-capabilities", json!({"capabilities": list})),
    }
}

/// A list of texts.
fn words(value: Option<&Value>) -> Result<Vec<String>, String> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let list = value.as_array().map(|list| {
        let words = list.iter().map(|word| word.as_str().map(str::to_owned));
        words.collect::<Option<Vec<_>>>()
    });
    list.flatten()
        .ok_or_else(|| format!("{value} is no list of texts"))
}

/// What a pattern that is a whole plain text matches.
fn exact(pattern: &str) -> Option<&str> {
    let bare = pattern.strip_prefix('^').unwrap_or(pattern);
    let bare = bare.strip_suffix('$').unwrap_or(bare);
    is_word(bare).then_some(bare)
}

fn is_word(text: &str) -> bool {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_/.".contains(char);
    !text.is_empty() && text.chars().all(plain)
}
