//! ReadinessReports of manifests.

use plimsoll::api::{ReadinessReport, Status};
use plimsoll::manifests::yaml::documents;

use super::{HOSTILE, hostile, results, run, text};
use crate::run::plimsoll;

fn reports(yaml: &str) -> Vec<ReadinessReport> {
    let read = documents(yaml).map(|(_, source)| {
        let document = source.parse().expect("it is YAML");
        document.deserialize().expect("it is a report")
    });
    read.collect()
}

#[test]
fn reports_are_those_of_the_operator() {
    let run = plimsoll(&[
        "check",
        "-o",
        "reports",
        "--checks",
        "liveness-probe,cpu-limits",
        "shop",
    ]);
    let reports = reports(&run.stdout);
    let line = |report: &ReadinessReport| {
        let (name, content) = (
            report.metadata.name.as_deref().unwrap_or("-"),
            &report.spec.report,
        );
        (
            name.to_owned(),
            content.status,
            content.critical.failed,
            content.critical.unknown,
        )
    };
    let found: Vec<_> = reports.iter().map(line).collect();
    assert_eq!(
        found,
        [
            ("cronjob-report".to_owned(), Status::NotReady, 1, 0),
            ("statefulset-db".to_owned(), Status::NotReady, 0, 1),
            ("deployment-web".to_owned(), Status::NotReady, 2, 0),
        ]
    );
    assert!(
        run.stdout
            .starts_with("---\napiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessReport\n"),
        "{}",
        run.stdout
    );
    assert_eq!(run.code, Some(1));
}

#[test]
fn names_are_text() {
    let scratch = hostile("reports_hostile");
    let reports = reports(&run(&scratch, "reports").stdout);
    assert_eq!(reports.len(), 3, "one for each workload");
    let findings: usize = reports
        .iter()
        .map(|report| report.spec.report.findings.len())
        .sum();
    assert_eq!(findings, results(&scratch).len());
    assert_eq!(reports[0].spec.report.subject.name, HOSTILE);
    let messages = results(&scratch);
    assert!(
        messages
            .iter()
            .any(|result| text(result, "message") == reports[0].spec.report.findings[0].message)
    );
}
