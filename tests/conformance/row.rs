//! The rows of a suite, as its `expected.json` has them.

use std::fmt;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A case and the verdict that its authors expect.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Row {
    pub(crate) suite: String,
    file: String,
    #[serde(default)]
    files: Vec<String>,
    /// The name that its authors have for what is checked.
    pub(crate) check: String,
    /// The object that the verdict is on; none where it is on all of the files.
    #[serde(default)]
    pub(crate) object: Option<Named>,
    pub(crate) expect: Expect,
    #[serde(default)]
    granularity: Option<String>,
    /// Flags and settings that its authors give.
    #[serde(default)]
    pub(crate) config: Option<String>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    /// Messages that may be about either of several objects.
    #[serde(default, deserialize_with = "is_something")]
    pub(crate) ambiguous_messages: bool,
    /// What the verdict depends on is not in the files.
    #[serde(default, deserialize_with = "is_something")]
    pub(crate) needs_context: bool,
    /// Kinds among the files that have a say in it and are not Kubernetes' own.
    #[serde(default)]
    pub(crate) beyond_core_netpol: Vec<String>,
    /// The Pod Security level.
    #[serde(default)]
    pub(crate) level: String,
}

/// An object by its name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Named {
    pub(crate) api_version: Option<String>,
    pub(crate) kind: String,
    pub(crate) name: Option<String>,
    pub(crate) namespace: Option<String>,
}

/// A verdict.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Expect {
    #[default]
    Pass,
    Fail,
}

impl Row {
    /// A Pod of a Pod Security level.
    pub(crate) fn of_pod(
        suite: &str,
        file: &Path,
        check: &str,
        level: &str,
        expect: Expect,
    ) -> Self {
        Self {
            suite: suite.to_owned(),
            file: file.display().to_string(),
            check: check.to_owned(),
            level: level.to_owned(),
            expect,
            ..Self::default()
        }
    }

    /// The files that make up the case.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let alone = self.files.is_empty().then_some(&self.file);
        alone.into_iter().chain(&self.files).map(String::as_str)
    }

    /// The file or directory that names the case.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The object that the verdict is on; none where it is on all of the files.
    pub(crate) fn subject(&self) -> Option<&Named> {
        let is_of_files = self.granularity.as_deref() == Some("file");
        self.object.as_ref().filter(|_| !is_of_files)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}: {}", self.suite, self.file, self.check)?;
        if let Some(object) = self.subject() {
            write!(f, " on {object}")?;
        }
        if let Some(config) = &self.config {
            write!(f, " with {config}")?;
        }
        write!(f, ": {} is expected", self.expect)
    }
}

impl fmt::Display for Named {
    /// `Deployment shop/web`, as the lists have it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        match (&self.namespace, &self.name) {
            (Some(namespace), Some(name)) => write!(f, " {namespace}/{name}"),
            (None, Some(name)) => write!(f, " {name}"),
            (_, None) => Ok(()),
        }
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
        })
    }
}

/// The rows of the suite in a directory.
pub(crate) fn read(directory: &Path) -> anyhow::Result<Vec<Row>> {
    let path = directory.join("expected.json");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

fn is_something<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null | Value::Bool(false) => false,
        Value::Array(list) => !list.is_empty(),
        _ => true,
    })
}
