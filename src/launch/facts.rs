//! What a launch is judged by.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jiff::Timestamp;

use super::ballots::Ballots;
use super::waivers::Waivers;
use super::{Launch, Lineage};
use crate::api::Phase;
use crate::check::{Check, Params};
use crate::checklist::{Checklists, Item};
use crate::engine::PolicySet;
use crate::evidence::{Documents, Effort, GroupKind, Subject};
use crate::inventory::View;
use crate::model::{Key, Text, Workload};
use crate::people::People;
use crate::promql::{Measurements, Question};

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
    pub(super) waivers: Waivers<'a>,
    pub(super) ballots: Ballots<'a>,
    /// The parameters that the policies of the namespace give to checks.
    params: BTreeMap<&'static str, Params>,
    /// The servers of the policies of the namespace: their names there, and those that no other has.
    servers: Vec<(&'a str, Text)>,
    /// What looking for evidence has cost.
    pub(super) effort: RefCell<Effort>,
    /// What was asked of servers.
    pub(super) asked: RefCell<BTreeSet<Question>>,
}

impl<'a> Case<'a> {
    /// `replaced` is a workload as it would be after a write.
    pub(super) fn new(
        launch: &'a Launch,
        facts: Facts<'a>,
        replaced: Option<(&Key, &Subject)>,
    ) -> Self {
        let workloads = launch.workloads(facts.view);
        let subjects = workloads.iter().map(|workload| {
            let key = workload.key();
            let given = replaced.filter(|(replaced, _)| *replaced == key);
            let subject = given
                .map(|(_, subject)| subject.clone())
                .or_else(|| subject(facts.documents, key));
            (key, subject)
        });
        Self {
            launch,
            facts,
            lineage: launch.lineage(facts.now),
            subjects: subjects.collect(),
            workloads,
            waivers: Waivers::of(launch, facts),
            ballots: Ballots::of(launch, facts.people, facts.now),
            params: params(launch, facts),
            servers: servers(launch, facts),
            effort: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    pub(super) fn params(&self, check: &Check) -> &Params {
        static NONE: OnceLock<Params> = OnceLock::new();
        let given = self.params.get(check.id);
        given.unwrap_or_else(|| NONE.get_or_init(Params::default))
    }

    /// The server of a name, or the first, among those of the policies of the namespace; by a name that no other has.
    pub(super) fn server(&self, name: Option<&str>) -> Option<Text> {
        let mut servers = self.servers.iter();
        let found = servers.find(|(server, _)| name.is_none_or(|name| *server == name));
        found.map(|(_, server)| server.clone())
    }

    /// Whether no release came before the one that is meant to run.
    pub(super) fn is_first_release(&self) -> bool {
        let memory = self.launch.memory();
        memory.earlier.is_empty() && memory.releases.len() <= 1
    }

    /// Whether an item can be asked for: some need pods that run.
    pub(super) fn is_due(&self, item: &Item) -> bool {
        item.spec.phase == Phase::PreRollout || self.launch.live_since().is_some()
    }
}

/// The parameters that the policies of a namespace give to checks; those of the first by name where several do.
fn params(launch: &Launch, facts: Facts<'_>) -> BTreeMap<&'static str, Params> {
    let mut params = BTreeMap::new();
    for policy in facts
        .policies
        .of_namespace(facts.view, &launch.name.namespace)
    {
        for rule in &policy.rules {
            params
                .entry(rule.check.id)
                .or_insert_with(|| rule.params.clone());
        }
    }
    params
}

fn servers<'a>(launch: &Launch, facts: Facts<'a>) -> Vec<(&'a str, Text)> {
    let policies = facts
        .policies
        .of_namespace(facts.view, &launch.name.namespace);
    let servers = policies.flat_map(|policy| {
        let servers = policy.metrics.iter().flat_map(|metrics| &metrics.servers);
        servers.map(|server| {
            let name = server.name.as_str();
            (name, format!("{}/{name}", policy.name).into())
        })
    });
    servers.collect()
}

fn subject(documents: &Documents, key: &Key) -> Option<Subject> {
    let kind = GroupKind::new(key.kind.group(), key.kind.name());
    Subject::of(documents, &kind, &key.namespace, &key.name)
}
