//! What a person states.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Claim, Grant, Guard, Name, People, Verb};
use crate::api::ReadinessAttestation;
use crate::model::Text;

/// A statement of a person, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Which object it is.
    pub name: Name,
    /// Its UID.
    pub uid: Text,
    /// When the API server created it; `None` in a file.
    pub created: Option<Timestamp>,
    /// Who made it.
    pub user: Text,
    /// The groups that they were in.
    pub groups: BTreeSet<Text>,
    /// What it is about.
    pub subject: Subject,
    /// What is stated.
    pub statement: Text,
    /// Where the evidence is.
    pub evidence: Option<Text>,
    /// Why the items do not apply.
    pub not_applicable: Option<Text>,
    /// Until when it counts at most.
    pub expires: Option<Timestamp>,
    /// The release that it is for.
    pub release: Option<Text>,
}

/// What an attestation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Items of a launch.
    Items {
        /// The launch.
        launch: Text,
        /// The items' keys.
        items: BTreeSet<Text>,
        /// The role that the person speaks in.
        role: Text,
        /// Whether it is a sign-off.
        sign_off: bool,
    },
    /// An exception.
    Exception {
        /// Its name.
        name: Text,
        /// Its UID.
        uid: Text,
    },
}

/// What an attestation is worth now, whatever it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Counts,
    /// It does not count, and why.
    Void(String),
    /// It cannot be said whether it counts, and why.
    Unknown(String),
}

impl Attestation {
    /// Parses an attestation. `None` where it is about nothing, which the API server refuses.
    pub fn of(object: &ReadinessAttestation) -> Option<Self> {
        let (metadata, spec) = (&object.metadata, &object.spec);
        let text = |text: &Option<String>| Text::from(text.as_deref().unwrap_or_default());
        let subject = match (&spec.approves, &spec.items) {
            (Some(approved), _) => Subject::Exception {
                name: approved.name.as_str().into(),
                uid: approved.uid.as_str().into(),
            },
            (None, Some(items)) => Subject::Items {
                launch: text(&spec.launch),
                items: items.iter().map(|item| item.as_str().into()).collect(),
                role: text(&spec.role),
                sign_off: spec.sign_off,
            },
            (None, None) => return None,
        };
        let optional = |text: &Option<String>| text.as_deref().map(Text::from);
        let groups = spec.approver.groups.iter();
        Some(Self {
            name: Name::new(text(&metadata.namespace), text(&metadata.name)),
            uid: text(&metadata.uid),
            created: metadata.creation_timestamp.as_ref().map(|time| time.0),
            user: spec.approver.username.as_str().into(),
            groups: groups.map(|group| group.as_str().into()).collect(),
            subject,
            statement: spec.statement.as_str().into(),
            evidence: optional(&spec.evidence_url),
            not_applicable: optional(&spec.not_applicable),
            expires: spec.expires_at.as_ref().map(|time| time.0),
            release: optional(&spec.release),
        })
    }

    /// What RBAC is to be asked about it.
    pub fn claim(&self) -> Claim {
        let (verb, name) = match &self.subject {
            Subject::Items { role, sign_off, .. } => {
                let verb = if *sign_off { Verb::Sign } else { Verb::Attest };
                (verb, role.clone())
            }
            Subject::Exception { name, .. } => (Verb::Approve, name.clone()),
        };
        Claim {
            user: self.user.clone(),
            groups: self.groups.clone(),
            verb,
            namespace: self.name.namespace.clone(),
            name,
        }
    }

    /// What it is worth now.
    pub fn standing(&self, people: &People, now: Timestamp) -> Standing {
        if self.expires.is_some_and(|expires| expires <= now) {
            return Standing::Void(format!("{} has expired", self.name.name));
        }
        if is_service_account(&self.user, &self.groups) {
            return Standing::Void(format!(
                "{} is by a ServiceAccount: only people attest",
                self.name.name
            ));
        }
        let Some(created) = self.created else {
            return Standing::Unknown(format!(
                "{} is written in a file: only an API server knows who made it",
                self.name.name
            ));
        };
        if people.guard == Guard::None || !people.guard.covers(created) {
            return Standing::Unknown(format!(
                "{} was made while nothing checked who makes it: delete it and attest again",
                self.name.name
            ));
        }
        let claim = self.claim();
        match people.authority.of(&claim) {
            Grant::Granted => Standing::Counts,
            Grant::Denied => Standing::Void(format!(
                "{}: {} has no permission to {} {} {:?}",
                self.name.name,
                self.user,
                claim.verb.name(),
                claim.verb.resource(),
                claim.name
            )),
            Grant::Unknown(why) => Standing::Unknown(format!("{}: {why}", self.name.name)),
        }
    }
}

/// Whether somebody is no person but a program in a cluster.
fn is_service_account(user: &str, groups: &BTreeSet<Text>) -> bool {
    user.starts_with("system:serviceaccount:") || groups.contains("system:serviceaccounts")
}
