//! What the cluster says of workloads, on the wire.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

use super::scalar::{List, Str, Time};
use crate::model::{
    ContainerState, Digests, Kind, Meta, Observed, Phase, PodStatus, Progress, Ready, Rollout,
    Runs, Text, Truth,
};

/// What is read of any workload's status.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    phase: Option<Str>,
    conditions: List<Condition>,
    container_statuses: List<ContainerStatus>,
    init_container_statuses: List<ContainerStatus>,
    observed_generation: Option<i64>,
    update_revision: Option<Str>,
    replicas: Option<i32>,
    updated_replicas: Option<i32>,
    ready_replicas: Option<i32>,
    available_replicas: Option<i32>,
    desired_number_scheduled: Option<i32>,
    current_number_scheduled: Option<i32>,
    updated_number_scheduled: Option<i32>,
    number_ready: Option<i32>,
    number_available: Option<i32>,
    active: Active,
    last_schedule_time: Option<Time>,
    last_successful_time: Option<Time>,
}

/// How many Jobs of a CronJob run: a list; of a Job it is the number of its pods, which does not matter here.
#[derive(Default)]
struct Active(usize);

impl<'de> Deserialize<'de> for Active {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Active;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list or a number")
            }
            fn visit_unit<E: Error>(self) -> Result<Active, E> {
                Ok(Active(0))
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<Active, E> {
                Ok(Active(0))
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<Active, E> {
                Ok(Active(0))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Active, A::Error> {
                let mut length = 0;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    length += 1;
                }
                Ok(Active(length))
            }
        }
        from.deserialize_any(Expected)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Condition {
    r#type: Str,
    status: Str,
    #[serde(default)]
    reason: Option<Str>,
    #[serde(default)]
    last_transition_time: Option<Time>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ContainerStatus {
    name: Option<Str>,
    ready: Option<bool>,
    restart_count: Option<i64>,
    state: Option<State>,
    last_state: Option<State>,
    #[serde(rename = "imageID")]
    image_id: Option<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct State {
    waiting: Option<Waiting>,
    running: Option<Started>,
    terminated: Option<Finished>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Waiting {
    reason: Option<Str>,
    message: Option<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Started {
    started_at: Option<Time>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Finished {
    finished_at: Option<Time>,
}

/// What the spec says that a status is measured by.
#[derive(Default)]
pub(super) struct Intent {
    /// `spec.replicas`.
    pub(super) replicas: i32,
    /// `spec.updateStrategy.rollingUpdate.partition`.
    pub(super) partition: i32,
    /// `spec.nodeName`.
    pub(super) node: Option<Text>,
    /// The names of the containers that run as long as the pod does.
    pub(super) running: Box<[Text]>,
    /// The annotation `deployment.kubernetes.io/revision`.
    pub(super) revision: i64,
}

impl Status {
    pub(super) fn is_finished(&self, kind: Kind) -> bool {
        match kind {
            Kind::Pod => self.phase() == Phase::Ended,
            Kind::Job => ["Complete", "Failed"]
                .iter()
                .any(|name| self.condition(name).is_some_and(Condition::holds)),
            _ => false,
        }
    }

    fn phase(&self) -> Phase {
        match self.phase.as_ref().map_or("", |phase| &*phase.0) {
            // A manifest has none, and a Pod that was just made neither.
            "" | "Pending" => Phase::Pending,
            "Running" => Phase::Running,
            "Succeeded" | "Failed" => Phase::Ended,
            _ => Phase::Unknown,
        }
    }

    fn condition(&self, name: &str) -> Option<&Condition> {
        find(&self.conditions, name)
    }

    pub(super) fn observed(self, meta: &Meta, intent: Intent) -> Observed {
        match meta.key.kind {
            Kind::Pod => Observed::Pod(Box::new(self.pod(meta, intent))),
            Kind::Deployment
            | Kind::StatefulSet
            | Kind::DaemonSet
            | Kind::ReplicaSet
            | Kind::ReplicationController => {
                Observed::Rollout(Box::new(self.rollout(meta.key.kind, &intent)))
            }
            Kind::CronJob => {
                let time = |time: Option<Time>| time.and_then(|time| time.0);
                Observed::Runs(Box::new(Runs {
                    last: time(self.last_schedule_time),
                    succeeded: time(self.last_successful_time),
                    active: self.active.0,
                }))
            }
            _ => Observed::Nothing,
        }
    }

    fn rollout(self, kind: Kind, intent: &Intent) -> Rollout {
        let progress = match kind {
            Kind::Deployment => self.progress(),
            _ => Progress::Unsaid,
        };
        let count = |count: Option<i32>| count.unwrap_or(0);
        let replicas = count(self.replicas);
        let of_all = Rollout {
            generation: self.observed_generation.unwrap_or(0),
            wanted: intent.replicas,
            held_back: 0,
            replicas,
            updated: replicas,
            ready: count(self.ready_replicas),
            available: count(self.available_replicas),
            revision: intent.revision,
            update_revision: super::text(self.update_revision),
            progress,
        };
        match kind {
            Kind::Deployment => Rollout {
                updated: count(self.updated_replicas),
                ..of_all
            },
            Kind::StatefulSet => Rollout {
                updated: count(self.updated_replicas),
                held_back: intent.partition.clamp(0, intent.replicas.max(0)),
                ..of_all
            },
            Kind::DaemonSet => Rollout {
                wanted: count(self.desired_number_scheduled),
                replicas: count(self.current_number_scheduled),
                updated: count(self.updated_number_scheduled),
                ready: count(self.number_ready),
                available: count(self.number_available),
                ..of_all
            },
            _ => of_all,
        }
    }

    /// The reasons are those of the Deployment controller (`pkg/controller/deployment/util`).
    fn progress(&self) -> Progress {
        let Some(condition) = self.condition("Progressing") else {
            return Progress::Unsaid;
        };
        let reason = condition.reason();
        match (&*condition.status.0, &*reason) {
            ("True", "NewReplicaSetAvailable") => Progress::Complete,
            ("False", _) => Progress::Stuck(reason),
            (_, "DeploymentPaused") => Progress::Paused,
            _ => Progress::UnderWay,
        }
    }

    fn pod(self, meta: &Meta, intent: Intent) -> PodStatus {
        let ready = match self.condition("Ready").filter(|ready| ready.holds()) {
            None => Ready::No,
            Some(ready) => match ready.last_transition_time.as_ref().and_then(|time| time.0) {
                Some(since) => Ready::Since(since.into()),
                None => Ready::Undated,
            },
        };
        let phase = self.phase();
        let digests = self.container_statuses.0.iter();
        let digests: Box<[_]> = digests.filter_map(ContainerStatus::digest).collect();
        let states: Vec<_> = self
            .init_container_statuses
            .0
            .into_iter()
            .chain(self.container_statuses.0)
            .map(ContainerStatus::record)
            .collect();
        let silent = intent
            .running
            .iter()
            .filter(|name| states.iter().all(|state| state.name != **name))
            .map(|name| ContainerState {
                name: name.clone(),
                ready: false,
                restarts: 0,
                restarted: None,
                missing_secret: None,
            });
        let silent: Vec<_> = silent.collect();
        let is_noted = |state: &ContainerState| !state.ready || state.restarted.is_some();
        PodStatus {
            node: intent.node,
            ready,
            containers: states.into_iter().filter(is_noted).chain(silent).collect(),
            phase,
            deleting: meta.deleting,
            digests: (!digests.is_empty()).then(|| Arc::new(Digests(digests))),
        }
    }
}

impl Condition {
    pub(super) fn holds(&self) -> bool {
        &*self.status.0 == "True"
    }

    pub(super) fn reason(&self) -> Text {
        self.reason
            .as_ref()
            .map_or_else(|| "".into(), |reason| reason.0.clone())
    }

    /// The reason counts where it does not hold: while it does, reasons come and go.
    pub(super) fn truth(&self) -> Truth {
        match &*self.status.0 {
            "True" => Truth::True,
            "False" => Truth::False(self.reason()),
            _ => Truth::Unknown(self.reason()),
        }
    }
}

/// The condition of a type.
pub(super) fn find<'a>(conditions: &'a List<Condition>, name: &str) -> Option<&'a Condition> {
    conditions
        .0
        .iter()
        .find(|condition| &*condition.r#type.0 == name)
}

impl ContainerStatus {
    /// What its `imageID` says of the image: `sha256:...`, alone or after `<repository>@`, as container runtimes write it.
    fn digest(&self) -> Option<(Text, Text)> {
        let id = &*self.image_id.as_ref()?.0;
        let digest = id.rsplit_once('@').map_or(id, |(_, digest)| digest);
        let is_digest = digest
            .split_once(':')
            .is_some_and(|(algorithm, _)| matches!(algorithm, "sha256" | "sha512"));
        let name = self.name.as_ref()?;
        is_digest.then(|| (name.0.clone(), digest.into()))
    }

    fn record(self) -> ContainerState {
        let was_restarted = self.restart_count.is_some_and(|count| count > 0);
        let started = self.state.as_ref().and_then(State::started);
        let ended = [&self.state, &self.last_state]
            .into_iter()
            .flatten()
            .filter_map(State::finished);
        let last = started.into_iter().chain(ended).max();
        let missing_secret = self.state.as_ref().and_then(State::missing_secret);
        ContainerState {
            name: super::text(self.name),
            ready: self.ready.unwrap_or(false),
            restarts: i32::try_from(self.restart_count.unwrap_or(0)).unwrap_or(i32::MAX),
            restarted: last.filter(|_| was_restarted),
            missing_secret,
        }
    }
}

impl State {
    /// What the kubelet says where it cannot make the container's environment (`makeEnvironmentVariables`).
    fn missing_secret(&self) -> Option<Text> {
        let waiting = self.waiting.as_ref()?;
        let reason = waiting.reason.as_ref()?;
        let message = &*waiting.message.as_ref()?.0;
        if &*reason.0 != "CreateContainerConfigError" {
            return None;
        }
        let quoted = message.strip_prefix("secret \"");
        let absent = quoted.and_then(|rest| rest.strip_suffix("\" not found"));
        let keyless = message
            .strip_prefix("couldn't find key ")
            .and_then(|rest| rest.split_once(" in Secret "))
            .and_then(|(_, secret)| secret.split_once('/'))
            .map(|(_, name)| name);
        absent.or(keyless).map(Text::from)
    }

    fn started(&self) -> Option<jiff::Timestamp> {
        self.running.as_ref()?.started_at.as_ref()?.0
    }

    fn finished(&self) -> Option<jiff::Timestamp> {
        self.terminated.as_ref()?.finished_at.as_ref()?.0
    }
}
