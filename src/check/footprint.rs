//! What a pod of a workload takes of a resource, as the scheduler and quotas count it.

use super::resources::Bound;
use crate::model::{Amount, Container, ContainerRole, Quantity, Resource, Workload};

/// What one pod of a workload requests, or is limited to: what its containers do together, or what its init containers need
/// before, whichever is more (`PodRequests` of `k8s.io/component-helpers/resource`). What bounds the pod as a whole counts instead
/// (KEP-2837). What is no quantity counts as nothing.
pub fn of_pod(workload: &Workload, bound: Bound, resource: Resource) -> Quantity {
    let pod = workload.pod.resources();
    let whole = match bound {
        Bound::Request => pod.requests.get(resource),
        Bound::Limit => pod.limits.get(resource),
    };
    if let Some(Amount::Set(quantity)) = whole {
        return *quantity;
    }
    of_containers(workload, |container| {
        let amount = match bound {
            Bound::Request => container.resources.request(resource),
            Bound::Limit => container.resources.limit(resource),
        };
        match amount {
            Some(Amount::Set(quantity)) => *quantity,
            _ => Quantity::default(),
        }
    })
}

/// What the containers of one pod take together, where each takes so much.
pub fn of_containers<'w>(
    workload: &'w Workload,
    of: impl Fn(&'w Container) -> Quantity,
) -> Quantity {
    let (mut running, mut most) = (Quantity::default(), Quantity::default());
    for container in &workload.pod.containers {
        match container.role {
            ContainerRole::Init => most = most.max(running.plus(of(container))),
            ContainerRole::Sidecar | ContainerRole::App => running = running.plus(of(container)),
            ContainerRole::Ephemeral => {}
        }
    }
    most.max(running)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::inventory;
    use crate::model::{Key, Kind};

    #[test]
    fn init_containers_come_before_the_others() {
        for (spec, expected) in [
            (
                "containers: [{name: a, resources: {requests: {cpu: 1}}}, {name: b, resources: {limits: {cpu: 2}}}]",
                "3",
            ),
            (
                "initContainers: [{name: i, resources: {requests: {cpu: 5}}}], containers: [{name: a, resources: {requests: {cpu: 1}}}]",
                "5",
            ),
            (
                "initContainers: [{name: s, restartPolicy: Always, resources: {requests: {cpu: 1}}}, {name: i, resources: {requests: {cpu: 2}}}], \
                 containers: [{name: a, resources: {requests: {cpu: 500m}}}]",
                "3",
            ),
            (
                "initContainers: [{name: i, resources: {requests: {cpu: 2}}}, {name: s, restartPolicy: Always, resources: {requests: {cpu: 1}}}], \
                 containers: [{name: a, resources: {requests: {cpu: 1500m}}}]",
                "2500m",
            ),
            (
                "resources: {requests: {cpu: 4}}, containers: [{name: a, resources: {requests: {cpu: 1}}}]",
                "4",
            ),
            ("containers: [{name: a}]", "0"),
            (
                "containers: [{name: a, resources: {requests: {cpu: lots}}}]",
                "0",
            ),
        ] {
            let pod =
                format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{spec}}}}}");
            let inventory = inventory(&pod);
            let object = inventory.get(&Key::new(Kind::Pod, "default", "web"));
            let workload = object.and_then(|object| object.workload()).expect("a Pod");
            let requested = of_pod(workload, Bound::Request, Resource::Cpu);
            assert_eq!(requested.to_string(), expected, "{spec}");
        }
    }
}
