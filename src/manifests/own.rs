//! Plimsoll's own kinds, refused as the API server would refuse them.

use std::sync::LazyLock;

use kube::ResourceExt;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Origin;
use super::schema::{self, Misfit};
use super::yaml::{Account, Node, Problem};
use crate::api::{
    API_VERSION, ReadinessAttestation, ReadinessChecklist, ReadinessException, ReadinessLaunch,
    ReadinessPolicy,
};

/// An object of one of Plimsoll's own kinds, and where it is written.
#[derive(Debug)]
pub struct Stated {
    /// Where.
    pub origin: Origin,
    /// What.
    pub own: Own,
}

/// An object of one of Plimsoll's own kinds. One of a namespace that names none has the one that kubectl would give it.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "these are the kinds' names")]
pub enum Own {
    Policy(Box<ReadinessPolicy>),
    Checklist(Box<ReadinessChecklist>),
    Launch(Box<ReadinessLaunch>),
    Attestation(Box<ReadinessAttestation>),
    Exception(Box<ReadinessException>),
    /// Written by the operator: nothing is read of it.
    Report,
}

/// The kinds, as manifests name them.
const KINDS: [&str; 6] = [
    "ReadinessPolicy",
    "ReadinessChecklist",
    "ReadinessLaunch",
    "ReadinessAttestation",
    "ReadinessException",
    "ReadinessReport",
];

impl Own {
    /// Whether a kind of our group is one of ours.
    pub fn is_known(api_version: &str, kind: &str) -> bool {
        api_version == API_VERSION && KINDS.contains(&kind)
    }

    /// Reads an object of one of these kinds.
    ///
    /// # Errors
    /// Where the API server would refuse it: names the field and its place.
    pub fn read(kind: &str, node: Node<'_>) -> Result<Self, Problem> {
        macro_rules! schema {
            ($of:ty) => {{
                static SCHEMA: LazyLock<Value> = LazyLock::new(schema::of::<$of>);
                &*SCHEMA
            }};
        }
        Ok(match kind {
            "ReadinessPolicy" => Self::Policy(read(schema!(ReadinessPolicy), node)?),
            "ReadinessChecklist" => Self::Checklist(read(schema!(ReadinessChecklist), node)?),
            "ReadinessLaunch" => Self::Launch(namespaced(read(schema!(ReadinessLaunch), node)?)),
            "ReadinessAttestation" => {
                Self::Attestation(namespaced(read(schema!(ReadinessAttestation), node)?))
            }
            "ReadinessException" => {
                Self::Exception(namespaced(read(schema!(ReadinessException), node)?))
            }
            _ => Self::Report,
        })
    }

    /// Its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Policy(_) => KINDS[0],
            Self::Checklist(_) => KINDS[1],
            Self::Launch(_) => KINDS[2],
            Self::Attestation(_) => KINDS[3],
            Self::Exception(_) => KINDS[4],
            Self::Report => KINDS[5],
        }
    }
}

fn read<K: DeserializeOwned + ResourceExt>(
    schema: &Value,
    node: Node<'_>,
) -> Result<Box<K>, Problem> {
    let value: Value = node.deserialize()?;
    schema::check(schema, &value).map_err(|misfit| {
        let Misfit {
            pointer,
            field,
            message,
        } = misfit;
        problem_at(node, &pointer, &field, message)
    })?;
    let object: K = node.deserialize()?;
    if object.name_any().is_empty() && object.meta().generate_name.is_none() {
        return Err(problem_at(
            node,
            "/metadata/name",
            "metadata.name",
            "required".to_owned(),
        ));
    }
    Ok(Box::new(object))
}

fn namespaced<K: ResourceExt>(mut object: Box<K>) -> Box<K> {
    let namespace = &mut object.meta_mut().namespace;
    if namespace.as_deref().is_none_or(str::is_empty) {
        *namespace = Some("default".to_owned());
    }
    object
}

/// A problem with a field, at the place where it is written or would be.
pub fn problem_at(node: Node<'_>, pointer: &str, field: &str, message: String) -> Problem {
    let (line, column) = node.position(pointer);
    Problem::from(Account {
        line,
        column,
        path: field.to_owned(),
        message,
    })
}
