//! What a check is made of. The checks themselves are in [`checks`](crate::checks), one file each.

pub mod accounts;
pub mod autoscaling;
mod context;
pub mod disruption;
mod findings;
pub mod image;
pub mod network;
mod params;
pub mod probes;
pub mod rbac;
pub mod replicas;
pub mod resources;
#[cfg(test)]
pub(crate) mod testing;

use crate::model::{
    Binding, Kind, KindSet, PodAutoscaler, PodDisruptionBudget, Role, Severity, Verdict, Workload,
};

pub use context::{Context, Undecided};
pub use findings::Findings;
pub use params::{Param, ParamError, ParamKind, ParamValue, Params};

/// A pure decision about one subject, and everything that people are told about it.
///
/// The decision says where and what is wrong. It never decides severity, exceptions or whether something is denied: the
/// engine does, once, for all.
pub struct Check {
    /// Kebab-case and stable for ever.
    pub id: &'static str,
    /// One line: what holds when it passes.
    pub title: &'static str,
    /// Markdown: what goes wrong without it.
    pub why: &'static str,
    /// Markdown: what to do.
    pub fix: &'static str,
    /// Where the rule comes from: a page of Kubernetes' documentation, a KEP, a benchmark.
    pub source: &'static str,
    /// Its severity where a policy says nothing else.
    pub severity: Severity,
    /// Its place in the catalogue.
    pub group: Group,
    /// The version of Plimsoll that first had it.
    pub since: &'static str,
    /// What peers call the same thing: `polaris/livenessProbeMissing`.
    pub aliases: &'static [&'static str],
    /// The kinds that it judges.
    pub subjects: KindSet,
    /// The other kinds that it looks up. Watches and RBAC rules are generated from these and the subjects.
    pub reads: KindSet,
    /// What a policy can set.
    pub params: &'static [Param],
    /// The smallest manifests that fail: documentation and first test.
    pub bad: &'static str,
    /// The smallest manifests that pass.
    pub good: &'static str,
    /// The decision.
    pub run: Run,
}

/// The decision of a [`Check`], by what it is about. A check on an object around workloads is reported on the workloads
/// that it concerns.
#[derive(Clone, Copy)]
pub enum Run {
    /// About a workload by itself and what it looks up.
    Workload(fn(&Context<'_>, &Workload, &mut Findings) -> Judgement),
    /// About a HorizontalPodAutoscaler; a workload without one is not concerned.
    Autoscaler(fn(&Context<'_>, &PodAutoscaler, &mut Findings) -> Judgement),
    /// About a PodDisruptionBudget; a workload without one is not concerned.
    DisruptionBudget(fn(&Context<'_>, &PodDisruptionBudget, &mut Findings) -> Judgement),
    /// About a RoleBinding or ClusterRoleBinding; a workload that nothing is granted to passes.
    Binding(fn(&Context<'_>, &Binding, &mut Findings) -> Judgement),
    /// About a Role or ClusterRole; a workload that nothing is granted to passes.
    Role(fn(&Context<'_>, &Role, &mut Findings) -> Judgement),
}

/// How a decision ends: with the findings it made (none is a pass), or undecided because something could not be looked up.
pub type Judgement = Result<(), Undecided>;

/// A part of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the titles say it")]
pub enum Group {
    Probes,
    Resources,
    ContainerSecurity,
    HostAccess,
    Images,
    Identity,
    Availability,
    Network,
}

impl Group {
    /// Its heading in the catalogue.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Probes => "Probes",
            Self::Resources => "Requests and limits",
            Self::ContainerSecurity => "Container security",
            Self::HostAccess => "Access to the host",
            Self::Images => "Images",
            Self::Identity => "Service accounts and RBAC",
            Self::Availability => "Availability and disruption",
            Self::Network => "Network",
        }
    }
}

/// Kinds that are there before workloads and only fill in their defaults: looking them up does not make a verdict depend on
/// the order in which things are applied.
const SETTLED: KindSet = KindSet::of(&[Kind::LimitRange, Kind::Namespace]);

impl Check {
    /// Whether the verdict depends on objects that may be applied after the workload. At admission such a check warns,
    /// unless a policy says deny for it by name.
    pub const fn is_relational(&self) -> bool {
        !self.subjects.without(KindSet::WORKLOADS).is_empty()
            || !self.reads.without(SETTLED).is_empty()
    }

    /// Whether it judges workloads themselves.
    pub const fn judges_workloads(&self) -> bool {
        matches!(self.run, Run::Workload(_))
    }

    /// The verdict on a workload that none of its subjects concerns.
    pub const fn unconcerned(&self) -> Verdict {
        match self.run {
            Run::Binding(_) | Run::Role(_) => Verdict::Pass,
            _ => Verdict::NotApplicable,
        }
    }
}

/// By its id.
impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}
