//! What is kept of configuration: never a value.

use super::{Clue, Meta, Text};

/// A ConfigMap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigMap {
    /// Its metadata.
    pub meta: Meta,
    /// The names of what is in it, sorted.
    pub keys: Box<[Text]>,
    /// What in it is probably secret, by its name.
    pub suspects: Box<[SuspectEntry]>,
}

/// An entry of a ConfigMap that is probably secret, or has something in it that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspectEntry {
    /// Its name.
    pub key: Text,
    /// What gives it away.
    pub by: Clue,
    /// Whether it is a file of several lines.
    pub is_file: bool,
}

/// A Secret in a file, or something in a file of which a controller makes a Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretSource {
    /// Its metadata.
    pub meta: Meta,
    /// The name of the Secret; `None` where none is made.
    pub secret: Option<Text>,
    /// The names of what is in it, sorted; `None` where they cannot be told.
    pub keys: Option<Box<[Text]>>,
}
