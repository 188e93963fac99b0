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
        images: images(launch, view, &running),
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

/// The images of the containers that the launch names, each once: with the digest that pods run where that is known.
fn images(launch: &Launch, view: View<'_>, running: &[&Workload]) -> Vec<String> {
    let mut images = BTreeSet::new();
    for workload in running {
        let containers = workload.pod.containers.iter();
        let named = containers.filter(|container| {
            let mut names = launch.spec.containers.iter();
            names.any(|name| **name == *container.name)
        });
        let pods = view.pods(workload);
        for container in named {
            let written = format!("{}={}", container.name, container.image);
            let digests = pods.iter().filter_map(|pod| {
                let digest = pod.status.digests.as_ref()?.of(&container.name)?;
                Some(format!("{written}@{digest}"))
            });
            let digests: BTreeSet<_> = digests.collect();
            match container.image.contains('@') || digests.is_empty() {
                true => drop(images.insert(written)),
                false => images.extend(digests),
            }
        }
    }
    images.into_iter().take(MOST_IMAGES).collect()
}
