//! What the next judgement must remember.

use jiff::Timestamp;

use super::application::Turn;
use super::status::{Observed, seconds};
use super::verdict::Judged;
use super::{Launch, seen};
use crate::api::{Admitted, Memory, Release, ReleaseType};

/// Releases that are listed with what is known of them.
const MOST_RELEASES: usize = 8;

/// Releases of which the name is kept.
const MOST_NAMES: usize = 64;

/// Templates that are kept of each workload: Kubernetes keeps ten revisions by default, and the current one.
const MOST_TEMPLATES: usize = 11;

/// Templates that are kept of all workloads together.
const MOST_OF_ALL: usize = 256;

/// Workloads that are gone whose templates are kept: they may come back.
const MOST_GONE: usize = 16;

pub(super) fn memory(
    launch: &Launch,
    judged: &Judged,
    observed: &Observed,
    now: Timestamp,
) -> Memory {
    Memory {
        seen: seen::remembered(launch, judged),
        admitted: admitted(launch, judged, observed),
        ..releases(launch, observed, now)
    }
}

/// The releases, with the one that is meant to run now.
fn releases(launch: &Launch, observed: &Observed, now: Timestamp) -> Memory {
    let turn = launch.turn();
    let mut memory = Memory {
        seen: Vec::new(),
        admitted: Vec::new(),
        ..launch.memory().clone()
    };
    let spec = &launch.spec;
    match turn {
        Turn::Same => {}
        Turn::Promoted => {
            let last = memory.releases.pop();
            let last = last.map(|last| Release {
                kind: ReleaseType::Major,
                ..last
            });
            memory.since = last.as_ref().map(|last| last.since.clone());
            memory.earlier.clear();
            memory.releases = last.into_iter().collect();
        }
        Turn::First | Turn::Minor | Turn::Major => {
            if turn == Turn::Major {
                memory = Memory::default();
            }
            // That is when it was first meant to run, whenever the operator saw it.
            let since = match turn {
                Turn::Minor => now,
                _ => launch.lineage(now).since,
            };
            memory.since.get_or_insert_with(|| seconds(since));
            // What counts for the first release may have been attested before there was a launch.
            let named = launch.created.map_or(since, |created| created.max(since));
            memory.releases.push(Release {
                name: spec.release.clone(),
                kind: spec.release_type,
                since: seconds(named),
                images: Vec::new(),
            });
        }
    }
    // Another release may be running still when it is named; its images are those of what runs in the end.
    if let Some(last) = memory
        .releases
        .last_mut()
        .filter(|_| !observed.images.is_empty())
    {
        last.images.clone_from(&observed.images);
    }
    let surplus = memory.releases.len().saturating_sub(MOST_RELEASES);
    let earlier = memory.releases.drain(..surplus).map(|release| release.name);
    memory.earlier.extend(earlier);
    let surplus = memory.earlier.len().saturating_sub(MOST_NAMES);
    memory.earlier.drain(..surplus);
    memory
}

/// The templates that were let run: those of workloads that are gone first, the one that went last at their end; then those of
/// the workloads, by name.
fn admitted(launch: &Launch, judged: &Judged, observed: &Observed) -> Vec<Admitted> {
    let name = |key: &crate::model::Key| format!("{}/{}", key.kind, key.name);
    let known = &launch.memory().admitted;
    let there: Vec<String> = judged.workloads.iter().map(name).collect();
    let gone = known
        .iter()
        .filter(|known| !there.contains(&known.workload));
    let mut admitted: Vec<Admitted> = gone.cloned().collect();
    let surplus = admitted.len().saturating_sub(MOST_GONE);
    admitted.drain(..surplus);
    let most = (MOST_OF_ALL / there.len().max(1)).clamp(2, MOST_TEMPLATES);
    for (key, workload) in judged.workloads.iter().zip(there) {
        let known = known.iter().find(|known| known.workload == workload);
        let mut templates = known
            .map(|known| known.templates.clone())
            .unwrap_or_default();
        if let Some(template) = observed
            .running
            .get(key)
            .filter(|running| templates.last() != Some(running))
        {
            templates.retain(|known| known != template);
            templates.push(template.clone());
        }
        let surplus = templates.len().saturating_sub(most);
        templates.drain(..surplus);
        if !templates.is_empty() {
            admitted.push(Admitted {
                workload,
                templates,
            });
        }
    }
    admitted.truncate(MOST_OF_ALL);
    admitted
}
