//! Labels, compactly.

use super::Text;

/// So many are looked through one by one.
const FEW: usize = 16;

/// Labels of an object or of the pods a workload makes, sorted by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Labels(Box<[(Text, Text)]>);

impl Labels {
    /// The value of a label.
    pub fn get(&self, key: &str) -> Option<&Text> {
        let known = match &*self.0 {
            // Of a few, most are not even of the same length.
            few if few.len() <= FEW => few.iter().find(|(known, _)| **known == *key),
            // Nobody limits how many there are.
            many => many
                .binary_search_by(|(known, _)| (**known).cmp(key))
                .ok()
                .map(|at| &many[at]),
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_however_many_there_are() {
        for count in [0, 1, FEW - 1, FEW, FEW + 1, 100] {
            let labels = (0..count).map(|at| (format!("k{at}").into(), format!("{at}").into()));
            let labels: Labels = labels.collect();
            for at in 0..count + 2 {
                let value = labels.get(&format!("k{at}")).map(|value| value.to_string());
                assert_eq!(
                    value,
                    (at < count).then(|| at.to_string()),
                    "k{at} of {count}"
                );
            }
            assert_eq!(labels.get(""), None);
        }
    }
}
