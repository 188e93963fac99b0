//! From an object around workloads to the workloads that it concerns.

use std::sync::Arc;

use super::{EVERY_ACCOUNT, View};
use crate::inventory::edges::{self, Anchor};
use crate::model::{
    Binding, Grantee, Key, Kind, Object, PodAutoscaler, Role, Selector, Service, Text, Workload,
};

/// Records or workloads, as they come: in no order, perhaps more than once.
pub(super) type Walk<'w, 'a, T> = Box<dyn Iterator<Item = &'a T> + 'w>;

impl<'a> View<'a> {
    /// The workloads of a namespace whose pods a selector selects, by kind and name.
    pub fn selected(self, namespace: &Text, selector: &Selector) -> Vec<&'a Workload> {
        in_order(self.walk_selected(namespace, selector))
    }

    /// The workload that a HorizontalPodAutoscaler scales, where it exists.
    pub fn scaled(self, autoscaler: &PodAutoscaler) -> Option<&'a Workload> {
        let kind = autoscaler.target.kind.filter(|kind| kind.is_workload())?;
        let namespace = autoscaler.meta.key.namespace.clone();
        self.workload(&Key::new(kind, namespace, autoscaler.target.name.clone()))
    }

    /// The bindings that grant a role.
    pub fn granting(self, role: &Role) -> Vec<&'a Object> {
        super::sorted(self.inventory.anchored(Anchor::Role(role.meta.key.clone())))
    }

    /// The workloads whose ServiceAccounts a binding grants its role to.
    pub fn granted(self, binding: &Binding) -> Vec<&'a Workload> {
        in_order(self.walk_granted(&binding.grantees))
    }

    /// The workloads that an object concerns: the inverse of [`concerning`](Self::concerning).
    pub fn concerned(self, object: &Object) -> Vec<&'a Workload> {
        in_order(self.walk(object))
    }

    /// Whether there is a workload that an object concerns.
    pub fn concerns_any(self, object: &Object) -> bool {
        self.walk(object).next().is_some()
    }

    fn walk<'w>(self, object: &'w Object) -> Walk<'w, 'a, Workload>
    where
        'a: 'w,
    {
        match object {
            Object::PodDisruptionBudget(_) | Object::NetworkPolicy(_) => {
                let selector = edges::selector_of(object).into_iter();
                let namespace = &object.key().namespace;
                Box::new(selector.flat_map(move |selector| self.walk_selected(namespace, selector)))
            }
            Object::Service(service) => {
                let mut led_to = self.walk_led_to(service).peekable();
                if led_to.peek().is_some() || service.selector.is_none() {
                    Box::new(led_to)
                } else {
                    Box::new(self.namesakes(service))
                }
            }
            Object::Ingress(_) | Object::Route(_) | Object::DestinationRule(_) => {
                let services = self.services_behind(object).into_iter();
                Box::new(services.flat_map(move |service| self.walk_led_to(service)))
            }
            Object::PodAutoscaler(autoscaler) => Box::new(self.scaled(autoscaler).into_iter()),
            Object::ConfigMap(map) => {
                let naming = self
                    .inventory
                    .anchored(Anchor::Needed(map.meta.key.clone()));
                let key = &map.meta.key;
                self.judged(Box::new(naming), move |workload| {
                    edges::config_maps(workload).any(|needed| needed == *key)
                })
            }
            Object::Binding(binding) => self.walk_granted(&binding.grantees),
            Object::SecurityConstraints(constraints) => self.walk_granted(&constraints.grantees),
            Object::Role(role) => {
                let bindings = self.granting(role).into_iter();
                let bindings = bindings.filter_map(|object| match object {
                    Object::Binding(binding) => Some(binding),
                    _ => None,
                });
                Box::new(bindings.flat_map(move |binding| self.walk_granted(&binding.grantees)))
            }
            _ => Box::new(std::iter::empty()),
        }
    }

    fn walk_selected<'w>(
        self,
        namespace: &'w Text,
        selector: &'w Selector,
    ) -> Walk<'w, 'a, Workload>
    where
        'a: 'w,
    {
        let with_label = |(label, values): (&'w Text, &'w [Text])| {
            values.iter().flat_map(move |value| {
                self.inventory.anchored(Anchor::PodLabel {
                    namespace: namespace.clone(),
                    label: label.clone(),
                    value: value.clone(),
                })
            })
        };
        let stored: Walk<'w, 'a, Arc<Object>> =
            match shortest(selector.choices().into_iter().map(with_label)) {
                Some(stored) => Box::new(stored.into_iter()),
                None => self.stored_in(namespace),
            };
        self.judged(stored, |workload| {
            workload.meta.key.namespace == *namespace && selector.matches(&workload.pod.labels)
        })
    }

    /// To whose pods a Service leads.
    pub(super) fn walk_led_to<'w>(self, service: &'w Service) -> Walk<'w, 'a, Workload>
    where
        'a: 'w,
    {
        let selector = service.selector.as_ref().into_iter();
        let namespace = &service.meta.key.namespace;
        let selected = selector.flat_map(move |selector| self.walk_selected(namespace, selector));
        Box::new(selected.filter(|workload| service.selects(workload)))
    }

    fn walk_granted<'w>(self, grantees: &'w [Grantee]) -> Walk<'w, 'a, Workload>
    where
        'a: 'w,
    {
        let grantees = edges::anchors_of_grantees(grantees);
        Box::new(grantees.flat_map(move |anchor| match anchor {
            Anchor::GrantedAccount { namespace, name } => {
                let anchor = Anchor::ServiceAccount {
                    namespace: namespace.clone(),
                    name: name.clone(),
                };
                self.judged(Box::new(self.inventory.anchored(anchor)), move |workload| {
                    workload.meta.key.namespace == namespace && workload.pod.service_account == name
                })
            }
            Anchor::GrantedGroup { group } => self.walk_group(&group),
            _ => Box::new(std::iter::empty()),
        }))
    }

    /// The workloads whose ServiceAccounts are in a group.
    fn walk_group(self, group: &str) -> Walk<'a, 'a, Workload> {
        if EVERY_ACCOUNT.contains(&group) {
            let kinds = Kind::ALL.iter().filter(|kind| kind.is_workload());
            let stored = kinds.flat_map(move |kind| self.inventory.of_kind(*kind));
            return self.judged(Box::new(stored), |_| true);
        }
        match group.strip_prefix("system:serviceaccounts:") {
            Some(namespace) => {
                let namespace = Text::from(namespace);
                let stored = self.stored_in(&namespace);
                self.judged(stored, move |workload| {
                    workload.meta.key.namespace == namespace
                })
            }
            None => Box::new(std::iter::empty()),
        }
    }

    /// The stored workloads of a namespace.
    fn stored_in(self, namespace: &Text) -> Walk<'a, 'a, Arc<Object>> {
        let namespace = namespace.clone();
        let kinds = Kind::ALL.iter().filter(|kind| kind.is_workload());
        Box::new(kinds.flat_map(move |kind| self.inventory.in_namespace(*kind, &namespace)))
    }

    /// Those of the stored workloads that are judged themselves and match, with the replaced one in its place.
    pub(super) fn judged<'w>(
        self,
        stored: Walk<'w, 'a, Arc<Object>>,
        matches: impl Fn(&Workload) -> bool + 'w,
    ) -> Walk<'w, 'a, Workload>
    where
        'a: 'w,
    {
        let stored = stored
            .filter(move |object| self.inventory.is_top_level(object))
            .filter_map(|object| object.workload())
            .filter(move |stored| {
                self.replaced
                    .is_none_or(|replaced| replaced.key() != stored.key())
            });
        let all = stored.chain(self.replaced);
        Box::new(all.filter(move |workload| matches(workload)))
    }
}

/// Each once, by key.
pub(super) fn in_order<'a>(workloads: Walk<'_, 'a, Workload>) -> Vec<&'a Workload> {
    let mut workloads: Vec<_> = workloads.collect();
    workloads.sort_by_key(|workload| workload.key());
    workloads.dedup_by_key(|workload| workload.key());
    workloads
}

/// What the shortest of some walks leads to; they go in step, so that a long one costs no more. `None` where there is none.
fn shortest<T>(walks: impl Iterator<Item = impl Iterator<Item = T>>) -> Option<Vec<T>> {
    let mut walks: Vec<_> = walks.map(|walk| (walk, Vec::new())).collect();
    if walks.is_empty() {
        return None;
    }
    loop {
        for (walk, found) in &mut walks {
            match walk.next() {
                Some(next) => found.push(next),
                None => return Some(std::mem::take(found)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::shortest;

    #[test]
    fn the_longest_walk_goes_no_further_than_the_shortest() {
        let steps = Cell::new(0);
        let walk = |length| (0..length).inspect(|_| steps.set(steps.get() + 1));
        let found = shortest([walk(1_000_000), walk(3), walk(500)].into_iter());
        assert_eq!(found, Some(vec![0, 1, 2]));
        assert!(steps.get() <= 3 * 4, "{} steps", steps.get());
        assert_eq!(shortest([walk(7), walk(0)].into_iter()), Some(vec![]));
        assert_eq!(shortest(std::iter::empty::<std::ops::Range<u8>>()), None);
    }
}
