//! Pieces of evidence.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::GroupKind;
use super::guard::Guard;
use super::kind;
use crate::cel::{CompileError, Necessary, Program, Projection};
use crate::model::Text;

/// The variables of expressions: the object, the workload as its pod-template view, the time, the Services that select the
/// workload's pods, and the Ingresses, HTTPRoutes and GRPCRoutes to those.
pub(super) const VARIABLES: [&str; 5] = ["object", "workload", "now", "services", "routes"];

/// A piece of evidence as it is written.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase")]
pub struct PieceSpec {
    /// The kind's group and version. Any version that the cluster serves of the group is read. `self` with kind Workload
    /// stands for the workload itself.
    #[schemars(length(min = 1, max = 317))]
    pub api_version: String,

    /// The kind.
    #[schemars(length(min = 1, max = 63))]
    pub kind: String,

    /// What must hold, in words, and how the object is tied to the workload.
    #[serde(rename = "where", default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 1024))]
    pub meaning: String,

    /// What must hold, in CEL. Variables: `object`; `workload`, whose `spec.template` is the pod template whatever its kind;
    /// `now`; `services`, those that select the workload's pods; `routes`, the Ingresses, HTTPRoutes and GRPCRoutes to those
    /// Services. An error is false for that object.
    #[schemars(length(min = 1, max = 16384))]
    pub cel: String,

    /// Which objects the expression is asked of, in CEL. At least one must be selected, and every one that is must satisfy
    /// it. Without it, one object must satisfy it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 16384))]
    pub select: Option<String>,

    /// Whether it shows the thing itself, or only a trace of it that anyone could leave.
    #[serde(default)]
    pub proof: Proof,
}

/// What a piece of evidence is worth.
#[derive(
    Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default,
)]
#[serde(rename_all = "camelCase")]
pub enum Proof {
    /// A trace of the thing was seen: a name, a label, an annotation. Alone it closes no critical item.
    #[default]
    Indicates,
    /// The thing itself was seen: a certificate that is ready, a backup that was made.
    Proves,
}

/// Why a piece of evidence is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PieceError {
    /// Its expression does not compile.
    #[error("cel of evidence {name}: {source}")]
    Cel {
        /// The piece.
        name: Text,
        /// What is wrong.
        source: CompileError,
    },
    /// Its selecting expression does not compile.
    #[error("select of evidence {name}: {source}")]
    Select {
        /// The piece.
        name: Text,
        /// What is wrong.
        source: CompileError,
    },
    /// It names no kind.
    #[error("kind of evidence {name}: {reason}")]
    Kind {
        /// The piece.
        name: Text,
        /// What is wrong.
        reason: &'static str,
    },
}

/// A piece of evidence, compiled. A clone is another name for it.
#[derive(Clone, Debug)]
pub struct Piece(pub(super) Arc<Compiled>);

#[derive(Debug)]
pub(super) struct Compiled {
    name: Text,
    meaning: Text,
    proof: Proof,
    pub(super) about: About,
    pub(super) cel: Program,
    pub(super) select: Option<Program>,
    /// What candidates must meet.
    pub(super) guard: Guard,
}

/// Which objects are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About {
    Workload,
    Kind(GroupKind),
}

impl Piece {
    /// Compiles a piece.
    ///
    /// # Errors
    /// Where an expression does not compile, or the kind is none.
    pub fn new(name: &str, spec: &PieceSpec) -> Result<Self, PieceError> {
        let name: Text = name.into();
        let about =
            About::of(&spec.api_version, &spec.kind).map_err(|reason| PieceError::Kind {
                name: name.clone(),
                reason,
            })?;
        let cel = Program::compile(&spec.cel, &VARIABLES).map_err(|source| PieceError::Cel {
            name: name.clone(),
            source,
        })?;
        let select =
            match &spec.select {
                Some(select) => Some(Program::compile(select, &VARIABLES).map_err(|source| {
                    PieceError::Select {
                        name: name.clone(),
                        source,
                    }
                })?),
                None => None,
            };
        let guard = Guard::of(select.as_ref().unwrap_or(&cel));
        let meaning = spec.meaning.as_str().into();
        Ok(Self(Arc::new(Compiled {
            name,
            meaning,
            proof: spec.proof,
            about,
            cel,
            select,
            guard,
        })))
    }

    /// Its name.
    pub fn name(&self) -> &Text {
        &self.0.name
    }

    /// What must hold, in words.
    pub fn meaning(&self) -> &Text {
        &self.0.meaning
    }

    /// What it is worth.
    pub fn proof(&self) -> Proof {
        self.0.proof
    }

    /// The kind of the objects that it looks at; `None` where that is the workload itself.
    pub fn kind(&self) -> Option<&GroupKind> {
        match &self.0.about {
            About::Workload => None,
            About::Kind(kind) => Some(kind),
        }
    }

    /// Whether what it comes to changes with time alone.
    pub fn depends_on_time(&self) -> bool {
        self.uses("now")
    }

    /// Whether an object of another namespace than the workload's may show it.
    pub fn looks_elsewhere(&self) -> bool {
        !matches!(self.0.guard.far, Necessary::Never)
    }

    /// Whether a variable occurs in it.
    pub(super) fn uses(&self, variable: &str) -> bool {
        self.programs().any(|program| program.uses(variable))
    }

    /// The parts that it reads of a variable.
    pub(super) fn reads(&self, variable: &str) -> Projection {
        self.programs()
            .fold(Projection::presence(), |reads, program| {
                reads.union(&program.reads(variable))
            })
    }

    fn programs(&self) -> impl Iterator<Item = &Program> {
        [&self.0.cel].into_iter().chain(&self.0.select)
    }
}

impl About {
    fn of(api_version: &str, name: &str) -> Result<Self, &'static str> {
        match (api_version, name) {
            ("self", "Workload") => Ok(About::Workload),
            ("self", _) => Err("apiVersion self goes with kind Workload only"),
            ("" | "/", _) | (_, "") => Err("both apiVersion and kind are needed"),
            _ if kind::is_secret(api_version, name) => Err("Secrets are not read"),
            _ => Ok(About::Kind(GroupKind::of(api_version, name))),
        }
    }
}
