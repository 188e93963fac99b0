//! What is known of launches and exceptions besides what is written about them, and what metrics say of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::people::Name;
use crate::telemetry::launches::{LaunchFigures, LaunchMetrics};
use crate::telemetry::metrics::ControllerMetrics;

/// The books of the leader.
pub(super) struct Books {
    metrics: Arc<ControllerMetrics>,
    /// How many items of each launch its exceptions waive.
    waivers: BTreeMap<Name, BTreeMap<Name, u32>>,
    /// The states of exceptions.
    states: BTreeMap<Name, &'static str>,
}

impl Books {
    pub(super) fn new(metrics: Arc<ControllerMetrics>) -> Self {
        Self {
            metrics,
            waivers: BTreeMap::new(),
            states: BTreeMap::new(),
        }
    }

    pub(super) fn metrics(&self) -> &LaunchMetrics {
        self.metrics.launches()
    }

    /// The launches that are known.
    pub(super) fn launches(&self) -> impl Iterator<Item = &Name> {
        self.waivers.keys()
    }

    /// The exceptions that are known.
    pub(super) fn exceptions(&self) -> impl Iterator<Item = &Name> {
        self.states.keys()
    }

    /// How many items of launches an exception waives.
    pub(super) fn items(&self, exception: &Name) -> u32 {
        let launches = self
            .waivers
            .range(Name::new(exception.namespace.clone(), "")..);
        let own = launches.take_while(|(launch, _)| launch.namespace == exception.namespace);
        own.filter_map(|(_, waivers)| waivers.get(exception)).sum()
    }

    /// Notes what a launch comes to. Answers with the exceptions that it is waived otherwise by than before.
    pub(super) fn launch(
        &mut self,
        name: &Name,
        figures: &LaunchFigures,
        waivers: BTreeMap<Name, u32>,
    ) -> Vec<Name> {
        self.metrics().set_launch(name, figures);
        let before = self
            .waivers
            .insert(name.clone(), waivers.clone())
            .unwrap_or_default();
        match before == waivers {
            true => Vec::new(),
            false => before.into_keys().chain(waivers.into_keys()).collect(),
        }
    }

    /// Forgets a launch. Answers with the exceptions that waived some of it.
    pub(super) fn forget_launch(&mut self, name: &Name) -> Vec<Name> {
        self.metrics().forget_launch(name);
        let waivers = self.waivers.remove(name).unwrap_or_default();
        waivers.into_keys().collect()
    }

    /// Notes whether an exception is active, or why not, and until when.
    pub(super) fn exception(&mut self, name: &Name, state: &'static str, ends: Option<Timestamp>) {
        self.metrics().set_exception_expiry(name, ends);
        self.states.insert(name.clone(), state);
    }

    /// Forgets an exception.
    pub(super) fn forget_exception(&mut self, name: &Name) {
        self.metrics().set_exception_expiry(name, None);
        self.states.remove(name);
    }

    /// Counts the exceptions.
    pub(super) fn count(&self) {
        let mut counts: BTreeMap<&'static str, u32> = BTreeMap::new();
        for state in self.states.values() {
            *counts.entry(state).or_default() += 1;
        }
        self.metrics().set_exceptions(&counts);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.waivers.clear();
        self.states.clear();
        self.metrics().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Status;

    #[test]
    fn exceptions_are_looked_at_where_they_waive_something_else() {
        let mut books = Books::new(Arc::default());
        let figures = LaunchFigures {
            status: Status::Ready,
            items: BTreeMap::new(),
            next_expiry: None,
            review_due: None,
        };
        let name = |namespace: &str, name: &str| Name::new(namespace, name);
        let (late, night) = (name("shop", "late"), name("shop", "night"));
        let mut waives = |launch: &Name, waivers: &[(&Name, u32)]| {
            let waivers = waivers
                .iter()
                .map(|(exception, items)| ((*exception).clone(), *items))
                .collect();
            let changed = books.launch(launch, &figures, waivers);
            (changed, books.items(&late), books.items(&night))
        };
        let (web, api) = (name("shop", "web"), name("shop", "api"));
        assert_eq!(waives(&web, &[(&late, 2)]), (vec![late.clone()], 2, 0));
        assert_eq!(waives(&web, &[(&late, 2)]), (vec![], 2, 0));
        assert_eq!(waives(&api, &[(&late, 1), (&night, 1)]).1, 3);
        // An exception of another namespace may have the same name.
        assert_eq!(
            waives(&name("other", "web"), &[(&name("other", "late"), 5)]).1,
            3
        );
        assert_eq!(waives(&web, &[]), (vec![late.clone()], 1, 1));
        assert_eq!(books.forget_launch(&api), [late.clone(), night]);
        assert_eq!(books.items(&late), 0);
    }
}
