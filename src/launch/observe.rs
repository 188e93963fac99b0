//! What runs of an application, as its status says it.

use std::collections::BTreeSet;

use super::status::Observed;
use super::{Launch, template, ways};
use crate::inventory::View;
use crate::model::Workload;

/// Images that are recorded of a release.
const MOST_IMAGES: usize = 16;

/// What the writer of a launch's status sees besides the verdict, among the launches of its namespace.
pub fn observe<'a>(
    launch: &Launch,
    view: View<'_>,
    others: impl Iterator<Item = &'a Launch>,
) -> Observed {
    let workloads = launch.workloads(view);
    let running: Vec<&Workload> = workloads
        .iter()
        .copied()
        .filter(|workload| workload.runs_pods())
        .collect();
    let others: Vec<&Launch> = others.filter(|other| other.name != launch.name).collect();
    let overlapping = workloads.iter().filter_map(|workload| {
        let also = others.iter().filter(|other| other.selects(workload));
        let also: Vec<&str> = also.map(|other| &*other.name.name).collect();
        (!also.is_empty()).then(|| format!("{} ({})", ways::name(workload), also.join(", ")))
    });
    Observed {
        overlapping: overlapping.collect(),
        images: images(launch, &running),
        oldest: running
            .iter()
            .filter_map(|workload| workload.meta.created)
            .min(),
        running: running
            .iter()
            .map(|workload| (workload.key().clone(), template::digest(workload)))
            .collect(),
    }
}

/// The images of the containers that the launch names, each once.
fn images(launch: &Launch, running: &[&Workload]) -> Vec<String> {
    let containers = running.iter().flat_map(|workload| &workload.pod.containers);
    let named = containers.filter(|container| {
        launch
            .spec
            .containers
            .iter()
            .any(|name| **name == *container.name)
    });
    let images: BTreeSet<String> = named
        .map(|container| format!("{}={}", container.name, container.image))
        .collect();
    images.into_iter().take(MOST_IMAGES).collect()
}
