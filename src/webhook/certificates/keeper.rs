//! The loop that keeps Secret, `caBundle` and served certificate in step.

mod cluster;
mod view;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use kube::Client;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::watch_object;
use tokio::sync::watch;
use tokio::time::Instant;

use self::cluster::{Cluster, Failure};
use self::view::{Seen, View};
use super::authority::IssueError;
use super::material::Material;
use super::names::{InvalidName, ServerNames};
use super::pace::Pace;
use super::plan::{Cause, Plan, Step, plan};
use super::served::{ServedCertificate, ServingState, Trust};
use super::stored::Flaw;

/// The clock is asked again at least this often: it may jump, and sleeping does not notice.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// First wait after an error; it doubles up to [`SLOWEST_RETRY`].
const FIRST_RETRY: Duration = Duration::from_secs(1);
const SLOWEST_RETRY: Duration = Duration::from_secs(60);

/// Where a keeper finds what it looks after.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The namespace of Secret and Service: the operator's own.
    pub namespace: String,
    /// The Secret's name.
    pub secret: String,
    /// The Service's name, which the API server calls.
    pub service: String,
    /// The ValidatingWebhookConfiguration's name.
    pub configuration: String,
    /// Further names to serve under: `localhost`, `127.0.0.1`, another cluster domain.
    pub extra_names: Vec<String>,
}

/// Makes, stores, renews, publishes and serves the webhook's certificate.
///
/// It needs to `get`, `list`, `watch` and `update` the Secret and to `get`, `list`, `watch` and
/// `patch` the ValidatingWebhookConfiguration, both by `resourceNames`; and to `create` Secrets in
/// its namespace unless the Secret is there already, which may be empty.
///
/// The Secret is `Opaque`. `kubernetes.io/tls` would refuse an empty one to begin with and is what
/// other tools take for theirs; the type cannot be changed later, so an existing Secret's is kept
/// whatever it is.
#[derive(Debug)]
pub struct CertificateKeeper {
    settings: Settings,
    view: View,
    state: watch::Sender<ServingState>,
    secret_pace: Pace,
    bundle_pace: Pace,
}

impl CertificateKeeper {
    /// A keeper that has read nothing yet.
    ///
    /// # Errors
    ///
    /// When the certificate cannot be for one of the names.
    pub fn new(settings: Settings) -> Result<Self, InvalidName> {
        let names = ServerNames::new(
            &settings.service,
            &settings.namespace,
            &settings.extra_names,
        )?;
        let now = Instant::now();
        Ok(Self {
            settings,
            view: View::new(names),
            state: watch::Sender::new(ServingState::STARTING),
            secret_pace: Pace::new(now),
            bundle_pace: Pace::new(now),
        })
    }

    /// What the TLS server asks in each handshake.
    pub fn resolver(&self) -> Arc<ServedCertificate> {
        self.view.resolver()
    }

    /// What is served, as it changes; the last state stays when the keeper has ended.
    pub fn served(&self) -> watch::Receiver<ServingState> {
        self.state.subscribe()
    }

    /// Keeps until `shutdown` is done. Nothing that the API server says ends it before: with the
    /// API server away, what was served stays served.
    pub async fn run(
        mut self,
        client: Client,
        clock: impl Fn() -> Timestamp + Send,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        let cluster = Cluster::new(client, &self.settings);
        let mut secrets =
            pin!(watch_object(cluster.secrets.clone(), &cluster.secret).default_backoff());
        let mut configurations = pin!(
            watch_object(cluster.configurations.clone(), &cluster.configuration).default_backoff()
        );
        let mut shutdown = pin!(shutdown);
        let mut wait = LONGEST_WAIT;
        let mut retry = FIRST_RETRY;
        loop {
            tokio::select! {
                () = &mut shutdown => return,
                Some(event) = secrets.next() => self.view.secret_event(event),
                Some(event) = configurations.next() => self.view.configuration_event(event),
                () = tokio::time::sleep(wait) => {}
            }
            let now = clock();
            // A write that is cut off has happened or not: the next keeper finds out by reading.
            let outcome = tokio::select! {
                () = &mut shutdown => return,
                outcome = self.reconcile(&cluster, now) => outcome,
            };
            let adoption = self.view.adopt(now);
            self.publish(now);
            wait = match outcome {
                Ok(next) => {
                    retry = FIRST_RETRY;
                    let adoption = adoption.and_then(|left| left.try_into().ok());
                    next.min(adoption.unwrap_or(LONGEST_WAIT)).min(LONGEST_WAIT)
                }
                Err(error) => {
                    tracing::warn!(%error, ?retry, "Could not look after the certificates");
                    let wait = retry;
                    retry = (retry * 2).min(SLOWEST_RETRY);
                    wait
                }
            };
        }
    }

    /// Reads everything seen, writes what differs, and says when to look again.
    async fn reconcile(
        &mut self,
        cluster: &Cluster,
        now: Timestamp,
    ) -> Result<Duration, KeepError> {
        let Some((secret, stored)) = self.view.secret() else {
            return Ok(LONGEST_WAIT);
        };
        let plan = plan(now, stored, self.view.names());
        let material = Material::make(stored, &plan, self.view.names(), now)?;
        if plan.changes_something() {
            if let Err(wait) = self.secret_pace.take(Instant::now()) {
                return Ok(wait);
            }
            report(&plan, &cluster.secret);
            match unless_lost(cluster.store(secret, &material).await)? {
                Some(written) => self.view.see_secret(Some(written)),
                None => {
                    self.view.see_secret(cluster.read().await?);
                    return Ok(Duration::ZERO);
                }
            }
        }
        self.view.adopt(now);

        let Seen::There(registration) = self.view.registration() else {
            return Ok(until(plan.due, now));
        };
        if let Some(patch) = registration.patch(&material.bundle()) {
            if let Err(wait) = self.bundle_pace.take(Instant::now()) {
                return Ok(wait);
            }
            // A replica that has renewed wrote the Secret before the bundle. So the bundle that
            // looks wrong may be ahead of the Secret that we have seen, but not of a fresh one.
            let fresh = cluster.read().await?;
            if self.view.is_news(fresh.as_ref()) {
                self.view.see_secret(fresh);
                return Ok(Duration::ZERO);
            }
            let Some(patched) = unless_lost(cluster.publish(patch).await)? else {
                return Ok(FIRST_RETRY);
            };
            tracing::info!(
                configuration = cluster.configuration,
                "Published the caBundle"
            );
            self.view.see_configuration(Some(&patched));
        }
        Ok(until(plan.due, now))
    }

    fn publish(&self, now: Timestamp) {
        let state = self.view.state(now);
        self.state.send_if_modified(|current| {
            if *current == state {
                return false;
            }
            if state.trust == Trust::Distrusted {
                tracing::warn!("The API server would not trust what is served, as its caBundle is");
            }
            *current = state;
            true
        });
    }
}

/// Why a round ended early. It is tried again.
#[derive(Debug, thiserror::Error)]
enum KeepError {
    #[error(transparent)]
    Issue(#[from] IssueError),
    #[error(transparent)]
    Cluster(#[from] Failure),
}

/// None when another writer was faster.
fn unless_lost<T>(result: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match result {
        Ok(written) => Ok(Some(written)),
        Err(failure) if failure.is_lost_race() => {
            tracing::debug!(%failure, "Another replica was faster");
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

fn until(due: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(now))
        .unwrap_or(Duration::ZERO)
        .max(FIRST_RETRY)
}

/// Planned work is information; a Secret that was found broken is a warning.
fn report(plan: &Plan, secret: &str) {
    for (what, step) in [
        ("authority", &plan.authority),
        ("serving certificate", &plan.serving),
    ] {
        match step {
            Step::Keep => {}
            Step::Issue(cause @ (Cause::Due | Cause::Flawed(Flaw::Absent))) => {
                tracing::info!(secret, what, %cause, "Issuing");
            }
            Step::Issue(cause) => tracing::warn!(secret, what, %cause, "Issuing anew"),
        }
    }
    if !plan.forget.is_empty() {
        tracing::info!(
            secret,
            count = plan.forget.len(),
            "Forgetting replaced authorities"
        );
    }
}
