//! What is to be looked at, and what is being written: a pace that the API server can keep up with, and each thing by one write
//! at a time. The reporter and the desk of the launches each have one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

/// Writes in flight at once.
const WRITES: usize = 8;

/// How often a docket is to be told the time: due things are looked for, and writes are let through.
pub(super) const TICK: Duration = Duration::from_millis(500);

/// Writes let through in one tick.
const WRITES_A_TICK: usize = 50;

/// How soon something that was written or looked at may be again.
const SETTLE: Duration = Duration::from_secs(1);

/// How long after a failed write it is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// Things by their names, and writes that end with some result.
pub(super) struct Docket<K, W> {
    pending: BTreeSet<K>,
    /// To be looked at then.
    later: BTreeMap<K, Instant>,
    /// Not to be looked at before then.
    settling: BTreeMap<K, Instant>,
    in_flight: BTreeSet<K>,
    writes: JoinSet<(Option<K>, W)>,
    allowance: usize,
}

impl<K: Clone + Ord + Send + 'static, W: Send + 'static> Docket<K, W> {
    pub(super) fn new() -> Self {
        Self {
            pending: BTreeSet::new(),
            later: BTreeMap::new(),
            settling: BTreeMap::new(),
            in_flight: BTreeSet::new(),
            writes: JoinSet::new(),
            allowance: WRITES_A_TICK,
        }
    }

    /// Has these looked at soon.
    pub(super) fn extend(&mut self, all: impl IntoIterator<Item = K>) {
        self.pending.extend(all);
    }

    /// Has one looked at then, if nothing happens to it before.
    pub(super) fn look_again(&mut self, one: K, at: Instant) {
        self.later.insert(one, at);
    }

    /// Has one left alone for a moment.
    pub(super) fn settle(&mut self, one: K, now: Instant) {
        self.settling.insert(one, now + SETTLE);
    }

    /// Has one whose write failed tried again.
    pub(super) fn retry(&mut self, one: K, now: Instant) {
        self.look_again(one, now + RETRY);
    }

    /// How many are to be looked at soon.
    pub(super) fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether there is something to look at, and a write may follow.
    pub(super) fn may_work(&self) -> bool {
        self.may_write() && !self.pending.is_empty()
    }

    fn may_write(&self) -> bool {
        self.room() > 0
    }

    /// How many writes may be started now.
    pub(super) fn room(&self) -> usize {
        WRITES.saturating_sub(self.writes.len()).min(self.allowance)
    }

    /// One that is to be looked at now. What is being written, or settles, comes up again by itself.
    pub(super) fn next(&mut self, now: Instant) -> Option<K> {
        while self.may_write() {
            let one = self.pending.pop_first()?;
            if self.in_flight.contains(&one) {
                // At the next tick: its write has ended by then, or is waited for again.
                self.later.insert(one, now);
            } else if let Some(settled) = self.settling.get(&one) {
                self.later.insert(one, *settled);
            } else {
                self.later.remove(&one);
                return Some(one);
            }
        }
        None
    }

    /// Starts a write.
    pub(super) fn start(&mut self, one: K, write: impl Future<Output = W> + Send + 'static) {
        self.allowance = self.allowance.saturating_sub(1);
        self.in_flight.insert(one.clone());
        self.writes.spawn(async move { (Some(one), write.await) });
    }

    /// Starts a write of something that is not on the docket.
    pub(super) fn start_aside(&mut self, write: impl Future<Output = W> + Send + 'static) {
        self.writes.spawn(async move { (None, write.await) });
    }

    /// The next write that ends, with what was written if that is on the docket; pending where none is under way. One that
    /// panicked is an error: nobody knows which, so that nothing counts as under way any more.
    pub(super) async fn written(&mut self) -> Option<Result<(Option<K>, W), JoinError>> {
        let written = self.writes.join_next().await?;
        match &written {
            Ok((Some(one), _)) => drop(self.in_flight.remove(one)),
            Ok((None, _)) => {}
            Err(_) => self.in_flight.clear(),
        }
        Some(written)
    }

    /// Tells the time.
    pub(super) fn tick(&mut self, now: Instant) {
        self.allowance = WRITES_A_TICK;
        let due = self.later.extract_if(.., |_, due| *due <= now);
        self.pending.extend(due.map(|(one, _)| one));
        self.settling.retain(|_, settled| *settled > now);
    }

    /// Forgets what is to be looked at, but not what is being written.
    pub(super) fn clear(&mut self) {
        self.pending.clear();
        self.later.clear();
        self.settling.clear();
    }

    /// Waits for the writes that are under way.
    pub(super) async fn finish(mut self) {
        while self.writes.join_next().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn docket(names: &[&'static str]) -> (Docket<&'static str, u8>, Instant) {
        let mut docket = Docket::new();
        docket.extend(names.iter().copied());
        (docket, Instant::now())
    }

    #[tokio::test]
    async fn what_settles_or_is_being_written_waits() {
        let (mut docket, now) = docket(&["a", "b"]);
        assert_eq!(docket.next(now), Some("a"));
        docket.start("a", ready(1));
        docket.extend(["a"]);
        assert_eq!(docket.next(now), Some("b"));
        assert_eq!(docket.next(now), None, "a is being written");
        let (written, result) = docket
            .written()
            .await
            .expect("a write")
            .expect("it does not panic");
        assert_eq!((written, result), (Some("a"), 1));
        docket.settle("a", now);
        docket.tick(now);
        assert_eq!((docket.len(), docket.next(now)), (1, None), "a settles");
        let later = now + SETTLE;
        docket.tick(later);
        assert_eq!(docket.next(later), Some("a"));
    }

    #[test]
    fn what_is_due_comes_up() {
        let (mut docket, now) = docket(&[]);
        let minute = now + Duration::from_secs(60);
        docket.look_again("late", minute);
        docket.retry("failed", now);
        docket.tick(now + RETRY);
        assert_eq!((docket.next(now), docket.next(now)), (Some("failed"), None));
        // Something happened to it before, so that it is not due for that any more.
        docket.extend(["late"]);
        assert_eq!(docket.next(now), Some("late"));
        docket.tick(minute);
        assert_eq!(docket.next(minute), None);
    }

    #[tokio::test]
    async fn writes_are_few_at_once_and_in_a_tick() {
        let now = Instant::now();
        let mut docket = Docket::<usize, ()>::new();
        docket.extend(0..200);
        for _ in 0..WRITES {
            let one = docket.next(now).expect("there is one");
            docket.start(one, pending());
        }
        assert!(!docket.may_work() && docket.next(now).is_none());

        let mut docket = Docket::<usize, ()>::new();
        docket.extend(0..200);
        let mut started = 0;
        while let Some(one) = docket.next(now) {
            docket.start(one, ready(()));
            started += 1;
            docket
                .written()
                .await
                .expect("a write")
                .expect("it does not panic");
        }
        assert_eq!(started, WRITES_A_TICK);
        docket.tick(now);
        assert!(docket.may_work());
    }

    #[tokio::test]
    async fn a_write_that_panics_ends_nothing() {
        let (mut docket, now) = docket(&["a"]);
        let one = docket.next(now).expect("there is one");
        docket.start(one, async { panic!("on purpose") });
        assert!(docket.written().await.expect("a write").is_err());
        docket.extend(["a"]);
        assert_eq!(docket.next(now), Some("a"));
    }
}
