//! What is to be asked, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Regrant;
use crate::people::Claim;

/// How old an answer becomes at most, and at least, if nothing happens: not all are asked again at once.
const OLDEST: Duration = Duration::from_secs(60 * 60);
const YOUNGEST: Duration = Duration::from_secs(50 * 60);

/// After a change of roles it is asked soon, and once more when even a slow API server has heard of the change: we may have
/// heard of it before the one that answers.
const SOON: Duration = Duration::from_secs(1);
const LATER: Duration = Duration::from_secs(15);

/// How soon what failed is asked again, and at most how late.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_secs(60);

/// The claims, and when each is to be asked about.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    claims: BTreeMap<Arc<Claim>, State>,
    /// Those that are not being asked about.
    due: BTreeSet<(Instant, Arc<Claim>)>,
    random: RandomState,
}

#[derive(Debug, Default)]
struct State {
    /// `None` while it is being asked about.
    due: Option<Instant>,
    /// When it is to be asked about besides.
    again: BTreeSet<Instant>,
    is_answered: bool,
    failures: u32,
}

impl Agenda {
    /// Takes in what is claimed now. True where something is claimed no more.
    pub(super) fn claim(&mut self, claims: &BTreeSet<Claim>, now: Instant) -> bool {
        let gone: Vec<_> = self
            .claims
            .keys()
            .filter(|known| !claims.contains(&***known))
            .cloned()
            .collect();
        for claim in &gone {
            if let Some(due) = self.claims.remove(claim).and_then(|state| state.due) {
                self.due.remove(&(due, claim.clone()));
            }
        }
        for claim in claims {
            if !self.claims.contains_key(claim) {
                let claim = Arc::new(claim.clone());
                self.claims.insert(
                    claim.clone(),
                    State {
                        due: Some(now),
                        ..State::default()
                    },
                );
                self.due.insert((now, claim));
            }
        }
        !gone.is_empty()
    }

    /// Notes that RBAC may grant otherwise.
    pub(super) fn touch(&mut self, regrant: &Regrant, now: Instant) {
        let concerned = |claim: &Claim| match regrant {
            Regrant::Everywhere => true,
            Regrant::In(namespace) => claim.namespace == *namespace,
        };
        for (claim, state) in self.claims.iter_mut().filter(|(claim, _)| concerned(claim)) {
            state.again = BTreeSet::from([now + SOON, now + LATER]);
            if let Some(due) = state.due
                && due > now + SOON
            {
                self.due.remove(&(due, claim.clone()));
                self.due.insert((now + SOON, claim.clone()));
                state.due = Some(now + SOON);
            }
        }
    }

    /// When the next one is to be asked about.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due.first().map(|(due, _)| *due)
    }

    /// The next one, if it is due: it is being asked about now.
    pub(super) fn take(&mut self, now: Instant) -> Option<Arc<Claim>> {
        if self.due()? > now {
            return None;
        }
        let (_, claim) = self.due.pop_first()?;
        if let Some(state) = self.claims.get_mut(&claim) {
            state.due = None;
            state.again = state.again.split_off(&(now + Duration::from_nanos(1)));
        }
        Some(claim)
    }

    /// Notes an answer.
    pub(super) fn answered(&mut self, claim: &Arc<Claim>, now: Instant) {
        let spread = OLDEST - YOUNGEST;
        #[expect(clippy::cast_precision_loss, reason = "any number will do")]
        let share = self.random.hash_one((claim, now)) as f64 / u64::MAX as f64;
        if let Some(state) = self.claims.get_mut(claim) {
            (state.is_answered, state.failures) = (true, 0);
        }
        self.ask(claim, now + YOUNGEST + spread.mul_f64(share));
    }

    /// Notes that it could not be asked. Answers with whether it was ever answered; `None` where nobody claims it any more.
    pub(super) fn failed(&mut self, claim: &Arc<Claim>, now: Instant) -> Option<bool> {
        let state = self.claims.get_mut(claim)?;
        let wait = FIRST_RETRY * 2u32.saturating_pow(state.failures.min(6));
        state.failures = state.failures.saturating_add(1);
        let was_answered = state.is_answered;
        self.ask(claim, now + wait.min(LAST_RETRY));
        Some(was_answered)
    }

    /// What there is no answer to yet.
    pub(super) fn unanswered(&self) -> impl Iterator<Item = &Arc<Claim>> {
        let open = self.claims.iter().filter(|(_, state)| !state.is_answered);
        open.map(|(claim, _)| claim)
    }

    /// Puts a claim back: to be asked about then, or sooner where that was noted meanwhile.
    fn ask(&mut self, claim: &Arc<Claim>, at: Instant) {
        if let Some(state) = self.claims.get_mut(claim)
            && state.due.is_none()
        {
            let due = state.again.first().map_or(at, |again| at.min(*again));
            state.due = Some(due);
            self.due.insert((due, claim.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Verb;

    fn claim(namespace: &str, name: &str) -> Claim {
        Claim {
            user: "ann".into(),
            groups: BTreeSet::from(["system:authenticated".into()]),
            verb: Verb::Sign,
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    struct Clock(Instant);

    impl Clock {
        fn after(&self, seconds: u64) -> Instant {
            self.0 + Duration::from_secs(seconds)
        }
    }

    /// An agenda whose claims were asked about at once, and answered.
    fn answered(claims: &[Claim]) -> (Agenda, Clock) {
        let clock = Clock(Instant::now());
        let mut agenda = Agenda::default();
        agenda.claim(&claims.iter().cloned().collect(), clock.0);
        for _ in claims {
            let claim = agenda.take(clock.0).expect("it is due");
            agenda.answered(&claim, clock.0);
        }
        assert_eq!(agenda.take(clock.0), None);
        (agenda, clock)
    }

    /// What is asked about up to a moment, if every answer comes at once.
    fn asked(agenda: &mut Agenda, until: Instant) -> Vec<String> {
        let mut asked = Vec::new();
        while let Some(due) = agenda.due().filter(|due| *due <= until) {
            let claim = agenda.take(due).expect("it is due");
            asked.push(format!("{}/{}", claim.namespace, claim.name));
            agenda.answered(&claim, due);
        }
        asked
    }

    #[test]
    fn new_claims_are_asked_at_once_and_each_only_once() {
        let (mut agenda, clock) = answered(&[claim("shop", "security")]);
        let both = BTreeSet::from([claim("shop", "security"), claim("shop", "product")]);
        assert!(!agenda.claim(&both, clock.after(5)));
        assert_eq!(asked(&mut agenda, clock.after(5)), ["shop/product"]);
    }

    #[test]
    fn everything_is_asked_again_within_the_hour() {
        let claims: Vec<_> = (0..50)
            .map(|at| claim("shop", &format!("role-{at}")))
            .collect();
        let (mut agenda, clock) = answered(&claims);
        assert_eq!(
            asked(&mut agenda, clock.after(50 * 60 - 1)),
            Vec::<String>::new()
        );
        let half = asked(&mut agenda, clock.after(55 * 60)).len();
        assert!(
            (1..50).contains(&half),
            "{half}: they are not asked all at once"
        );
        assert_eq!(half + asked(&mut agenda, clock.after(60 * 60)).len(), 50);
    }

    #[test]
    fn a_change_of_roles_has_asked_again_what_it_may_touch_and_no_more() {
        let (mut agenda, clock) = answered(&[claim("shop", "security"), claim("bank", "security")]);
        agenda.touch(&Regrant::In("shop".into()), clock.after(10));
        assert_eq!(asked(&mut agenda, clock.after(11)), ["shop/security"]);
        assert_eq!(
            asked(&mut agenda, clock.after(25)),
            ["shop/security"],
            "once more, when every API server knows"
        );
        assert_eq!(asked(&mut agenda, clock.after(2000)), Vec::<String>::new());
        agenda.touch(&Regrant::Everywhere, clock.after(2000));
        assert_eq!(asked(&mut agenda, clock.after(2001)).len(), 2);
    }

    #[test]
    fn a_change_while_it_is_being_asked_counts() {
        let (mut agenda, clock) = answered(&[claim("shop", "security")]);
        agenda.touch(&Regrant::Everywhere, clock.0);
        let taken = agenda.take(clock.after(1)).expect("it is due");
        agenda.touch(&Regrant::Everywhere, clock.after(2));
        agenda.answered(&taken, clock.after(4));
        assert_eq!(asked(&mut agenda, clock.after(4)), ["shop/security"]);
    }

    #[test]
    fn what_fails_is_tried_again_ever_more_slowly() {
        let (mut agenda, clock) = answered(&[claim("shop", "security")]);
        agenda.touch(&Regrant::Everywhere, clock.0);
        let mut waits = Vec::new();
        for _ in 0..8 {
            let due = agenda.due().expect("it is to be asked");
            let taken = agenda.take(due).expect("it is due");
            // The second look after a change of roles is not what this is about.
            if let Some(state) = agenda.claims.get_mut(&taken) {
                state.again.clear();
            }
            assert_eq!(agenda.failed(&taken, due), Some(true));
            waits.push((agenda.due().expect("it is to be asked") - due).as_secs());
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn what_was_never_answered_is_known() {
        let (mut agenda, clock) = answered(&[claim("shop", "security")]);
        let both = BTreeSet::from([claim("shop", "security"), claim("shop", "product")]);
        agenda.claim(&both, clock.0);
        let open: Vec<_> = agenda.unanswered().map(|claim| &*claim.name).collect();
        assert_eq!(open, ["product"]);
        let taken = agenda.take(clock.0).expect("it is due");
        assert_eq!(agenda.failed(&taken, clock.0), Some(false));
        assert_eq!(agenda.unanswered().count(), 1);
    }

    #[test]
    fn what_is_claimed_no_more_is_forgotten() {
        let (mut agenda, clock) = answered(&[claim("shop", "security"), claim("shop", "product")]);
        agenda.touch(&Regrant::Everywhere, clock.0);
        let taken = agenda.take(clock.after(1)).expect("it is due");
        assert!(agenda.claim(&BTreeSet::new(), clock.after(1)));
        agenda.answered(&taken, clock.after(1));
        assert_eq!(agenda.failed(&taken, clock.after(1)), None);
        assert_eq!(agenda.due(), None);
    }
}
