//! What people write: launches, attestations and exceptions.

use std::collections::BTreeSet;
use std::sync::Arc;

use kube::ResourceExt;

use super::Ledger;
use crate::api::{ReadinessAttestation, ReadinessException, ReadinessLaunch};
use crate::controller::stated::{self, News};
use crate::controller::touched::Touched;
use crate::launch::Launch;
use crate::live::Known;
use crate::model::Text;
use crate::people::{Attestation, Exception, Name, Subject};

impl Ledger {
    /// The launches of some namespaces.
    pub(in crate::controller) fn launches_of<'a>(
        &self,
        namespaces: impl IntoIterator<Item = &'a Text>,
    ) -> Touched {
        let names = namespaces.into_iter().flat_map(|namespace| {
            let all = self.launches.range(Name::new(namespace.clone(), "")..);
            let own = all.take_while(move |(name, _)| name.namespace == *namespace);
            own.map(|(name, _)| name.clone())
        });
        Touched {
            launches: names.collect(),
            ..Touched::none()
        }
    }

    /// The launches and the exceptions of a namespace.
    pub(super) fn all_of(&self, namespace: &Text) -> Touched {
        let exceptions = self
            .statuses
            .exceptions
            .range(Name::new(namespace.clone(), "")..);
        let own = exceptions.take_while(|(name, _)| name.namespace == *namespace);
        Touched {
            exceptions: own.map(|(name, _)| name.clone()).collect(),
            ..self.launches_of([namespace])
        }
    }

    /// Also says whether other kinds may have to be watched.
    pub(super) fn launches(&mut self, news: News<ReadinessLaunch>) -> (Touched, bool) {
        match news {
            News::All(launches) => {
                self.listed.insert("launches");
                let parsed = launches.iter().filter_map(launch);
                self.launches = parsed
                    .map(|launch| (launch.name.clone(), Arc::new(launch)))
                    .collect();
                (Touched::every_launch(), true)
            }
            News::Is(object) => {
                let name = stated::name(&*object);
                let after = launch(&object).map(Arc::new);
                let before = match &after {
                    Some(launch) => self.launches.insert(name.clone(), launch.clone()),
                    None => self.launches.remove(&name),
                };
                self.launch_changed(name, before.as_deref(), after.as_deref())
            }
            News::Gone(name) => {
                let before = self.launches.remove(&name);
                self.launch_changed(name, before.as_deref(), None)
            }
        }
    }

    fn launch_changed(
        &self,
        name: Name,
        before: Option<&Launch>,
        after: Option<&Launch>,
    ) -> (Touched, bool) {
        let own = Touched {
            launches: BTreeSet::from([name.clone()]),
            ..Touched::none()
        };
        match (before, after) {
            (Some(before), Some(after)) if before == after => (Touched::none(), false),
            // Most of what comes is the status that was just written.
            (Some(before), Some(after)) if before.says_the_same_as(after) => (own, false),
            (before, after) => {
                let checklists =
                    |launch: Option<&Launch>| launch.map(|launch| launch.spec.checklists.clone());
                // Another launch may select the same workloads.
                let mut touched = self.launches_of([&name.namespace]);
                touched.and(own);
                (touched, checklists(before) != checklists(after))
            }
        }
    }

    /// Also says whether reports may be others: those of what an exception covers, where an attestation approves it.
    pub(super) fn attestations(&mut self, news: News<ReadinessAttestation>) -> (Touched, bool) {
        let known = &mut self.people.attestations;
        let (name, before, after) = match news {
            News::All(all) => {
                self.listed.insert("attestations");
                let parsed = all.iter().filter_map(Attestation::of);
                *known = parsed
                    .map(|one| (one.name.clone(), Arc::new(one)))
                    .collect();
                return (Touched::everything(), true);
            }
            News::Is(attestation) => {
                let name = stated::name(&*attestation);
                let after = Attestation::of(&attestation).map(Arc::new);
                let before = match &after {
                    Some(one) => known.insert(name.clone(), one.clone()),
                    None => known.remove(&name),
                };
                (name, before, after)
            }
            News::Gone(name) => {
                let before = known.remove(&name);
                (name, before, None)
            }
        };
        if before == after {
            return (Touched::none(), false);
        }
        let mut both = before.iter().chain(&after);
        let approves = both.any(|one| matches!(one.subject, Subject::Exception { .. }));
        let touched = match approves {
            true => self.all_of(&name.namespace),
            false => self.launches_of([&name.namespace]),
        };
        (touched, approves)
    }

    /// Also says whether reports may be others.
    pub(super) fn exceptions(&mut self, news: News<ReadinessException>) -> (Touched, bool) {
        match news {
            News::All(all) => {
                self.listed.insert("exceptions");
                let parsed = all
                    .iter()
                    .map(|object| (stated::name(object), exception(object)));
                let parsed: Vec<_> = parsed.collect();
                let exceptions = parsed
                    .iter()
                    .filter_map(|(name, (parsed, _))| Some((name, parsed.clone()?)));
                self.people.exceptions =
                    exceptions.map(|(name, one)| (name.clone(), one)).collect();
                self.statuses.exceptions = parsed
                    .into_iter()
                    .map(|(name, (_, known))| (name, Arc::new(known)))
                    .collect();
                (Touched::everything(), true)
            }
            News::Is(object) => {
                let name = stated::name(&*object);
                let (after, known) = exception(&object);
                let before = match &after {
                    Some(one) => self.people.exceptions.insert(name.clone(), one.clone()),
                    None => self.people.exceptions.remove(&name),
                };
                self.statuses
                    .exceptions
                    .insert(name.clone(), Arc::new(known));
                self.exception_changed(name, before != after)
            }
            News::Gone(name) => {
                let before = self.people.exceptions.remove(&name);
                self.statuses.exceptions.remove(&name);
                self.exception_changed(name, before.is_some())
            }
        }
    }

    fn exception_changed(&self, name: Name, is_another: bool) -> (Touched, bool) {
        let mut touched = match is_another {
            true => self.launches_of([&name.namespace]),
            // Its status was written.
            false => Touched::none(),
        };
        touched.exceptions.insert(name);
        (touched, is_another)
    }
}

/// A launch, parsed. One that cannot be understood is as if it were not there.
fn launch(object: &ReadinessLaunch) -> Option<Launch> {
    let parsed = Launch::of(object).inspect_err(|error| {
        tracing::error!(
            launch = object.name_any(),
            namespace = object.namespace(),
            error,
            "A launch cannot be understood"
        );
    });
    parsed.ok()
}

/// An exception, parsed, and what its status says. One that cannot be understood waives nothing.
fn exception(
    object: &ReadinessException,
) -> (Option<Arc<Exception>>, Known<crate::api::ExceptionStatus>) {
    let parsed = Exception::of(object).inspect_err(|error| {
        tracing::error!(
            exception = object.name_any(),
            namespace = object.namespace(),
            error,
            "An exception cannot be understood"
        );
    });
    let known = Known::of(
        &object.metadata,
        object.status.as_ref(),
        parsed.as_ref().err(),
    );
    (parsed.ok().map(Arc::new), known)
}
