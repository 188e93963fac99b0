//! Label selectors as they are written in Plimsoll's own objects.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::model::{Operator, Requirement, Selector, Text};

/// Parses a selector.
///
/// # Errors
/// The label whose operator is none, or does not go with its values.
pub fn parse(selector: &LabelSelector) -> Result<Selector, String> {
    let labels = selector
        .match_labels
        .iter()
        .flatten()
        .map(|(key, value)| Requirement {
            key: key.as_str().into(),
            operator: Operator::In([value.as_str().into()].into()),
        });
    let mut requirements: Vec<_> = labels.collect();
    for expression in selector.match_expressions.iter().flatten() {
        let values: Box<[Text]> = expression
            .values
            .iter()
            .flatten()
            .map(|value| value.as_str().into())
            .collect();
        let operator = match (expression.operator.as_str(), values.is_empty()) {
            ("In", false) => Operator::In(values),
            ("NotIn", false) => Operator::NotIn(values),
            ("Exists", true) => Operator::Exists,
            ("DoesNotExist", true) => Operator::DoesNotExist,
            _ => return Err(expression.key.clone()),
        };
        requirements.push(Requirement {
            key: expression.key.as_str().into(),
            operator,
        });
    }
    Ok(requirements.into_iter().collect())
}
