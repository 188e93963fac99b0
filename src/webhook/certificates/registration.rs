//! The `caBundle`s of the ValidatingWebhookConfiguration, and nothing else of it.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use serde_json::{Value, json};

use super::authority::Serving;
use super::names::ServerNames;
use super::pem::Certificate;

/// What we know of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Registration {
    resource_version: Option<String>,
    /// Webhook's name, and its bundle; empty when there is none.
    webhooks: Vec<(String, Vec<u8>)>,
}

impl Registration {
    pub(super) fn read(configuration: &ValidatingWebhookConfiguration) -> Self {
        let webhooks = configuration
            .webhooks
            .iter()
            .flatten()
            .map(|webhook| {
                let bundle = webhook.client_config.ca_bundle.as_ref();
                (
                    webhook.name.clone(),
                    bundle.map(|bytes| bytes.0.clone()).unwrap_or_default(),
                )
            })
            .collect();
        Self {
            resource_version: configuration.metadata.resource_version.clone(),
            webhooks,
        }
    }

    /// The strategic merge patch that gives every webhook `bundle`; none when they all have it.
    ///
    /// Webhooks merge by name, so the patch touches no other field whoever owns it, and cannot
    /// hit the wrong entry; with the `resourceVersion` it cannot add one that was just removed.
    pub(super) fn patch(&self, bundle: &str) -> Option<Value> {
        let webhooks: Vec<Value> = self
            .webhooks
            .iter()
            .filter(|(_, current)| current != bundle.as_bytes())
            .map(|(name, _)| {
                let bundle = ByteString(bundle.as_bytes().to_vec());
                json!({ "name": name, "clientConfig": { "caBundle": bundle } })
            })
            .collect();
        if webhooks.is_empty() {
            return None;
        }
        Some(json!({
            "metadata": { "resourceVersion": self.resource_version },
            "webhooks": webhooks,
        }))
    }

    /// Whether every webhook's bundle vouches for `serving`: not that it is the one we would
    /// write, for another replica may be a step ahead.
    pub(super) fn trusts(&self, serving: &Serving, names: &ServerNames, now: Timestamp) -> bool {
        let mut good: Vec<&[u8]> = Vec::new();
        self.webhooks.iter().all(|(_, bundle)| {
            if good.contains(&bundle.as_slice()) {
                return true;
            }
            let (authorities, _) = Certificate::parse_all(&String::from_utf8_lossy(bundle));
            let trusted = serving.verify(&authorities, names, now).is_ok();
            if trusted {
                good.push(bundle);
            }
            trusted
        })
    }
}
