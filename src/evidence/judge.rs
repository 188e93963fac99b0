//! What a piece of evidence comes to for a workload.

use std::sync::Arc;

use jiff::Timestamp;

use super::document::Alone;
use super::piece::About;
use super::{Document, Documents, Found, Gap, GroupKind, Nothing, Piece, Source, Subject};
use crate::cel::{Budget, Input, Necessary, Outcome, Program, Tree};

/// What the looking has cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Expressions evaluated for a pair of object and workload.
    pub pairs: u64,
    /// Conditions evaluated for an object by itself; each is remembered with the object.
    pub conditions: u64,
}

/// The steps that a piece may take for a workload, over all objects: some ten milliseconds.
const STEPS: u64 = 1_000_000;

/// What an object may be good for.
enum Candidate {
    /// Nothing.
    No,
    /// What the object alone does not decide must be asked.
    Open,
    /// All must be asked.
    Unknown,
    /// It is known to hold.
    Met,
}

/// One looking.
pub(super) struct Look<'a> {
    piece: &'a Piece,
    subject: &'a Subject,
    now: Timestamp,
    budget: Budget,
    effort: &'a mut Effort,
}

impl Piece {
    /// What it comes to for a workload.
    pub fn judge(
        &self,
        subject: &Subject,
        documents: &Documents,
        now: Timestamp,
        effort: &mut Effort,
    ) -> Found {
        if let Some(gap) = self.gap(subject) {
            return Found::Undecided(gap.clone());
        }
        let look = Look::new(self, subject, now, effort);
        match &self.0.about {
            About::Workload => look.at_workload(),
            About::Kind(kind) => match documents.source(kind) {
                Source::NotServed => Found::Nothing(Nothing::NotInstalled(kind.clone())),
                source => match Gap::of(kind, source) {
                    Some(gap) => Found::Undecided(gap),
                    None => look.among(documents, kind),
                },
            },
        }
    }

    /// Why the Services or routes that it reads cannot be relied on, if they cannot.
    fn gap<'a>(&self, subject: &'a Subject) -> Option<&'a Gap> {
        let services = subject.services().err().filter(|_| self.uses("services"));
        services.or_else(|| subject.routes().err().filter(|_| self.uses("routes")))
    }
}

impl<'a> Look<'a> {
    pub(super) fn new(
        piece: &'a Piece,
        subject: &'a Subject,
        now: Timestamp,
        effort: &'a mut Effort,
    ) -> Self {
        let budget = Budget::of(STEPS);
        Self {
            piece,
            subject,
            now,
            budget,
            effort,
        }
    }

    fn at_workload(mut self) -> Found {
        let workload = self.subject.workload().clone();
        let piece = self.piece;
        let selected = match &piece.0.select {
            Some(select) => self.run(select, &workload),
            None => Outcome::True,
        };
        let object = self.subject.object_ref().clone();
        match selected {
            Outcome::Exhausted => return Found::Undecided(Gap::Exhausted),
            Outcome::False | Outcome::Error(_) => return Found::Nothing(Nothing::NotOnWorkload),
            Outcome::True => {}
        }
        match self.run(&piece.0.cel, &workload) {
            Outcome::True => Found::Holds { object },
            Outcome::Exhausted => Found::Undecided(Gap::Exhausted),
            _ if piece.0.select.is_some() => Found::Contradicted { object },
            _ => Found::Nothing(Nothing::NotOnWorkload),
        }
    }

    fn among(self, documents: &Documents, kind: &GroupKind) -> Found {
        let piece = self.piece;
        match &piece.0.select {
            Some(select) => self.every_selected(documents, kind, select),
            None => self.any(documents, kind),
        }
    }

    /// Without a selection: one object must satisfy the expression.
    fn any(mut self, documents: &Documents, kind: &GroupKind) -> Found {
        let piece = self.piece;
        let mut exhausted = false;
        for far in [false, true] {
            let found = self.candidates(documents, kind, far);
            for document in found.iter() {
                match self.candidacy(document, far, &piece.0.cel) {
                    Outcome::True => {
                        return Found::Holds {
                            object: document.object_ref(),
                        };
                    }
                    Outcome::Exhausted => exhausted = true,
                    Outcome::False | Outcome::Error(_) => {}
                }
            }
        }
        match exhausted {
            true => Found::Undecided(Gap::Exhausted),
            false => Found::Nothing(Nothing::NoneMatches(kind.clone())),
        }
    }

    /// With one: every selected object must, and there must be one.
    fn every_selected(
        mut self,
        documents: &Documents,
        kind: &GroupKind,
        select: &Program,
    ) -> Found {
        let piece = self.piece;
        let mut first = None;
        for far in [false, true] {
            let found = self.candidates(documents, kind, far);
            for document in found.iter() {
                match self.candidacy(document, far, select) {
                    Outcome::Exhausted => return Found::Undecided(Gap::Exhausted),
                    Outcome::False | Outcome::Error(_) => continue,
                    Outcome::True => {}
                }
                match self.run(&piece.0.cel, document.tree()) {
                    Outcome::Exhausted => return Found::Undecided(Gap::Exhausted),
                    Outcome::False | Outcome::Error(_) => {
                        return Found::Contradicted {
                            object: document.object_ref(),
                        };
                    }
                    Outcome::True => first.get_or_insert_with(|| document.object_ref()),
                };
            }
        }
        match first {
            Some(object) => Found::Holds { object },
            None => Found::Nothing(Nothing::NoneMatches(kind.clone())),
        }
    }
}

impl Look<'_> {
    /// The objects that may be good for something: in the workload's namespace, or elsewhere. By namespace and name.
    fn candidates(
        &mut self,
        documents: &Documents,
        kind: &GroupKind,
        far: bool,
    ) -> Arc<[Arc<Document>]> {
        let guard = &self.piece.0.guard;
        match (far, &guard.near, &guard.far) {
            (false, Necessary::Never, _) | (true, _, Necessary::Never) => Arc::default(),
            (false, ..) => documents
                .in_namespace(kind, self.subject.namespace())
                .cloned()
                .collect(),
            (true, _, Necessary::Condition { program, .. }) => {
                documents.meeting(kind, program, &mut self.effort.conditions)
            }
            (true, _, Necessary::Nothing { .. }) => documents.of_kind(kind).cloned().collect(),
        }
    }

    /// What the guarded expression comes to for one of them.
    pub(super) fn candidacy(
        &mut self,
        document: &Document,
        far: bool,
        guarded: &Program,
    ) -> Outcome {
        match self.candidate(document, far) {
            Candidate::No => Outcome::False,
            Candidate::Met => Outcome::True,
            Candidate::Open => self.run(&self.piece.0.guard.rest, document.tree()),
            Candidate::Unknown => self.run(guarded, document.tree()),
        }
    }

    /// What one of them may be good for.
    fn candidate(&mut self, document: &Document, far: bool) -> Candidate {
        if far && document.namespace() == self.subject.namespace() {
            return Candidate::No;
        }
        let guard = &self.piece.0.guard;
        let (alone, enough) = match if far { &guard.far } else { &guard.near } {
            Necessary::Never => return Candidate::No,
            Necessary::Nothing { enough } => (Alone::Holds, *enough),
            Necessary::Condition { program, enough } => (
                document.meets(program, &mut self.effort.conditions),
                *enough,
            ),
        };
        match alone {
            Alone::DoesNot => Candidate::No,
            // An object without a namespace is not in another one: asking for its namespace is an error.
            Alone::Holds if enough && !document.namespace().is_empty() => Candidate::Met,
            Alone::Holds => Candidate::Open,
            Alone::Exhausted => Candidate::Unknown,
        }
    }

    fn run(&mut self, program: &Program, object: &Tree) -> Outcome {
        self.effort.pairs += 1;
        let inputs = [
            Input::Object(object),
            Input::Object(self.subject.workload()),
            Input::Time(self.now),
            Input::Objects(self.subject.services().unwrap_or_default()),
            Input::Objects(self.subject.routes().unwrap_or_default()),
        ];
        program.evaluate(&inputs, &mut self.budget)
    }
}
