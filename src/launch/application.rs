//! An application on its way to production, parsed.

use jiff::Timestamp;

use crate::api::{
    LaunchStatus, Memory, ReadinessLaunch, ReadinessLaunchSpec, ReleaseType, selector,
};
use crate::inventory::View;
use crate::model::{Selector, Text, Workload};
use crate::people::Name;

/// A launch: the application's workloads, what people say of it, and what is remembered.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    /// Which object it is. The application has its name.
    pub name: Name,
    /// Its UID.
    pub uid: Text,
    /// Its generation.
    pub generation: i64,
    /// When the API server created it; `None` in a file.
    pub created: Option<Timestamp>,
    /// What it says.
    pub spec: ReadinessLaunchSpec,
    /// What was written about it last. What it remembers is an input of the next judgement.
    pub before: LaunchStatus,
    selector: Selector,
}

impl Launch {
    /// Parses a launch.
    ///
    /// # Errors
    /// Names the field that cannot be understood; the API server refuses most of it.
    pub fn of(object: &ReadinessLaunch) -> Result<Self, String> {
        let (metadata, spec) = (&object.metadata, &object.spec);
        let text = |text: &Option<String>| Text::from(text.as_deref().unwrap_or_default());
        let selector = selector::parse(&spec.selector).map_err(|label| {
            format!("spec.selector: {label}: the operator and its values do not go together")
        })?;
        Ok(Self {
            name: Name::new(text(&metadata.namespace), text(&metadata.name)),
            uid: text(&metadata.uid),
            generation: metadata.generation.unwrap_or_default(),
            created: metadata.creation_timestamp.as_ref().map(|time| time.0),
            spec: spec.clone(),
            before: object.status.clone().unwrap_or_default(),
            selector,
        })
    }

    /// Whether a workload is part of the application.
    pub fn selects(&self, workload: &Workload) -> bool {
        workload.key().namespace == self.name.namespace
            && self.selector.matches(&workload.meta.labels)
    }

    /// The workloads of the application, by kind and name.
    pub fn workloads<'a>(&self, view: View<'a>) -> Vec<&'a Workload> {
        let all = view.workloads_in(&self.name.namespace);
        all.into_iter()
            .filter(|workload| self.selector.matches(&workload.meta.labels))
            .collect()
    }

    /// When pods of the application were first let run.
    pub fn live_since(&self) -> Option<Timestamp> {
        self.before.actual_date.as_ref().map(|time| time.0)
    }

    /// What earlier judgements remembered.
    pub fn memory(&self) -> Memory {
        self.before.memory.clone().unwrap_or_default()
    }

    /// The releases since the last major one, with the one that is meant to run now.
    pub fn lineage(&self, now: Timestamp) -> Lineage {
        let known = self.memory().releases;
        let spec = &self.spec;
        let current = known.last().is_some_and(|last| last.name == spec.release);
        let starts_anew = !current && spec.release_type == ReleaseType::Major;
        let kept = known.iter().filter(|_| !starts_anew);
        let mut names: Vec<Text> = kept.map(|release| release.name.as_str().into()).collect();
        let since = match known.first() {
            Some(first) if !starts_anew => first.since.0,
            _ if starts_anew => now,
            // Nothing has been remembered yet: all that was attested since the launch was created is for this release.
            _ => self.created.unwrap_or(now),
        };
        if !current {
            names.push(spec.release.as_str().into());
        }
        Lineage { names, since }
    }
}

/// The releases that attestations carry over between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// Their names, the one that is meant to run last.
    pub names: Vec<Text>,
    /// Since when the first of them was meant to run.
    pub since: Timestamp,
}

impl Lineage {
    /// Whether what was attested for a release, or at a time where none is named, is still for one of these.
    pub fn has(&self, release: Option<&Text>, made: Option<Timestamp>) -> bool {
        match (release, made) {
            (Some(release), _) => self.names.contains(release),
            // Creation timestamps are cut to the second.
            (None, Some(made)) => made.as_second() >= self.since.as_second(),
            (None, None) => false,
        }
    }
}
