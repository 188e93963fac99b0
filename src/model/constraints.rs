//! What is kept of OpenShift's SecurityContextConstraints.

use super::{Grantee, Meta};

/// SecurityContextConstraints: what the pods of those who may use them may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityConstraints {
    /// Their metadata.
    pub meta: Meta,
    /// `allowPrivilegedContainer`.
    pub allows_privileged: bool,
    /// The `users` and `groups` that may use them. Whoever is granted the verb `use` may as well, and is not here.
    pub grantees: Box<[Grantee]>,
}
