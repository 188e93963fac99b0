//! What is kept of what goes with Gateways and routes: grants, and policies on the TLS to backends.

use super::{Meta, Text};

/// A ReferenceGrant: lets objects of other namespaces name objects of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceGrant {
    /// Its metadata.
    pub meta: Meta,
    /// Who may name something: the group, the kind and the namespace.
    pub from: Box<[[Text; 3]]>,
    /// What may be named.
    pub to: Box<[Referent]>,
}

/// Something that a ReferenceGrant lets others name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referent {
    /// Its group; empty for the core group.
    pub group: Text,
    /// Its kind.
    pub kind: Text,
    /// The one object that is meant; every one where there is none.
    pub name: Option<Text>,
}

impl ReferenceGrant {
    /// Whether it lets an object of a group, a kind and a namespace name an object of a group, a kind and a name in its own.
    pub fn allows(&self, from: [&str; 3], [group, kind, name]: [&str; 3]) -> bool {
        let is_from =
            |known: &[Text; 3]| known.iter().zip(from).all(|(one, other)| **one == *other);
        let is_to = |to: &Referent| {
            *to.group == *group
                && *to.kind == *kind
                && to.name.as_ref().is_none_or(|known| **known == *name)
        };
        self.from.iter().any(is_from) && self.to.iter().any(is_to)
    }
}

/// How a Gateway speaks to some Services of a namespace: a BackendTLSPolicy, or a BackendConfigPolicy of kgateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendPolicy {
    /// Its metadata.
    pub meta: Meta,
    /// The Services that it is for, of its namespace.
    pub targets: Box<[PolicyTarget]>,
    /// Whether it has the Gateway speak TLS.
    pub has_tls: bool,
    /// Whether it has the Gateway take any certificate (`tls.insecureSkipVerify`).
    pub skips_verification: bool,
}

/// A Service, or one port of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyTarget {
    /// The Service's name.
    pub service: Text,
    /// The name of the one port that is meant.
    pub port: Option<Text>,
}
