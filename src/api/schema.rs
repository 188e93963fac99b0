//! Parts of the schemas that come from the catalogue, or that schemars cannot say.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, LabelSelector};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::Report;
use crate::check::ParamKind;
use crate::checks;
use crate::model::Severity;

/// The id of a check: the API server refuses any other, and names those there are.
pub(super) fn check_id(_: &mut SchemaGenerator) -> Schema {
    let ids: Vec<_> = checks::ALL.iter().map(|check| check.id).collect();
    json_schema!({"type": "string", "enum": ids})
}

pub(super) fn severity(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "nullable": true, "enum": Severity::ALL.map(Severity::name)})
}

/// The parameters that the checks declare.
pub(super) fn params(_: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    for check in checks::ALL.iter().filter(|check| !check.params.is_empty()) {
        let params = check.params.iter().map(|param| {
            let mut schema = match param.kind {
                ParamKind::Integer { default, minimum, maximum } => {
                    json!({"type": "integer", "format": "int64", "default": default, "minimum": minimum, "maximum": maximum})
                }
                ParamKind::Release { default } => {
                    let pattern = r"^v?1\.[0-9]{1,4}(\.[0-9]{1,4})?$";
                    json!({"type": "string", "default": default.to_string(), "pattern": pattern})
                }
                ParamKind::Strings { default } => {
                    json!({"type": "array", "items": {"type": "string", "maxLength": 253}, "default": default, "maxItems": 256})
                }
            };
            schema["description"] = param.doc.into();
            (param.name.to_owned(), schema)
        });
        let params: Map<String, Value> = params.collect();
        let description = format!("Of {}: {}.", check.id, check.title);
        properties.insert(
            check.id.to_owned(),
            json!({"type": "object", "description": description, "properties": params}),
        );
    }
    json_schema!({
        "type": "object",
        "description": "Parameters of checks, by the check's id.",
        "properties": properties,
    })
}

/// A label selector whose operators and values are checked where the policy is applied, not where it is used.
pub(super) fn label_selector(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = LabelSelector::json_schema(generator);
    schema.insert(
        "x-kubernetes-validations".to_owned(),
        json!([{
            "rule": "!has(self.matchExpressions) || self.matchExpressions.all(e, e.operator in ['In', 'NotIn'] \
                     ? has(e.values) && size(e.values) > 0 \
                     : e.operator in ['Exists', 'DoesNotExist'] && (!has(e.values) || size(e.values) == 0))",
            "message": "matchExpressions: the operator must be In or NotIn with values, or Exists or DoesNotExist without",
        }]),
    );
    schema.insert("nullable".to_owned(), json!(true));
    bound_expressions(&mut schema);
    schema
}

/// CEL rules are costed by the largest list that the schema allows.
fn bound_expressions(schema: &mut Schema) {
    if let Some(expressions) = schema
        .pointer_mut("/properties/matchExpressions")
        .and_then(Value::as_object_mut)
    {
        expressions.insert("maxItems".to_owned(), json!(32));
        if let Some(values) = expressions
            .get_mut("items")
            .and_then(|items| items.pointer_mut("/properties/values"))
            .and_then(Value::as_object_mut)
        {
            values.insert("maxItems".to_owned(), json!(64));
        }
    }
}

/// Conditions, a map by type.
pub(super) fn conditions(generator: &mut SchemaGenerator) -> Schema {
    let condition = Condition::json_schema(generator);
    json_schema!({
        "type": "array",
        "items": condition,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
    })
}

/// The content of a report is one value to whoever merges: field managers are told of it in one line.
pub(super) fn report(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Report::json_schema(generator);
    schema.insert("x-kubernetes-map-type".to_owned(), json!("atomic"));
    schema
}
