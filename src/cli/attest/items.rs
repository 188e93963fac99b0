//! What a launch is asked, as far as it can be known.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, bail};
use kube::{Api, ResourceExt};

use crate::api::{Phase, ReadinessChecklist, ReadinessLaunch};
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

impl Asked {
    /// The items of a section that people may attest in a role, or sign: those that the launch is asked by now.
    ///
    /// # Errors
    /// Where no checklist has such a section.
    pub(super) fn in_section(&self, section: &str, role: &str, sign: bool) -> Result<Vec<String>> {
        let is_live = self
            .launch
            .status
            .as_ref()
            .is_some_and(|status| status.actual_date.is_some());
        let checklists = names(&self.launch).filter_map(|name| self.checklists.find(name));
        let all: Vec<_> = checklists
            .flat_map(|checklist| &checklist.items)
            .filter(|item| is_called(&item.spec.section, section))
            .collect();
        if all.is_empty() {
            let titles = names(&self.launch).filter_map(|name| self.checklists.find(name));
            let titles = titles.flat_map(|checklist| &checklist.items);
            let meant = nearest(section, titles.map(|item| title(&item.spec.section)))
                .map(|meant| format!("; did you mean {meant:?}?"));
            bail!(
                "no checklist of the launch {} has a section {section:?}{}",
                self.launch.name_any(),
                meant.unwrap_or_default()
            );
        }
        let keys = all
            .into_iter()
            .filter(|item| is_live || item.spec.phase == Phase::PreRollout)
            .filter(|item| item.is_sign_off() == sign)
            .filter(|item| {
                item.attestation()
                    .is_some_and(|rule| rule.roles.iter().any(|own| own == role))
            });
        Ok(keys.map(|item| item.key.to_string()).collect())
    }
}

/// Whether a section, as `5. Security`, is called so: with its number or without, in whatever case.
fn is_called(section: &str, name: &str) -> bool {
    [section, title(section)]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(name.trim()))
}

/// A section's title without its number.
fn title(section: &str) -> &str {
    match section.split_once(". ") {
        Some((number, title)) if number.bytes().all(|byte| byte.is_ascii_digit()) => title,
        _ => section,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_called_with_its_number_or_without() {
        for name in ["5. Security", "security", " Security "] {
            assert!(is_called("5. Security", name), "{name}");
        }
        for name in ["5", "Secure", "4. Security", ""] {
            assert!(!is_called("5. Security", name), "{name}");
        }
        assert_eq!(title("e.g. this"), "e.g. this");
    }
}
