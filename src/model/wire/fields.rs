//! Structs that are read field by field.

/// Structs whose fields are put where they belong as they are read, under the name that they have in Go: `host_path` is `hostPath`, unless
/// another one is given. What is absent is what it is by default, what is unknown is skipped, of two the last counts,
/// and a list is no struct.
///
/// `derive(Deserialize)` keeps a place for each field, and goes through all of them in the end. The structs of workloads are wide, and most of
/// their fields absent: with it, all of `plimsoll check` took 2 % more instructions on 10,000 Deployments, and 4 % more time.
macro_rules! fields {
    ($(
        $(#[$of_struct:meta])*
        $visible:vis struct $name:ident $(<$parameter:ident>)? {
            $(
                $(#[$of_field:meta])*
                $field_visible:vis $field:ident: $type:ty $(as $known_as:literal)?,
            )*
        }
    )*) => {$(
        $(#[$of_struct])*
        $visible struct $name $(<$parameter>)? {
            $($(#[$of_field])* $field_visible $field: $type,)*
        }

        impl $(<$parameter>)? Default for $name $(<$parameter>)? {
            fn default() -> Self {
                Self { $($field: Default::default(),)* }
            }
        }

        const _: () = {
            use std::fmt;
            use std::marker::PhantomData;

            use serde::de::{
                Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor,
            };

            use $crate::model::wire::fields::{go_length, go_name};

            #[allow(non_camel_case_types, clippy::enum_variant_names)]
            enum Field { $($field,)* }

            /// The names of the fields.
            struct Names;

            #[allow(non_upper_case_globals)]
            impl Names {
                $(const $field: &'static str = {
                    const FIELD: &str = stringify!($field);
                    const NAME: [u8; go_length(FIELD)] = go_name(FIELD);
                    let name = match std::str::from_utf8(&NAME) {
                        Ok(name) => name,
                        Err(_) => panic!("fields have names in ASCII"),
                    };
                    [$($known_as,)? name][0]
                };)*

                const ALL: &[&str] = &[$(Self::$field),*];
            }

            impl<'de> DeserializeSeed<'de> for Names {
                type Value = Option<Field>;

                fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
                    from.deserialize_identifier(self)
                }
            }

            impl Visitor<'_> for Names {
                type Value = Option<Field>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("field identifier")
                }

                fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
                    Ok(match name {
                        $(Self::$field => Some(Field::$field),)*
                        _ => None,
                    })
                }
            }

            struct Whole<T>(PhantomData<T>);

            impl<'de $(, $parameter: Deserialize<'de>)?> Visitor<'de> for Whole<$name $(<$parameter>)?> {
                type Value = $name $(<$parameter>)?;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(concat!("struct ", stringify!($name)))
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                    let mut own = Self::Value::default();
                    while let Some(field) = map.next_key_seed(Names)? {
                        match field {
                            $(Some(Field::$field) => own.$field = map.next_value()?,)*
                            None => {
                                map.next_value::<IgnoredAny>()?;
                            }
                        }
                    }
                    Ok(own)
                }
            }

            impl<'de $(, $parameter: Deserialize<'de>)?> Deserialize<'de> for $name $(<$parameter>)? {
                fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    from.deserialize_struct(stringify!($name), Names::ALL, Whole(PhantomData))
                }
            }
        };
    )*};
}

pub(super) use fields;

/// How long the name of a field is in Go.
pub(super) const fn go_length(field: &str) -> usize {
    let mut length = 0;
    let mut rest = bare(field);
    while let [byte, after @ ..] = rest {
        if *byte != b'_' {
            length += 1;
        }
        rest = after;
    }
    length
}

/// The name of a field in Go: `hostPath` of `host_path`.
pub(super) const fn go_name<const LENGTH: usize>(field: &str) -> [u8; LENGTH] {
    let mut name = [0; LENGTH];
    let (mut at, mut begins_word) = (0, false);
    let mut rest = bare(field);
    while let [byte, after @ ..] = rest {
        if *byte != b'_' {
            name[at] = if begins_word {
                byte.to_ascii_uppercase()
            } else {
                *byte
            };
            at += 1;
        }
        begins_word = *byte == b'_';
        rest = after;
    }
    name
}

/// A name without the mark of those that are keywords.
const fn bare(field: &str) -> &[u8] {
    match field.as_bytes() {
        [b'r', b'#', rest @ ..] => rest,
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_what_they_are_in_go() {
        assert_eq!(
            &go_name::<{ go_length("host_path") }>("host_path"),
            b"hostPath"
        );
        assert_eq!(&go_name::<{ go_length("r#type") }>("r#type"), b"type");
        assert_eq!(
            &go_name::<{ go_length("fs_group_x") }>("fs_group_x"),
            b"fsGroupX"
        );
    }

    fields! {
        #[derive(Debug, PartialEq)]
        struct Outer {
            one_two: Option<u8>,
            host_pid: Option<bool> as "hostPID",
            inner: Inner,
        }

        #[derive(Debug, PartialEq)]
        struct Inner {
            r#type: Option<String>,
        }
    }

    #[test]
    fn the_last_of_two_counts_and_what_is_unknown_is_skipped() {
        let json =
            r#"{"oneTwo": 1, "x": [{}], "hostPID": true, "inner": {"type": "a"}, "oneTwo": 2}"#;
        let outer: Outer = serde_json::from_str(json).expect("it is what is asked for");
        let inner = Inner {
            r#type: "a".to_owned().into(),
        };
        let expected = Outer {
            one_two: 2.into(),
            host_pid: true.into(),
            inner,
        };
        assert_eq!(outer, expected);
        for (json, expected) in [
            (
                r#"{"inner": []}"#,
                "invalid type: sequence, expected struct Inner",
            ),
            (r#"{"oneTwo": "1"}"#, "invalid type: string"),
        ] {
            let error = serde_json::from_str::<Outer>(json)
                .expect_err(json)
                .to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
