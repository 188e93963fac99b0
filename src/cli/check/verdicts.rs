//! What the policies say of each object.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::doubts::Doubt;
use super::ignores::Unused;
use super::reports;
use crate::check::{Check, Params, Run};
use crate::engine::{self, CheckResult, Entry, Evaluation, Plan, Relief};
use crate::inventory::View;
use crate::manifests::{Manifest, Reason, Skipped, Trail, Whole};
use crate::model::{
    Finding, Key, Kind, KindSet, Located, Object, Severity, Text, Verdict, Workload,
};
use crate::render::{Judged, Row, Summary};

/// Room for so many findings is made at once, where there are any.
const ROWS: usize = 12;

/// Judges objects by policies.
pub(in crate::cli) struct Judge<'a> {
    relief: Relief<'a>,
    whole: &'a Whole,
    /// The kinds around workloads that some check judges.
    related: KindSet,
    /// The ids of all checks that are asked for.
    asked: BTreeSet<&'static str>,
    /// How many objects of its name are before it in its file, for those that have any; by address.
    earlier: BTreeMap<usize, u32>,
    /// Whether passes have rows as well.
    passes: bool,
    /// Whether it is to say what the operator would report.
    reports: bool,
}

/// What became of an object.
pub(in crate::cli) enum Outcome<'a> {
    /// It was judged, or has nothing to judge.
    Judged {
        judged: Judged<'a>,
        summary: Summary,
        doubts: Vec<Doubt>,
        unused: Vec<Unused>,
    },
    /// It was not to be judged.
    Skipped(Skipped),
}

/// How far the judging of an object has come.
enum Stage<'a, 'j> {
    /// It is known what becomes of it.
    Done(Outcome<'a>),
    /// It is a workload, and this is what the policies ask of it.
    Asked {
        plan: Arc<Plan>,
        view: View<'a>,
        workload: &'a Workload,
        tally: Tally<'a, 'j>,
    },
}

impl Stage<'_, '_> {
    fn is_asked_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Asked { plan, .. }, Self::Asked { plan: others, .. }) => {
                Arc::ptr_eq(plan, others)
            }
            _ => false,
        }
    }
}

/// What exceptions make of a result.
struct Waiver {
    /// The exception that ends first.
    exception: Text,
    until: Timestamp,
}

/// Why a result is waived.
enum Ground {
    /// An exception covers it.
    Exception(Waiver),
    /// The author of the manifest asks to ignore it, for this reason.
    Annotation(Text),
}

impl<'a> Judge<'a> {
    /// Judges these objects by the policies among this. With `passes`, what passes and does not apply has rows as well.
    pub(in crate::cli) fn new(relief: Relief<'a>, whole: &'a Whole, passes: bool) -> Self {
        let rules = || relief.policies.iter().flat_map(|policy| &policy.rules);
        let asked = rules().map(|rule| rule.check.id).collect();
        let checks = rules().filter(|rule| rule.check.judges_related());
        let related = checks.fold(KindSet::NONE, |kinds, rule| {
            kinds.union(rule.check.subjects)
        });
        Self {
            relief,
            whole,
            related,
            asked,
            earlier: earlier(&whole.members),
            passes,
            reports: false,
        }
    }

    /// The same, and whether it says what the operator would report as well.
    pub(super) fn reporting(self, reports: bool) -> Self {
        Self { reports, ..self }
    }

    /// The objects.
    pub(super) fn members(&self) -> &'a [Manifest] {
        &self.whole.members
    }

    /// The ids of all checks that are asked for.
    pub(super) fn asked(&self) -> &BTreeSet<&'static str> {
        &self.asked
    }

    /// Judges an object.
    pub(in crate::cli) fn judge(&self, member: &'a Manifest) -> Outcome<'a> {
        let mut stage = self.begin(member);
        self.run(std::slice::from_mut(&mut stage));
        self.end(stage)
    }

    /// Judges objects, in their order. A check judges all workloads beside one another that the same is asked of before the next
    /// check does: a processor is fast at what it has just done.
    pub(in crate::cli) fn judge_all(
        &self,
        members: &'a [Manifest],
    ) -> impl Iterator<Item = Outcome<'a>> {
        let mut stages: Vec<_> = members.iter().map(|member| self.begin(member)).collect();
        for alike in stages.chunk_by_mut(Stage::is_asked_the_same) {
            self.run(alike);
        }
        stages.into_iter().map(|stage| self.end(stage))
    }

    fn begin(&self, member: &'a Manifest) -> Stage<'a, '_> {
        let workload = match &*member.object {
            Object::Workload(workload) => workload,
            object => return Stage::Done(self.related(member, object)),
        };
        let skip = |reason| Stage::Done(Outcome::Skipped(Skipped::object(&member.origin, reason)));
        if let Some(owner) = &workload.meta.controller
            && !self.whole.inventory.is_top_level(&member.object)
        {
            let kind = owner.kind.map_or("object", Kind::name);
            return skip(Reason::Owned(format!("{kind} {}", owner.name)));
        }
        let view = self.whole.view(member);
        let Some(plan) = self.relief.policies.plan(view, workload) else {
            return skip(Reason::Uncovered);
        };
        Stage::Asked {
            plan,
            view,
            workload,
            tally: Tally::new(self, member),
        }
    }

    /// Judges workloads that the same is asked of.
    fn run(&self, alike: &mut [Stage<'a, '_>]) {
        let Some(Stage::Asked { plan, .. }) = alike.first() else {
            return;
        };
        let plan = plan.clone();
        let is_own = |entry: &&Entry| entry.check.judges_workloads();
        if self.relief.people.exceptions.is_empty() {
            // Nothing has to be known of all results before the first is put down.
            for Entry {
                check,
                params,
                severity,
                ..
            } in plan.entries.iter().filter(is_own)
            {
                let workloads = alike.iter_mut().filter_map(|stage| match stage {
                    Stage::Asked {
                        view,
                        workload,
                        tally,
                        ..
                    } => Some((*view, *workload, tally)),
                    Stage::Done(_) => None,
                });
                let asked = (*check, *severity);
                engine::judge_each(check, params, workloads, |tally, verdict, findings| {
                    if tally.only_counts(verdict) {
                        tally.summary.count(verdict, *severity);
                    } else {
                        tally.add(asked, verdict, None, findings.take());
                    }
                });
            }
            return;
        }
        for stage in alike {
            let Stage::Asked {
                tally,
                view,
                workload,
                ..
            } = stage
            else {
                continue;
            };
            let judged = |entry: &Entry| match entry.check.judges_workloads() {
                true => engine::judge(entry.check, &entry.params, *view, &tally.member.object),
                // It is judged where the object around the workload is.
                false => bare(Verdict::NotApplicable),
            };
            let mut evaluation = Evaluation {
                results: plan.entries.iter().map(judged).collect(),
                plan: plan.clone(),
            };
            evaluation.relieve(workload, self.relief);
            let all = plan.entries.iter().zip(evaluation.results);
            for (entry, result) in all.filter(|(entry, _)| is_own(entry)) {
                let waiver = Waiver::of(&result);
                let asked = (entry.check, entry.severity);
                tally.add(asked, result.verdict, waiver, result.findings);
            }
        }
    }

    fn end(&self, stage: Stage<'a, '_>) -> Outcome<'a> {
        let (plan, view, workload, tally) = match stage {
            Stage::Done(outcome) => return outcome,
            Stage::Asked {
                plan,
                view,
                workload,
                tally,
            } => (plan, view, workload, tally),
        };
        let mut outcome = tally.finish(Doubt::about(workload, &plan));
        if let Outcome::Judged { judged, .. } = &mut outcome
            && self.reports
        {
            judged.report = reports::of_workload(self.relief, view, workload).map(Box::new);
        }
        outcome
    }

    /// An object around workloads is judged by what the policies ask of those it concerns; by what they ask of its
    /// namespace where it concerns none.
    fn related(&self, member: &'a Manifest, object: &Object) -> Outcome<'a> {
        let view = self.whole.view(member);
        let kind = object.key().kind;
        if !self.related.contains(kind) {
            return Tally::new(self, member).finish(Vec::new());
        }
        let policies = self.relief.policies;
        let concerned = view.concerned(object);
        let plans: Vec<(Option<&Workload>, Arc<Plan>)> = if concerned.is_empty() {
            let plan = policies.namespace_plan(view, &object.key().namespace);
            plan.into_iter().map(|plan| (None, plan)).collect()
        } else {
            let plan = |workload| Some((Some(workload), policies.plan(view, workload)?));
            concerned.into_iter().filter_map(plan).collect()
        };
        // Plans are shared: the same one is in many hands, and is needed once.
        let distinct: BTreeMap<_, _> = plans
            .iter()
            .map(|(_, plan)| (Arc::as_ptr(plan).addr(), plan))
            .collect();
        let mut asked: BTreeMap<(&str, &Params), (&'static Check, Severity)> = BTreeMap::new();
        for entry in distinct.values().flat_map(|plan| &plan.entries) {
            // Of what could not be read, nothing but its writing is judged.
            let is_readable = !object.is_unread() || matches!(entry.check.run, Run::Any(_));
            if entry.check.judges_related() && entry.check.subjects.contains(kind) && is_readable {
                let known = asked
                    .entry((entry.check.id, &entry.params))
                    .or_insert((entry.check, entry.severity));
                known.1 = known.1.max(entry.severity);
            }
        }
        let mut tally = Tally::new(self, member);
        for ((_, params), (check, severity)) in asked {
            let result = engine::judge(check, params, view, object);
            let waiver = self.waived_around(&result, (check, params), &plans);
            let verdict = match waiver {
                Some(_) => Verdict::Waived,
                None => result.verdict,
            };
            tally.add((check, severity), verdict, waiver, result.findings);
        }
        tally.finish(Vec::new())
    }

    /// What is wrong with an object around workloads is waived where it is for every workload that it concerns and that is asked.
    fn waived_around(
        &self,
        result: &CheckResult,
        (check, params): (&'static Check, &Params),
        plans: &[(Option<&Workload>, Arc<Plan>)],
    ) -> Option<Waiver> {
        if !is_open(result.verdict) || self.relief.people.exceptions.is_empty() {
            return None;
        }
        let mut waiver: Option<Waiver> = None;
        for (workload, plan) in plans {
            let is_it = |entry: &Entry| entry.check.id == check.id && entry.params == *params;
            let Some(at) = plan.entries.iter().position(is_it) else {
                continue;
            };
            let asked = |place: usize| {
                if place == at {
                    result.verdict
                } else {
                    Verdict::NotApplicable
                }
            };
            let mut evaluation = Evaluation {
                plan: plan.clone(),
                results: (0..plan.entries.len())
                    .map(|place| bare(asked(place)))
                    .collect(),
            };
            evaluation.relieve((*workload)?, self.relief);
            let own = Waiver::of(&evaluation.results[at])?;
            waiver = Some(match waiver {
                Some(known) if known.until <= own.until => known,
                _ => own,
            });
        }
        waiver
    }
}

/// What is said of an object, as its checks are judged one after another.
struct Tally<'a, 'j> {
    judge: &'j Judge<'a>,
    member: &'a Manifest,
    summary: Summary,
    rows: Vec<Row>,
    /// How the field of the last of them was found.
    trail: Trail,
    /// What became of each check, where its author asks to ignore any: nearly nobody does, and there are many checks.
    seen: Option<Vec<(&'static Check, Verdict)>>,
}

impl<'a, 'j> Tally<'a, 'j> {
    fn new(judge: &'j Judge<'a>, member: &'a Manifest) -> Self {
        let summary = Summary {
            // What could not be read was not judged by more than its writing: it counts among what was skipped.
            objects: usize::from(!member.object.is_unread()),
            workloads: usize::from(member.object.workload().is_some()),
            ..Summary::default()
        };
        Self {
            judge,
            member,
            summary,
            rows: Vec::new(),
            trail: Trail::default(),
            seen: member.ignores.is_some().then(Vec::new),
        }
    }

    /// Whether nothing is said of this but how often it is so.
    fn only_counts(&self, verdict: Verdict) -> bool {
        !is_open(verdict) && self.seen.is_none() && !self.judge.passes
    }

    /// Adds what became of a check.
    fn add(
        &mut self,
        asked: (&'static Check, Severity),
        mut verdict: Verdict,
        waiver: Option<Waiver>,
        findings: impl IntoIterator<Item = Located>,
    ) {
        let (check, severity) = asked;
        if let Some(seen) = &mut self.seen {
            seen.push((check, verdict));
        }
        let ground = waiver.map(Ground::Exception).or_else(|| {
            let ignores = self.member.ignores.as_deref();
            let ignores = ignores.filter(|_| is_open(verdict));
            let ignore = ignores?.about(check)?;
            verdict = Verdict::Waived;
            Some(Ground::Annotation(ignore.reason.clone()))
        });
        self.summary.count(verdict, severity);
        if self.judge.passes && matches!(verdict, Verdict::Pass | Verdict::NotApplicable) {
            let row = self.row(asked, verdict, None);
            self.rows.push(row);
        }
        for mut finding in findings.into_iter().map(|found| found.finding) {
            let row = match &ground {
                None => self.row(asked, finding.verdict, Some(finding)),
                Some(ground) => {
                    finding.message = format!("{}; {ground}", finding.message).into();
                    Row {
                        exception: ground.exception(),
                        ignored: ground.ignored(),
                        ..self.row(asked, Verdict::Waived, Some(finding))
                    }
                }
            };
            if self.rows.is_empty() {
                self.rows.reserve(ROWS);
            }
            self.rows.push(row);
        }
    }

    fn row(
        &mut self,
        (check, severity): (&'static Check, Severity),
        verdict: Verdict,
        finding: Option<Finding>,
    ) -> Row {
        let path = finding.as_ref().map_or("", |finding| &finding.at.path);
        let region = match self.rows.last() {
            // What is found one after another is often of the same field.
            Some(last) if last.path() == path => last.region,
            last => {
                let before = last.map_or("", Row::path);
                self.member.region(path, (before, &mut self.trail))
            }
        };
        Row {
            check,
            severity,
            verdict,
            region,
            finding,
            exception: None,
            ignored: None,
            fix: None,
        }
    }

    fn finish(mut self, doubts: Vec<Doubt>) -> Outcome<'a> {
        let Self { judge, member, .. } = self;
        let unused = Unused::of(member, &judge.asked, &self.seen.unwrap_or_default());
        self.summary.unused_ignores = unused.len();
        let mut judged = Judged::new(&member.origin, member.object.key(), self.rows);
        judged.earlier = judge.earlier.get(&address(member)).copied().unwrap_or(0);
        Outcome::Judged {
            judged,
            summary: self.summary,
            doubts,
            unused,
        }
    }
}

impl Ground {
    fn exception(&self) -> Option<Text> {
        match self {
            Self::Exception(waiver) => Some(waiver.exception.clone()),
            Self::Annotation(_) => None,
        }
    }

    fn ignored(&self) -> Option<Text> {
        match self {
            Self::Exception(_) => None,
            Self::Annotation(reason) => Some(reason.clone()),
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exception(Waiver { exception, until }) => {
                write!(f, "waived by the exception {exception} until {until}")
            }
            Self::Annotation(reason) => write!(f, "ignored: {reason}"),
        }
    }
}

impl Waiver {
    /// What waives a result, if anything does.
    fn of(result: &CheckResult) -> Option<Self> {
        let relieved = result
            .relieved
            .iter()
            .min_by_key(|relieved| relieved.until)?;
        (result.verdict == Verdict::Waived).then(|| Self {
            exception: relieved.exception.clone(),
            until: relieved.until,
        })
    }
}

/// How many objects of its name are before each in its file, where there are any.
fn earlier(members: &[Manifest]) -> BTreeMap<usize, u32> {
    let repeated = members.iter().filter(|member| member.is_repeated);
    let repeated: BTreeSet<&Key> = repeated.map(|member| member.object.key()).collect();
    if repeated.is_empty() {
        return BTreeMap::new();
    }
    let mut seen: BTreeMap<(&str, &Key), u32> = BTreeMap::new();
    let mut earlier = BTreeMap::new();
    for member in members {
        let key = member.object.key();
        if repeated.contains(key) {
            let before = seen.entry((&member.origin.file, key)).or_default();
            if *before > 0 {
                earlier.insert(address(member), *before);
            }
            *before += 1;
        }
    }
    earlier
}

fn address(member: &Manifest) -> usize {
    std::ptr::from_ref(member).addr()
}

fn bare(verdict: Verdict) -> CheckResult {
    CheckResult {
        verdict,
        findings: Vec::new(),
        until: None,
        relieved: Vec::new(),
    }
}

fn is_open(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Fail | Verdict::Unknown)
}
