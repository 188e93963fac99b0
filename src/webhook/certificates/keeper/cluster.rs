//! The keeper's calls to the API server.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{ObjectMeta, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::Value;

use super::Settings;
use crate::webhook::certificates::material::Material;
use crate::webhook::certificates::stored;

const FIELD_MANAGER: &str = "plimsoll-webhook";
/// The client itself waits for minutes; meanwhile no watch event is looked at.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A call failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(
        "may not {verb} {object}: allow it in the operator's role, or certificates cannot be renewed"
    )]
    Forbidden { verb: &'static str, object: String },
    #[error("could not {verb} {object}: {}", reason(source))]
    Api {
        verb: &'static str,
        object: String,
        source: Box<kube::Error>,
    },
    #[error("could not {verb} {object}: no answer within {TIMEOUT:?}")]
    TimedOut { verb: &'static str, object: String },
}

impl Failure {
    /// The object has changed, has come or has gone since it was read.
    pub(super) fn is_lost_race(&self) -> bool {
        match self {
            Self::Api { verb, source, .. } => match &**source {
                kube::Error::Api(status) if status.is_not_found() => {
                    // Then it is the namespace that is not there.
                    *verb != "create"
                }
                kube::Error::Api(status) => status.is_conflict() || status.is_already_exists(),
                _ => false,
            },
            Self::Forbidden { .. } | Self::TimedOut { .. } => false,
        }
    }
}

/// What the API server has said, without the structure around it.
fn reason(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status.message.clone(),
        other => other.to_string(),
    }
}

/// The two objects, by name.
pub(super) struct Cluster {
    pub(super) secrets: Api<Secret>,
    pub(super) secret: String,
    pub(super) configurations: Api<ValidatingWebhookConfiguration>,
    pub(super) configuration: String,
}

impl Cluster {
    pub(super) fn new(client: Client, settings: &Settings) -> Self {
        Self {
            secrets: Api::namespaced(client.clone(), &settings.namespace),
            secret: settings.secret.clone(),
            configurations: Api::all(client),
            configuration: settings.configuration.clone(),
        }
    }

    /// The Secret as it is now, not as a watch has last shown it.
    pub(super) async fn read(&self) -> Result<Option<Secret>, Failure> {
        self.call("get", self.secret(), self.secrets.get_opt(&self.secret))
            .await
    }

    /// Writes `material` into the Secret that was `seen`, or makes one; fails when it is not the
    /// one that was seen any more.
    pub(super) async fn store(
        &self,
        seen: Option<&Secret>,
        material: &Material,
    ) -> Result<Secret, Failure> {
        let params = PostParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PostParams::default()
        };
        match seen {
            Some(seen) => {
                let mut secret = seen.clone();
                secret.data = Some(stored::data(material, secret.data.take()));
                let call = self.secrets.replace(&self.secret, &params, &secret);
                self.call("update", self.secret(), call).await
            }
            None => {
                let secret = Secret {
                    metadata: ObjectMeta {
                        name: Some(self.secret.clone()),
                        labels: Some(BTreeMap::from(
                            ["app.kubernetes.io/name", "app.kubernetes.io/managed-by"]
                                .map(|label| (label.to_owned(), "plimsoll".to_owned())),
                        )),
                        ..ObjectMeta::default()
                    },
                    type_: Some("Opaque".to_owned()),
                    data: Some(stored::data(material, None)),
                    ..Secret::default()
                };
                self.call(
                    "create",
                    self.secret(),
                    self.secrets.create(&params, &secret),
                )
                .await
            }
        }
    }

    /// Sends a patch of the bundles.
    pub(super) async fn publish(
        &self,
        patch: Value,
    ) -> Result<ValidatingWebhookConfiguration, Failure> {
        let params = PatchParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let patch = Patch::Strategic(patch);
        let object = format!("validatingwebhookconfigurations/{}", self.configuration);
        let call = self
            .configurations
            .patch(&self.configuration, &params, &patch);
        self.call("patch", object, call).await
    }

    fn secret(&self) -> String {
        format!("secrets/{}", self.secret)
    }

    async fn call<T>(
        &self,
        verb: &'static str,
        object: String,
        call: impl Future<Output = kube::Result<T>>,
    ) -> Result<T, Failure> {
        match tokio::time::timeout(TIMEOUT, call).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(kube::Error::Api(status))) if status.is_forbidden() => {
                Err(Failure::Forbidden { verb, object })
            }
            Ok(Err(source)) => Err(Failure::Api {
                verb,
                object,
                source: Box::new(source),
            }),
            Err(_) => Err(Failure::TimedOut { verb, object }),
        }
    }
}
