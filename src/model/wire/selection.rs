//! Whether a workload's selector selects its own pods.

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::scalar::Pairs;
use super::selectors::LabelSelector;
use crate::model::{Kind, Labels, Operator, Requirement, Selection, Selector, Text};

/// `selector`, of a kind that has a label selector or of one that has plain labels.
pub(super) trait SelectorFields {
    fn into_selector(self) -> Selector;
}

impl SelectorFields for LabelSelector {
    fn into_selector(self) -> Selector {
        self.record()
    }
}

impl SelectorFields for Pairs {
    fn into_selector(self) -> Selector {
        Selector::equal(self.iter().map(|(key, value)| (key, value)))
    }
}

/// An `apiVersion`, as far as it matters to a selector: whether the pods' labels are its default.
#[derive(Clone, Copy, Default)]
pub(super) struct Defaulting(bool);

impl<'de> Deserialize<'de> for Defaulting {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = Defaulting;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E: Error>(self, version: &str) -> Result<Defaulting, E> {
                // Until apps/v1beta2, a selector that was not there was made of the template's labels.
                Ok(Defaulting(matches!(
                    version,
                    "extensions/v1beta1" | "apps/v1beta1"
                )))
            }
        }
        from.deserialize_str(Expected)
    }
}

/// Whether the selector of a workload of a kind selects its pods, which have these labels.
pub(super) fn record(
    (kind, defaulting): (Kind, Defaulting),
    selector: Option<Selector>,
    labels: &Labels,
) -> Selection {
    // `SetDefaults_ReplicationController`: an empty one too.
    let is_default = match kind {
        Kind::ReplicationController => selector.as_ref().is_none_or(Selector::is_empty),
        _ => selector.is_none() && defaulting.0,
    };
    if is_default && !labels.is_empty() {
        return Selection::Own;
    }
    let Some(selector) = selector else {
        return Selection::Missing;
    };
    if selector.is_empty() {
        return Selection::Empty;
    }
    let mut requirements = Vec::from(selector.0).into_iter();
    let missed = requirements.find(|requirement| {
        let alone = Selector([requirement.clone()].into());
        !alone.matches(labels)
    });
    missed.map_or(Selection::Own, |missed| Selection::Misses(words(&missed)))
}

/// A requirement for people: `app: web`, `app in (web, api)`.
fn words(requirement: &Requirement) -> Text {
    let key = &requirement.key;
    let list = |values: &[Text]| values.join(", ");
    let words = match &requirement.operator {
        Operator::In(values) if values.len() == 1 => format!("{key}: {}", values[0]),
        Operator::In(values) => format!("{key} in ({})", list(values)),
        Operator::NotIn(values) => format!("{key} not in ({})", list(values)),
        Operator::Exists => format!("{key} exists"),
        Operator::DoesNotExist => format!("{key} does not exist"),
        Operator::Invalid => format!("{key}, with an operator that is none"),
    };
    words.into()
}
