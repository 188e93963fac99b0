//! What is kept of where pods may run.

use super::Text;

/// Something that keeps the pods of a workload apart: a `topologySpreadConstraint`, or a term of `podAntiAffinity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Where it stands.
    pub field: SpreadField,
    /// The label of nodes whose values it spreads over.
    pub topology_key: Text,
    /// Whose pods it counts.
    pub counts: Counted,
    /// What the API server has against it, where it is a constraint.
    pub flaw: Option<Flaw>,
}

/// What the API server has against a `topologySpreadConstraint` (`validateTopologySpreadConstraints`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// `maxSkew` is below 1.
    MaxSkew,
    /// There is no `topologyKey`.
    TopologyKey,
    /// `whenUnsatisfiable` is neither `DoNotSchedule` nor `ScheduleAnyway`.
    WhenUnsatisfiable,
    /// `minDomains` is below 1, or stands where the constraint is only a wish.
    MinDomains,
}

impl Flaw {
    /// The field that it is about.
    pub const fn field(self) -> &'static str {
        match self {
            Self::MaxSkew => "maxSkew",
            Self::TopologyKey => "topologyKey",
            Self::WhenUnsatisfiable => "whenUnsatisfiable",
            Self::MinDomains => "minDomains",
        }
    }
}

/// Where a [`Spread`] stands, by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpreadField {
    /// `topologySpreadConstraints[n]`.
    Constraint(u16),
    /// `requiredDuringSchedulingIgnoredDuringExecution[n]` of `podAntiAffinity`.
    Required(u16),
    /// `preferredDuringSchedulingIgnoredDuringExecution[n]` of `podAntiAffinity`.
    Preferred(u16),
}

impl SpreadField {
    /// The JSON pointer of its selector within the pod spec.
    pub fn selector_path(self) -> String {
        let terms = "/affinity/podAntiAffinity";
        let when = "DuringSchedulingIgnoredDuringExecution";
        match self {
            Self::Constraint(at) => format!("/topologySpreadConstraints/{at}/labelSelector"),
            Self::Required(at) => format!("{terms}/required{when}/{at}/labelSelector"),
            Self::Preferred(at) => {
                format!("{terms}/preferred{when}/{at}/podAffinityTerm/labelSelector")
            }
        }
    }
}

/// Whose pods a [`Spread`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// The workload's own, among others perhaps.
    Own,
    /// Those of others.
    Others,
    /// None: it has no selector.
    None,
    /// That depends on the labels of namespaces.
    Unclear,
}
