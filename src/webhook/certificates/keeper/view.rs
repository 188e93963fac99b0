//! What a keeper has seen, and what follows for what it serves. No I/O, no clock.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use k8s_openapi::api::core::v1::Secret;
use kube::runtime::watcher;

use crate::webhook::certificates::authority::Serving;
use crate::webhook::certificates::names::ServerNames;
use crate::webhook::certificates::pem::Certificate;
use crate::webhook::certificates::registration::Registration;
use crate::webhook::certificates::served::{ServedCertificate, ServingState, Trust};
use crate::webhook::certificates::stored::Stored;

/// How long it may take until every API server goes by a `caBundle` that one of them has stored.
const PROPAGATION: SignedDuration = SignedDuration::from_secs(5);

/// What is known of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen<T> {
    /// Nothing yet.
    NotYet,
    /// We may not look.
    Forbidden,
    /// It does not exist.
    Absent,
    There(T),
}

/// Everything seen so far.
pub(super) struct View {
    names: ServerNames,
    secret: Seen<Secret>,
    stored: Stored,
    /// The authorities of the last Secret that was whole.
    trusted: Vec<Certificate>,
    registration: Seen<Registration>,
    served: Option<Serving>,
    /// The certificate that is to be served next, and since when the configuration vouches for it.
    vouched_for: Option<(Serving, Timestamp)>,
    resolver: Arc<ServedCertificate>,
}

impl View {
    pub(super) fn new(names: ServerNames) -> Self {
        Self {
            names,
            secret: Seen::NotYet,
            stored: Stored::absent(),
            trusted: Vec::new(),
            registration: Seen::NotYet,
            served: None,
            vouched_for: None,
            resolver: ServedCertificate::new(),
        }
    }

    pub(super) fn names(&self) -> &ServerNames {
        &self.names
    }

    pub(super) fn resolver(&self) -> Arc<ServedCertificate> {
        Arc::clone(&self.resolver)
    }

    /// The Secret, none when there is none, and what it holds; none before it was looked for.
    pub(super) fn secret(&self) -> Option<(Option<&Secret>, &Stored)> {
        match &self.secret {
            Seen::NotYet | Seen::Forbidden => None,
            Seen::Absent => Some((None, &self.stored)),
            Seen::There(secret) => Some((Some(secret), &self.stored)),
        }
    }

    pub(super) fn registration(&self) -> &Seen<Registration> {
        &self.registration
    }

    pub(super) fn secret_event(&mut self, event: watcher::Result<Option<Secret>>) {
        match event {
            Ok(secret) => self.see_secret(secret),
            Err(error) => {
                if log_watch_error("secrets", &error) && self.secret == Seen::NotYet {
                    self.secret = Seen::Forbidden;
                }
            }
        }
    }

    pub(super) fn see_secret(&mut self, secret: Option<Secret>) {
        self.stored = secret.as_ref().map_or_else(Stored::absent, Stored::read);
        self.stored.remember(&self.trusted);
        if self.stored.authority.is_ok() {
            self.trusted = self.stored.trusted().cloned().collect();
        }
        self.secret = secret.map_or(Seen::Absent, Seen::There);
    }

    /// Whether a Secret that was just read is not the one that was last seen.
    pub(super) fn is_news(&self, fresh: Option<&Secret>) -> bool {
        match (&self.secret, fresh) {
            (Seen::There(seen), Some(fresh)) => {
                seen.metadata.uid != fresh.metadata.uid
                    || seen.metadata.resource_version != fresh.metadata.resource_version
            }
            (Seen::Absent, None) => false,
            _ => true,
        }
    }

    pub(super) fn configuration_event(
        &mut self,
        event: watcher::Result<Option<ValidatingWebhookConfiguration>>,
    ) {
        match event {
            Ok(configuration) => self.see_configuration(configuration.as_ref()),
            Err(error) => {
                let forbidden = log_watch_error("validatingwebhookconfigurations", &error);
                if forbidden && matches!(self.registration, Seen::NotYet | Seen::Absent) {
                    self.registration = Seen::Forbidden;
                }
            }
        }
    }

    pub(super) fn see_configuration(
        &mut self,
        configuration: Option<&ValidatingWebhookConfiguration>,
    ) {
        let seen = match configuration {
            Some(configuration) => Seen::There(Registration::read(configuration)),
            None => Seen::Absent,
        };
        if seen == Seen::Absent && self.registration != Seen::Absent {
            tracing::warn!("There is no webhook configuration: the API server asks nobody");
        }
        self.registration = seen;
    }

    /// Serves the stored certificate as soon as that does no harm: while the configuration vouches
    /// for the present one, but not or only just for the new one, the present one stays. Says when
    /// to try again, where time is what is missing.
    pub(super) fn adopt(&mut self, now: Timestamp) -> Option<SignedDuration> {
        let stored = self.stored.serving.as_ref().ok()?;
        let usable = stored
            .verify(self.stored.trusted(), &self.names, now)
            .is_ok();
        if !usable || self.served.as_ref() == Some(stored) {
            return None;
        }
        if let (Some(served), Seen::There(registration)) = (&self.served, &self.registration)
            && registration.trusts(served, &self.names, now)
        {
            if !registration.trusts(stored, &self.names, now) {
                self.vouched_for = None;
                return None;
            }
            let since = match &self.vouched_for {
                Some((serving, since)) if serving == stored && *since <= now => *since,
                _ => now,
            };
            self.vouched_for = Some((stored.clone(), since));
            let left = PROPAGATION - now.duration_since(since);
            if left.is_positive() {
                return Some(left);
            }
        }
        let validity = stored.certificate().validity();
        tracing::info!(not_after = %validity.not_after, "Serving the certificate of the Secret");
        self.resolver.swap(stored);
        self.served = Some(stored.clone());
        None
    }

    pub(super) fn state(&self, now: Timestamp) -> ServingState {
        let Some(served) = &self.served else {
            return ServingState::STARTING;
        };
        let trust = match &self.registration {
            Seen::NotYet => Trust::Unknown,
            Seen::Forbidden => Trust::Forbidden,
            Seen::Absent => Trust::NoConfiguration,
            Seen::There(registration) if registration.trusts(served, &self.names, now) => {
                Trust::Trusted
            }
            Seen::There(_) => Trust::Distrusted,
        };
        ServingState {
            certificate: Some(served.certificate().validity()),
            trust,
        }
    }
}

impl fmt::Debug for View {
    /// Not the Secret, which k8s-openapi would print with its keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View")
            .field("stored", &self.stored)
            .field("registration", &self.registration)
            .field("served", &self.served)
            .finish_non_exhaustive()
    }
}

/// Whether it says that we may not watch. The watch goes on by itself, with a backoff.
fn log_watch_error(resource: &str, error: &watcher::Error) -> bool {
    use watcher::Error::{InitialListFailed, WatchError, WatchFailed, WatchStartFailed};
    match error {
        InitialListFailed(kube::Error::Api(status))
        | WatchStartFailed(kube::Error::Api(status))
            if status.is_forbidden() =>
        {
            tracing::warn!(
                resource,
                "May not be listed or watched: allow it in the operator's role"
            );
            true
        }
        // Streams end, and old resource versions expire.
        WatchError(_) | WatchFailed(_) => {
            tracing::debug!(resource, %error, "A watch was interrupted");
            false
        }
        _ => {
            tracing::warn!(resource, %error, "Could not watch");
            false
        }
    }
}
