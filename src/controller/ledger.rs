//! What launches are judged by besides the records: what people state, checklists, evidence and measurements.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use imbl::OrdMap;
use kube::ResourceExt;

use super::stated::{self, News};
use crate::api::{
    ReadinessAttestation, ReadinessChecklist, ReadinessException, ReadinessLaunch, ReadinessPolicy,
};
use crate::cel::Projection;
use crate::checklist::{Checklist, ChecklistError, Checklists, Way};
use crate::engine::{Policy, PolicySet};
use crate::evidence::{Change, Demand, Document, Documents, GroupKind, Piece, Source};
use crate::inventory::{Inventory, View};
use crate::launch::Launch;
use crate::live::Snapshot;
use crate::people::{Attestation, Claim, Exception, Grant, Guard, Name, People, Subject};
use crate::promql::Measurements;

/// What is told of it.
pub(super) enum Entry {
    /// Launches.
    Launches(News<ReadinessLaunch>),
    /// Attestations.
    Attestations(News<ReadinessAttestation>),
    /// Exceptions.
    Exceptions(News<ReadinessException>),
    /// Checklists.
    Checklists(News<ReadinessChecklist>),
    /// All policies.
    Policies(Vec<ReadinessPolicy>),
    /// Objects that evidence is looked for in.
    Documents(DocumentNews),
    /// Answers of RBAC.
    Authority(Vec<(Claim, Grant)>),
    /// All that is claimed: other answers are forgotten.
    Claims(BTreeSet<Claim>),
    /// When it was checked who people are.
    Guard(Guard),
    /// Answers of Prometheus-compatible servers.
    Measurements(Measurements),
}

/// What a watch tells of the objects of a kind. One that was started for an older order is not listened to.
pub(super) struct DocumentNews {
    pub(super) order: Order,
    pub(super) what: DocumentEvent,
}

pub(super) enum DocumentEvent {
    /// These are all of them.
    All(Vec<Document>),
    /// One is there, or has changed.
    Is(Document),
    /// One is gone: its namespace and its name.
    Gone(String, String),
    /// They cannot be had, or there is no such kind.
    Source(Source),
}

/// An order to watch a kind. A later one of the same kind takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) kind: GroupKind,
    pub(super) parts: Arc<Projection>,
    pub(super) number: u64,
}

/// Which launches may be judged otherwise.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Touched {
    All,
    Some(BTreeSet<Name>),
}

impl Touched {
    pub(super) fn none() -> Self {
        Self::Some(BTreeSet::new())
    }

    pub(super) fn and(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Some(these), Self::Some(those)) => these.extend(those),
            (_, Self::All) => *self = Self::All,
            (Self::All, _) => {}
        }
    }
}

pub(super) struct Ledger {
    policies: Option<Vec<ReadinessPolicy>>,
    written: BTreeMap<String, ReadinessChecklist>,
    accepted: BTreeMap<String, Arc<Checklist>>,
    refused: BTreeMap<String, ChecklistError>,
    listed: BTreeSet<&'static str>,
    orders: BTreeMap<GroupKind, Order>,
    /// The pieces of evidence that some launch asks for.
    in_use: Vec<Piece>,
    count: u64,
    /// Whether the guard has been looked at.
    is_guard_seen: bool,
    pub(super) in_force: Arc<PolicySet>,
    pub(super) checklists: Arc<Checklists>,
    pub(super) launches: OrdMap<Name, Arc<Launch>>,
    pub(super) people: People,
    pub(super) documents: Documents,
    pub(super) measurements: Measurements,
}

impl Default for Ledger {
    fn default() -> Self {
        let nothing = Snapshot::empty();
        Self {
            policies: None,
            written: BTreeMap::new(),
            accepted: BTreeMap::new(),
            refused: BTreeMap::new(),
            listed: BTreeSet::new(),
            orders: BTreeMap::new(),
            in_use: Vec::new(),
            count: 0,
            is_guard_seen: false,
            in_force: nothing.policies,
            checklists: nothing.checklists,
            launches: nothing.launches,
            people: nothing.people,
            documents: nothing.documents,
            measurements: nothing.measurements,
        }
    }
}

impl Ledger {
    /// Whether everything that people write has been listed, and it is known what it is worth, or why not: a start must not
    /// make it worth nothing for a moment.
    pub(super) fn is_complete(&self) -> bool {
        let is_asked = |claim: &Claim| self.people.authority.knows(claim);
        self.policies.is_some()
            && self.listed.len() == 4
            && self.is_guard_seen
            && self.people.attestations.values().all(|attestation| is_asked(&attestation.claim()))
    }

    /// How far the watches of what evidence is looked for in are, and of how many kinds.
    pub(super) fn sources(&self) -> [(&'static str, usize); 4] {
        let mut counts = [("synced", 0), ("pending", 0), ("not_served", 0), ("unavailable", 0)];
        for kind in self.orders.keys() {
            let at = match self.documents.source(kind) {
                Source::Synced => 0,
                Source::Pending => 1,
                Source::NotServed => 2,
                Source::Unavailable(_) => 3,
            };
            counts[at].1 += 1;
        }
        counts
    }

    /// What is wrong with checklists that are not accepted, by name.
    pub(super) fn refused(&self) -> &BTreeMap<String, ChecklistError> {
        &self.refused
    }

    /// What is to be watched.
    pub(super) fn orders(&self) -> Vec<Order> {
        self.orders.values().cloned().collect()
    }

    /// Writes an entry down. Also says whether every report may be another.
    pub(super) fn write(&mut self, entry: Entry, inventory: &Inventory) -> (Touched, bool) {
        match entry {
            Entry::Launches(news) => {
                let touched = self.launches(news);
                self.order_anew(inventory);
                (touched, false)
            }
            Entry::Attestations(news) => self.attestations(news),
            Entry::Exceptions(news) => (self.exceptions(news), true),
            Entry::Checklists(news) => {
                self.checklists(news);
                self.compile();
                self.order_anew(inventory);
                (Touched::All, true)
            }
            Entry::Policies(policies) => {
                self.policies = Some(policies);
                self.compile();
                self.order_anew(inventory);
                (Touched::All, true)
            }
            Entry::Documents(news) => (self.documents_changed(news), false),
            Entry::Authority(answers) => {
                let mut touched = BTreeSet::new();
                let mut approvals = false;
                for (claim, grant) in answers {
                    let namespace = claim.namespace.clone();
                    approvals |= claim.verb == crate::people::Verb::Approve;
                    if self.people.authority.learn(claim, grant) {
                        touched.extend(self.of_namespace(&namespace));
                    }
                }
                (Touched::Some(touched), approvals)
            }
            Entry::Claims(claims) => {
                self.people.authority.retain(&claims);
                (Touched::none(), false)
            }
            Entry::Guard(guard) => {
                self.is_guard_seen = true;
                let news = self.people.guard != guard;
                self.people.guard = guard;
                (if news { Touched::All } else { Touched::none() }, news)
            }
            Entry::Measurements(measurements) => {
                let news = !measurements.changed_since(&self.measurements).is_empty();
                self.measurements = measurements;
                // Which launches asked what is known to whoever judges them; there are few changes.
                (if news { Touched::All } else { Touched::none() }, false)
            }
        }
    }

    pub(super) fn of_namespace(&self, namespace: &str) -> BTreeSet<Name> {
        let all = self.launches.range(Name::new(namespace, "")..);
        let own = all.take_while(|(name, _)| *name.namespace == *namespace);
        own.map(|(name, _)| name.clone()).collect()
    }

    fn launches(&mut self, news: News<ReadinessLaunch>) -> Touched {
        let parsed = |launch: &ReadinessLaunch| {
            let parsed = Launch::of(launch);
            parsed.inspect_err(|error| {
                tracing::error!(launch = launch.name_any(), namespace = launch.namespace(), error, "A launch cannot be understood");
            })
        };
        match news {
            News::All(launches) => {
                self.listed.insert("launches");
                let parsed = launches.iter().filter_map(|launch| parsed(launch).ok());
                self.launches = parsed.map(|launch| (launch.name.clone(), Arc::new(launch))).collect();
                Touched::All
            }
            News::Is(launch) => {
                let name = stated::name(&*launch);
                match parsed(&launch) {
                    Ok(launch) => drop(self.launches.insert(name.clone(), Arc::new(launch))),
                    Err(_) => drop(self.launches.remove(&name)),
                }
                // Another launch may select the same workloads.
                Touched::Some(self.of_namespace(&name.namespace))
            }
            News::Gone(name) => {
                self.launches.remove(&name);
                let mut touched = self.of_namespace(&name.namespace);
                touched.insert(name);
                Touched::Some(touched)
            }
        }
    }

    /// Also says whether reports may be others: those of what an exception covers, where an attestation approves it.
    fn attestations(&mut self, news: News<ReadinessAttestation>) -> (Touched, bool) {
        let known = &mut self.people.attestations;
        let (name, before, after) = match news {
            News::All(all) => {
                self.listed.insert("attestations");
                let parsed = all.iter().filter_map(Attestation::of);
                *known = parsed.map(|one| (one.name.clone(), Arc::new(one))).collect();
                return (Touched::All, true);
            }
            News::Is(attestation) => {
                let name = stated::name(&*attestation);
                let after = Attestation::of(&attestation).map(Arc::new);
                let before = match &after {
                    Some(one) => known.insert(name.clone(), one.clone()),
                    None => known.remove(&name),
                };
                (name, before, after)
            }
            News::Gone(name) => {
                let before = known.remove(&name);
                (name, before, None)
            }
        };
        let mut both = before.iter().chain(&after);
        let approves = both.any(|one| matches!(one.subject, Subject::Exception { .. }));
        (Touched::Some(self.of_namespace(&name.namespace)), approves)
    }

    fn exceptions(&mut self, news: News<ReadinessException>) -> Touched {
        let parsed = |exception: &ReadinessException| {
            let parsed = Exception::of(exception);
            parsed.inspect_err(|error| {
                tracing::error!(exception = exception.name_any(), namespace = exception.namespace(), error, "An exception cannot be understood");
            })
        };
        match news {
            News::All(all) => {
                self.listed.insert("exceptions");
                let parsed = all.iter().filter_map(|one| parsed(one).ok());
                self.people.exceptions = parsed.map(|one| (one.name.clone(), Arc::new(one))).collect();
                Touched::All
            }
            News::Is(exception) => {
                let name = stated::name(&*exception);
                match parsed(&exception) {
                    Ok(one) => drop(self.people.exceptions.insert(name.clone(), Arc::new(one))),
                    Err(_) => drop(self.people.exceptions.remove(&name)),
                }
                Touched::Some(self.of_namespace(&name.namespace))
            }
            News::Gone(name) => {
                self.people.exceptions.remove(&name);
                Touched::Some(self.of_namespace(&name.namespace))
            }
        }
    }

    fn checklists(&mut self, news: News<ReadinessChecklist>) {
        match news {
            News::All(all) => {
                self.listed.insert("checklists");
                self.written = all.into_iter().map(|one| (one.name_any(), one)).collect();
            }
            News::Is(one) => drop(self.written.insert(one.name_any(), *one)),
            News::Gone(name) => drop(self.written.remove(&*name.name)),
        }
        self.refused.clear();
        let mut accepted = BTreeMap::new();
        for (name, one) in &self.written {
            let compiled = Checklists::may_be_named(name).and_then(|()| Checklist::compile(name, &one.spec));
            match compiled {
                Ok(checklist) => drop(accepted.insert(name.clone(), Arc::new(checklist))),
                Err(error) => {
                    tracing::error!(checklist = name, %error, "A checklist is not accepted");
                    // The version before stays in force: a slip must not take the checklist away from who is judged by it.
                    if let Some(before) = self.accepted.get(name) {
                        accepted.insert(name.clone(), before.clone());
                    }
                    self.refused.insert(name.clone(), error);
                }
            }
        }
        self.accepted = accepted;
    }

    /// Parses the policies by the checklists that there are.
    fn compile(&mut self) {
        self.checklists = Arc::new(Checklists::with(self.accepted.values().cloned()));
        let before = self.in_force.clone();
        let compiled = self.policies.iter().flatten().filter_map(|policy| {
            let name = policy.name_any();
            let compiled = Policy::compile(&name, &policy.spec, &self.checklists);
            compiled
                .inspect_err(|error| tracing::error!(policy = name, %error, "A policy is not accepted"))
                // Whoever deletes a checklist does not take the policy away.
                .or_else(|error| {
                    let known = before.iter().find(|known| *known.name == *name && error.may_be_mended());
                    known.cloned().ok_or(error)
                })
                .ok()
                .map(|mut compiled| {
                    compiled.created = policy.metadata.creation_timestamp.as_ref().map(|time| time.0);
                    compiled
                })
        });
        self.in_force = Arc::new(PolicySet::new(compiled.collect::<Vec<_>>()));
    }

    /// Works out what must be watched: what the items of some launch ask for.
    fn order_anew(&mut self, inventory: &Inventory) {
        let view = View::of(inventory);
        let mut names: BTreeSet<String> = BTreeSet::new();
        for launch in self.launches.values() {
            let policies = self.in_force.of_namespace(view, &launch.name.namespace);
            names.extend(policies.filter_map(|policy| policy.launch.as_ref()).flat_map(|rule| rule.checklists.clone()));
            names.extend(launch.spec.checklists.iter().cloned());
        }
        let checklists = self.checklists.clone();
        let items = names.iter().filter_map(|name| checklists.find(name)).flat_map(|checklist| &checklist.items);
        let pieces = items.flat_map(|item| match &item.way {
            Way::Evidence(pieces) => pieces.clone(),
            Way::Cel(rule) => vec![rule.piece.clone()],
            _ => Vec::new(),
        });
        self.in_use = pieces.collect();
        let demand = Demand::of(&self.in_use);
        let gone: Vec<GroupKind> = self.orders.keys().filter(|kind| demand.get(kind).is_none()).cloned().collect();
        for kind in gone {
            self.orders.remove(&kind);
            self.documents.drop_kind(&kind);
        }
        for (kind, parts) in demand.iter() {
            if self.documents.keep(kind, parts) || !self.orders.contains_key(kind) {
                self.count += 1;
                let kept = self.documents.kept(kind).cloned();
                let order = Order {
                    kind: kind.clone(),
                    parts: kept.unwrap_or_else(|| Arc::new(parts.clone())),
                    number: self.count,
                };
                self.orders.insert(kind.clone(), order);
            }
        }
    }

    fn documents_changed(&mut self, news: DocumentNews) -> Touched {
        let kind = news.order.kind.clone();
        if self.orders.get(&kind).is_none_or(|order| order.number != news.order.number) {
            return Touched::none();
        }
        let documents = &mut self.documents;
        match news.what {
            DocumentEvent::All(all) => {
                documents.reset(&kind, all);
                Touched::All
            }
            DocumentEvent::Is(document) => {
                let change = documents.apply(document);
                self.concerned(change)
            }
            DocumentEvent::Gone(namespace, name) => {
                let change = documents.delete(&kind, &namespace, &name);
                self.concerned(change)
            }
            DocumentEvent::Source(source) => {
                if documents.set_source(&kind, source) { Touched::All } else { Touched::none() }
            }
        }
    }

    /// The launches that a change of an object may concern: those of its namespace where it speaks for that alone, all of them
    /// where it may speak for others, as an alert rule of a monitoring namespace does.
    fn concerned(&self, change: Option<Change>) -> Touched {
        let Some(change) = change else {
            return Touched::none();
        };
        let Some(document) = change.after.as_ref().or(change.before.as_ref()) else {
            return Touched::none();
        };
        // No namespace has this name, so that it stands for every other one.
        let elsewhere = "/";
        if self.in_use.iter().any(|piece| piece.may_concern(&change, elsewhere)) {
            return Touched::All;
        }
        let own = document.namespace();
        let is_workload = GroupKind::workloads().any(|kind| kind == *document.kind());
        if is_workload || self.in_use.iter().any(|piece| piece.may_concern(&change, own)) {
            return Touched::Some(self.of_namespace(own));
        }
        Touched::none()
    }
}
