//! What is waived, for which workloads, until when.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Guard, Name, People, Standing, Subject};
use crate::api::selector::parse;
use crate::api::{Approval, ExceptionRule, Period, ReadinessException};
use crate::model::{Kind, KindSet, Selector, Text, Workload};

/// An exception, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Which object it is.
    pub name: Name,
    /// Its UID.
    pub uid: Text,
    /// When the API server created it; `None` in a file.
    pub created: Option<Timestamp>,
    /// The policy that it is for.
    pub policy: Text,
    /// Ids of checks and keys of items.
    pub waives: BTreeSet<Text>,
    /// Whether the gate is open for its workloads.
    pub overrides_gate: bool,
    /// Why.
    pub reason: Text,
    /// Who sees to it that it can end.
    pub owner: Text,
    /// Who asked for it.
    pub requested_by: Text,
    /// When it ends.
    pub expires: Timestamp,
    kinds: KindSet,
    names: Option<BTreeSet<Text>>,
    labels: Selector,
}

/// Whether an exception holds now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// It does, until then.
    Until(Timestamp),
    /// It does not, and why.
    Not(Void),
}

/// Why an exception does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Void {
    /// Its time is over.
    #[error("it expired at {0}")]
    Expired(Timestamp),
    /// It would last longer than its policy allows.
    #[error("it would last longer than the {0} that its policy allows")]
    TooLong(Period),
    /// Its policy is not there, or is none that applies.
    #[error("its policy {0:?} does not exist")]
    UnknownPolicy(Text),
    /// A second person has not agreed yet.
    #[error("its policy asks for the approval of a second person: {0}")]
    NotApproved(String),
    /// Nothing checked who asked for it.
    #[error("it was made while nothing checked who makes it: delete it and ask again")]
    Unguarded,
}

impl Void {
    /// The reason of the condition that says it.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Expired(_) => "Expired",
            Self::TooLong(_) => "TooLong",
            Self::UnknownPolicy(_) => "UnknownPolicy",
            Self::NotApproved(_) => "NotApproved",
            Self::Unguarded => "Unguarded",
        }
    }
}

impl Exception {
    /// Parses an exception.
    ///
    /// # Errors
    /// Names the field that cannot be understood; the API server refuses most of it.
    pub fn of(object: &ReadinessException) -> Result<Self, String> {
        let (metadata, spec) = (&object.metadata, &object.spec);
        let text = |text: &Option<String>| Text::from(text.as_deref().unwrap_or_default());
        let set = |list: &Vec<String>| list.iter().map(|name| name.as_str().into()).collect();
        let workloads = &spec.workloads;
        if workloads.names.is_none() && workloads.selector.is_none() {
            return Err(
                "spec.workloads: say which workloads, by names or by a selector".to_owned(),
            );
        }
        let labels = workloads
            .selector
            .as_ref()
            .map_or(Ok(Selector::default()), parse);
        let labels = labels.map_err(|label| {
            format!(
                "spec.workloads.selector: {label}: the operator and its values do not go together"
            )
        })?;
        let kinds = workloads
            .kinds
            .as_ref()
            .map_or(KindSet::WORKLOADS, |kinds| {
                kinds.iter().map(|kind| Kind::from(*kind)).collect()
            });
        Ok(Self {
            name: Name::new(text(&metadata.namespace), text(&metadata.name)),
            uid: text(&metadata.uid),
            created: metadata.creation_timestamp.as_ref().map(|time| time.0),
            policy: spec.policy.as_str().into(),
            waives: spec.waives.as_ref().map(set).unwrap_or_default(),
            overrides_gate: spec.overrides_gate,
            reason: spec.reason.as_str().into(),
            owner: spec.owner.as_str().into(),
            requested_by: spec.requested_by.as_str().into(),
            expires: spec.expires_at.0,
            kinds,
            names: workloads.names.as_ref().map(set),
            labels,
        })
    }

    /// Whether it is about a workload.
    pub fn covers(&self, workload: &Workload) -> bool {
        let key = workload.key();
        key.namespace == self.name.namespace
            && self.kinds.contains(key.kind)
            && self
                .names
                .as_ref()
                .is_none_or(|names| names.contains(&key.name))
            && self.labels.matches(&workload.meta.labels)
    }

    /// Whether it holds now, by the rule of its policy; `None` where there is no such policy. The one place that says so.
    pub fn holds(&self, rule: Option<&ExceptionRule>, people: &People, now: Timestamp) -> Holds {
        match self.end(rule, people, now) {
            Ok(end) => Holds::Until(end),
            Err(void) => Holds::Not(void),
        }
    }

    fn end(
        &self,
        rule: Option<&ExceptionRule>,
        people: &People,
        now: Timestamp,
    ) -> Result<Timestamp, Void> {
        if self.expires <= now {
            return Err(Void::Expired(self.expires));
        }
        let rule = rule.ok_or_else(|| Void::UnknownPolicy(self.policy.clone()))?;
        // What is written in a file would be created now.
        let created = self.created.unwrap_or(now);
        // Bounded again here: the policy may have become stricter since.
        if self.expires > rule.max_lifetime.after(created) {
            return Err(Void::TooLong(rule.max_lifetime));
        }
        if people.guard != Guard::None && !people.guard.covers(created) {
            return Err(Void::Unguarded);
        }
        match rule.approval {
            Approval::None => Ok(self.expires),
            Approval::SecondPerson => self.approved_until(people, now),
        }
    }

    /// Until when a second person agrees.
    fn approved_until(&self, people: &People, now: Timestamp) -> Result<Timestamp, Void> {
        let mut obstacles = Vec::new();
        for attestation in people.attestations_in(&self.name.namespace) {
            match &attestation.subject {
                Subject::Exception { name, uid } if *name == self.name.name && *uid == self.uid => {
                }
                _ => continue,
            }
            if attestation.user == self.requested_by {
                obstacles.push(format!("{} is by who asks for it", attestation.name.name));
                continue;
            }
            match attestation.standing(people, now) {
                Standing::Counts => {
                    let end = attestation.expires.unwrap_or(self.expires);
                    return Ok(end.min(self.expires));
                }
                Standing::Void(why) | Standing::Unknown(why) => obstacles.push(why),
            }
        }
        if obstacles.is_empty() {
            obstacles.push("nobody has approved it yet".to_owned());
        }
        Err(Void::NotApproved(obstacles.join("; ")))
    }
}
