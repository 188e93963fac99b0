//! What is kept of configuration: never a value.

use super::{Meta, Text};

/// A ConfigMap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigMap {
    /// Its metadata.
    pub meta: Meta,
    /// The names of what is in it, sorted.
    pub keys: Box<[Text]>,
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
