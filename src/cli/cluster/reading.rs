//! Everything that a launch is judged by, as far as the rights of whoever runs the command reach.

mod missing;
mod objects;

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, ResourceExt};
use serde_json::Value;

use self::missing::missing_of;
use super::lists::{Absent, Served, Where, list};
use super::{Cluster, people};
use crate::api::{
    LaunchStatus, ReadinessAttestation, ReadinessChecklist, ReadinessException, ReadinessLaunch,
    ReadinessPolicy,
};
use crate::checklist::{Checklist, Checklists, Item};
use crate::engine::{Policy, PolicySet};
use crate::evidence::Documents;
use crate::inventory::{Inventory, Record, View};
use crate::launch::{Facts, Judged, Launch, judge};
use crate::model::{self, Kind, KindSet, Text};
use crate::people::{Attestation, Claim, Exception, Grant, Guard, Interval, People};
use crate::promql::Measurements;

/// Lists under way at once.
pub(super) const LISTS: usize = 8;

/// Kinds of which objects in other namespaces may concern a workload.
pub(super) const ELSEWHERE: KindSet = KindSet::of(&[
    Kind::Role,
    Kind::RoleBinding,
    Kind::Gateway,
    Kind::HTTPRoute,
    Kind::GRPCRoute,
    Kind::DestinationRule,
    Kind::Application,
    Kind::Kustomization,
    Kind::HelmRelease,
]);

/// What was read.
pub(in crate::cli) struct Reading {
    pub(in crate::cli) launch: Launch,
    /// What could not be read, and why.
    pub(in crate::cli) gaps: Vec<String>,
    /// The checklists that could not be read.
    pub(in crate::cli) unread: Vec<String>,
    inventory: Inventory,
    documents: Documents,
    policies: PolicySet,
    checklists: Checklists,
    people: People,
    now: Timestamp,
}

impl Reading {
    /// Judges the launch by what was read.
    pub(in crate::cli) fn judge(&self) -> Judged {
        let measurements = Measurements::new(std::time::Duration::ZERO);
        let facts = Facts {
            view: View::of(&self.inventory).at(self.now),
            documents: &self.documents,
            checklists: &self.checklists,
            policies: &self.policies,
            people: &self.people,
            measurements: &measurements,
            now: self.now,
        };
        judge(&self.launch, facts, None)
    }

    /// The status, where it is about the launch as it is now.
    pub(in crate::cli) fn status(&self) -> Option<&LaunchStatus> {
        let status = &self.launch.before;
        (status.status.is_some() && status.observed_generation == Some(self.launch.generation))
            .then_some(status)
    }
}

/// Reads what a launch is judged by. `operator` is the namespace that the operator runs in.
///
/// # Errors
/// Where the launch itself cannot be read, or it cannot be known which checklists it is judged by.
pub(in crate::cli) async fn read(
    cluster: &Cluster,
    object: &ReadinessLaunch,
    operator: &str,
    now: Timestamp,
) -> Result<Reading> {
    let launch = Launch::of(object).map_err(|error| {
        anyhow!(
            "the launch {} cannot be understood: {error}",
            object.name_any()
        )
    })?;
    let mut reading = Reading {
        launch,
        gaps: Vec::new(),
        unread: Vec::new(),
        inventory: Inventory::of_cluster(),
        documents: Documents::of_cluster(),
        policies: PolicySet::default(),
        checklists: Checklists::default(),
        people: People {
            guard: Guard::Seen(Vec::new()),
            ..People::default()
        },
        now,
    };
    let reader = Reader {
        cluster,
        served: Served::ask(&cluster.client)
            .await
            .map_err(|error| super::refused(&error, "ask which kinds there are"))?,
    };
    reader.rules(&mut reading).await?;
    reader.people(&mut reading, operator).await;
    let items = reading.items();
    reader.objects(&mut reading, &items).await;
    Ok(reading)
}

struct Reader<'a> {
    cluster: &'a Cluster,
    served: Served,
}

impl Reader<'_> {
    /// The policies, the checklists and the namespace.
    async fn rules(&self, reading: &mut Reading) -> Result<()> {
        let own = &self.cluster.namespace;
        let namespaces: Api<Namespace> = Api::all(self.cluster.client.clone());
        let (policies, checklists, namespace) = tokio::join!(
            self.own::<ReadinessPolicy>(),
            self.own::<ReadinessChecklist>(),
            namespaces.get(own),
        );
        reading.checklists = match checklists {
            Ok(all) => Checklists::with(all.iter().filter_map(compiled)),
            Err(why) => self.named(reading, &why).await,
        };
        let namespace = namespace
            .ok()
            .and_then(|namespace| serde_json::to_value(namespace).ok());
        if let Some(namespace) = namespace
            .as_ref()
            .and_then(|object| record(Kind::Namespace, object))
        {
            reading.inventory.reset(Kind::Namespace, [namespace]);
        }
        match (policies, namespace) {
            (Ok(policies), Some(_)) => {
                let compiled = policies.iter().filter_map(|policy| {
                    let mut compiled =
                        Policy::compile(&policy.name_any(), &policy.spec, &reading.checklists)
                            .ok()?;
                    compiled.created = policy.creation_timestamp().map(|time| time.0);
                    Some(compiled)
                });
                reading.policies = PolicySet::new(compiled.collect::<Vec<_>>());
            }
            (policies, _) => {
                let why = policies
                    .err()
                    .unwrap_or_else(|| format!("the namespace {own} cannot be read").into());
                // What policies ask is in the status, which the operator wrote.
                let Some(status) = reading.status().cloned() else {
                    return Err(anyhow!(
                        "it cannot be known which checklists the launch is judged by: {why}; and its status does not say, or is \
                         not of its present generation"
                    ));
                };
                reading.gaps.push(format!(
                    "ReadinessPolicies: {why}; the checklists are those that the status names"
                ));
                reading.launch.spec.checklists = status.checklists;
            }
        }
        Ok(())
    }

    /// The checklists that the launch and its status name, where they cannot be listed. Of what cannot be read at all, only what
    /// the status says is missing is known.
    async fn named(&self, reading: &mut Reading, why: &str) -> Checklists {
        let api: Api<ReadinessChecklist> = Api::all(self.cluster.client.clone());
        let stated = reading
            .launch
            .before
            .checklists
            .iter()
            .chain(&reading.launch.spec.checklists);
        let names: BTreeSet<&String> = stated
            .filter(|name| Checklists::built_in().find(name).is_none())
            .collect();
        let mut known = Vec::new();
        for name in names {
            match api.get(name).await.ok().as_ref().and_then(compiled) {
                Some(checklist) => known.push(checklist),
                None => {
                    reading.unread.push(name.clone());
                    reading.gaps.push(format!("the checklist {name}: {why}; only what the status says is missing of it is listed"));
                    known.push(Arc::new(missing_of(name, &reading.launch.before)));
                }
            }
        }
        Checklists::with(known)
    }

    /// What people state, and what that is worth.
    async fn people(&self, reading: &mut Reading, operator: &str) {
        let (attestations, exceptions, guard) = tokio::join!(
            self.own::<ReadinessAttestation>(),
            self.own::<ReadinessException>(),
            people::guard(&self.cluster.client, operator, reading.now),
        );
        let mut unread = |what: &str, why: Text| reading.gaps.push(format!("{what}: {why}"));
        let attestations = attestations
            .map_err(|why| unread("ReadinessAttestations", why))
            .unwrap_or_default();
        let exceptions = exceptions
            .map_err(|why| unread("ReadinessExceptions", why))
            .unwrap_or_default();
        let attestations: Vec<_> = attestations.iter().filter_map(Attestation::of).collect();
        let claims: BTreeSet<Claim> = attestations.iter().map(Attestation::claim).collect();
        let exceptions = exceptions
            .iter()
            .filter_map(|exception| Exception::of(exception).ok());
        reading.people.exceptions = exceptions
            .map(|one| (one.name.clone(), Arc::new(one)))
            .collect();
        reading.people.attestations = attestations
            .into_iter()
            .map(|one| (one.name.clone(), Arc::new(one)))
            .collect();
        if reading.people.attestations.is_empty() && reading.people.exceptions.is_empty() {
            return;
        }
        // What only the operator may know is taken to be well: the status, which is looked at afterwards, says if it is not.
        let may_trust = reading.status().is_some();
        match guard {
            Some(guard) => reading.people.guard = guard,
            None => {
                reading.gaps.push(format!("when it was checked who people are: the ConfigMap of namespace {operator} cannot be read"));
                if may_trust {
                    let always = Interval {
                        from: Timestamp::MIN,
                        until: Timestamp::MAX,
                    };
                    reading.people.guard = Guard::Seen(vec![always]);
                }
            }
        }
        for claim in claims {
            let grant = people::grant(&self.cluster.client, &claim).await;
            if grant.is_none() {
                let gap = "which roles people have: you may not create LocalSubjectAccessReviews";
                if !reading.gaps.iter().any(|known| known == gap) {
                    reading.gaps.push(gap.to_owned());
                }
            }
            let unknown = || Grant::Unknown("you may not ask RBAC".into());
            let grant = grant.unwrap_or_else(|| if may_trust { Grant::Granted } else { unknown() });
            reading.people.authority.learn(claim, grant);
        }
    }

    /// The objects of a kind of ours: of the namespace, if it has namespaces.
    async fn own<K>(&self) -> Result<Vec<K>, Text>
    where
        K: kube::CustomResourceExt + kube::Resource<DynamicType = ()> + serde::de::DeserializeOwned,
    {
        let resource = K::api_resource();
        let is_namespaced = K::crd().spec.scope == "Namespaced";
        let place = if is_namespaced {
            Where::In(&self.cluster.namespace, None)
        } else {
            Where::Everywhere
        };
        match list(&self.cluster.client, &resource, place).await {
            // An object of another version is none that counts.
            Ok(all) => Ok(all
                .into_iter()
                .filter_map(|object| serde_json::from_value(object).ok())
                .collect()),
            Err(Absent::NotServed) => {
                Err("the cluster has no such kind; apply the definitions (crds/)".into())
            }
            Err(absent) => Err(absent.why()),
        }
    }
}

impl Reading {
    /// The items that the launch is judged by.
    fn items(&self) -> Vec<Arc<Item>> {
        let view = View::of(&self.inventory);
        let policies = self
            .policies
            .of_namespace(view, &self.launch.name.namespace);
        let required = policies
            .filter_map(|policy| policy.launch.as_ref())
            .flat_map(|rule| &rule.checklists);
        let names: BTreeSet<&String> = required.chain(&self.launch.spec.checklists).collect();
        let checklists = names
            .into_iter()
            .filter_map(|name| self.checklists.find(name));
        checklists
            .flat_map(|checklist| checklist.items.iter().cloned())
            .collect()
    }
}

fn compiled(checklist: &ReadinessChecklist) -> Option<Arc<Checklist>> {
    Some(Arc::new(
        Checklist::compile(&checklist.name_any(), &checklist.spec).ok()?,
    ))
}

fn record(kind: Kind, object: &Value) -> Option<Record> {
    Some(Record::of_cluster(model::decode(kind, object).ok()?))
}
