//! What a launch is asked, as far as it can be known.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, bail};
use kube::{Api, ResourceExt};

use crate::api::{ReadinessChecklist, ReadinessLaunch};
use crate::checklist::{Checklist, Checklists, Item, LAUNCH};
use crate::cli::cluster::Cluster;
use crate::launch::own_item;
use crate::manifests::nearest;
use crate::render::checklists::automatic;

/// The checklists that a launch is judged by.
pub(super) struct Asked {
    launch: ReadinessLaunch,
    checklists: Checklists,
    /// Of those that are not built in, why they cannot be read.
    unread: BTreeMap<String, String>,
}

/// An item that a key names.
pub(super) enum Found {
    /// This.
    Item(Arc<Item>),
    /// Its checklist cannot be read, for this reason.
    Unread(String),
}

impl Asked {
    /// Reads the checklists that the status and the spec of a launch name.
    pub(super) async fn of(cluster: &Cluster, launch: ReadinessLaunch) -> Self {
        let api: Api<ReadinessChecklist> = Api::all(cluster.client.clone());
        let (mut known, mut unread) = (Vec::new(), BTreeMap::new());
        for name in names(&launch).filter(|name| Checklists::built_in().find(name).is_none()) {
            match api.get_opt(name).await {
                Ok(Some(checklist)) => match Checklist::compile(name, &checklist.spec) {
                    Ok(compiled) => known.push(Arc::new(compiled)),
                    Err(error) => drop(unread.insert(name.clone(), error.to_string())),
                },
                Ok(None) => drop(unread.insert(
                    name.clone(),
                    "there is no such ReadinessChecklist".to_owned(),
                )),
                Err(error) => {
                    let what = format!("read the ReadinessChecklist {name}");
                    unread.insert(
                        name.clone(),
                        crate::cli::cluster::refused(&error, &what).to_string(),
                    );
                }
            }
        }
        Self {
            checklists: Checklists::with(known),
            launch,
            unread,
        }
    }

    /// The launch.
    pub(super) fn launch(&self) -> &ReadinessLaunch {
        &self.launch
    }

    /// The item of a key.
    ///
    /// # Errors
    /// Where the launch is not asked for it.
    pub(super) fn find(&self, key: &str) -> Result<Found> {
        let launch = self.launch.name_any();
        let Some((checklist, id)) = key.split_once(':') else {
            bail!(
                "{key:?} is no key of an item: write CHECKLIST:ID, as `plimsoll attest {launch} --list` does"
            );
        };
        if checklist == LAUNCH {
            return match own_item(&self.launch.spec, key) {
                Some(item) => Ok(Found::Item(Arc::new(item))),
                None => bail!(
                    "the launch {launch} has no item {key}: there are launch:sign-off/ROLE, launch:review where spec.reviewEvery is \
                     set, and launch:risk/ID for the risks that spec.risks has accepted"
                ),
            };
        }
        // A launch that has no status yet may be asked more by policies than it says itself.
        let is_known = self.launch.status.is_some();
        if is_known && !names(&self.launch).any(|name| name == checklist) {
            let all: Vec<_> = names(&self.launch).map(String::as_str).collect();
            bail!(
                "the launch {launch} is not judged by the checklist {checklist}, but by {}",
                all.join(", ")
            );
        }
        if let Some(why) = self.unread.get(checklist) {
            return Ok(Found::Unread(why.clone()));
        }
        let Some(known) = self.checklists.find(checklist) else {
            bail!(
                "there is no checklist {checklist}; `plimsoll checklists` lists the built-in ones"
            );
        };
        match known.find(id) {
            Some(item) => Ok(Found::Item(item.clone())),
            None => {
                let ids = known.items.iter().map(|item| item.spec.id.as_str());
                let meant =
                    nearest(id, ids).map(|meant| format!("; did you mean {checklist}:{meant}?"));
                bail!(
                    "the checklist {checklist} has no item {id}{}",
                    meant.unwrap_or_default()
                )
            }
        }
    }
}

/// The checklists that a launch says it is judged by.
fn names(launch: &ReadinessLaunch) -> impl Iterator<Item = &String> {
    let status = launch.status.iter().flat_map(|status| &status.checklists);
    let own = launch.spec.checklists.iter();
    let own = own.filter(|name| {
        launch
            .status
            .as_ref()
            .is_none_or(|status| !status.checklists.contains(name))
    });
    status.chain(own)
}

impl Asked {
    /// The roles that may attest an item, as far as it is known: by its checklist, or by the status where that cannot be read.
    pub(super) fn roles(&self, key: &str, found: &Found) -> Option<Vec<String>> {
        match found {
            Found::Item(item) => item.attestation().map(|rule| rule.roles.clone()),
            Found::Unread(_) => {
                let mut missing = self.launch.status.iter().flat_map(|status| &status.missing);
                missing
                    .find(|missing| missing.item == *key)
                    .map(|missing| missing.from.clone())
            }
        }
    }
}

/// Refuses an item that nobody can attest.
///
/// # Errors
/// Where there is nobody.
pub(super) fn may_be_attested(item: &Item) -> Result<()> {
    if item.attestation().is_none() {
        let how = automatic(item).unwrap_or_else(|| "nothing".to_owned());
        bail!(
            "{} takes no attestation: it is decided by {how}; `plimsoll explain {}` says more",
            item.key,
            item.key
        );
    }
    Ok(())
}
