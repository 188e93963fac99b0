//! The evaluator.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Entry, Plan, PolicySet, Relieved};
use crate::api::Status;
use crate::check::{Check, Context, Findings, Judgement, Params, Run};
use crate::inventory::{Extent, View};
use crate::model::{Key, Kind, KindSet, Located, Object, Severity, Text, Verdict, Workload};

/// What became of a plan's checks on one subject.
#[derive(Debug)]
pub struct Evaluation {
    /// What was asked for.
    pub plan: Arc<Plan>,
    /// One for each entry of the plan, in its order.
    pub results: Vec<CheckResult>,
}

/// What became of one entry of a plan.
#[derive(Debug)]
pub struct CheckResult {
    /// The worst of what was found.
    pub verdict: Verdict,
    /// What fails or is unknown.
    pub findings: Vec<Located>,
    /// Until when this holds at most, if nothing changes but the time.
    pub until: Option<Timestamp>,
    /// The exceptions that cover it, each for one of the policies that ask for it.
    pub relieved: Vec<Relieved>,
}

impl CheckResult {
    fn of(verdict: Verdict) -> Self {
        Self {
            verdict,
            findings: Vec::new(),
            until: None,
            relieved: Vec::new(),
        }
    }

    fn made_of(findings: Findings) -> Self {
        Self {
            verdict: findings.verdict(),
            until: findings.holds_until(),
            findings: findings.into_list(),
            relieved: Vec::new(),
        }
    }
}

impl Evaluation {
    /// Each entry of the plan with what became of it.
    pub fn iter(&self) -> impl Iterator<Item = (&Entry, &CheckResult)> {
        self.plan.entries.iter().zip(&self.results)
    }

    /// When it is to be judged again though nothing changes: time alone may make another verdict. `None` where it cannot.
    pub fn next(&self) -> Option<Timestamp> {
        self.results.iter().filter_map(|result| result.until).min()
    }

    /// The worst that follows.
    pub fn status(&self) -> Status {
        let undone = |severity| {
            self.iter().any(|(entry, result)| {
                entry.severity == severity
                    && matches!(result.verdict, Verdict::Fail | Verdict::Unknown)
            })
        };
        let waived = self.iter().any(|(entry, result)| {
            result.verdict == Verdict::Waived && entry.severity != Severity::Advice
        });
        if undone(Severity::Critical) {
            Status::NotReady
        } else if undone(Severity::High) || waived {
            Status::ReadyWithRisks
        } else {
            Status::Ready
        }
    }

    /// 100 × passed weight / applicable weight; `None` where nothing applies.
    pub fn score(&self) -> Option<u32> {
        let weigh = |passes: fn(Verdict) -> bool| -> u32 {
            self.iter()
                .filter(|(_, result)| passes(result.verdict))
                .map(|(entry, _)| entry.severity.weight())
                .sum()
        };
        let passed = weigh(|verdict| verdict == Verdict::Pass);
        (100 * passed).checked_div(weigh(|verdict| verdict != Verdict::NotApplicable))
    }
}

/// Judges a workload by the policies that cover it. `None` where none does.
pub fn evaluate(policies: &PolicySet, view: View<'_>, workload: &Workload) -> Option<Evaluation> {
    let plan = policies.plan(view, workload)?;
    let results = plan
        .entries
        .iter()
        .map(|entry| on_workload((entry.check, &entry.params), view, workload))
        .collect();
    Some(Evaluation { plan, results })
}

/// The same without what runs now, which says nothing of a write: what has no pods yet has none to be found fault with, and
/// what is broken must be mended by a write. The checks on it do not apply.
pub(super) fn evaluate_declared(
    policies: &PolicySet,
    view: View<'_>,
    workload: &Workload,
) -> Option<Evaluation> {
    let plan = policies.plan(view, workload)?;
    let result = |entry: &Entry| {
        if entry.check.is_live() {
            CheckResult::of(Verdict::NotApplicable)
        } else {
            on_workload((entry.check, &entry.params), view, workload)
        }
    };
    let results = plan.entries.iter().map(result).collect();
    Some(Evaluation { plan, results })
}

/// Judges the objects of a namespace that concern no workload. `None` where no policy covers the namespace.
pub fn unclaimed(policies: &PolicySet, view: View<'_>, namespace: &Text) -> Option<Evaluation> {
    let plan = policies.namespace_plan(view, namespace)?;
    let result = |entry: &Entry| {
        if !entry.check.judges_related() {
            return CheckResult::of(Verdict::NotApplicable);
        }
        let kinds = entry
            .check
            .subjects
            .without(KindSet::WORKLOADS)
            .iter()
            .filter(|kind| kind.is_namespaced());
        let objects = kinds.flat_map(|kind| view.in_namespace(kind, namespace));
        let unclaimed = objects.filter(|object| !view.concerns_any(object));
        on_objects(
            (entry.check, &entry.params),
            view,
            unclaimed,
            Verdict::NotApplicable,
        )
    };
    let results = plan.entries.iter().map(result).collect();
    Some(Evaluation { plan, results })
}

fn on_workload(
    (check, params): (&'static Check, &Params),
    view: View<'_>,
    workload: &Workload,
) -> CheckResult {
    let context = Context::new(check, view, params).about(Some(workload));
    if let Run::Workload(run) | Run::Running(run) | Run::Anywhere(run) = check.run {
        if !check.subjects.contains(workload.kind()) {
            return CheckResult::of(Verdict::NotApplicable);
        }
        let mut findings = Findings::default();
        let decidable = context.decidable();
        let judgement = decidable.and_then(|()| run(&context, workload, &mut findings));
        return conclude(judgement, findings, None);
    }
    let mut whole = on_related((check, params), view, &context, workload);
    if let Run::Any(run) = check.run
        && check.subjects.contains(workload.kind())
    {
        let mut findings = Findings::default();
        let judgement = run(&context, &workload.meta, &mut findings);
        let own = conclude(judgement, findings, None);
        whole.verdict = whole.verdict.max(own.verdict);
        whole.findings.splice(0..0, own.findings);
    }
    whole
}

/// Judges the objects around a workload that concern it.
fn on_related(
    (check, params): (&'static Check, &Params),
    view: View<'_>,
    context: &Context<'_>,
    workload: &Workload,
) -> CheckResult {
    let concerning = |kind: Kind| {
        context
            .read(kind)
            .map(|view| view.concerning(workload, kind))
    };
    // What is read from files only is not in a cluster's records, and concerns no workload there.
    let subjects = match view.extent() {
        Extent::Cluster => check.subjects.without(KindSet::FILES_ONLY),
        Extent::Files => check.subjects,
    };
    let kinds: Vec<_> = subjects.union(check.reads).iter().collect();
    if let Some(undecided) = kinds.iter().find_map(|kind| context.read(*kind).err()) {
        return conclude(Err(undecided), Findings::default(), None);
    }
    let objects = subjects
        .iter()
        .filter_map(|kind| concerning(kind).ok())
        .flatten();
    on_objects((check, params), view, objects, check.unconcerned())
}

fn on_objects<'a>(
    (check, params): (&'static Check, &Params),
    view: View<'_>,
    objects: impl Iterator<Item = &'a Object>,
    unconcerned: Verdict,
) -> CheckResult {
    let mut whole = CheckResult::of(unconcerned);
    let mut none_yet = true;
    for object in objects {
        let result = judge(check, params, view, object);
        whole.verdict = if none_yet {
            result.verdict
        } else {
            whole.verdict.max(result.verdict)
        };
        whole.findings.extend(result.findings);
        whole.until = whole.until.into_iter().chain(result.until).min();
        none_yet = false;
    }
    whole
}

/// Judges a workload by one check, with the objects around it that concern it, whatever policies say.
pub fn judge_for(
    check: &'static Check,
    params: &Params,
    view: View<'_>,
    workload: &Workload,
) -> CheckResult {
    on_workload((check, params), view, workload)
}

/// Judges workloads by one check, whatever policies say, and tells the verdict on each. What is found of one is forgotten before the
/// next, but for what is taken of it.
pub fn judge_each<'a, T>(
    check: &'static Check,
    params: &Params,
    workloads: impl Iterator<Item = (View<'a>, &'a Workload, T)>,
    mut tell: impl FnMut(T, Verdict, &mut Findings),
) {
    let mut findings = Findings::default();
    for (view, workload, told) in workloads {
        let context = Context::new(check, view, params).about(Some(workload));
        let judgement = match check.subjects.contains(workload.kind()) {
            true => context
                .decidable()
                .and_then(|()| on_itself(&context, workload, &mut findings)),
            false => {
                findings.not_applicable();
                Ok(())
            }
        };
        if let Err(undecided) = judgement {
            findings.undecided(&undecided);
        }
        tell(told, findings.verdict(), &mut findings);
        findings.clear();
    }
}

/// Judges one object by one check, whatever policies say. A kind that the check does not judge is not applicable.
pub fn judge(
    check: &'static Check,
    params: &Params,
    view: View<'_>,
    object: &Object,
) -> CheckResult {
    if !check.subjects.contains(object.key().kind) {
        return CheckResult::of(Verdict::NotApplicable);
    }
    let mut findings = Findings::default();
    let context = Context::new(check, view, params).about(object.workload());
    let judgement = context
        .decidable()
        .and_then(|()| match (check.run, object) {
            (_, Object::Workload(workload)) if check.judges_workloads() => {
                on_itself(&context, workload, &mut findings)
            }
            (Run::Any(run), object) => run(&context, object.meta(), &mut findings),
            (Run::Autoscaler(run) | Run::Scaling(run), Object::PodAutoscaler(autoscaler)) => {
                run(&context, autoscaler, &mut findings)
            }
            (Run::DisruptionBudget(run), Object::PodDisruptionBudget(budget)) => {
                run(&context, budget, &mut findings)
            }
            (Run::Service(run), Object::Service(service)) => run(&context, service, &mut findings),
            (Run::Object(run), object) => run(&context, object, &mut findings),
            (Run::Binding(run), Object::Binding(binding)) => run(&context, binding, &mut findings),
            (Run::Role(run), Object::Role(role)) => run(&context, role, &mut findings),
            _ => {
                findings.not_applicable();
                Ok(())
            }
        });
    let is_around = check.judges_related() && object.workload().is_none();
    conclude(judgement, findings, is_around.then(|| object.key()))
}

/// What a check says of a workload itself.
fn on_itself(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    match context.check().run {
        Run::Workload(run) | Run::Running(run) | Run::Anywhere(run) => {
            run(context, workload, findings)
        }
        Run::Any(run) => run(context, &workload.meta, findings),
        _ => {
            findings.not_applicable();
            Ok(())
        }
    }
}

/// `around` is the object that it is about, where that is not the workload.
fn conclude(judgement: Judgement, mut findings: Findings, around: Option<&Key>) -> CheckResult {
    if let Err(undecided) = judgement {
        findings.undecided(&undecided);
    }
    if let Some(object) = around {
        findings.are_about(object);
    }
    CheckResult::made_of(findings)
}
