//! The keeper of the guards: sees whether they are whole, repairs them, and keeps a record of when they were.
//!
//! ```text
//!  watches ──► look (all of them, read at once) ──► Sight ──► chronicle ──► ledger
//!                                                     │           ▲
//!                                            the leader repairs   ▼
//!                                                             ConfigMap
//! ```
//!
//! Watches only say when to look: what counts is what was read at a known time, with the same UIDs and generations before and
//! after. The leader looks every [`LOOK`], so that an interval can be ended where the guard was last seen whole; it writes only
//! when one begins or ends. Every replica looks for itself, and trusts the record no further than its own eyes.

mod cluster;
mod pace;

use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use jiff::{SignedDuration, Timestamp};
use kube::Client;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use self::cluster::{Cluster, Kept, Woken};
use self::pace::Pace;
use super::indexer::Input;
use super::lease::Leadership;
use super::ledger::Entry;
use crate::guards;
use crate::people::{Chronicle, Guard, Identity, Sight};
use crate::telemetry::metrics::ControllerMetrics;

/// Whom the guards let write, and where it is kept when they were whole.
#[derive(Clone, Debug)]
pub(super) struct GuardSettings {
    /// The operator's namespace.
    pub(super) namespace: String,
    /// The operator's user name.
    pub(super) user: String,
    /// The ConfigMap.
    pub(super) config_map: String,
}

/// How often the leader looks.
const LOOK: Duration = Duration::from_secs(20);

/// How often others do, if nothing wakes them.
const IDLE: Duration = Duration::from_secs(300);

/// How soon a look that failed is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// A leader that could not look for so long does not say any more that the guard is whole.
const BLIND: Duration = Duration::from_secs(60);

/// How long before it was last heard of a leader has looked at the latest: it looks, or ends the interval.
const BEFORE: SignedDuration = SignedDuration::from_secs(80);

/// Several objects are often written at once.
const PAUSE: Duration = Duration::from_millis(200);

/// Keeps the guards until nobody listens.
pub(super) async fn run(
    client: Client,
    settings: GuardSettings,
    leadership: Leadership,
    inputs: mpsc::Sender<Input>,
    metrics: Arc<ControllerMetrics>,
) {
    let cluster = Cluster::new(client, settings);
    let mut news = cluster.news(&metrics);
    let mut keeper = Keeper {
        cluster,
        leadership,
        inputs,
        metrics,
        kept: Kept::Unread,
        chronicle: None,
        sight: None,
        live: Vec::new(),
        looked: None,
        failing_since: None,
        last: None,
        told: None,
        pace: Pace::default(),
    };
    loop {
        let Some(next) = keeper.round().await else {
            return;
        };
        tokio::select! {
            Some(woken) = news.next() => {
                keeper.hear(woken);
                sleep(PAUSE).await;
                while let Some(Some(woken)) = news.next().now_or_never() {
                    keeper.hear(woken);
                }
            }
            () = sleep_until(next) => {}
            Ok(()) = keeper.leadership.leads.changed() => {}
        }
    }
}

struct Keeper {
    cluster: Cluster,
    leadership: Leadership,
    inputs: mpsc::Sender<Input>,
    metrics: Arc<ControllerMetrics>,
    /// What is stored.
    kept: Kept,
    /// What is to be stored: the same, but for what could not be written yet.
    chronicle: Option<Chronicle>,
    /// `None` where the guard has not been seen for a while.
    sight: Option<Sight>,
    live: Vec<Option<Value>>,
    looked: Option<Instant>,
    /// Since when looks have failed, if the last one did.
    failing_since: Option<Instant>,
    /// When the objects of the open interval were last seen whole, by ourselves.
    last: Option<Timestamp>,
    told: Option<Guard>,
    pace: Pace,
}

impl Keeper {
    /// Looks, does what follows, and says when to look again at the latest; `None` where nobody listens.
    async fn round(&mut self) -> Option<Instant> {
        self.look().await;
        if self.leads() {
            if self.mend().await {
                self.look().await;
            }
            self.record().await;
        }
        self.tell().await.then(|| self.next())
    }

    fn hear(&mut self, woken: Woken) {
        let Woken::Kept(kept) = woken else { return };
        match &kept {
            Kept::There { chronicle, .. } => self.remember(chronicle.clone()),
            // Whoever deletes it does not make us forget.
            Kept::Absent if self.chronicle.is_none() => self.remember(Chronicle::default()),
            // A watch that fails goes on where it was: what it told before holds.
            Kept::Unreadable if self.chronicle.is_some() => return,
            Kept::Absent | Kept::Unread | Kept::Unreadable => {}
        }
        self.kept = kept;
    }

    fn remember(&mut self, chronicle: Chronicle) {
        if self.chronicle.as_ref().and_then(Chronicle::identity) != chronicle.identity() {
            self.last = None;
        }
        self.chronicle = Some(chronicle);
    }

    async fn look(&mut self) {
        let now = Timestamp::now();
        match self.cluster.look().await {
            Ok(live) => {
                let sight = guards::sight(self.cluster.filled(), &live, now);
                if !self
                    .sight
                    .as_ref()
                    .is_some_and(|before| before.is_like(&sight))
                {
                    announce(&sight);
                }
                (self.sight, self.live, self.looked) = (Some(sight), live, Some(Instant::now()));
                self.failing_since = None;
                let open = self.chronicle.as_ref().and_then(Chronicle::identity);
                if open.is_some() && open == self.identity() {
                    self.last = Some(now);
                }
            }
            Err(error) => {
                self.metrics.watch_failed("ValidatingAdmissionPolicy");
                tracing::warn!(%error, "The guards cannot be read; they are looked at again");
                self.failing_since.get_or_insert_with(Instant::now);
                if self.is_blind() {
                    self.sight = None;
                }
            }
        }
    }

    /// Whether it could not look for so long that what it saw does not count any more.
    fn is_blind(&self) -> bool {
        self.failing_since
            .is_some_and(|since| since.elapsed() > BLIND)
    }

    /// The guard as it is, where it is whole.
    fn identity(&self) -> Option<&Identity> {
        match &self.sight {
            Some(Sight::Whole { identity, .. }) => Some(identity),
            _ => None,
        }
    }

    fn leads(&self) -> bool {
        *self.leadership.leads.borrow()
    }

    /// Repairs what is absent or altered. True where that was tried.
    async fn mend(&mut self) -> bool {
        let now = Instant::now();
        if !matches!(self.sight, Some(Sight::Broken(_))) || self.pace.next(now).is_some() {
            return false;
        }
        self.pace.take(now);
        match self.cluster.is_leaving().await {
            Ok(true) => return false,
            Ok(false) => {}
            // Whoever is not told that it must go stays.
            Err(error) => {
                tracing::warn!(%error, "It cannot be seen whether Plimsoll is being removed")
            }
        }
        for (at, how) in self.cluster.wrongs(&self.live) {
            match self.cluster.mend(at, self.live[at].as_ref(), how).await {
                Ok(()) => self.metrics.guard_repaired(),
                Err(error) if error.is_lost_race() => {}
                Err(error) => {
                    self.metrics.write_failed();
                    tracing::warn!(%error, "A guard could not be repaired; it is tried again");
                }
            }
        }
        true
    }

    /// Writes down that an interval has begun or ended.
    async fn record(&mut self) {
        let Some(chronicle) = &self.chronicle else {
            return;
        };
        let next = match &self.sight {
            Some(sight) => chronicle.after(sight, self.last_seen()),
            None if self.is_blind() => {
                chronicle.after(&Sight::Broken(Vec::new()), self.last_seen())
            }
            None => return,
        };
        let stored = match &self.kept {
            Kept::There { chronicle, .. } => *chronicle == next,
            Kept::Absent => next == Chronicle::default(),
            Kept::Unread | Kept::Unreadable => return,
        };
        if stored {
            return;
        }
        match self.cluster.store(&self.kept, &next).await {
            Ok(kept) => {
                self.kept = kept;
                self.remember(next);
            }
            // The watch tells what is there instead.
            Err(error) if error.is_lost_race() => {}
            Err(error) => {
                self.metrics.write_failed();
                tracing::warn!(%error, "It could not be written down when the guards were whole; it is tried again");
            }
        }
    }

    /// When the objects of the open interval were last seen whole, by ourselves or by who led before us.
    fn last_seen(&self) -> Option<Timestamp> {
        let inherited = *self.leadership.inherited.borrow();
        let inherited = inherited.and_then(|heard| heard.checked_sub(BEFORE).ok());
        self.last.max(inherited)
    }

    /// Tells the indexer what follows. False where it does not listen.
    async fn tell(&mut self) -> bool {
        let now = Timestamp::now();
        let guard = match (&self.chronicle, &self.kept) {
            // At a start: what is whole must not look altered because the first look failed.
            (Some(_), _) if self.looked.is_none() && !self.is_blind() => return true,
            (Some(chronicle), _) => chronicle.guard(self.identity(), self.last, now),
            // Without the record nothing is certain.
            (None, Kept::Unreadable) => Guard::Seen(Vec::new()),
            (None, _) => return true,
        };
        self.metrics.set_guards_whole(guard.covers(now));
        if self.told.as_ref() == Some(&guard) {
            return true;
        }
        self.told = Some(guard.clone());
        let entry = Box::new(Entry::Guard(guard));
        self.inputs.send(Input::Ledger(entry)).await.is_ok()
    }

    fn next(&self) -> Instant {
        let now = Instant::now();
        let mut next = now + if self.leads() { LOOK } else { IDLE };
        if self.failing_since.is_some() {
            next = next.min(now + RETRY);
        }
        if self.leads() && matches!(self.sight, Some(Sight::Broken(_))) {
            next = next.min(self.pace.next(now).unwrap_or(now + PAUSE));
        }
        let begins = self.chronicle.as_ref().and_then(Chronicle::begins);
        let until = begins
            .and_then(|begins| Duration::try_from(begins.duration_since(Timestamp::now())).ok());
        match until {
            Some(until) if !until.is_zero() => next.min(now + until),
            _ => next,
        }
    }
}

fn announce(sight: &Sight) {
    match sight {
        Sight::Whole { .. } => tracing::info!("The guards are whole"),
        Sight::Broken(wrong) => tracing::warn!(
            wrong = wrong.join(", "),
            "The guards are not whole: nothing checks who attests, and what is attested now will not count"
        ),
    }
}
