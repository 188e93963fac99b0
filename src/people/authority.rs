//! What RBAC grants, as the API server answered.

use std::collections::BTreeSet;

use imbl::OrdMap;

use crate::model::Text;

/// What is asked of RBAC: whether a user may speak in a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim {
    /// The user.
    pub user: Text,
    /// The groups that the user was in.
    pub groups: BTreeSet<Text>,
    /// What the user does.
    pub verb: Verb,
    /// In which namespace.
    pub namespace: Text,
    /// The role, or the name of what is approved or asked for.
    pub name: Text,
}

/// What a user does with a role or an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// `attest` on `signoffs`: states items.
    Attest,
    /// `sign` on `signoffs`: signs.
    Sign,
    /// `approve` on `readinessexceptions`: agrees to an exception of somebody else. The name is its own.
    Approve,
    /// `grant` on `readinessexceptions`: asks for an exception. The name is that of the policy.
    Grant,
}

impl Verb {
    /// The verb in RBAC rules.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attest => "attest",
            Self::Sign => "sign",
            Self::Approve => "approve",
            Self::Grant => "grant",
        }
    }

    /// The resource in RBAC rules.
    pub const fn resource(self) -> &'static str {
        match self {
            Self::Attest | Self::Sign => "signoffs",
            Self::Approve | Self::Grant => "readinessexceptions",
        }
    }
}

/// What the API server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The user may.
    Granted,
    /// The user may not, or not any more.
    Denied,
    /// It could not be asked, and why.
    Unknown(Text),
}

/// The answers so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authority {
    answers: OrdMap<Claim, Grant>,
}

impl Authority {
    /// What is known of a claim; not yet asked is Unknown.
    pub fn of(&self, claim: &Claim) -> Grant {
        let answer = self.answers.get(claim).cloned();
        answer.unwrap_or_else(|| Grant::Unknown("RBAC has not been asked yet".into()))
    }

    /// Whether it was asked.
    pub fn knows(&self, claim: &Claim) -> bool {
        self.answers.contains_key(claim)
    }

    /// Keeps an answer. True if it is news.
    pub fn learn(&mut self, claim: Claim, grant: Grant) -> bool {
        let before = self.answers.insert(claim, grant.clone());
        before != Some(grant)
    }

    /// Forgets what nobody claims any more.
    pub fn retain(&mut self, claims: &BTreeSet<Claim>) {
        let kept = self
            .answers
            .iter()
            .filter(|(claim, _)| claims.contains(*claim));
        self.answers = kept
            .map(|(claim, grant)| (claim.clone(), grant.clone()))
            .collect();
    }
}
