//! Whom a change concerns.

use jiff::Timestamp;

use super::document::Alone;
use super::judge::Look;
use super::{Change, Effort, GroupKind, Piece, Subject};
use crate::cel::{Necessary, Outcome};

impl Piece {
    /// Whether a change may alter what it comes to for some workload of a namespace. It costs next to nothing: what is asked
    /// of an object by itself is remembered.
    ///
    /// Services and routes count by their kind alone. Changes of workloads are not looked at where they are no more than
    /// the subject: the caller knows whose they are.
    pub fn may_concern(&self, change: &Change, namespace: &str) -> bool {
        let states = [&change.before, &change.after];
        states.into_iter().flatten().any(|document| {
            let near = **document.namespace() == *namespace;
            let meets = || match if near {
                &self.0.guard.near
            } else {
                &self.0.guard.far
            } {
                Necessary::Never => false,
                Necessary::Nothing { .. } => true,
                Necessary::Condition { program, .. } => {
                    document.meets(program, &mut 0) != Alone::DoesNot
                }
            };
            self.leads(document.kind(), near) || (self.kind() == Some(document.kind()) && meets())
        })
    }

    /// Whether a change may alter what it comes to for one workload: of an object that counted before or counts now. What
    /// time alone alters is not seen here.
    pub fn may_alter(
        &self,
        change: &Change,
        subject: &Subject,
        now: Timestamp,
        effort: &mut Effort,
    ) -> bool {
        if !self.may_concern(change, subject.namespace()) {
            return false;
        }
        let states = [&change.before, &change.after];
        let counts = states.map(|state| {
            let document = state.as_deref()?;
            let near = document.namespace() == subject.namespace();
            if self.leads(document.kind(), near) {
                return Some(Outcome::Exhausted);
            }
            let guarded = self.0.select.as_ref().unwrap_or(&self.0.cel);
            Some(Look::new(self, subject, now, effort).candidacy(document, !near, guarded))
        });
        let [before, after] = counts.map(|count| match count {
            None | Some(Outcome::False | Outcome::Error(_)) => Some(false),
            Some(Outcome::True) => Some(true),
            Some(Outcome::Exhausted) => None,
        });
        match (before, after) {
            // It does not count, and never did.
            (Some(false), Some(false)) => false,
            // It satisfied the expression and does; of a selected one that is another question.
            (Some(true), Some(true)) => self.0.select.is_some(),
            _ => true,
        }
    }

    /// Whether it is a kind that leads to workloads, and this piece asks about those.
    fn leads(&self, kind: &GroupKind, near: bool) -> bool {
        (near && kind.is_service() && (self.uses("services") || self.uses("routes")))
            || (kind.is_route() && self.uses("routes"))
    }
}
