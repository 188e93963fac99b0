//! What the desk keeps the statuses of.

use k8s_openapi::api::core::v1::ObjectReference;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use serde_json::{Value, json};

use super::unseen::Version;
use crate::api::{API_VERSION, ReadinessChecklist, ReadinessException, ReadinessLaunch};
use crate::controller::FIELD_MANAGER;
use crate::controller::reports::{WriteError, within};
use crate::live::Snapshot;
use crate::model::Text;
use crate::people::Name;

/// An object. Launches come before exceptions: what those are used for is known by then.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Launch(Name),
    Exception(Name),
    Checklist(Text),
}

impl Subject {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Launch(_) => "ReadinessLaunch",
            Self::Exception(_) => "ReadinessException",
            Self::Checklist(_) => "ReadinessChecklist",
        }
    }

    /// Its namespace, if it has one, and its name.
    pub(super) fn place(&self) -> (Option<&Text>, &Text) {
        match self {
            Self::Launch(name) | Self::Exception(name) => (Some(&name.namespace), &name.name),
            Self::Checklist(name) => (None, name),
        }
    }

    /// What Events on it regard.
    pub(super) fn reference(&self, uid: &Text) -> ObjectReference {
        let (namespace, name) = self.place();
        ObjectReference {
            api_version: Some(API_VERSION.to_owned()),
            kind: Some(self.kind().to_owned()),
            namespace: namespace.map(ToString::to_string),
            name: Some(name.to_string()),
            uid: Some(uid.to_string()),
            ..ObjectReference::default()
        }
    }

    /// The version of it that a snapshot has.
    pub(super) fn version(&self, snapshot: &Snapshot) -> Option<Version> {
        match self {
            Self::Launch(name) => snapshot.launches.get(name).map(|it| it.clone() as _),
            Self::Exception(name) => snapshot
                .statuses
                .exceptions
                .get(name)
                .map(|it| it.clone() as _),
            Self::Checklist(name) => snapshot
                .statuses
                .checklists
                .get(name)
                .map(|it| it.clone() as _),
        }
    }

    /// Writes its status.
    pub(super) async fn write(&self, client: Client, status: Value) -> Result<(), WriteError> {
        let patch = json!({"apiVersion": API_VERSION, "kind": self.kind(), "status": status});
        let patch = Patch::Apply(patch);
        let params = PatchParams::apply(FIELD_MANAGER).force();
        match self {
            Self::Launch(name) => {
                let api = Api::<ReadinessLaunch>::namespaced(client, &name.namespace);
                within(api.patch_status(&name.name, &params, &patch))
                    .await
                    .map(drop)
            }
            Self::Exception(name) => {
                let api = Api::<ReadinessException>::namespaced(client, &name.namespace);
                within(api.patch_status(&name.name, &params, &patch))
                    .await
                    .map(drop)
            }
            Self::Checklist(name) => {
                let api = Api::<ReadinessChecklist>::all(client);
                within(api.patch_status(name, &params, &patch))
                    .await
                    .map(drop)
            }
        }
    }
}
