//! The findings of a run as JUnit XML: an object is a suite, a check on it a case.
//!
//! What fails is a failure, what could not be decided an error. What an exception covers, what does not apply, and what is below
//! the severity that was asked for is skipped: it is no pass either.

use super::summary::counted;
use super::table::skipped_line;
use super::xml::escape;
use super::{Judged, Report, Row, Summary};
use crate::manifests::Skipped;
use crate::model::{Severity, Verdict};

/// Writes JUnit XML. Passes are always in it: a file without cases is an error to those that read it.
pub struct Junit {
    /// The least severity that fails.
    pub fail_on: Option<Severity>,
    /// The least severity at which what could not be decided counts as well.
    pub fail_on_undecided: Option<Severity>,
}

/// What became of a case.
enum Outcome {
    Passed,
    Failure,
    Error,
    Skipped(String),
}

/// A case: its name, what became of it, and the element that says so.
struct Case {
    outcome: Outcome,
    element: String,
}

impl Report for Junit {
    fn begin(&self) -> String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plimsoll\">\n".to_owned()
    }

    fn lists_passes(&self) -> bool {
        true
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        let cases: Vec<_> = judged
            .listed(true)
            .map(|row| self.case(judged, row))
            .collect();
        let origin = judged.origin;
        let name = format!("{} ({}:{})", judged.title(), origin.file, origin.line);
        suite(&name, &origin.file, &cases)
    }

    fn separator(&self) -> &'static str {
        ""
    }

    fn end(&self, skipped: &[Skipped], _: &Summary) -> String {
        let problems = skipped.iter().filter(|skipped| skipped.reason.is_problem());
        let (refused, unreadable): (Vec<_>, Vec<_>) =
            problems.partition(|skipped| skipped.reason.is_judged());
        let suites = [
            ("would be refused", refused),
            ("cannot be read", unreadable),
        ];
        let suites = suites.map(|(what, problems)| {
            let name = format!("{} {what}", counted(problems.len(), "document"));
            let cases: Vec<_> = problems.into_iter().map(problem).collect();
            suite(&name, "", &cases)
        });
        format!("{}</testsuites>\n", suites.concat())
    }
}

impl Junit {
    fn case(&self, judged: &Judged<'_>, row: &Row) -> Case {
        let name = match row.container() {
            Some(container) => format!("{} [{container}]", row.check.id),
            None => row.check.id.to_owned(),
        };
        let outcome = self.outcome(row);
        let place = format!(
            "{}:{}:{}",
            judged.origin.file, row.region.line, row.region.column
        );
        let body = format!(
            "{place}: {}\n{}\n{}",
            row.full_statement(),
            row.path(),
            row.check.fix
        );
        let message = escape(&row.full_statement());
        let child = match &outcome {
            Outcome::Passed => String::new(),
            Outcome::Failure => format!(
                "<failure message=\"{message}\" type=\"{}\">{}</failure>",
                row.severity,
                escape(&body)
            ),
            Outcome::Error => format!(
                "<error message=\"{message}\" type=\"{}\">{}</error>",
                row.severity,
                escape(&body)
            ),
            Outcome::Skipped(why) => format!("<skipped message=\"{}\"/>", escape(why)),
        };
        Case {
            outcome,
            element: case(&name, &judged.title(), &child),
        }
    }

    fn outcome(&self, row: &Row) -> Outcome {
        let counts = |least: Option<Severity>| least.is_some_and(|least| row.severity >= least);
        match row.verdict {
            Verdict::Pass => Outcome::Passed,
            Verdict::NotApplicable => Outcome::Skipped("does not apply".to_owned()),
            Verdict::Waived => Outcome::Skipped(row.full_statement()),
            Verdict::Fail if counts(self.fail_on) => Outcome::Failure,
            Verdict::Unknown if counts(self.fail_on_undecided) => Outcome::Error,
            Verdict::Fail | Verdict::Unknown => {
                Outcome::Skipped(format!("{}: {}", row.severity, row.full_statement()))
            }
        }
    }
}

fn problem(skipped: &Skipped) -> Case {
    let kind = match skipped.reason.is_judged() {
        true => "refused",
        false => "unreadable",
    };
    let child = format!(
        "<error message=\"{}\" type=\"{kind}\"/>",
        escape(&skipped.explanation())
    );
    Case {
        outcome: Outcome::Error,
        element: case(&skipped_line(skipped), &skipped.file, &child),
    }
}

fn case(name: &str, class: &str, child: &str) -> String {
    let (name, class) = (escape(name), escape(class));
    format!("<testcase name=\"{name}\" classname=\"{class}\" time=\"0\">{child}</testcase>\n")
}

/// Nothing where there are no cases.
fn suite(name: &str, file: &str, cases: &[Case]) -> String {
    if cases.is_empty() {
        return String::new();
    }
    let count = |is: fn(&Outcome) -> bool| cases.iter().filter(|case| is(&case.outcome)).count();
    let elements: String = cases.iter().map(|case| case.element.as_str()).collect();
    format!(
        "<testsuite name=\"{}\" file=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\">\n\
         {elements}</testsuite>\n",
        escape(name),
        escape(file),
        cases.len(),
        count(|outcome| matches!(outcome, Outcome::Failure)),
        count(|outcome| matches!(outcome, Outcome::Error)),
        count(|outcome| matches!(outcome, Outcome::Skipped(_))),
    )
}
