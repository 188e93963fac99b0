//! Leader election by a Lease: one replica writes.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, Client};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::telemetry::metrics::ControllerMetrics;

/// How long a leader may be silent before another takes over.
const DURATION: Duration = Duration::from_secs(15);

/// How often the leader renews, and others look.
const PERIOD: Duration = Duration::from_secs(5);

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// A leader that could not renew stops writing this long before another may start.
const MARGIN: Duration = Duration::from_secs(3);

/// Where the Lease is, and who we are.
#[derive(Clone, Debug)]
pub struct LeaseSettings {
    /// Its namespace: the operator's own.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// This replica's name, which no other has.
    pub identity: String,
}

/// Whether this replica leads, and since when nobody has.
#[derive(Clone, Debug)]
pub(super) struct Leadership {
    /// Whether it leads now.
    pub(super) leads: watch::Receiver<bool>,
    /// When whoever led before was last heard of, by its own clock; `None` where nobody did.
    pub(super) inherited: watch::Receiver<Option<Timestamp>>,
}

/// Where a replica says so.
#[derive(Debug)]
pub(super) struct Leading {
    leads: watch::Sender<bool>,
    inherited: watch::Sender<Option<Timestamp>>,
}

/// Both ends: it does not lead yet.
pub(super) fn leadership() -> (Leading, Leadership) {
    let (says_leads, leads) = watch::channel(false);
    let (says_inherited, inherited) = watch::channel(None);
    let leading = Leading {
        leads: says_leads,
        inherited: says_inherited,
    };
    (leading, Leadership { leads, inherited })
}

/// What was seen of the Lease, and when by our own clock: other clocks are not trusted.
struct Seen {
    lease: Lease,
    changed: Instant,
}

/// Holds the Lease whenever it can be had, and says so through `leading`, until `shutdown` is told; then gives it up.
pub(super) async fn run(
    client: Client,
    settings: LeaseSettings,
    leading: Leading,
    metrics: Arc<ControllerMetrics>,
    mut shutdown: watch::Receiver<bool>,
) {
    let api = Api::<Lease>::namespaced(client, &settings.namespace);
    let mut seen = None;
    let mut held_until = None;
    loop {
        let attempted = Instant::now();
        match timeout(
            PATIENCE,
            attempt(&api, &settings, &leading.inherited, &mut seen),
        )
        .await
        {
            Ok(Ok(true)) => held_until = Some(attempted + DURATION - MARGIN),
            Ok(Ok(false)) => held_until = None,
            Ok(Err(error)) => {
                tracing::warn!(%error, lease = settings.name, "The leader lease could not be renewed")
            }
            Err(_) => tracing::warn!(
                lease = settings.name,
                "The leader lease could not be renewed in time"
            ),
        }
        say(
            &leading.leads,
            &metrics,
            &settings,
            held_until.is_some_and(|until| Instant::now() < until),
        );
        let lapse = held_until.unwrap_or_else(|| Instant::now() + 2 * PERIOD);
        tokio::select! {
            () = sleep(PERIOD) => {}
            () = tokio::time::sleep_until(lapse) => {
                held_until = None;
                say(&leading.leads, &metrics, &settings, false);
            }
            () = super::told(&mut shutdown) => break,
        }
    }
    // The reporter stops first, then another replica may start at once.
    let led = leading.leads.send_replace(false);
    leading.leads.closed().await;
    if led && let Some(seen) = seen {
        let _ = timeout(PATIENCE, release(&api, &settings, seen.lease)).await;
    }
}

fn say(
    leading: &watch::Sender<bool>,
    metrics: &ControllerMetrics,
    settings: &LeaseSettings,
    leads: bool,
) {
    metrics.set_leading(leads);
    let changed = leading.send_if_modified(|known| std::mem::replace(known, leads) != leads);
    if changed {
        tracing::info!(identity = settings.identity, leads, "Leadership changed");
    }
}

/// Takes or renews the Lease. True where it is ours.
async fn attempt(
    api: &Api<Lease>,
    settings: &LeaseSettings,
    inherited: &watch::Sender<Option<Timestamp>>,
    seen: &mut Option<Seen>,
) -> Result<bool, kube::Error> {
    let now = Timestamp::now();
    let Some(lease) = api.get_opt(&settings.name).await? else {
        let lease = Lease {
            metadata: ObjectMeta {
                name: Some(settings.name.clone()),
                ..ObjectMeta::default()
            },
            spec: Some(claim(settings, LeaseSpec::default(), now)),
        };
        return written(api.create(&PostParams::default(), &lease).await, seen);
    };
    let spec = lease.spec.clone().unwrap_or_default();
    let holder = spec.holder_identity.as_deref().unwrap_or_default();
    let is_news = seen
        .as_ref()
        .is_none_or(|seen| seen.lease.spec != lease.spec);
    if is_news {
        *seen = Some(Seen {
            lease: lease.clone(),
            changed: Instant::now(),
        });
    }
    let silent = seen
        .as_ref()
        .map_or(Duration::ZERO, |seen| seen.changed.elapsed());
    let granted = spec
        .lease_duration_seconds
        .and_then(|seconds| u64::try_from(seconds).ok());
    let granted = granted.map_or(DURATION, Duration::from_secs);
    if holder != settings.identity && !holder.is_empty() && silent < granted {
        return Ok(false);
    }
    if holder != settings.identity {
        inherited.send_replace(spec.renew_time.as_ref().map(|time| time.0));
    }
    let renewed = Lease {
        spec: Some(claim(settings, spec, now)),
        ..lease
    };
    written(
        api.replace(&settings.name, &PostParams::default(), &renewed)
            .await,
        seen,
    )
}

/// A conflict means that another replica was faster.
fn written(
    result: Result<Lease, kube::Error>,
    seen: &mut Option<Seen>,
) -> Result<bool, kube::Error> {
    match result {
        Ok(lease) => {
            *seen = Some(Seen {
                lease,
                changed: Instant::now(),
            });
            Ok(true)
        }
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}

fn claim(settings: &LeaseSettings, before: LeaseSpec, now: Timestamp) -> LeaseSpec {
    let ours = before.holder_identity.as_deref() == Some(&settings.identity);
    let transitions = before.lease_transitions.unwrap_or(0) + i32::from(!ours);
    LeaseSpec {
        holder_identity: Some(settings.identity.clone()),
        lease_duration_seconds: i32::try_from(DURATION.as_secs()).ok(),
        acquire_time: if ours {
            before.acquire_time
        } else {
            Some(MicroTime(now))
        },
        renew_time: Some(MicroTime(now)),
        lease_transitions: Some(transitions),
        ..LeaseSpec::default()
    }
}

/// Gives the Lease up, unless somebody else has it already.
async fn release(
    api: &Api<Lease>,
    settings: &LeaseSettings,
    lease: Lease,
) -> Result<(), kube::Error> {
    let spec = lease.spec.clone().unwrap_or_default();
    if spec.holder_identity.as_deref() != Some(&settings.identity) {
        return Ok(());
    }
    let free = LeaseSpec {
        holder_identity: Some(String::new()),
        lease_duration_seconds: Some(1),
        ..spec
    };
    let freed = Lease {
        spec: Some(free),
        ..lease
    };
    api.replace(&settings.name, &PostParams::default(), &freed)
        .await
        .map(drop)
}
