//! What Plimsoll says of the files of a case.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::path::PathBuf;

use anyhow::Context;
use plimsoll::check::{Check, Params};
use plimsoll::engine::{self, Conditions};
use plimsoll::manifests::{self, Keep, Manifest, Progress, Reason, Rendering, Skipped, Whole};
use plimsoll::model::{Kind, Verdict};

use crate::lists::Says;
use crate::question::Question;
use crate::row::{Expect, Named, Row};

/// A suite, and which of its files were read before: many rows are on the same.
pub(crate) struct Judges {
    directory: PathBuf,
    read: BTreeMap<Vec<PathBuf>, Judge>,
}

/// The files of a case as one whole.
struct Judge {
    whole: Whole,
    skipped: Vec<Skipped>,
}

/// What is said of a row.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The worst verdict of the checks, and the first thing that is found wrong.
    Judged(Verdict, Option<String>),
    /// It is not judged, for it is not even what its kind asks for. It is complained about, and neither passes nor fails.
    Refused(String),
    /// It is not judged, for it is of a kind that we do not know.
    OtherKind,
}

struct Silent;

impl Progress for Silent {
    fn begin(&self, _: usize) {}
    fn advance(&self, _: usize) {}
}

impl Judges {
    /// Those of the suite in a directory.
    pub(crate) fn of(directory: PathBuf) -> Self {
        Self {
            directory,
            read: BTreeMap::new(),
        }
    }

    /// What Plimsoll says of a row.
    pub(crate) fn answer(&mut self, row: &Row, question: &Question) -> anyhow::Result<Answer> {
        let paths = row.files().map(|file| self.directory.join(file));
        let judge = match self.read.entry(paths.collect()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let judge = Judge::read(new.key())?;
                new.insert(judge)
            }
        };
        judge.answer(row, question)
    }
}

impl Judge {
    fn read(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let rendering = Rendering {
            off: true,
            ..Rendering::default()
        };
        let conditions = Conditions::default();
        let found = manifests::read(paths, Keep::Shapes(&conditions), &rendering, &Silent)?;
        Ok(Self {
            skipped: found.skipped,
            whole: Whole::of(found.objects),
        })
    }

    /// The worst that the checks say of the row's object, or of all of them.
    fn answer(&self, row: &Row, question: &Question) -> anyhow::Result<Answer> {
        let subject = row.subject();
        let members = self.whole.members.iter();
        let asked = members.filter(|member| match subject {
            Some(subject) => is_it(member, subject),
            None => self.is_judged(member),
        });
        let answers: Vec<_> = asked
            .flat_map(|member| question.checks.iter().map(move |check| (member, check)))
            .map(|(member, check)| self.judge(member, check, question, subject.is_some()))
            .collect();
        let refused = self
            .skipped
            .iter()
            .find(|skipped| skipped.reason.is_problem() && !skipped.reason.is_judged());
        let refused = refused.map(|skipped| Answer::Refused(skipped.explanation()));
        let worst = answers.into_iter().max_by_key(|(verdict, _)| *verdict);
        match (worst, subject) {
            (Some((verdict, because)), _)
                if verdict == Verdict::Fail || refused.is_none() || subject.is_some() =>
            {
                Ok(Answer::Judged(verdict, because))
            }
            (_, Some(subject))
                if self
                    .skipped
                    .iter()
                    .any(|skipped| is_other(&skipped.reason, subject)) =>
            {
                Ok(Answer::OtherKind)
            }
            _ => refused.with_context(|| format!("{row}: there is nothing to judge")),
        }
    }

    fn judge(
        &self,
        member: &Manifest,
        (check, params): &(&'static Check, Params),
        question: &Question,
        is_subject: bool,
    ) -> (Verdict, Option<String>) {
        let view = self.whole.view(member);
        let result = match member.object.workload() {
            // The row is on the workload, the check on what is around it.
            Some(workload) if is_subject && !check.judges_workloads() => {
                engine::judge_for(check, params, view, workload)
            }
            _ => engine::judge(check, params, view, &member.object),
        };
        question.verdict(result)
    }

    /// Whether `plimsoll check` judges it: not what a controller among the files makes.
    fn is_judged(&self, member: &Manifest) -> bool {
        let owner = &member.object.meta().controller;
        owner.is_none() || self.whole.inventory.is_top_level(&member.object)
    }
}

impl Answer {
    /// Whether this is what is expected. What could not be decided is neither.
    pub(crate) fn agrees(&self, expect: Expect) -> bool {
        self.says() == expect.into()
    }

    /// In the words of the lists.
    pub(crate) fn says(&self) -> Says {
        match self {
            Self::Judged(Verdict::Pass | Verdict::NotApplicable, _) => Says::Pass,
            Self::Judged(Verdict::Fail, _) => Says::Fail,
            Self::Judged(Verdict::Unknown | Verdict::Waived, _) => Says::Unknown,
            Self::Refused(_) | Self::OtherKind => Says::Refused,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Judged(verdict, None) => f.write_str(verdict.name()),
            Self::Judged(verdict, Some(because)) => write!(f, "{}: {because}", verdict.name()),
            Self::Refused(why) => write!(f, "it is refused: {why}"),
            Self::OtherKind => f.write_str("it is of another kind"),
        }
    }
}

/// Whether the object is meant. Peers that read pods name their owner, which need not be in the files.
fn is_it(member: &Manifest, named: &Named) -> bool {
    let meta = member.object.meta();
    // People write namespaces of what has none.
    let is_here = !meta.key.kind.is_namespaced()
        || named
            .namespace
            .as_deref()
            .is_none_or(|namespace| *meta.key.namespace == *namespace);
    let is_named = |name: &str| name == named.name.as_deref().unwrap_or_default();
    let api_version = named.api_version.as_deref().unwrap_or_default();
    let kind = Kind::of(api_version, &named.kind);
    let is_owned = meta.controller.as_ref().is_some_and(|owner| {
        is_named(&owner.name) && owner.kind.is_some_and(|owner| owner.name() == named.kind)
    });
    // People also write kinds in groups that they are not in.
    let is_of = member.origin.kind == named.kind && kind.is_none_or(|kind| kind == meta.key.kind);
    is_here && (is_owned || is_of && is_named(&meta.key.name))
}

/// Whether it was skipped for its kind, and may be the object.
fn is_other(reason: &Reason, subject: &Named) -> bool {
    matches!(reason, Reason::OtherKind { kind, .. } if *kind == subject.kind)
}
