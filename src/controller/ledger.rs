//! What launches are judged by besides the records: what people state, checklists, evidence and measurements.

mod evidence;
mod statements;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use imbl::OrdMap;
use kube::ResourceExt;

use super::stated::News;
use super::touched::Touched;
use crate::api::{
    ReadinessAttestation, ReadinessChecklist, ReadinessException, ReadinessLaunch, ReadinessPolicy,
};
use crate::checklist::{Checklist, Checklists};
use crate::engine::{Policy, PolicySet};
use crate::evidence::{Documents, GroupKind, Piece};
use crate::inventory::Inventory;
use crate::launch::Launch;
use crate::live::{Known, Snapshot, Statuses};
use crate::people::{Claim, Grant, Guard, Name, People, Verb};
use crate::promql::Measurements;

pub(super) use evidence::{DocumentEvent, DocumentNews, Order};

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

/// All that was told, in the newest state. A clone of what it shows costs little.
pub(super) struct Ledger {
    policies: Option<Vec<ReadinessPolicy>>,
    written: BTreeMap<String, ReadinessChecklist>,
    accepted: BTreeMap<String, Arc<Checklist>>,
    /// What is wrong with those that are not.
    refused: BTreeMap<String, String>,
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
    pub(super) statuses: Statuses,
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
            statuses: nothing.statuses,
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
            && self
                .people
                .attestations
                .values()
                .all(|attestation| is_asked(&attestation.claim()))
    }

    /// Writes an entry down. Also says whether every report may be another.
    pub(super) fn write(&mut self, entry: Entry, inventory: &Inventory) -> (Touched, bool) {
        match entry {
            Entry::Launches(news) => {
                let (touched, may_need_others) = self.launches(news);
                if may_need_others {
                    self.order_anew(inventory);
                }
                (touched, false)
            }
            Entry::Attestations(news) => self.attestations(news),
            Entry::Exceptions(news) => self.exceptions(news),
            Entry::Checklists(news) => self.checklists(news, inventory),
            Entry::Policies(policies) => {
                self.policies = Some(policies);
                self.compile();
                self.order_anew(inventory);
                (Touched::everything(), true)
            }
            Entry::Documents(news) => (self.documents_changed(news, inventory), false),
            Entry::Authority(answers) => self.answered(answers),
            Entry::Claims(claims) => {
                self.people.authority.retain(&claims);
                (Touched::none(), false)
            }
            Entry::Guard(guard) => {
                self.is_guard_seen = true;
                let news = self.people.guard != guard;
                self.people.guard = guard;
                (
                    if news {
                        Touched::everything()
                    } else {
                        Touched::none()
                    },
                    news,
                )
            }
            Entry::Measurements(measurements) => {
                let touched = Touched {
                    answers: measurements
                        .changed_since(&self.measurements)
                        .into_iter()
                        .cloned()
                        .collect(),
                    ..Touched::none()
                };
                self.measurements = measurements;
                (touched, false)
            }
        }
    }

    /// Also says whether reports may be others.
    fn answered(&mut self, answers: Vec<(Claim, Grant)>) -> (Touched, bool) {
        let mut touched = Touched::none();
        let mut approvals = false;
        for (claim, grant) in answers {
            let (namespace, verb) = (claim.namespace.clone(), claim.verb);
            if self.people.authority.learn(claim, grant) {
                approvals |= verb == Verb::Approve;
                touched.and(self.all_of(&namespace));
            }
        }
        (touched, approvals)
    }

    /// Also says whether reports may be others.
    fn checklists(
        &mut self,
        news: News<ReadinessChecklist>,
        inventory: &Inventory,
    ) -> (Touched, bool) {
        match news {
            News::All(all) => {
                self.listed.insert("checklists");
                self.written = all.into_iter().map(|one| (one.name_any(), one)).collect();
            }
            News::Is(one) => {
                let name = one.name_any();
                let says = one.spec.clone();
                let before = self.written.insert(name.clone(), *one);
                if before.is_some_and(|before| before.spec == says) {
                    // Its status was written.
                    self.know_checklist(&name);
                    let touched = Touched {
                        checklists: BTreeSet::from([name.into()]),
                        ..Touched::none()
                    };
                    return (touched, false);
                }
            }
            News::Gone(name) => drop(self.written.remove(&*name.name)),
        }
        self.accept();
        self.compile();
        self.order_anew(inventory);
        (Touched::everything(), true)
    }

    /// Parses the checklists.
    fn accept(&mut self) {
        let mut accepted = BTreeMap::new();
        self.refused.clear();
        for (name, one) in &self.written {
            let compiled =
                Checklists::may_be_named(name).and_then(|()| Checklist::compile(name, &one.spec));
            match compiled {
                Ok(checklist) => drop(accepted.insert(name.clone(), Arc::new(checklist))),
                Err(error) => {
                    tracing::error!(checklist = name, %error, "A checklist is not accepted");
                    // The version before stays in force: a slip must not take the checklist away from who is judged by it.
                    if let Some(before) = self.accepted.get(name) {
                        accepted.insert(name.clone(), before.clone());
                    }
                    self.refused.insert(name.clone(), error.to_string());
                }
            }
        }
        self.accepted = accepted;
        self.statuses.checklists.clear();
        for name in self.written.keys().cloned().collect::<Vec<_>>() {
            self.know_checklist(&name);
        }
    }

    fn know_checklist(&mut self, name: &str) {
        if let Some(one) = self.written.get(name) {
            let known = Known::of(&one.metadata, one.status.as_ref(), self.refused.get(name));
            self.statuses
                .checklists
                .insert(name.into(), Arc::new(known));
        }
    }

    /// Parses the policies by the checklists that there are.
    fn compile(&mut self) {
        self.checklists = Arc::new(Checklists::with(self.accepted.values().cloned()));
        let before = self.in_force.clone();
        let compiled = self.policies.iter().flatten().filter_map(|policy| {
            let name = policy.name_any();
            let compiled = Policy::compile(&name, &policy.spec, &self.checklists);
            compiled
                .inspect_err(
                    |error| tracing::error!(policy = name, %error, "A policy is not accepted"),
                )
                // Whoever deletes a checklist does not take the policy away.
                .or_else(|error| {
                    let known = before
                        .iter()
                        .find(|known| *known.name == *name && error.may_be_mended());
                    known.cloned().ok_or(error)
                })
                .ok()
                .map(|mut compiled| {
                    compiled.created = policy
                        .metadata
                        .creation_timestamp
                        .as_ref()
                        .map(|time| time.0);
                    compiled
                })
        });
        self.in_force = Arc::new(PolicySet::new(compiled.collect::<Vec<_>>()));
    }
}
