//! Events on what has another status than before.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::Client;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};

use super::reports::{ReportKey, within};
use crate::api::Status;
use crate::inventory::ReportOn;
use crate::live::Snapshot;
use crate::model::Key;

/// Writes the Events.
#[derive(Clone)]
pub(super) struct Announcer(Recorder);

/// A change of a status, to be announced once it is written.
pub(super) struct Announcement {
    pub(super) about: ObjectReference,
    pub(super) event: Event,
}

impl Announcement {
    /// `None` where the status stays the same, or is not that of a workload.
    pub(super) fn of(
        on: &ReportOn,
        before: Option<Status>,
        after: Status,
        snapshot: &Snapshot,
    ) -> Option<Self> {
        let ReportOn::Workload(key) = on else {
            return None;
        };
        let before = before.filter(|before| *before != after)?;
        let (name, namespace) = (ReportKey::of(on).name, &key.namespace);
        let (was, is) = (before.name(), after.name());
        let event = Event {
            type_: if after > before {
                EventType::Warning
            } else {
                EventType::Normal
            },
            reason: is.to_owned(),
            note: Some(format!(
                "Was {was}, is {is}: kubectl get readinessreport {name} -n {namespace} -o yaml says why"
            )),
            action: "Judge".to_owned(),
            secondary: None,
        };
        Some(Self {
            about: reference(key, snapshot),
            event,
        })
    }
}

impl Announcer {
    pub(super) fn new(client: Client, instance: String) -> Self {
        let controller = "plimsoll.dev/controller".to_owned();
        Self(Recorder::new(
            client,
            Reporter {
                controller,
                instance: Some(instance),
            },
        ))
    }

    /// An Event that cannot be written is logged; the report says the same.
    pub(super) async fn announce(&self, announcement: Announcement) {
        let Announcement { about, event } = announcement;
        if let Err(error) = within(self.0.publish(&event, &about)).await {
            tracing::warn!(namespace = about.namespace, name = about.name, %error, "An Event could not be written");
        }
    }
}

fn reference(key: &Key, snapshot: &Snapshot) -> ObjectReference {
    let uid = snapshot
        .inventory
        .get(key)
        .map(|object| object.meta().uid.to_string());
    ObjectReference {
        api_version: Some(key.kind.api_version()),
        kind: Some(key.kind.name().to_owned()),
        namespace: Some(key.namespace.to_string()),
        name: Some(key.name.to_string()),
        uid,
        ..ObjectReference::default()
    }
}
