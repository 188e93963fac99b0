//! What a workload's pods ask for once they are admitted: with what Kubernetes fills in, and the LimitRanges of the namespace.

use super::footprint;
use super::resources::Bound;
use crate::model::{Amount, Container, LimitRange, Quantity, Resource, Workload};

/// The pods of a workload as ResourceQuotas and LimitRanges see them.
pub struct Admitted<'a> {
    workload: &'a Workload,
    ranges: Vec<&'a LimitRange>,
}

impl<'a> Admitted<'a> {
    /// Those of a workload, in a namespace with these LimitRanges.
    pub fn of(workload: &'a Workload, ranges: Vec<&'a LimitRange>) -> Self {
        Self { workload, ranges }
    }

    /// The containers that may ask for something.
    pub fn containers(&self) -> impl Iterator<Item = &'a Container> + use<'a> {
        let containers = self.workload.pod.containers.iter();
        containers.filter(|container| container.role.has_resources())
    }

    /// What a container asks for: what it says itself, its limit where it says no request (`SetDefaults_Pod`), else what a
    /// LimitRange gives it.
    pub fn of_container(
        &self,
        container: &'a Container,
        (bound, resource): (Bound, Resource),
    ) -> Option<&'a Amount> {
        let own = match bound {
            Bound::Request => container.resources.request(resource),
            Bound::Limit => container.resources.limit(resource),
        };
        own.or_else(|| {
            let mut items = self.ranges.iter().flat_map(|range| range.containers.iter());
            items.find_map(|item| match bound {
                Bound::Request => item.requests.get(resource),
                Bound::Limit => item.limits.get(resource),
            })
        })
    }

    /// Whether the pod as a whole asks for something (`IsPodLevelResourcesSet`).
    pub fn bounds_the_pod(&self) -> bool {
        let own = self.workload.pod.resources();
        own.requests.bound_a_pod() || own.limits.bound_a_pod()
    }

    /// What a pod asks for, in all; `None` where nothing in it asks for any.
    pub fn of_pod(&self, (bound, resource): (Bound, Resource)) -> Option<Quantity> {
        let own = self.workload.pod.resources();
        let whole = match bound {
            Bound::Request => own.requests.get(resource),
            Bound::Limit => own.limits.get(resource),
        };
        if let Some(Amount::Set(quantity)) =
            whole.filter(|_| resource != Resource::EphemeralStorage)
        {
            return Some(*quantity);
        }
        let asks = |container| self.of_container(container, (bound, resource)).is_some();
        self.containers().any(asks).then(|| {
            footprint::of_containers(self.workload, |container| {
                match self.of_container(container, (bound, resource)) {
                    Some(Amount::Set(quantity)) => *quantity,
                    _ => Quantity::default(),
                }
            })
        })
    }

    /// Whether pods are of the class BestEffort: nothing in them asks for CPU or memory (`ComputePodQOS`).
    pub fn is_best_effort(&self) -> bool {
        let asks = |bound, resource| {
            let mut containers = self.containers();
            containers.any(|container| {
                matches!(self.of_container(container, (bound, resource)),
                    Some(Amount::Set(quantity)) if !quantity.is_zero())
            })
        };
        let all = [Bound::Request, Bound::Limit];
        let is_any = all.into_iter().any(|bound| {
            [Resource::Cpu, Resource::Memory]
                .into_iter()
                .any(|resource| asks(bound, resource))
        });
        !is_any && !self.bounds_the_pod()
    }
}
