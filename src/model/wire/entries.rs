//! The values of ConfigMaps: looked at while they are read, never kept.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::scalar::Str;
use crate::model::suspect;
use crate::model::{Clue, SuspectEntry, Text};

/// The keys of a map of texts, and which of the texts are probably secret; `null` has none.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) keys: Vec<Text>,
    pub(super) suspects: Vec<SuspectEntry>,
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Entries;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of strings")
            }
            fn visit_unit<E: Error>(self) -> Result<Entries, E> {
                Ok(Entries::default())
            }
            fn visit_none<E: Error>(self) -> Result<Entries, E> {
                Ok(Entries::default())
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Entries, D::Error> {
                from.deserialize_map(self)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Entries::default();
                while let Some(Str(key)) = map.next_key()? {
                    let found = map.next_value_seed(Under(&key))?;
                    if let Some((by, is_file)) = found {
                        entries.suspects.push(SuspectEntry {
                            key: key.clone(),
                            by,
                            is_file,
                        });
                    }
                    entries.keys.push(key);
                }
                entries
                    .suspects
                    .sort_by(|one, other| one.key.cmp(&other.key));
                Ok(entries)
            }
        }
        from.deserialize_option(Expected)
    }
}

/// What gives a value away that is kept under this key, and whether it is a file.
struct Under<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for Under<'_> {
    type Value = Option<(Clue, bool)>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Under<'_> {
    type Value = Option<(Clue, bool)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let is_file = text.trim().contains('\n');
        Ok(suspect::clue_in(self.0, text).map(|clue| (clue, is_file)))
    }
}
