//! Labels, compactly.

use super::Text;

/// Labels of an object or of the pods a workload makes, sorted by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Labels(Box<[(Text, Text)]>);

impl Labels {
    /// The value of a label.
    pub fn get(&self, key: &str) -> Option<&Text> {
        // There are few, most of them not even of the same length.
        let known = self.0.iter().find(|(known, _)| **known == *key);
        known.map(|(_, value)| value)
    }

    /// Every key and value, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Text)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These labels and one more, which replaces one of its key.
    pub fn with(&self, key: &str, value: &str) -> Labels {
        let rest = self.0.iter().filter(|(known, _)| **known != *key).cloned();
        rest.chain([(key.into(), value.into())]).collect()
    }
}

impl FromIterator<(Text, Text)> for Labels {
    fn from_iter<I: IntoIterator<Item = (Text, Text)>>(labels: I) -> Self {
        let mut labels: Vec<_> = labels.into_iter().collect();
        labels.sort_by(|a, b| a.0.cmp(&b.0));
        labels.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 = later.1.clone();
            }
            same
        });
        Self(labels.into())
    }
}
