//! Scalars and lists as Kubernetes decodes them: `null` is the same as nothing, a quantity may be a number.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::fields::fields;
use crate::model::{Amount, IntOrPercent, Labels, PortName, Text, recent};

/// Text, decoded with one allocation at most.
#[derive(PartialEq)]
pub(super) struct Str(pub(super) Text);

impl<'de> Deserialize<'de> for Str {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = Str;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Str, E> {
                Ok(Str(recent(text)))
            }
        }
        from.deserialize_str(Expected)
    }
}

/// A time; one that is no RFC 3339 time is kept as none.
pub(super) struct Time(pub(super) Option<jiff::Timestamp>);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Str::deserialize(from).map(|text| Time(text.0.parse().ok()))
    }
}

/// A list; `null` is an empty one.
#[derive(PartialEq)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Expected<T> {
            type Value = List<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_unit<E: Error>(self) -> Result<List<T>, E> {
                Ok(List::default())
            }
            fn visit_none<E: Error>(self) -> Result<List<T>, E> {
                Ok(List::default())
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<List<T>, D::Error> {
                Vec::deserialize(from).map(List)
            }
        }
        from.deserialize_option(Expected(PhantomData))
    }
}

impl List<Str> {
    pub(super) fn into_texts(self) -> Box<[Text]> {
        self.0.into_iter().map(|text| text.0).collect()
    }
}

/// A map from text to text; `null` is an empty one, and a `null` value an empty text.
#[derive(Default)]
pub(super) struct Pairs(Vec<(Text, Text)>);

impl Pairs {
    pub(super) fn into_labels(self) -> Labels {
        self.0.into_iter().collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Text, Text)> {
        self.0.iter()
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Pairs;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of strings")
            }
            fn visit_unit<E: Error>(self) -> Result<Pairs, E> {
                Ok(Pairs::default())
            }
            fn visit_none<E: Error>(self) -> Result<Pairs, E> {
                Ok(Pairs::default())
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Pairs, D::Error> {
                from.deserialize_map(self)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::with_capacity(map.size_hint().unwrap_or(4));
                while let Some((key, value)) = map.next_entry::<Str, Option<Str>>()? {
                    pairs.push((key.0, super::text(value)));
                }
                Ok(Pairs(pairs))
            }
        }
        from.deserialize_option(Expected)
    }
}

/// A set by resource name, of which some are kept.
#[derive(Default)]
pub(super) struct Amounts(pub(super) crate::model::Amounts);

impl<'de> Deserialize<'de> for Amounts {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        fields! {
            struct Fields {
                cpu: Option<QuantityText>,
                memory: Option<QuantityText>,
                ephemeral_storage: Option<QuantityText> as "ephemeral-storage",
            }
        }
        let fields = Option::<Fields>::deserialize(from)?.unwrap_or_default();
        Ok(Self(crate::model::Amounts {
            cpu: fields.cpu.map(|amount| amount.0),
            memory: fields.memory.map(|amount| amount.0),
            ephemeral_storage: fields.ephemeral_storage.map(|amount| Box::new(amount.0)),
        }))
    }
}

/// A quantity, as text or as a number.
pub(super) struct QuantityText(pub(super) Amount);

impl<'de> Deserialize<'de> for QuantityText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = QuantityText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a quantity")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<QuantityText, E> {
                Ok(QuantityText(Amount::parse(text)))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<QuantityText, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<QuantityText, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<QuantityText, E> {
                self.visit_str(&number.to_string())
            }
        }
        from.deserialize_any(Expected)
    }
}

/// A number, or a share in percent.
pub(super) struct Share(pub(super) IntOrPercent);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Share;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a percentage")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Share, E> {
                Ok(Share(IntOrPercent::from_text(text)))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Share, E> {
                let number = i32::try_from(number).map(IntOrPercent::Int);
                Ok(Share(number.unwrap_or_else(|_| {
                    IntOrPercent::Invalid("out of range".into())
                })))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Share, E> {
                self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        from.deserialize_any(Expected)
    }
}

/// A port: its number, or a name.
#[derive(PartialEq)]
pub(super) struct Port(pub(super) PortName);

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Port;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or the name of a port")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Port, E> {
                Ok(Port(PortName::Name(recent(text))))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Port, E> {
                // One that does not fit is none, like 0.
                Ok(Port(PortName::Number(i32::try_from(number).unwrap_or(0))))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Port, E> {
                self.visit_i64(i64::try_from(number).unwrap_or(0))
            }
        }
        from.deserialize_any(Expected)
    }
}

/// The keys of a map, whose values are skipped; `null` has none.
#[derive(Default)]
pub(super) struct Keys(pub(super) Vec<Text>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_unit<E: Error>(self) -> Result<Keys, E> {
                Ok(Keys::default())
            }
            fn visit_none<E: Error>(self) -> Result<Keys, E> {
                Ok(Keys::default())
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Keys, D::Error> {
                from.deserialize_map(self)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, _)) = map.next_entry::<Str, serde::de::IgnoredAny>()? {
                    keys.push(key.0);
                }
                Ok(Keys(keys))
            }
        }
        from.deserialize_option(Expected)
    }
}

/// Something whose mere presence counts.
#[derive(Clone, Copy)]
pub(super) struct Present;

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(from).map(|_| Present)
    }
}

/// How many entries a list has; `null` has none.
#[derive(Default)]
pub(super) struct Length(pub(super) usize);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Length;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_unit<E: Error>(self) -> Result<Length, E> {
                Ok(Length(0))
            }
            fn visit_none<E: Error>(self) -> Result<Length, E> {
                Ok(Length(0))
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Length, D::Error> {
                from.deserialize_seq(self)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Length, A::Error> {
                let mut length = 0;
                while list.next_element::<serde::de::IgnoredAny>()?.is_some() {
                    length += 1;
                }
                Ok(Length(length))
            }
        }
        from.deserialize_option(Expected)
    }
}
