//! What the policies say of each object.

use std::collections::BTreeMap;

use crate::check::{Check, Params};
use crate::engine::{self, Entry, PolicySet};
use crate::inventory::View;
use crate::manifests::{Member, Reason, Skipped, Whole};
use crate::model::{Kind, KindSet, Object, Severity, Verdict, Workload};
use crate::render::{Judged, Row, Summary};

/// Judges objects by policies.
pub(super) struct Judge<'a> {
    policies: &'a PolicySet,
    whole: &'a Whole,
    /// The kinds around workloads that some check judges.
    related: KindSet,
    all: bool,
}

/// What became of an object.
pub(super) enum Outcome<'a> {
    /// It was judged, or has nothing to judge.
    Judged {
        judged: Judged<'a>,
        summary: Summary,
    },
    /// It was not to be judged.
    Skipped(Skipped),
}

/// A check to judge by.
struct Asked<'p> {
    check: &'static Check,
    params: &'p Params,
    severity: Severity,
}

impl<'a> Judge<'a> {
    /// Judges these objects by these policies. With `all`, passes have rows as well.
    pub(super) fn new(policies: &'a PolicySet, whole: &'a Whole, all: bool) -> Self {
        let checks = policies.iter().flat_map(|policy| &policy.rules);
        let checks = checks.filter(|rule| rule.check.judges_related());
        let related = checks.fold(KindSet::NONE, |kinds, rule| {
            kinds.union(rule.check.subjects)
        });
        Self {
            policies,
            whole,
            related,
            all,
        }
    }

    /// The objects.
    pub(super) fn members(&self) -> &'a [Member] {
        &self.whole.members
    }

    /// Judges an object.
    pub(super) fn judge(&self, member: &'a Member) -> Outcome<'a> {
        match &*member.object {
            Object::Workload(workload) => self.workload(member, workload),
            object => self.related(member, object),
        }
    }

    fn workload(&self, member: &'a Member, workload: &Workload) -> Outcome<'a> {
        let skip = |reason| Outcome::Skipped(Skipped::object(&member.origin, reason));
        if let Some(owner) = &workload.meta.controller
            && !self.whole.inventory.is_top_level(&member.object)
        {
            let kind = owner.kind.map_or("object", Kind::name);
            return skip(Reason::Owned(format!("{kind} {}", owner.name)));
        }
        let view = self.whole.view(member);
        let Some(plan) = self.policies.plan(view, workload) else {
            return skip(Reason::Uncovered);
        };
        let entries = plan.entries.iter();
        let asked = entries.filter(|entry| entry.check.judges_workloads());
        self.judge_by(asked.map(Asked::of), member, view)
    }

    /// An object around workloads is judged by what the policies ask of those it concerns; by what they ask of its
    /// namespace where it concerns none.
    fn related(&self, member: &'a Member, object: &Object) -> Outcome<'a> {
        let view = self.whole.view(member);
        let kind = object.key().kind;
        if !self.related.contains(kind) {
            return self.judge_by(std::iter::empty(), member, view);
        }
        let concerned = view.concerned(object);
        let plans: BTreeMap<_, _> = if concerned.is_empty() {
            let plan = self.policies.namespace_plan(view, &object.key().namespace);
            plan.into_iter().map(by_address).collect()
        } else {
            let plans = concerned
                .into_iter()
                .filter_map(|workload| self.policies.plan(view, workload));
            plans.map(by_address).collect()
        };
        let mut asked: BTreeMap<_, Asked<'_>> = BTreeMap::new();
        for entry in plans.values().flat_map(|plan| &plan.entries) {
            if entry.check.judges_related() && entry.check.subjects.contains(kind) {
                let key = (entry.check.id, &entry.params);
                let known = asked.entry(key).or_insert_with(|| Asked::of(entry));
                known.severity = known.severity.max(entry.severity);
            }
        }
        self.judge_by(asked.into_values(), member, view)
    }

    fn judge_by<'p>(
        &self,
        asked: impl Iterator<Item = Asked<'p>>,
        member: &'a Member,
        view: View<'_>,
    ) -> Outcome<'a> {
        let mut summary = Summary {
            objects: 1,
            workloads: usize::from(member.object.workload().is_some()),
            ..Summary::default()
        };
        let mut rows = Vec::new();
        for Asked {
            check,
            params,
            severity,
        } in asked
        {
            let result = engine::judge(check, params, view, &member.object);
            summary.count(result.verdict, severity);
            let row = |verdict, finding| Row {
                check,
                severity,
                verdict,
                finding,
            };
            if self.all && matches!(result.verdict, Verdict::Pass | Verdict::NotApplicable) {
                rows.push(row(result.verdict, None));
            }
            let findings = result.findings.into_iter().map(|found| found.finding);
            rows.extend(findings.map(|finding| row(finding.verdict, Some(finding))));
        }
        Outcome::Judged {
            judged: Judged::new(&member.origin, member.object.key(), rows),
            summary,
        }
    }
}

impl<'p> Asked<'p> {
    fn of(entry: &'p Entry) -> Self {
        Self {
            check: entry.check,
            params: &entry.params,
            severity: entry.severity,
        }
    }
}

/// Plans are shared: the same one is in many hands, and is needed once.
fn by_address(plan: std::sync::Arc<engine::Plan>) -> (usize, std::sync::Arc<engine::Plan>) {
    (std::sync::Arc::as_ptr(&plan).addr(), plan)
}
