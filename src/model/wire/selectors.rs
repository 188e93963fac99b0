//! Label selectors on the wire.

use serde::Deserialize;

use super::fields::fields;
use super::scalar::{List, Pairs, Str};
use crate::model::{Operator, Requirement, Selector, Text};

/// `metav1.LabelSelector`. A plain map of labels in its place is refused: read leniently, it would select everything.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct LabelSelector {
    match_labels: Pairs,
    match_expressions: List<Expression>,
}

fields! {
    struct Expression {
        key: Option<Str>,
        operator: Option<Str>,
        values: List<Str>,
    }
}

fn equalities(labels: &Pairs) -> impl Iterator<Item = Requirement> {
    labels.iter().map(|(key, value)| Requirement {
        key: key.clone(),
        operator: Operator::In([value.clone()].into()),
    })
}

impl LabelSelector {
    pub(super) fn record(self) -> Selector {
        equalities(&self.match_labels)
            .chain(self.match_expressions.0.iter().map(Expression::record))
            .collect()
    }
}

impl Expression {
    fn record(&self) -> Requirement {
        let values: Box<[Text]> = self.values.0.iter().map(|value| value.0.clone()).collect();
        let operator = match (
            self.operator.as_ref().map_or("", |name| &*name.0),
            values.is_empty(),
        ) {
            ("In", false) => Operator::In(values),
            ("NotIn", false) => Operator::NotIn(values),
            ("Exists", true) => Operator::Exists,
            ("DoesNotExist", true) => Operator::DoesNotExist,
            _ => Operator::Invalid,
        };
        Requirement {
            key: self
                .key
                .as_ref()
                .map_or_else(|| Text::from(""), |key| key.0.clone()),
            operator,
        }
    }
}
