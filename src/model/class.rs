//! What is kept of classes that others name.

use super::Meta;

/// A PriorityClass, a RuntimeClass or an IngressClass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its metadata.
    pub meta: Meta,
    /// Whether it is the one of those that name none.
    pub is_default: bool,
}
