//! What a check is made of. The checks themselves are in [`checks`](crate::checks), one file each.

pub mod accounts;
pub mod admitted;
pub mod application;
pub mod autoscaling;
pub mod claims;
pub mod classes;
mod context;
pub mod delivery;
pub mod disruption;
mod findings;
pub mod footprint;
pub mod gateway;
pub mod grants;
pub mod host_files;
pub mod image;
pub mod names;
pub mod network;
mod params;
pub mod peak;
pub mod pod_security;
pub mod probes;
pub mod ratio;
pub mod rbac;
pub mod references;
pub mod replicas;
pub mod resources;
pub mod running;
pub mod spread;
#[cfg(test)]
pub(crate) mod testing;

use crate::model::{
    Binding, Kind, KindSet, Meta, Object, PodAutoscaler, PodDisruptionBudget, Role, Service,
    Severity, Verdict, Workload,
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
    /// Markdown: what to do. Without `"` and `\`, for it to stand in JSON as it is.
    pub fix: &'static str,
    /// Where the rule comes from: a page of Kubernetes' documentation, a KEP, a benchmark.
    pub source: &'static str,
    /// Its severity where a policy says nothing else.
    pub severity: Severity,
    /// Whether it is judged where no policy says by what: what a production cluster wants of nearly every workload. The others
    /// are a matter of taste, of an organisation's own rules, or say again what finer checks say.
    pub default: bool,
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
    /// The same, and in a cluster also about what runs of it. Judged on files and at admission as well.
    Anywhere(fn(&Context<'_>, &Workload, &mut Findings) -> Judgement),
    /// About any object by its metadata: a workload, and each object around it that concerns it.
    Any(fn(&Context<'_>, &Meta, &mut Findings) -> Judgement),
    /// About a HorizontalPodAutoscaler; a workload without one is not concerned.
    Autoscaler(fn(&Context<'_>, &PodAutoscaler, &mut Findings) -> Judgement),
    /// About a PodDisruptionBudget; a workload without one is not concerned.
    DisruptionBudget(fn(&Context<'_>, &PodDisruptionBudget, &mut Findings) -> Judgement),
    /// About what runs of a workload now: its pods, its rollout. Never judged at admission, nor on files.
    Running(fn(&Context<'_>, &Workload, &mut Findings) -> Judgement),
    /// About what a HorizontalPodAutoscaler does now; a workload without one is not concerned. Never judged at admission, nor
    /// on files.
    Scaling(fn(&Context<'_>, &PodAutoscaler, &mut Findings) -> Judgement),
    /// About a Service; a workload without one is not concerned.
    Service(fn(&Context<'_>, &Service, &mut Findings) -> Judgement),
    /// About objects of several kinds, which the check tells apart; a workload without any is not concerned.
    Object(fn(&Context<'_>, &Object, &mut Findings) -> Judgement),
    /// About a RoleBinding or ClusterRoleBinding; a workload that nothing is granted to passes.
    Binding(fn(&Context<'_>, &Binding, &mut Findings) -> Judgement),
    /// About a Role or ClusterRole; a workload that nothing is granted to passes.
    Role(fn(&Context<'_>, &Role, &mut Findings) -> Judgement),
    /// About a launch as a whole, of whose other items or records it is derived; what each means is in
    /// [`launch`](crate::launch).
    Launch(LaunchCheck),
}

/// What a launch is judged by besides its items' own ways: derived from them, or from what the launch says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaunchCheck {
    /// Every critical item of the checklist passes.
    CriticalComplete,
    /// Every high item of the checklist passes.
    HighComplete,
    /// The checklist is not NotReady.
    Status,
    /// Every row of the risk register is complete.
    RiskRegister,
    /// Every risk of severity high is mitigated or accepted.
    RisksMitigated,
    /// A date to go live is set.
    TargetDate,
    /// The date of going live is known.
    ActualDate,
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
    Configuration,
    Storage,
    Delivery,
    Launch,
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
            Self::Configuration => "Configuration",
            Self::Storage => "Storage and state",
            Self::Delivery => "Delivery",
            Self::Launch => "Launch",
        }
    }

    /// Every group, in catalogue order.
    pub const ALL: [Self; 12] = [
        Self::Probes,
        Self::Resources,
        Self::ContainerSecurity,
        Self::HostAccess,
        Self::Images,
        Self::Identity,
        Self::Availability,
        Self::Network,
        Self::Configuration,
        Self::Storage,
        Self::Delivery,
        Self::Launch,
    ];

    /// What the command line calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Probes => "probes",
            Self::Resources => "resources",
            Self::ContainerSecurity => "container-security",
            Self::HostAccess => "host-access",
            Self::Images => "images",
            Self::Identity => "identity",
            Self::Availability => "availability",
            Self::Network => "network",
            Self::Configuration => "configuration",
            Self::Storage => "storage",
            Self::Delivery => "delivery",
            Self::Launch => "launch",
        }
    }
}

/// Kinds that are there before workloads and only fill in their defaults: looking them up does not make a verdict depend on
/// the order in which things are applied.
const SETTLED: KindSet = KindSet::of(&[
    Kind::LimitRange,
    Kind::Namespace,
    Kind::Node,
    Kind::StorageClass,
]);

impl Check {
    /// Whether the verdict depends on objects that may be applied after the workload. At admission such a check warns,
    /// unless a policy says deny for it by name.
    pub const fn is_relational(&self) -> bool {
        !self.subjects.without(KindSet::WORKLOADS).is_empty()
            || !self.reads.without(SETTLED).is_empty()
            || self.sees_running()
    }

    /// Whether files are judged by it where nobody says by what. One on what runs, or on who delivered it, would only say that
    /// it cannot.
    pub fn is_default(&self) -> bool {
        self.default && !self.is_live() && !self.judges_launches() && self.group != Group::Delivery
    }

    /// Whether it is about what runs, which only a cluster can tell, and only at a moment.
    pub const fn is_live(&self) -> bool {
        matches!(self.run, Run::Running(_) | Run::Scaling(_))
    }

    /// Whether its verdict on a cluster depends on what runs.
    pub const fn sees_running(&self) -> bool {
        self.is_live() || matches!(self.run, Run::Anywhere(_))
    }

    /// Whether it judges workloads themselves.
    pub const fn judges_workloads(&self) -> bool {
        matches!(
            self.run,
            Run::Workload(_) | Run::Running(_) | Run::Anywhere(_) | Run::Any(_)
        )
    }

    /// Whether it judges objects around workloads.
    pub const fn judges_related(&self) -> bool {
        !matches!(
            self.run,
            Run::Workload(_) | Run::Running(_) | Run::Anywhere(_)
        )
    }

    /// Whether it judges launches.
    pub const fn judges_launches(&self) -> bool {
        matches!(self.run, Run::Launch(_))
    }

    /// What it judges of a launch, if that is what it judges.
    pub const fn launch(&self) -> Option<LaunchCheck> {
        match self.run {
            Run::Launch(check) => Some(check),
            _ => None,
        }
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
