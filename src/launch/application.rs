//! An application on its way to production, parsed.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::api::{
    LaunchStatus, Memory, Period, ReadinessLaunch, ReadinessLaunchSpec, ReleaseType, selector,
};
use crate::inventory::View;
use crate::model::{Selector, Text, Workload};
use crate::people::Name;

/// How long before its launch an attestation of the first release may be made that names no release.
const EARLY: Period = Period::days(1);

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
    /// When whoever names its release wrote to it last: the release has been named since then at the latest.
    pub released: Option<Timestamp>,
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
            released: released(metadata),
            spec: spec.clone(),
            before: object.status.clone().unwrap_or_default(),
            selector,
        })
    }

    /// Whether another version of it is meant to say the same: only its status is another.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        self.uid == other.uid && self.spec == other.spec && self.created == other.created
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
    pub fn memory(&self) -> &Memory {
        static NOTHING: Memory = Memory {
            since: None,
            earlier: Vec::new(),
            releases: Vec::new(),
            seen: Vec::new(),
            admitted: Vec::new(),
        };
        self.before.memory.as_ref().unwrap_or(&NOTHING)
    }

    /// What the release that is meant to run now is to those that are remembered.
    pub(super) fn turn(&self) -> Turn {
        let spec = &self.spec;
        match self.memory().releases.last() {
            None => Turn::First,
            Some(last) if last.name != spec.release => match spec.release_type {
                ReleaseType::Major => Turn::Major,
                ReleaseType::Minor => Turn::Minor,
            },
            // It was taken for a minor one at first.
            Some(last)
                if last.kind == ReleaseType::Minor && spec.release_type == ReleaseType::Major =>
            {
                Turn::Promoted
            }
            Some(_) => Turn::Same,
        }
    }

    /// The releases since the last major one, with the one that is meant to run now.
    pub fn lineage(&self, now: Timestamp) -> Lineage {
        let (memory, turn) = (self.memory(), self.turn());
        let mut names: Vec<Text> = match turn {
            Turn::First | Turn::Major | Turn::Promoted => Vec::new(),
            Turn::Minor | Turn::Same => {
                let releases = memory.releases.iter().map(|release| &release.name);
                let known = memory.earlier.iter().chain(releases);
                known.map(|name| name.as_str().into()).collect()
            }
        };
        let last = memory.releases.last().map(|last| last.since.0);
        let since = match turn {
            // All that was attested since the launch was created is for its first release, whenever the operator saw it; and
            // shortly before, as objects are applied in any order.
            Turn::First => self.created.map(|created| EARLY.before(created)),
            Turn::Major => self.released.filter(|released| *released <= now),
            Turn::Promoted => last,
            Turn::Minor | Turn::Same => memory.since.as_ref().map(|since| since.0).or(last),
        };
        if turn != Turn::Same {
            names.push(self.spec.release.as_str().into());
        }
        Lineage {
            names,
            since: since.unwrap_or(now),
        }
    }
}

/// When the last of those wrote who name the release (<https://kubernetes.io/docs/reference/using-api/server-side-apply/>).
fn released(metadata: &ObjectMeta) -> Option<Timestamp> {
    let managers = metadata.managed_fields.iter().flatten();
    let naming = managers.filter(|manager| {
        let fields = manager
            .fields_v1
            .as_ref()
            .map(|fields| &fields.0["f:spec"]["f:release"]);
        manager.subresource.is_none() && fields.is_some_and(serde_json::Value::is_object)
    });
    naming
        .filter_map(|manager| Some(manager.time.as_ref()?.0))
        .max()
}

/// What a release is to those that are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// There is none before it.
    First,
    /// It is the latest of them.
    Same,
    /// It follows them, and carries over what was attested.
    Minor,
    /// It begins anew.
    Major,
    /// It is the latest of them, and it is now said that it begins anew.
    Promoted,
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
