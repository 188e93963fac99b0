//! What a launch is judged by.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::outcome::{By, Outcome, Proof};
use super::{Launch, Lineage};
use crate::api::{ProofKind, Seen};
use crate::check::{Check, Params};
use crate::checklist::Checklists;
use crate::engine::PolicySet;
use crate::evidence::{Documents, Effort, GroupKind, Subject};
use crate::inventory::View;
use crate::model::{Key, Text, Verdict, Workload};
use crate::people::{Exception, Holds, People};
use crate::promql::Measurements;

/// What is known at one moment. It is the same for all launches.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The records, perhaps with one workload as it would be after a write; it knows the time.
    pub view: View<'a>,
    /// Objects that evidence is looked for in.
    pub documents: &'a Documents,
    /// Every checklist.
    pub checklists: &'a Checklists,
    /// Every policy.
    pub policies: &'a PolicySet,
    /// What people state.
    pub people: &'a People,
    /// What servers measured.
    pub measurements: &'a Measurements,
    /// When it is.
    pub now: Timestamp,
}

/// One launch with what is known: what its items are judged by.
pub(super) struct Case<'a> {
    pub(super) launch: &'a Launch,
    pub(super) facts: Facts<'a>,
    pub(super) lineage: Lineage,
    pub(super) workloads: Vec<&'a Workload>,
    /// Of each workload, what evidence sees of it; `None` where there is no document of it.
    pub(super) subjects: BTreeMap<&'a Key, Option<Subject>>,
    pub(super) waivers: Vec<Waiver<'a>>,
    /// The parameters that the policies of the namespace give to checks.
    pub(super) params: BTreeMap<&'static str, Params>,
    /// What evidence was seen before.
    pub(super) seen: &'a [Seen],
    /// What looking for evidence has cost.
    pub(super) effort: RefCell<Effort>,
}

/// An exception that holds now.
pub(super) struct Waiver<'a> {
    pub(super) exception: &'a Exception,
    pub(super) until: Timestamp,
}

impl<'a> Case<'a> {
    pub(super) fn new(launch: &'a Launch, facts: Facts<'a>, replaced: Option<(&Key, &Subject)>) -> Self {
        let workloads = launch.workloads(facts.view);
        let subjects = workloads.iter().map(|workload| {
            let key = workload.key();
            let given = replaced.filter(|(replaced, _)| *replaced == key);
            let subject = given
                .map(|(_, subject)| subject.clone())
                .or_else(|| subject(facts.documents, key));
            (key, subject)
        });
        let subjects = subjects.collect();
        let namespace = &launch.name.namespace;
        let rule = |name: &str| {
            let policy = facts.policies.iter().find(|policy| *policy.name == *name);
            policy.map(|policy| &policy.exceptions)
        };
        let waivers = facts.people.exceptions_in(namespace).filter_map(|exception| {
            match exception.holds(rule(&exception.policy), facts.people, facts.now) {
                Holds::Until(until) => Some(Waiver { exception, until }),
                Holds::Not(_) => None,
            }
        });
        Self {
            launch,
            facts,
            lineage: launch.lineage(facts.now),
            workloads,
            subjects,
            waivers: waivers.collect(),
            params: params(facts, namespace),
            seen: launch.before.memory.as_ref().map_or(&[], |memory| &memory.seen),
            effort: RefCell::default(),
        }
    }

    pub(super) fn params(&self, check: &Check) -> &Params {
        static NONE: std::sync::OnceLock<Params> = std::sync::OnceLock::new();
        let given = self.params.get(check.id);
        given.unwrap_or_else(|| NONE.get_or_init(Params::default))
    }

    /// The server of a name, or the first, among those of the policies of the namespace; by a name that no other has.
    pub(super) fn server(&self, name: Option<&str>) -> Option<Text> {
        let namespace = &self.launch.name.namespace;
        let policies = self.facts.policies.of_namespace(self.facts.view, namespace);
        let mut servers = policies.flat_map(|policy| {
            let servers = policy.metrics.iter().flat_map(|metrics| &metrics.servers);
            servers.map(move |server| (&policy.name, &server.name))
        });
        let found = servers.find(|(_, server)| name.is_none_or(|name| **server == *name))?;
        Some(format!("{}/{}", found.0, found.1).into())
    }

    /// Whether no release came before the one that is meant to run.
    pub(super) fn is_first_release(&self) -> bool {
        self.launch.memory().releases.len() <= 1
    }

    /// The exceptions that waive an item, or a check, for a workload.
    pub(super) fn waives<'b>(
        &'b self,
        what: &'b str,
        workload: &'b Workload,
    ) -> impl Iterator<Item = &'b Waiver<'a>> {
        self.waivers.iter().filter(move |waiver| {
            waiver.exception.waives.contains(what) && waiver.exception.covers(workload)
        })
    }
}

impl Waiver<'_> {
    /// What becomes of something open that it covers.
    pub(super) fn waive(&self, why: &str) -> Outcome {
        let exception = self.exception;
        Outcome {
            verdict: Verdict::Waived,
            proofs: vec![Proof {
                by: By::Exception {
                    owner: exception.owner.clone(),
                    requested_by: exception.requested_by.clone(),
                },
                kind: ProofKind::Indicates,
                subject: exception.name.name.clone(),
                what: exception.reason.to_string(),
                at: exception.created,
                until: Some(self.until),
            }],
            why: why.to_owned(),
            is_only_indicated: false,
            until: Some(self.until),
        }
    }
}

/// The parameters that the policies of a namespace give to checks; those of the first by name where several do.
fn params(facts: Facts<'_>, namespace: &Text) -> BTreeMap<&'static str, Params> {
    let mut params = BTreeMap::new();
    for policy in facts.policies.of_namespace(facts.view, namespace) {
        for rule in &policy.rules {
            params.entry(rule.check.id).or_insert_with(|| rule.params.clone());
        }
    }
    params
}

fn subject(documents: &Documents, key: &Key) -> Option<Subject> {
    let kind = GroupKind::new(key.kind.group(), key.kind.name());
    Subject::of(documents, &kind, &key.namespace, &key.name)
}
