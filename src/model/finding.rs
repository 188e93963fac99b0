//! What a check says.

use std::borrow::Cow;
use std::fmt;

use super::{Container, Key, Kind, Text, Workload};

/// What became of one check on one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It does not apply to the subject. Never blocks and is not scored.
    NotApplicable,
    /// It holds.
    Pass,
    /// It does not hold, or could not be decided, and an exception covers that. Never counted as a pass.
    Waived,
    /// It could not be decided. Never counted as a pass.
    Unknown,
    /// It does not hold.
    Fail,
}

impl Verdict {
    /// Its name in reports and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotApplicable => "NotApplicable",
            Self::Pass => "Pass",
            Self::Waived => "Waived",
            Self::Unknown => "Unknown",
            Self::Fail => "Fail",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good practice that no checklist asks for. Does not change a status.
    Advice,
    /// A service may go live with it, at a risk.
    High,
    /// A service may not go live with it.
    Critical,
}

impl Severity {
    /// Every severity, the gravest first.
    pub const ALL: [Severity; 3] = [Self::Critical, Self::High, Self::Advice];

    /// Its name in policies and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// What it weighs in a score.
    pub const fn weight(self) -> u32 {
        match self {
            Self::Advice => 0,
            Self::High => 1,
            Self::Critical => 3,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One thing that is wrong with a subject, or that could not be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// [`Verdict::Fail`] or [`Verdict::Unknown`].
    pub verdict: Verdict,
    /// Where in the subject.
    pub at: Place,
    /// The offending value and what would be right, for people.
    pub message: Cow<'static, str>,
}

/// A finding, and the object it is about where that is not the workload itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The object around the workload.
    pub object: Option<Key>,
    /// What is wrong with it.
    pub finding: Finding,
}

/// A place in a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The container, where it is about one.
    pub container: Option<Text>,
    /// The JSON pointer of the field. It need not exist: often that is what is wrong.
    pub path: Cow<'static, str>,
    /// Which of several things at the same place: a capability, a volume. Two findings of a check with the same
    /// container and detail are the same problem, whatever their message and path.
    pub detail: Option<Text>,
}

impl Place {
    /// A field of the subject.
    pub fn field(path: impl Into<Cow<'static, str>>) -> Self {
        Self {
            container: None,
            path: path.into(),
            detail: None,
        }
    }

    /// A field of a workload's pod spec, by its pointer within the pod spec.
    pub fn pod(workload: &Workload, field: &str) -> Self {
        Self::field([workload.pod_spec_path(), field].concat())
    }

    /// The labels of a workload's pods, which is what selectors look at.
    pub fn pod_labels(workload: &Workload) -> Self {
        Self::field(match workload.kind() {
            Kind::Pod => "/metadata/labels",
            Kind::CronJob => "/spec/jobTemplate/spec/template/metadata/labels",
            _ => "/spec/template/metadata/labels",
        })
    }

    /// A field of one container, by its pointer within the container.
    pub fn container(workload: &Workload, container: &Container, field: &str) -> Self {
        Self {
            container: Some(container.name.clone()),
            path: Cow::Owned(workload.container_path(container) + field),
            detail: None,
        }
    }

    /// Which of several things there it is about; empty where there is but one.
    pub fn detail(&self) -> &str {
        self.detail.as_deref().unwrap_or_default()
    }

    /// The same place, about one of several things there.
    pub fn about(self, detail: impl Into<Text>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..self
        }
    }
}
