//! Custom resources of whose pods nothing is known.

use super::{Labels, Operator, Selector, Text};

/// A custom resource among files that seems to run pods, whose labels only its controller knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodMaker {
    /// Its kind.
    pub kind: Text,
    /// Its namespace.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
    /// Its own labels, which controllers often hand on.
    pub labels: Labels,
}

impl PodMaker {
    /// The name, which no object can have, by which the pods of a custom resource are kept whose template is known.
    pub fn name_of_pods(kind: &str, name: &str) -> String {
        format!("{name} ({kind})")
    }

    /// Whether a name is one of these.
    pub fn is_name_of_pods(name: &str) -> bool {
        name.contains(' ')
    }

    /// Whether a selector may well be meant for its pods: it asks for its labels, or for a value that has its name or kind in it.
    pub fn may_be_meant_by(&self, selector: &Selector) -> bool {
        if selector.is_empty() {
            return false;
        }
        let has_name = |value: &Text| {
            let value = value.to_lowercase();
            let names = [&self.name, &self.kind].map(|name| name.to_lowercase());
            names.iter().any(|name| value.contains(&**name))
        };
        let names_it = selector
            .0
            .iter()
            .any(|requirement| match &requirement.operator {
                Operator::In(values) => values.iter().any(has_name),
                _ => false,
            });
        names_it || selector.matches(&self.labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_a_kind_or_the_labels_tell_whose_pods_are_meant() {
        let maker = PodMaker {
            kind: "Kafka".into(),
            namespace: "shop".into(),
            name: "events".into(),
            labels: [("team".into(), "data".into())].into_iter().collect(),
        };
        for (label, value, expected) in [
            ("app", "events", true),
            ("app", "events-broker", true),
            ("app", "kafka", true),
            ("team", "data", true),
            ("team", "web", false),
            ("app", "web", false),
        ] {
            let selector = Selector::equal([(&label.into(), &value.into())]);
            assert_eq!(
                maker.may_be_meant_by(&selector),
                expected,
                "{label}={value}"
            );
        }
        assert!(!maker.may_be_meant_by(&Selector::default()));
    }
}
