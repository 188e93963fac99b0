//! Reports: what became of a workload's checks, small enough for etcd.

use super::Evaluation;
use crate::api::{Report, ReportFinding, ReportSubject, ReportTally};
use crate::model::{Severity, Text, Verdict, Workload};

/// Findings beyond this are counted, not listed.
const MOST_FINDINGS: usize = 50;

/// A message is cut after this many bytes; `plimsoll check` has all of it.
const LONGEST_MESSAGE: usize = 240;

/// The report on a workload.
pub fn of_workload(workload: &Workload, evaluation: &Evaluation) -> Report {
    let subject = ReportSubject {
        kind: workload.kind().to_string(),
        name: workload.meta.key.name.to_string(),
    };
    let generation = Some(workload.meta.generation).filter(|generation| *generation != 0);
    of(subject, generation, evaluation)
}

/// The report on a namespace's objects that concern no workload; `None` where nothing is wrong with them.
pub fn of_namespace(namespace: &Text, evaluation: &Evaluation) -> Option<Report> {
    let subject = ReportSubject {
        kind: "Namespace".to_owned(),
        name: namespace.to_string(),
    };
    let report = of(subject, None, evaluation);
    (!report.findings.is_empty()).then_some(report)
}

fn of(subject: ReportSubject, workload_generation: Option<i64>, evaluation: &Evaluation) -> Report {
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
        status: evaluation.status(),
        score: evaluation.score(),
        critical: tally(evaluation, Severity::Critical),
        high: tally(evaluation, Severity::High),
        advice: tally(evaluation, Severity::Advice),
        waived: 0,
        findings,
        truncated: u32::try_from(left_out)
            .ok()
            .filter(|left_out| *left_out != 0),
    }
}

/// The gravest first, a failure before an unknown, then by check, object and place.
fn findings(evaluation: &Evaluation) -> Vec<ReportFinding> {
    let all = evaluation
        .iter()
        .flat_map(|(entry, result)| result.findings.iter().map(move |found| (entry, found)));
    let mut all: Vec<_> = all.collect();
    all.sort_by(|(entry, found), (other_entry, other)| {
        let grave =
            |entry: &super::Entry, found: &super::Located| (entry.severity, found.finding.verdict);
        let place = |entry: &super::Entry, found: &super::Located| {
            (
                entry.check.id,
                found.object.clone(),
                found.finding.at.clone(),
            )
        };
        let graver = grave(other_entry, other).cmp(&grave(entry, found));
        graver.then_with(|| place(entry, found).cmp(&place(other_entry, other)))
    });
    let finding = |(entry, found): (&super::Entry, &super::Located)| ReportFinding {
        check: entry.check.id.to_owned(),
        severity: entry.severity.name().to_owned(),
        verdict: found.finding.verdict.name().to_owned(),
        object: found
            .object
            .as_ref()
            .map(|key| format!("{}/{}", key.kind, key.name)),
        container: found.finding.at.container.as_ref().map(ToString::to_string),
        path: found.finding.at.path.clone(),
        message: cut(&found.finding.message),
    };
    all.into_iter().map(finding).collect()
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
