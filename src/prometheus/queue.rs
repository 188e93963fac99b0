//! What to ask next.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::Text;
use crate::promql::Question;

/// A request's size is bounded: a batch ends before it.
const MOST_BYTES: usize = 64 * 1024;

/// What is asked of one server, for whatever condition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ask {
    pub(super) window: Duration,
    pub(super) promql: Text,
}

impl Ask {
    pub(super) fn of(question: &Question) -> Self {
        Self {
            window: question.window,
            promql: question.promql.clone(),
        }
    }
}

/// When it is an expression's turn: what was never asked goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    asked: bool,
    due: Instant,
}

#[derive(Clone, Copy, Debug)]
struct State {
    turn: Turn,
    /// It is not asked together with others, since one of a batch went wrong.
    alone: bool,
    under_way: bool,
}

/// Expressions to be asked of one server, each again and again.
#[derive(Debug, Default)]
pub(super) struct Queue {
    states: HashMap<Arc<Ask>, State>,
    /// Those that are not under way, by their windows: only expressions of one window go together.
    waiting: BTreeMap<Duration, BTreeSet<(Turn, Arc<Ask>)>>,
}

/// Expressions of one window to be asked together.
pub(super) type Batch = Vec<Arc<Ask>>;

impl Queue {
    /// Adds what is new, due at once, and forgets what is not wanted any more.
    pub(super) fn want<'a>(&mut self, wanted: impl Iterator<Item = &'a Ask>, now: Instant) {
        let wanted: BTreeSet<&Ask> = wanted.collect();
        let gone: Vec<Arc<Ask>> = (self.states.keys())
            .filter(|ask| !wanted.contains(&***ask))
            .cloned()
            .collect();
        for ask in gone {
            if let Some(state) = self.states.remove(&ask) {
                self.withdraw(state.turn, &ask);
            }
        }
        for ask in wanted {
            if !self.states.contains_key(ask) {
                let turn = Turn {
                    asked: false,
                    due: now,
                };
                self.put(Arc::new(ask.clone()), turn, false);
            }
        }
    }

    /// Takes expressions of one window that are due, at most so many; with them those that are due within `ahead`.
    pub(super) fn next(&mut self, now: Instant, ahead: Duration, most: usize) -> Option<Batch> {
        let first = self.first().filter(|(turn, _)| turn.due <= now)?.1.clone();
        let mut batch = vec![first.clone()];
        if !self.is_alone(&first) {
            let mut bytes = first.promql.len();
            let line = self.waiting.get(&first.window).into_iter().flatten();
            let rest = line
                .map(|(_, ask)| ask)
                .filter(|ask| **ask != first && !self.is_alone(ask))
                .take_while(|ask| {
                    bytes += ask.promql.len();
                    bytes <= MOST_BYTES && self.due(ask).is_some_and(|due| due <= now + ahead)
                });
            batch.extend(rest.take(most.saturating_sub(1)).cloned());
        }
        for ask in &batch {
            if let Some(state) = self.states.get_mut(ask) {
                state.under_way = true;
                let turn = state.turn;
                self.withdraw(turn, ask);
            }
        }
        Some(batch)
    }

    /// Puts one back, to be asked again at a time.
    pub(super) fn again(&mut self, ask: &Arc<Ask>, due: Instant, alone: bool) {
        self.put_back(ask, Turn { asked: true, due }, alone);
    }

    /// Puts one back that went wrong with others: it has its turn again, alone.
    pub(super) fn again_alone(&mut self, ask: &Arc<Ask>) {
        if let Some(state) = self.states.get(ask) {
            self.put_back(ask, state.turn, true);
        }
    }

    /// Puts one back that was not asked after all.
    pub(super) fn back(&mut self, ask: &Arc<Ask>) {
        if let Some(state) = self.states.get(ask) {
            self.put_back(ask, state.turn, state.alone);
        }
    }

    /// Everything is due.
    pub(super) fn hasten(&mut self, now: Instant) {
        let later = |state: &State| !state.under_way && state.turn.due > now;
        let late: Vec<(Arc<Ask>, State)> = (self.states.iter())
            .filter(|(_, state)| later(state))
            .map(|(ask, state)| (ask.clone(), *state))
            .collect();
        for (ask, State { turn, alone, .. }) in late {
            self.withdraw(turn, &ask);
            self.put(ask, Turn { due: now, ..turn }, alone);
        }
    }

    /// When the first turn is.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.first().map(|(turn, _)| turn.due)
    }

    /// How many expressions there are, those under way included.
    pub(super) fn len(&self) -> usize {
        self.states.len()
    }

    fn first(&self) -> Option<&(Turn, Arc<Ask>)> {
        let heads = self.waiting.values().filter_map(BTreeSet::first);
        heads.min_by_key(|(turn, _)| *turn)
    }

    fn is_alone(&self, ask: &Arc<Ask>) -> bool {
        self.states.get(ask).is_some_and(|state| state.alone)
    }

    fn due(&self, ask: &Arc<Ask>) -> Option<Instant> {
        self.states.get(ask).map(|state| state.turn.due)
    }

    /// Unless it is wanted no more.
    fn put_back(&mut self, ask: &Arc<Ask>, turn: Turn, alone: bool) {
        let under_way = |state: &State| state.under_way;
        if self.states.get(ask).is_some_and(under_way) {
            self.put(ask.clone(), turn, alone);
        }
    }

    fn put(&mut self, ask: Arc<Ask>, turn: Turn, alone: bool) {
        let line = self.waiting.entry(ask.window).or_default();
        line.insert((turn, ask.clone()));
        let state = State {
            turn,
            alone,
            under_way: false,
        };
        self.states.insert(ask, state);
    }

    fn withdraw(&mut self, turn: Turn, ask: &Arc<Ask>) {
        if let Some(line) = self.waiting.get_mut(&ask.window) {
            line.remove(&(turn, ask.clone()));
            if line.is_empty() {
                self.waiting.remove(&ask.window);
            }
        }
    }
}
