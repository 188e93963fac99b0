//! One line of a checklist, parsed.

use crate::api::{
    AttestationRule, CelRule, ChecklistItem, EvidenceRef, ItemSource, MetricRule, ProofKind,
};
use crate::cel::{CompileError, Program};
use crate::check::Check;
use crate::checks;
use crate::evidence::{Piece, PieceError, PieceSpec, Proof, catalogue};
use crate::model::{Severity, Text};
use crate::promql::{Query, QueryError};

/// One line of a checklist.
#[derive(Debug)]
pub struct Item {
    /// What attestations and exceptions name it by: `<checklist>:<id>`.
    pub key: Text,
    /// How much it matters.
    pub severity: Severity,
    /// How it is verified.
    pub way: Way,
    /// The line as it is written.
    pub spec: ChecklistItem,
}

/// How an item is verified.
#[derive(Debug)]
pub enum Way {
    /// By checks, all of which must pass or not apply.
    Checks(Vec<&'static Check>),
    /// By an expression over each workload.
    Cel(Box<CelItem>),
    /// By evidence, any piece of which suffices.
    Evidence(Vec<Piece>),
    /// By a query to a Prometheus-compatible server.
    Metrics(Box<MetricItem>),
    /// By a person.
    Attestation,
}

/// An expression over each workload.
#[derive(Debug)]
pub struct CelItem {
    /// The expression, over [`VARIABLES`](Self::VARIABLES).
    pub program: Program,
    /// What to say where it is false.
    pub message: Text,
    /// The same as evidence on the workload itself: it says what must be watched, and whether the time matters.
    pub piece: Piece,
}

impl CelItem {
    /// The variables of the expression, in the order in which they are given to it.
    pub const VARIABLES: [&str; 4] = ["workload", "services", "routes", "now"];
}

/// A query to a Prometheus-compatible server.
#[derive(Debug)]
pub struct MetricItem {
    /// The query.
    pub query: Query,
    /// The server that is asked; the first where it is `None`.
    pub server: Option<Text>,
}

impl Way {
    /// Its name in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Checks(_) => "check",
            Self::Cel(_) => "cel",
            Self::Evidence(_) => "evidence",
            Self::Metrics(_) => "metrics",
            Self::Attestation => "attestation",
        }
    }
}

/// What is wrong with an item.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    /// No such check.
    #[error("checks: no check has the id {0:?}; `plimsoll checks` lists them")]
    UnknownCheck(String),
    /// No way to verify it, or more than one.
    #[error(
        "id: an item is verified in exactly one of the ways checks, cel, evidence and metrics, or by attestation"
    )]
    Ways,
    /// The expression does not compile.
    #[error("cel.expression: {0}")]
    Cel(CompileError),
    /// No such piece of evidence.
    #[error(
        "evidence[{0}]: no piece of evidence has this name; write it out with apiVersion, kind and cel"
    )]
    UnknownEvidence(String),
    /// A piece of evidence cannot be understood.
    #[error("evidence[{name}]: {error}")]
    Evidence {
        /// Its name.
        name: String,
        /// What is wrong.
        error: PieceError,
    },
    /// A query cannot be understood.
    #[error("metrics: {0}")]
    Metrics(QueryError),
}

impl Item {
    pub(super) fn compile(checklist: &str, spec: &ChecklistItem) -> Result<Self, ItemError> {
        let key: Text = format!("{checklist}:{}", spec.id).into();
        let ways = [
            spec.checks.is_some(),
            spec.cel.is_some(),
            spec.evidence.is_some(),
            spec.metrics.is_some(),
        ];
        if ways.into_iter().filter(|way| *way).count() > 1 {
            return Err(ItemError::Ways);
        }
        let way = if let Some(ids) = &spec.checks {
            Way::Checks(found(ids)?)
        } else if let Some(rule) = &spec.cel {
            Way::Cel(Box::new(cel(&key, rule)?))
        } else if let Some(pieces) = &spec.evidence {
            Way::Evidence(pieces.iter().map(piece).collect::<Result<_, _>>()?)
        } else if let Some(rule) = &spec.metrics {
            Way::Metrics(Box::new(metric(rule)?))
        } else if spec.attestation.is_some() {
            Way::Attestation
        } else {
            return Err(ItemError::Ways);
        };
        Ok(Self {
            key,
            severity: spec.severity.into(),
            way,
            spec: spec.clone(),
        })
    }

    /// An item of a launch itself, which people decide if anybody does.
    pub fn of_launch(spec: ChecklistItem) -> Self {
        Self {
            key: format!("{}:{}", super::LAUNCH, spec.id).into(),
            severity: spec.severity.into(),
            way: Way::Attestation,
            spec,
        }
    }

    /// Who may attest it, if anybody.
    pub fn attestation(&self) -> Option<&AttestationRule> {
        self.spec.attestation.as_ref()
    }

    /// Whether it is a signature.
    pub fn is_sign_off(&self) -> bool {
        self.spec.source == ItemSource::SignOff
    }
}

fn found(ids: &[String]) -> Result<Vec<&'static Check>, ItemError> {
    let find = |id: &String| checks::find(id).ok_or_else(|| ItemError::UnknownCheck(id.clone()));
    ids.iter().map(find).collect()
}

fn cel(key: &str, rule: &CelRule) -> Result<CelItem, ItemError> {
    let spec = PieceSpec {
        api_version: "self".to_owned(),
        kind: "Workload".to_owned(),
        meaning: rule.message.clone(),
        cel: rule.expression.clone(),
        ..PieceSpec::default()
    };
    Ok(CelItem {
        program: Program::compile(&rule.expression, &CelItem::VARIABLES).map_err(ItemError::Cel)?,
        message: rule.message.as_str().into(),
        piece: Piece::new(key, &spec).map_err(|error| ItemError::Evidence {
            name: key.to_owned(),
            error,
        })?,
    })
}

fn piece(reference: &EvidenceRef) -> Result<Piece, ItemError> {
    let name = &reference.name;
    let (Some(api_version), Some(kind), Some(cel)) =
        (&reference.api_version, &reference.kind, &reference.cel)
    else {
        let known = catalogue().find(name);
        return known
            .cloned()
            .ok_or_else(|| ItemError::UnknownEvidence(name.clone()));
    };
    let spec = PieceSpec {
        api_version: api_version.clone(),
        kind: kind.clone(),
        meaning: reference.holds.clone().unwrap_or_else(|| name.clone()),
        cel: cel.clone(),
        select: reference.select.clone(),
        proof: match reference.proof {
            Some(ProofKind::Proves) => Proof::Proves,
            // What somebody writes down without saying more is a trace.
            Some(ProofKind::Indicates) | None => Proof::Indicates,
        },
    };
    Piece::new(name, &spec).map_err(|error| ItemError::Evidence {
        name: name.clone(),
        error,
    })
}

fn metric(rule: &MetricRule) -> Result<MetricItem, ItemError> {
    Ok(MetricItem {
        query: Query::parse(&rule.query, &rule.pass, &rule.over.to_string())
            .map_err(ItemError::Metrics)?,
        server: rule.server.as_deref().map(Text::from),
    })
}
