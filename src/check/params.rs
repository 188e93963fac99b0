//! Parameters of checks. The schema of the policies' `params` is made from their declarations.

use std::collections::BTreeMap;

use super::Check;
use crate::model::{NEWEST, Release};

/// A parameter of a check.
pub struct Param {
    /// Its name, in camelCase.
    pub name: &'static str,
    /// One line: what it does.
    pub doc: &'static str,
    /// Its type, bounds and default.
    pub kind: ParamKind,
}

/// The type, bounds and default of a [`Param`].
#[derive(Clone, Copy, Debug)]
pub enum ParamKind {
    /// A number.
    Integer {
        /// Where a policy says nothing.
        default: i64,
        /// The least it may be.
        minimum: i64,
        /// The most it may be.
        maximum: i64,
    },
    /// A release of Kubernetes, as `1.34`.
    Release {
        /// Where a policy says nothing: the newest that is known.
        default: Release,
    },
    /// A list of names.
    Strings {
        /// Where a policy says nothing.
        default: &'static [&'static str],
    },
}

/// A value that a policy gives to a parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParamValue {
    /// Of a [`ParamKind::Integer`].
    Integer(i64),
    /// Of a [`ParamKind::Release`].
    Release(Release),
    /// Of a [`ParamKind::Strings`], sorted.
    Strings(Vec<String>),
}

/// The parameters that a policy sets for one check; the others have their defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Params(BTreeMap<&'static str, ParamValue>);

/// The parameters of a policy do not fit the check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("params.{check}.{name}: {problem}")]
pub struct ParamError {
    check: &'static str,
    name: String,
    problem: String,
}

impl Params {
    /// Those of a check, from a policy's JSON.
    ///
    /// # Errors
    /// Names the parameter that the check does not have, or whose value has the wrong type or is out of bounds.
    pub fn parse(
        check: &'static Check,
        given: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Self, ParamError> {
        let mut params = BTreeMap::new();
        for (name, value) in given {
            let error = |problem: String| ParamError {
                check: check.id,
                name: name.clone(),
                problem,
            };
            let Some(param) = check.params.iter().find(|param| param.name == name) else {
                let known: Vec<_> = check.params.iter().map(|param| param.name).collect();
                let known = if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                };
                return Err(error(format!(
                    "no such parameter; {} has {known}",
                    check.id
                )));
            };
            let value = param.kind.parse(value).map_err(error)?;
            if value != param.kind.default_value() {
                params.insert(param.name, value);
            }
        }
        Ok(Self(params))
    }

    /// Makes every parameter of the check that is a release of Kubernetes this one.
    pub fn set_release(&mut self, check: &Check, release: Release) {
        for param in check.params {
            let ParamKind::Release { default } = param.kind else {
                continue;
            };
            // What a policy says anyway is not kept: the same parameters are the same question.
            if release == default {
                self.0.remove(param.name);
            } else {
                self.0.insert(param.name, ParamValue::Release(release));
            }
        }
    }

    pub(super) fn integer(&self, check: &Check, name: &str) -> i64 {
        match self.value(check, name) {
            Some(ParamValue::Integer(value)) => value,
            _ => 0,
        }
    }

    pub(super) fn strings<'a>(&'a self, check: &'a Check, name: &str) -> Vec<&'a str> {
        match self.0.get(name) {
            Some(ParamValue::Strings(values)) => values.iter().map(String::as_str).collect(),
            Some(ParamValue::Integer(_) | ParamValue::Release(_)) => Vec::new(),
            None => match declaration(check, name) {
                Some(ParamKind::Strings { default }) => default.to_vec(),
                _ => Vec::new(),
            },
        }
    }

    pub(super) fn release(&self, check: &Check, name: &str) -> Release {
        match self.value(check, name) {
            Some(ParamValue::Release(value)) => value,
            _ => NEWEST,
        }
    }

    fn value(&self, check: &Check, name: &str) -> Option<ParamValue> {
        self.0
            .get(name)
            .cloned()
            .or_else(|| declaration(check, name).map(|kind| kind.default_value()))
    }
}

fn declaration(check: &Check, name: &str) -> Option<ParamKind> {
    let found = check.params.iter().find(|param| param.name == name);
    debug_assert!(found.is_some(), "{} declares no parameter {name}", check.id);
    found.map(|param| param.kind)
}

impl ParamKind {
    /// The value where a policy says nothing.
    pub fn default_value(self) -> ParamValue {
        match self {
            Self::Integer { default, .. } => ParamValue::Integer(default),
            Self::Release { default } => ParamValue::Release(default),
            Self::Strings { default } => {
                ParamValue::Strings(sorted(default.iter().map(|&name| name.to_owned())))
            }
        }
    }

    fn parse(self, value: &serde_json::Value) -> Result<ParamValue, String> {
        match self {
            Self::Integer {
                minimum, maximum, ..
            } => {
                let number = value
                    .as_i64()
                    .ok_or_else(|| format!("must be a number, is {value}"))?;
                if number < minimum || number > maximum {
                    return Err(format!("must be from {minimum} to {maximum}, is {number}"));
                }
                Ok(ParamValue::Integer(number))
            }
            Self::Release { .. } => {
                let release = value.as_str().and_then(Release::parse);
                let release = release.map(ParamValue::Release);
                release.ok_or_else(|| {
                    format!("must be a release of Kubernetes as \"1.34\", is {value}")
                })
            }
            Self::Strings { .. } => {
                let list = value
                    .as_array()
                    .ok_or_else(|| format!("must be a list of strings, is {value}"))?;
                let names = list.iter().map(|name| name.as_str().map(str::to_owned));
                let names: Option<Vec<_>> = names.collect();
                let names =
                    names.ok_or_else(|| format!("must be a list of strings, is {value}"))?;
                Ok(ParamValue::Strings(sorted(names)))
            }
        }
    }
}

fn sorted(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort();
    names.dedup();
    names
}
