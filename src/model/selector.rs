//! Label selectors.

use super::{Labels, Text};

/// A label selector with the meaning of `metav1.LabelSelector`: every requirement must hold, and one without
/// requirements selects everything. What an *absent* selector means differs by field and is said where it is kept.
/// Source: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/>.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selector(pub Box<[Requirement]>);

/// One requirement on one label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The label's key.
    pub key: Text,
    /// What is asked of it.
    pub operator: Operator,
}

/// What a [`Requirement`] asks of a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Present, with one of these values.
    In(Box<[Text]>),
    /// Absent, or present with none of these values.
    NotIn(Box<[Text]>),
    /// Present.
    Exists,
    /// Absent.
    DoesNotExist,
    /// An operator that Kubernetes does not have, or `In` without values. The API server refuses such a selector; it
    /// selects nothing.
    Invalid,
}

impl Selector {
    /// A selector of equalities.
    pub fn equal<'a>(labels: impl IntoIterator<Item = (&'a Text, &'a Text)>) -> Self {
        let equal = |(key, value): (&Text, &Text)| Requirement {
            key: key.clone(),
            operator: Operator::In([value.clone()].into()),
        };
        Self(labels.into_iter().map(equal).collect())
    }

    /// Whether an object with these labels is selected.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|requirement| requirement.matches(labels))
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The labels that everything selected has with one of a few values, for an index. By label, each once; there may be
    /// further requirements on it.
    pub fn choices(&self) -> Vec<(&Text, &[Text])> {
        let choice = |requirement| match requirement {
            &Requirement {
                ref key,
                operator: Operator::In(ref values),
            } => Some((key, &**values)),
            _ => None,
        };
        let mut choices: Vec<_> = self.0.iter().filter_map(choice).collect();
        choices.sort_by_key(|(label, values)| (*label, values.len()));
        choices.dedup_by_key(|(label, _)| *label);
        choices
    }
}

impl FromIterator<Requirement> for Selector {
    fn from_iter<I: IntoIterator<Item = Requirement>>(requirements: I) -> Self {
        Self(requirements.into_iter().collect())
    }
}

impl Requirement {
    fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match &self.operator {
            Operator::In(values) => value.is_some_and(|value| values.contains(value)),
            Operator::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Invalid => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(key: &str, operator: Operator) -> Selector {
        Selector(
            [Requirement {
                key: key.into(),
                operator,
            }]
            .into(),
        )
    }

    #[test]
    fn requirements_mean_what_kubernetes_means() {
        let labels: Labels = [("app".into(), "web".into())].into_iter().collect();
        let web: Box<[Text]> = ["web".into()].into();
        let api: Box<[Text]> = ["api".into()].into();
        for (selector, expected) in [
            (Selector::default(), true),
            (requirement("app", Operator::In(web.clone())), true),
            (requirement("app", Operator::In(api.clone())), false),
            (requirement("tier", Operator::In(web.clone())), false),
            (requirement("app", Operator::NotIn(web.clone())), false),
            (requirement("app", Operator::NotIn(api.clone())), true),
            (requirement("tier", Operator::NotIn(web)), true),
            (requirement("app", Operator::Exists), true),
            (requirement("tier", Operator::Exists), false),
            (requirement("app", Operator::DoesNotExist), false),
            (requirement("tier", Operator::DoesNotExist), true),
            (requirement("app", Operator::Invalid), false),
        ] {
            assert_eq!(selector.matches(&labels), expected, "{selector:?}");
        }
    }
}
