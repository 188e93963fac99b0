//! What became of an item, and what shows it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::api::ProofKind;
use crate::checklist::Item;
use crate::model::{Text, Verdict};

/// What became of an item of a launch.
#[derive(Clone, Debug)]
pub struct JudgedItem {
    /// The item.
    pub item: Arc<Item>,
    /// The checklist that it is of.
    pub checklist: Text,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether it counts now: what needs running pods is asked for once there are some.
    pub asked: bool,
}

/// A verdict, and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// What shows it, where it passes or is waived.
    pub proofs: Vec<Proof>,
    /// What is wrong or missing, where it does not pass; why it does not apply.
    pub why: String,
    /// Whether it passes by nothing but a trace.
    pub is_only_indicated: bool,
    /// Until when it stays so by itself.
    pub until: Option<Timestamp>,
    /// What has not been looked at yet, where it is open for that.
    pub awaits: Option<Pending>,
}

/// What has not been looked at yet: shortly after a start, or after it was first asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pending {
    /// Objects that evidence is looked for in have not been listed.
    Evidence,
    /// A server has not been asked.
    Metrics,
    /// RBAC has not been asked, or it is not known when it was checked who people are.
    People,
}

/// What shows that an item is met.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// In which way.
    pub by: By,
    /// Whether it is the thing itself, or a trace of it.
    pub kind: ProofKind,
    /// What it was seen in: `Deployment/web`, an object of another operator, a query, an attestation.
    pub subject: Text,
    /// The workload that it was seen of, as `<kind>/<name>`, where it was looked for of each.
    pub workload: Option<Text>,
    /// What was seen: a value, a statement.
    pub what: String,
    /// When.
    pub at: Option<Timestamp>,
    /// Until when it counts.
    pub until: Option<Timestamp>,
}

/// The way in which something is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A check, by its id.
    Check(&'static str),
    /// An expression of the checklist.
    Cel,
    /// A piece of evidence, by its name.
    Evidence(Text),
    /// A metric.
    Metric,
    /// A person, in a role.
    Person {
        /// Who.
        user: Text,
        /// In which role.
        role: Text,
        /// Where the evidence is.
        evidence: Option<Text>,
    },
    /// An exception.
    Exception {
        /// Who sees to it that it ends.
        owner: Text,
        /// Who asked for it.
        requested_by: Text,
    },
    /// What the launch says of itself.
    Launch,
}

impl Outcome {
    /// Something that holds.
    pub fn pass(proof: Proof) -> Self {
        Self {
            verdict: Verdict::Pass,
            is_only_indicated: proof.kind == ProofKind::Indicates,
            until: proof.until,
            proofs: vec![proof],
            why: String::new(),
            awaits: None,
        }
    }

    /// Something that does not.
    pub fn fail(why: impl Into<String>) -> Self {
        Self::without_proof(Verdict::Fail, why)
    }

    /// Something that could not be decided.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::without_proof(Verdict::Unknown, why)
    }

    /// Something that does not apply.
    pub fn not_applicable(why: impl Into<String>) -> Self {
        Self::without_proof(Verdict::NotApplicable, why)
    }

    fn without_proof(verdict: Verdict, why: impl Into<String>) -> Self {
        Self {
            verdict,
            proofs: Vec::new(),
            why: why.into(),
            is_only_indicated: false,
            until: None,
            awaits: None,
        }
    }

    /// Whether it keeps a launch from being ready.
    pub fn is_open(&self) -> bool {
        matches!(self.verdict, Verdict::Fail | Verdict::Unknown)
    }

    /// The same, for no longer than until then.
    #[must_use]
    pub fn until(mut self, end: Option<Timestamp>) -> Self {
        self.until = earlier(self.until, end);
        self
    }

    /// The same, open because something has not been looked at yet.
    #[must_use]
    pub fn awaiting(mut self, what: Option<Pending>) -> Self {
        if self.is_open() {
            self.awaits = self.awaits.or(what);
        }
        self
    }

    /// This and another that must both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let until = earlier(self.until, other.until);
        let indicated = self.is_only_indicated || other.is_only_indicated;
        let (mut worse, better) = if other.verdict > self.verdict {
            (other, self)
        } else {
            (self, other)
        };
        if worse.verdict == better.verdict {
            if !better.why.is_empty() && better.why != worse.why {
                if !worse.why.is_empty() {
                    worse.why.push_str("; ");
                }
                worse.why.push_str(&better.why);
            }
            worse.proofs.extend(better.proofs);
            worse.awaits = worse.awaits.or(better.awaits);
        } else if matches!(worse.verdict, Verdict::Pass | Verdict::Waived) {
            worse.proofs.extend(better.proofs);
        }
        worse.is_only_indicated = worse.verdict == Verdict::Pass && indicated;
        worse.until = until;
        worse
    }

    /// This or another, of which one suffices. What is proven is better than what is indicated.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let rank = |outcome: &Self| match outcome.verdict {
            Verdict::Pass if !outcome.is_only_indicated => 0,
            Verdict::Pass => 1,
            Verdict::Waived => 2,
            Verdict::Fail => 3,
            Verdict::Unknown => 4,
            Verdict::NotApplicable => 5,
        };
        let (mut better, worse) = if rank(&other) < rank(&self) {
            (other, self)
        } else {
            (self, other)
        };
        if better.is_open() && worse.verdict == better.verdict && worse.why != better.why {
            better.why = format!("{}; {}", better.why, worse.why);
        }
        if better.is_open() {
            better.until = earlier(better.until, worse.until);
            better.awaits = better.awaits.or(worse.awaits);
        }
        better
    }
}

/// The earlier of two moments, of which either may never come.
pub(super) fn earlier(one: Option<Timestamp>, two: Option<Timestamp>) -> Option<Timestamp> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one.min(two)),
        (one, two) => one.or(two),
    }
}
