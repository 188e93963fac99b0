//! Match conditions: expressions over an object that say whether a policy covers it.
//!
//! A record has not all of its object, and a policy may ask for any of it. So the expressions are evaluated where an object
//! is read, and the record keeps what they [came to](Answers). A record that was read before a policy asked says nothing of
//! it, and comes again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Policy;
use crate::api;
use crate::cel::{Budget, CompileError, Input, Outcome, Program};
use crate::model::{Answer, Answers, Kind, KindSet, Text, Workload};

/// What one expression may cost: about a millisecond, of the two seconds that a request has.
const STEPS: u64 = 100_000;

/// A condition of a policy.
#[derive(Clone, Debug)]
pub struct MatchCondition {
    /// Its name.
    pub name: Text,
    expression: Text,
    program: Program,
}

impl MatchCondition {
    /// Parses a condition.
    ///
    /// # Errors
    /// Where it is no expression over `object`; says the place in the expression.
    pub fn compile(spec: &api::MatchCondition) -> Result<Self, CompileError> {
        let program = Program::compile(&spec.expression, &["object"])?;
        Ok(Self {
            name: spec.name.as_str().into(),
            expression: program.source().into(),
            program,
        })
    }

    /// What it means that the condition of a policy cannot be evaluated for a workload.
    pub fn doubt(&self, policy: &str, workload: &Workload) -> String {
        format!(
            "the policy {policy} never denies this, since its match condition {} cannot be evaluated: {}",
            self.name,
            self.error(workload)
        )
    }

    /// Why it cannot be evaluated for a workload; empty where it can.
    pub fn error<'a>(&self, workload: &'a Workload) -> &'a str {
        match workload.answers.get(&self.expression) {
            Some(Answer::Error(why)) => why,
            _ => "",
        }
    }
}

/// Whether a policy covers a workload.
#[derive(Clone, Copy, Debug)]
pub enum Coverage<'a> {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// This condition cannot be evaluated, and none is false. The policy judges, but denies nothing: it may not be meant.
    InDoubt(&'a MatchCondition),
    /// It is not known yet: the workload was read before the policy had its conditions.
    Unasked,
}

impl<'a> Coverage<'a> {
    /// Of a workload that the policy selects, by the policy's conditions.
    pub(super) fn by(conditions: &'a [MatchCondition], workload: &Workload) -> Self {
        let mut coverage = Self::Yes;
        for condition in conditions {
            match workload.answers.get(&condition.expression) {
                Some(Answer::Yes) => {}
                Some(Answer::No) => return Self::No,
                None => coverage = Self::Unasked,
                Some(Answer::Error(_)) if matches!(coverage, Self::Yes) => {
                    coverage = Self::InDoubt(condition);
                }
                Some(Answer::Error(_)) => {}
            }
        }
        coverage
    }
}

/// The expressions that some policies ask, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions(Arc<[Asked]>);

#[derive(Clone, Debug, PartialEq)]
struct Asked {
    expression: Text,
    program: Program,
    /// The kinds of the policies that ask it.
    kinds: KindSet,
}

impl Conditions {
    /// Of these policies.
    pub fn of<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Self {
        let mut asked: BTreeMap<&Text, Asked> = BTreeMap::new();
        for policy in policies {
            for condition in policy.conditions() {
                let MatchCondition {
                    expression,
                    program,
                    ..
                } = condition;
                let entry = asked.entry(expression).or_insert_with(|| Asked {
                    expression: expression.clone(),
                    program: program.clone(),
                    kinds: KindSet::NONE,
                });
                entry.kinds = entry.kinds.union(policy.kinds());
            }
        }
        Self(asked.into_values().collect())
    }

    /// Those that are asked of a kind.
    #[must_use]
    pub fn of_kind(&self, kind: Kind) -> Self {
        let asked = self.0.iter().filter(|asked| asked.kinds.contains(kind));
        let asked = asked.cloned().map(|asked| Asked {
            kinds: KindSet::of(&[kind]),
            ..asked
        });
        Self(asked.collect())
    }

    /// Whether there are none: objects need not be looked at.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What those that are asked of a kind come to for an object of it. An object out of a list does not say its kind itself.
    pub fn ask(&self, kind: Kind, mut object: Value) -> Answers {
        if let Value::Object(fields) = &mut object {
            let kind_field = fields.entry("kind");
            kind_field.or_insert_with(|| kind.name().into());
            let version = fields.entry("apiVersion");
            version.or_insert_with(|| kind.api_version().into());
        }
        let asked = self.0.iter().filter(|asked| asked.kinds.contains(kind));
        let answers = asked.map(
            |Asked {
                 expression,
                 program,
                 ..
             }| {
                let read = program.reads("object").apply(&object);
                let answer = match program.evaluate(&[Input::Object(&read)], &mut Budget::of(STEPS))
                {
                    Outcome::True => Answer::Yes,
                    Outcome::False => Answer::No,
                    Outcome::Error(why) => Answer::Error(why.into()),
                    Outcome::Exhausted => Answer::Error("it would cost more than it may".into()),
                };
                (expression.clone(), answer)
            },
        );
        answers.collect()
    }
}
