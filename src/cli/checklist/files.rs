//! From manifests alone: what they decide is decided, the rest stays open.

use std::sync::Arc;

use anyhow::{Result, bail};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::ResourceExt;
use serde_json::Value;

use super::Arguments;
use crate::api::{ReadinessLaunch, ReadinessLaunchSpec, ReleaseType};
use crate::check::{Param, ParamKind};
use crate::checklist::{Checklists, Way};
use crate::checks;
use crate::cli::output;
use crate::cli::policies::Given;
use crate::cli::progress::Bar;
use crate::engine::{Policy, PolicySet};
use crate::evidence::{Demand, Document as Evidence, Documents, GroupKind};
use crate::inventory::View;
use crate::launch::{Facts, Launch, judge};
use crate::manifests::{self, Keep, Manifests, Own, Rendering, Whole};
use crate::people::{Attestation, Exception, People};
use crate::promql::Measurements;
use crate::render::document::{Basis, Document};

/// The name of an application that no launch names.
const UNNAMED: &str = "application";

/// What Plimsoll's own kinds among the manifests say.
#[derive(Default)]
struct Said {
    launches: Vec<ReadinessLaunch>,
    people: People,
}

/// Fills in the checklists of a launch by manifests.
pub(super) fn fill_in(arguments: &Arguments) -> Result<Document> {
    let mut given = Given::read(&arguments.policy)?;
    let bar = Bar::new();
    let found = manifests::read(
        &arguments.files,
        Keep::Documents,
        &Rendering::default(),
        &bar,
    );
    bar.finish();
    let found = found?;
    if found.objects.is_empty() && found.stated.is_empty() && found.skipped.is_empty() {
        bail!(
            "{}",
            crate::cli::check::nothing_found(&arguments.files, found.files)
        );
    }
    complain(&found);
    let Manifests {
        objects,
        stated,
        documents,
        ..
    } = found;
    let said = Said::of(stated, &mut given)?;
    let checklists = given.checklists()?;
    let policies = given.policies(&checklists)?;
    let policies = match arguments.kubernetes_version {
        Some(release) => {
            PolicySet::new(policies.into_iter().chain([of_release()])).for_release(release)
        }
        None => PolicySet::new(policies),
    };
    let whole = Whole::of(objects);
    let mut launch = said.launch(arguments, &whole)?;
    for name in &arguments.checklists {
        if checklists.find(name).is_none() {
            let known: Vec<_> = checklists
                .iter()
                .map(|checklist| checklist.name.to_string())
                .collect();
            bail!(
                "there is no checklist {name:?}; there are {}",
                known.join(", ")
            );
        }
        if !launch.spec.checklists.contains(name) {
            launch.spec.checklists.push(name.clone());
        }
    }
    let now = Timestamp::now();
    let facts = Facts {
        // Without a moment: nothing of what runs is in files.
        view: View::of(&whole.inventory),
        documents: &evidence(&checklists, &documents),
        checklists: &checklists,
        policies: &policies,
        people: &said.people,
        measurements: &Measurements::new(std::time::Duration::ZERO),
        now,
    };
    let judged = judge(&launch, facts, None);
    if judged.items.is_empty() {
        bail!(
            "no checklist is asked for: name one with --checklist, in the launch's spec.checklists, or in a policy's \
             spec.launch.checklists"
        );
    }
    Ok(Document::of(&launch, &judged, now, Basis::Files))
}

/// What gives the checks that ask for a release their parameter where no policy names them.
fn of_release() -> Policy {
    let is_release = |param: &Param| matches!(param.kind, ParamKind::Release { .. });
    let checks = checks::ALL.iter().copied();
    let checks = checks.filter(|check| check.params.iter().any(is_release));
    Policy::of_checks("", checks)
}

/// What cannot be read might have decided something.
fn complain(found: &Manifests) {
    for skipped in found
        .skipped
        .iter()
        .filter(|skipped| skipped.reason.is_problem())
    {
        let document = skipped
            .document
            .map(|document| format!(", document {document}"))
            .unwrap_or_default();
        output::complain(
            "warning",
            &format!("{}{document}: {}", skipped.file, skipped.explanation()),
        );
    }
}

impl Said {
    fn of(stated: Vec<manifests::Stated>, given: &mut Given) -> Result<Self> {
        let mut said = Self::default();
        for manifests::Stated { origin, own } in stated {
            let place = format!("{}: line {}", origin.file, origin.line);
            match own {
                Own::Policy(policy) => given.policy(policy, place),
                Own::Checklist(checklist) => given.checklist(checklist, place),
                Own::Launch(launch) => said.launches.push(*launch),
                Own::Exception(exception) => match Exception::of(&exception) {
                    Ok(exception) => drop(
                        said.people
                            .exceptions
                            .insert(exception.name.clone(), Arc::new(exception)),
                    ),
                    Err(error) => bail!("{place}: the exception {}: {error}", exception.name_any()),
                },
                Own::Attestation(attestation) => {
                    let attestation = Attestation::of(&attestation).map(Arc::new);
                    said.people
                        .attestations
                        .extend(attestation.map(|one| (one.name.clone(), one)));
                }
                Own::Report => {}
            }
        }
        Ok(said)
    }

    /// The launch that is asked for, or the only one; where there is none, one over all workloads.
    fn launch(&self, arguments: &Arguments, whole: &Whole) -> Result<Launch> {
        let is_asked = |launch: &&ReadinessLaunch| {
            let namespace = arguments.connection.namespace.as_ref();
            arguments
                .app
                .as_ref()
                .is_none_or(|app| launch.name_any() == *app)
                && namespace.is_none_or(|namespace| launch.namespace().as_ref() == Some(namespace))
        };
        let asked: Vec<_> = self.launches.iter().filter(is_asked).collect();
        let names = |launches: &[&ReadinessLaunch]| {
            let names = launches.iter().map(|launch| {
                format!(
                    "{}/{}",
                    launch.namespace().unwrap_or_default(),
                    launch.name_any()
                )
            });
            names.collect::<Vec<_>>().join(", ")
        };
        let object = match asked.as_slice() {
            [launch] => (*launch).clone(),
            [] if !self.launches.is_empty() => {
                let all: Vec<_> = self.launches.iter().collect();
                bail!(
                    "no such ReadinessLaunch is among the files; there are {}",
                    names(&all)
                );
            }
            [] => over_all(arguments, whole)?,
            several => bail!("name one of the launches: {}", names(several)),
        };
        // What files say of a status was never written by an operator.
        let object = ReadinessLaunch {
            status: None,
            ..object
        };
        Launch::of(&object)
            .map_err(|error| anyhow::anyhow!("the launch {}: {error}", object.name_any()))
    }
}

/// A launch over all workloads of the files, which must be of one namespace.
fn over_all(arguments: &Arguments, whole: &Whole) -> Result<ReadinessLaunch> {
    let workloads = whole
        .members
        .iter()
        .filter_map(|member| member.object.workload());
    let mut namespaces: Vec<_> = workloads
        .map(|workload| workload.meta.key.namespace.to_string())
        .collect();
    namespaces.sort();
    namespaces.dedup();
    let namespace = match (&arguments.connection.namespace, namespaces.as_slice()) {
        (Some(namespace), _) => namespace.clone(),
        (None, [namespace]) => namespace.clone(),
        (None, []) => bail!("there is neither a ReadinessLaunch nor a workload among the files"),
        (None, several) => bail!(
            "the workloads are in several namespaces, name one with --namespace: {}",
            several.join(", ")
        ),
    };
    let mut launch = ReadinessLaunch::new(
        arguments.app.as_deref().unwrap_or(UNNAMED),
        ReadinessLaunchSpec {
            selector: LabelSelector::default(),
            release: "unreleased".to_owned(),
            release_type: ReleaseType::default(),
            containers: Vec::new(),
            checklists: Vec::new(),
            sign_offs: Vec::new(),
            risks: Vec::new(),
            contacts: Vec::new(),
            notes: None,
            target_date: None,
            review_every: None,
        },
    );
    launch.metadata.namespace = Some(namespace);
    Ok(launch)
}

/// What evidence is looked for in: the parts that some item reads of every object.
fn evidence(checklists: &Checklists, objects: &[Value]) -> Documents {
    let items = checklists.iter().flat_map(|checklist| &checklist.items);
    let pieces: Vec<_> = items
        .flat_map(|item| match &item.way {
            Way::Evidence(pieces) => pieces.clone(),
            Way::Cel(rule) => vec![rule.piece.clone()],
            _ => Vec::new(),
        })
        .collect();
    let demand = Demand::of(&pieces);
    let mut documents = Documents::of_files();
    for (kind, parts) in demand.iter() {
        documents.keep(kind, parts);
        let own = objects.iter().filter(|object| {
            let text = |field: &str| object[field].as_str().unwrap_or_default();
            GroupKind::of(text("apiVersion"), text("kind")) == *kind
        });
        let own: Vec<_> = own
            .filter_map(|object| Evidence::decode(kind, object, parts))
            .collect();
        documents.reset(kind, own);
    }
    documents
}
