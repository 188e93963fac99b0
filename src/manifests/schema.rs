//! The part of structural schemas that custom resources of ours use: what the API server would refuse.

use std::fmt::Display;

use kube::CustomResourceExt;
use regex::Regex;
use serde_json::{Map, Value, json};

use super::nearest;

/// A list of values up to this length is named whole.
const FEW: usize = 8;

/// Something that the API server would refuse.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// Where, as a JSON pointer.
    pub(super) pointer: String,
    /// Where, as in `spec.checks[0].id`.
    pub(super) field: String,
    /// What is wrong and what would be right.
    pub(super) message: String,
}

/// The schema of a kind, with the fields that every object has.
pub(super) fn of<K: CustomResourceExt>() -> Value {
    let definition = serde_json::to_value(K::crd()).unwrap_or_default();
    let mut schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone();
    let properties = &mut schema["properties"];
    properties["apiVersion"] = json!({"type": "string"});
    properties["kind"] = json!({"type": "string"});
    properties["metadata"] = json!({
        "type": "object",
        "properties": {"name": {"type": "string", "minLength": 1}},
        "x-kubernetes-preserve-unknown-fields": true,
    });
    // Reading an object back from a cluster brings its status along.
    properties["status"] = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    schema
}

/// Whether a value is what a schema asks for.
///
/// # Errors
/// The first thing that is not.
pub(super) fn check(schema: &Value, value: &Value) -> Result<(), Misfit> {
    let found = match value {
        // Nothing is what null stands for.
        Value::Null => return Ok(()),
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
    };
    let wanted = schema["type"].as_str().unwrap_or(found);
    if wanted != found && (wanted, found) != ("number", "integer") {
        return misfit(format!("must be of type {wanted}, is {value}"));
    }
    match value {
        Value::Object(fields) => object(schema, fields),
        Value::Array(items) => list(schema, items),
        Value::String(text) => string(schema, text),
        Value::Number(_) => number(schema, value),
        Value::Null | Value::Bool(_) => Ok(()),
    }
}

fn number(schema: &Value, value: &Value) -> Result<(), Misfit> {
    let number = value.as_f64().unwrap_or_default();
    match (schema["minimum"].as_f64(), schema["maximum"].as_f64()) {
        (Some(minimum), _) if number < minimum => {
            misfit(format!("must be at least {minimum}, is {value}"))
        }
        (_, Some(maximum)) if number > maximum => {
            misfit(format!("must be at most {maximum}, is {value}"))
        }
        _ => Ok(()),
    }
}

fn object(schema: &Value, fields: &Map<String, Value>) -> Result<(), Misfit> {
    let properties = schema["properties"].as_object();
    let keeps_unknown = schema["x-kubernetes-preserve-unknown-fields"] == true;
    for (name, value) in fields {
        let known = properties.and_then(|properties| properties.get(name));
        let of_any = Some(&schema["additionalProperties"]).filter(|schema| schema.is_object());
        match known.or(of_any) {
            Some(schema) => check(schema, value).map_err(|misfit| misfit.in_field(name))?,
            None if keeps_unknown => {}
            None => {
                let names = properties
                    .into_iter()
                    .flat_map(Map::keys)
                    .map(String::as_str);
                let message = format!("no such field; {}", known_or_nearest(name, names));
                return misfit(message).map_err(|misfit| misfit.in_field(name));
            }
        }
    }
    let required = schema["required"].as_array().into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if fields.get(name).is_none_or(Value::is_null) {
            return misfit("required").map_err(|misfit| misfit.in_field(name));
        }
    }
    Ok(())
}

fn list(schema: &Value, items: &[Value]) -> Result<(), Misfit> {
    let length = items.len() as u64;
    if let Some(minimum) = schema["minItems"]
        .as_u64()
        .filter(|minimum| length < *minimum)
    {
        return misfit(format!("must have at least {minimum} items, has {length}"));
    }
    if let Some(maximum) = schema["maxItems"]
        .as_u64()
        .filter(|maximum| length > *maximum)
    {
        return misfit(format!("must have at most {maximum} items, has {length}"));
    }
    for (index, item) in items.iter().enumerate() {
        check(&schema["items"], item).map_err(|misfit| misfit.in_item(index))?;
    }
    Ok(())
}

fn string(schema: &Value, text: &str) -> Result<(), Misfit> {
    if let Some(values) = schema["enum"].as_array() {
        let values = values.iter().filter_map(Value::as_str);
        if !values.clone().any(|value| value == text) {
            let known = known_or_nearest(text, values);
            return misfit(format!("{text:?} is no value that is known; {known}"));
        }
    }
    let length = text.chars().count() as u64;
    if let Some(minimum) = schema["minLength"]
        .as_u64()
        .filter(|minimum| length < *minimum)
    {
        return misfit(format!(
            "must have at least {minimum} characters, has {length}"
        ));
    }
    if let Some(maximum) = schema["maxLength"]
        .as_u64()
        .filter(|maximum| length > *maximum)
    {
        return misfit(format!(
            "must have at most {maximum} characters, has {length}"
        ));
    }
    match schema["pattern"]
        .as_str()
        .map(|pattern| (pattern, Regex::new(pattern)))
    {
        Some((pattern, Ok(regex))) if !regex.is_match(text) => {
            misfit(format!("{text:?} does not match {pattern}"))
        }
        _ => Ok(()),
    }
}

fn known_or_nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.collect();
    if let Some(nearest) = nearest(word, known.iter().copied()) {
        format!("did you mean {nearest}?")
    } else if known.is_empty() {
        "there are none".to_owned()
    } else if known.len() <= FEW {
        format!("there are {}", known.join(", "))
    } else {
        format!("there are {}, ...", known[..FEW].join(", "))
    }
}

fn misfit(message: impl Display) -> Result<(), Misfit> {
    Err(Misfit {
        pointer: String::new(),
        field: String::new(),
        message: message.to_string(),
    })
}

impl Misfit {
    fn in_field(self, name: &str) -> Self {
        let step = name.replace('~', "~0").replace('/', "~1");
        self.within(&step, name)
    }

    fn in_item(self, index: usize) -> Self {
        self.within(&index.to_string(), &format!("[{index}]"))
    }

    fn within(mut self, step: &str, name: &str) -> Self {
        let is_end = self.field.is_empty() || self.field.starts_with('[');
        let dot = if is_end { "" } else { "." };
        self.pointer = format!("/{step}{}", self.pointer);
        self.field = format!("{name}{dot}{}", self.field);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(spec: Value) -> Option<(String, String)> {
        let policy = json!({"metadata": {"name": "p"}, "spec": spec});
        let misfit = check(&of::<crate::api::ReadinessPolicy>(), &policy).err()?;
        Some((misfit.field, misfit.message))
    }

    #[test]
    fn what_the_api_server_refuses_is_refused() {
        for (spec, field, message) in [
            (
                json!({"acton": {}}),
                "spec.acton",
                "no such field; did you mean actions?",
            ),
            (
                json!({"actions": {"hihg": "Deny"}}),
                "spec.actions.hihg",
                "did you mean high?",
            ),
            (
                json!({"actions": {"high": "deny"}}),
                "spec.actions.high",
                "did you mean Deny?",
            ),
            (
                json!({"actions": "Deny"}),
                "spec.actions",
                "must be of type object, is \"Deny\"",
            ),
            (json!({"checks": []}), "spec.checks", "at least 1 items"),
            (
                json!({"checks": [{"id": "livenes-probe"}]}),
                "spec.checks[0].id",
                "did you mean liveness-probe?",
            ),
            (json!({"checks": [{}]}), "spec.checks[0].id", "required"),
            (
                json!({"match": {"kinds": ["ConfigMap"]}}),
                "spec.match.kinds[0]",
                "\"ConfigMap\"",
            ),
            (
                json!({"match": {"objectSelector": {"matchLabels": {"a": 1}}}}),
                "spec.match.objectSelector.matchLabels.a",
                "must be of type string, is 1",
            ),
            (
                json!({"exceptions": {"maxLifetime": "a month"}}),
                "spec.exceptions.maxLifetime",
                "\"a month\" does not match ",
            ),
        ] {
            let Some((at, text)) = refusal(spec.clone()) else {
                panic!("{spec} is not refused");
            };
            assert_eq!(at, field, "{spec}");
            assert!(text.contains(message), "{spec}: {text}");
        }
    }

    #[test]
    fn what_the_api_server_accepts_is_accepted() {
        for spec in [
            json!({}),
            json!({"match": null, "checklists": ["essentials"], "onUpdate": "All"}),
            json!({"match": {"namespaceSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}}}),
            json!({"checks": [{"id": "liveness-probe", "severity": "advice", "action": "Warn"}]}),
        ] {
            assert_eq!(refusal(spec.clone()), None, "{spec}");
        }
    }
}
