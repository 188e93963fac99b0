//! Reports: what became of a workload's checks, small enough for etcd.

mod name;

use std::cmp::Ordering;

use super::{CheckResult, Entry, Evaluation};
use crate::api::{Report, ReportFinding, ReportSubject, ReportTally};
use crate::model::{Located, Severity, Text, Verdict, Workload};

pub use name::name;

/// Findings beyond this are counted, not listed.
const MOST_FINDINGS: usize = 50;

/// Policies that may not be meant are many only by a mistake that they share; the first ones tell.
const MOST_DOUBTS: usize = 5;

/// A message is cut after this many bytes; `plimsoll check` has all of it.
const LONGEST_MESSAGE: usize = 240;

/// The report on a workload.
pub fn of_workload(workload: &Workload, evaluation: &Evaluation) -> Report {
    let subject = ReportSubject {
        kind: workload.kind().to_string(),
        name: workload.meta.key.name.to_string(),
    };
    let generation = Some(workload.meta.generation).filter(|generation| *generation != 0);
    let doubts = evaluation.plan.doubts_about(workload, |_| true);
    of(subject, (generation, doubts), evaluation)
}

/// The report on a namespace's objects that concern no workload; `None` where nothing is wrong with them.
pub fn of_namespace(namespace: &Text, evaluation: &Evaluation) -> Option<Report> {
    let subject = ReportSubject {
        kind: "Namespace".to_owned(),
        name: namespace.to_string(),
    };
    let report = of(subject, (None, Vec::new()), evaluation);
    (!report.findings.is_empty()).then_some(report)
}

fn of(
    subject: ReportSubject,
    (workload_generation, doubts): (Option<i64>, Vec<String>),
    evaluation: &Evaluation,
) -> Report {
    let mut findings = findings(evaluation);
    let left_out = findings.len().saturating_sub(MOST_FINDINGS);
    findings.truncate(MOST_FINDINGS);
    Report {
        subject,
        workload_generation,
        policies: evaluation
            .plan
            .policies
            .iter()
            .map(|policy| policy.name.to_string())
            .collect(),
        doubts: doubts
            .iter()
            .take(MOST_DOUBTS)
            .map(|doubt| cut(doubt))
            .collect(),
        status: evaluation.status(),
        score: evaluation.score(),
        critical: tally(evaluation, Severity::Critical),
        high: tally(evaluation, Severity::High),
        advice: tally(evaluation, Severity::Advice),
        waived: waived(evaluation),
        findings,
        truncated: u32::try_from(left_out)
            .ok()
            .filter(|left_out| *left_out != 0),
    }
}

/// The gravest first, a failure before an unknown, then by check, object and place.
fn findings(evaluation: &Evaluation) -> Vec<ReportFinding> {
    let all = evaluation.iter().flat_map(|(entry, result)| {
        let one = move |found| Shown {
            entry,
            found,
            waived_by: waived_by(result),
        };
        result.findings.iter().map(one)
    });
    let mut all: Vec<_> = all.collect();
    all.sort_by(Shown::order);
    all.iter().map(Shown::finding).collect()
}

/// A finding of a report.
struct Shown<'a> {
    entry: &'a Entry,
    found: &'a Located,
    waived_by: Option<&'a Text>,
}

impl Shown<'_> {
    fn verdict(&self) -> Verdict {
        match self.waived_by {
            Some(_) => Verdict::Waived,
            None => self.found.finding.verdict,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        let grave = |one: &Self| (one.entry.severity, one.verdict());
        let graver = grave(other).cmp(&grave(self));
        graver
            .then_with(|| self.entry.check.id.cmp(other.entry.check.id))
            .then_with(|| self.found.object.cmp(&other.found.object))
            .then_with(|| self.found.finding.at.cmp(&other.found.finding.at))
    }

    fn finding(&self) -> ReportFinding {
        let finding = &self.found.finding;
        let object = self.found.object.as_ref();
        ReportFinding {
            check: self.entry.check.id.to_owned(),
            severity: self.entry.severity.name().to_owned(),
            verdict: self.verdict().name().to_owned(),
            object: object.map(|key| format!("{}/{}", key.kind, key.name)),
            container: finding.at.container.as_ref().map(ToString::to_string),
            path: finding.at.path.to_string(),
            message: match self.waived_by {
                Some(exception) => cut(&format!("[waived by {exception}] {}", finding.message)),
                None => cut(&finding.message),
            },
        }
    }
}

/// The exception that waives a result, where one does: the one that ends first.
fn waived_by(result: &CheckResult) -> Option<&Text> {
    let first = result.relieved.iter().min_by_key(|relieved| relieved.until);
    first
        .filter(|_| result.verdict == Verdict::Waived)
        .map(|relieved| &relieved.exception)
}

fn waived(evaluation: &Evaluation) -> u32 {
    let results = evaluation.results.iter();
    let waived = results
        .filter(|result| result.verdict == Verdict::Waived)
        .count();
    u32::try_from(waived).unwrap_or(u32::MAX)
}

fn tally(evaluation: &Evaluation, severity: Severity) -> ReportTally {
    let mut tally = ReportTally::default();
    for (_, result) in evaluation
        .iter()
        .filter(|(entry, _)| entry.severity == severity)
    {
        match result.verdict {
            Verdict::Pass => tally.passed += 1,
            Verdict::Fail => tally.failed += 1,
            Verdict::Unknown => tally.unknown += 1,
            Verdict::NotApplicable | Verdict::Waived => {}
        }
    }
    tally
}

fn cut(message: &str) -> String {
    if message.len() <= LONGEST_MESSAGE {
        return message.to_owned();
    }
    let end = (0..=LONGEST_MESSAGE - '…'.len_utf8())
        .rev()
        .find(|at| message.is_char_boundary(*at))
        .unwrap_or(0);
    format!("{}…", &message[..end])
}
