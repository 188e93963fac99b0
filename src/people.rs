//! What people state, and whether they may: attestations, exceptions, the roles that RBAC grants, and the guard that saw who
//! they are.
//!
//! Who made an attestation or an exception is known only because the API server checked it when it was made
//! ([`Guard`] knows when the admission policies that do so were whole), and what a role is worth is RBAC's to say at any moment
//! ([`Authority`] holds its answers).

mod attestation;
mod authority;
mod chronicle;
mod exception;
mod guard;
#[cfg(test)]
mod tests;

use imbl::OrdMap;
use std::sync::Arc;

use crate::model::Text;

pub use attestation::{Attestation, Standing, Subject};
pub use authority::{Authority, Claim, Grant, Verb};
pub use chronicle::{Chronicle, ChronicleError, Identity, Sight};
pub use exception::{Exception, Holds, Void};
pub use guard::{Guard, Interval};

/// The name of an object in its namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The namespace.
    pub namespace: Text,
    /// The name.
    pub name: Text,
}

impl Name {
    /// The name of an object.
    pub fn new(namespace: impl Into<Text>, name: impl Into<Text>) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// What people state. A clone is a snapshot, and costs little.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Attestations.
    pub attestations: OrdMap<Name, Arc<Attestation>>,
    /// Exceptions.
    pub exceptions: OrdMap<Name, Arc<Exception>>,
    /// What RBAC grants.
    pub authority: Authority,
    /// When it was checked who they are.
    pub guard: Guard,
}

impl People {
    /// The attestations of a namespace, by name.
    pub fn attestations_in<'a>(
        &'a self,
        namespace: &'a Text,
    ) -> impl Iterator<Item = &'a Arc<Attestation>> {
        within(&self.attestations, namespace)
    }

    /// The exceptions of a namespace, by name.
    pub fn exceptions_in<'a>(
        &'a self,
        namespace: &'a Text,
    ) -> impl Iterator<Item = &'a Arc<Exception>> {
        within(&self.exceptions, namespace)
    }
}

fn within<'a, T>(
    all: &'a OrdMap<Name, Arc<T>>,
    namespace: &'a Text,
) -> impl Iterator<Item = &'a Arc<T>> {
    all.range(Name::new(namespace.clone(), "")..)
        .take_while(move |(name, _)| name.namespace == *namespace)
        .map(|(_, object)| object)
}
