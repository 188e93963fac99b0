//! What a check may look at besides its subject.

use jiff::Timestamp;

use super::{Check, Params};
use crate::inventory::{Extent, Source, View};
use crate::model::{Kind, Release, Text, Workload};

/// What a check may look at besides its subject: its parameters, and records of the kinds that it says it reads.
pub struct Context<'a> {
    check: &'static Check,
    view: View<'a>,
    params: &'a Params,
    workload: Option<&'a Workload>,
}

/// Why something could not be decided.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// The records of a kind are not all here.
    #[error("{kind}s {reason}")]
    Missing {
        /// The kind.
        kind: Kind,
        /// What is the matter with it.
        reason: String,
    },
    /// It is about what runs, or about time, and there is no moment to judge at.
    #[error("only a running cluster can tell")]
    Timeless,
}

impl<'a> Context<'a> {
    /// The context of a run.
    pub fn new(check: &'static Check, view: View<'a>, params: &'a Params) -> Self {
        Self {
            check,
            view,
            params,
            workload: None,
        }
    }

    /// The same where this workload is judged.
    pub fn about(self, workload: Option<&'a Workload>) -> Self {
        Self { workload, ..self }
    }

    /// The check.
    pub fn check(&self) -> &'static Check {
        self.check
    }

    /// The workload that is judged, where it is one: a check on any object sees only its metadata otherwise.
    pub fn workload(&self) -> Option<&'a Workload> {
        self.workload
    }

    /// The records, to look up those of a kind.
    ///
    /// # Errors
    /// Where they are not all here; `?` makes the verdict Unknown.
    pub fn read(&self, kind: Kind) -> Result<View<'a>, Undecided> {
        let declared = self.check.reads.union(self.check.subjects);
        debug_assert!(
            declared.contains(kind),
            "{} does not declare that it reads {kind}",
            self.check.id
        );
        match self.view.source(kind) {
            Source::Synced | Source::NotServed => Ok(self.view),
            Source::Pending => Err(Undecided::Missing {
                kind,
                reason: "are not listed yet".to_owned(),
            }),
            Source::Unavailable(reason) => Err(Undecided::Missing {
                kind,
                reason: format!("cannot be read: {reason}"),
            }),
        }
    }

    /// The moment to judge at.
    ///
    /// # Errors
    /// Where there is none, as for files; `?` makes the verdict Unknown.
    pub fn now(&self) -> Result<Timestamp, Undecided> {
        self.view.now().ok_or(Undecided::Timeless)
    }

    /// That the check can be decided at all: one on what runs cannot on files.
    ///
    /// # Errors
    /// Where it cannot.
    pub fn decidable(&self) -> Result<(), Undecided> {
        if self.check.is_live() {
            self.now()?;
        }
        Ok(())
    }

    /// Whether objects that Kubernetes makes itself, or that are often made elsewhere, may exist though they are not here.
    pub fn may_exist_elsewhere(&self) -> bool {
        self.view.extent() == Extent::Files
    }

    /// Whether the objects of a kind that a namespace has are known: all of a cluster; of files, where there are any.
    ///
    /// # Errors
    /// Where they cannot be looked up.
    pub fn knows(&self, kind: Kind, namespace: &Text) -> Result<bool, Undecided> {
        let view = self.read(kind)?;
        let is_any = || view.in_namespace(kind, namespace).next().is_some();
        Ok(!self.may_exist_elsewhere() || is_any())
    }

    /// A parameter that is a number.
    pub fn integer(&self, name: &str) -> i64 {
        self.params.integer(self.check, name)
    }

    /// A parameter that is a release of Kubernetes.
    pub fn release(&self, name: &str) -> Release {
        self.params.release(self.check, name)
    }

    /// A parameter that is a list of names.
    pub fn strings(&self, name: &str) -> Vec<&str> {
        self.params.strings(self.check, name)
    }
}
