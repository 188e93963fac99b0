//! Cases with expected verdicts that nobody here wrote: those of Kubernetes itself and of other linters, where they are at hand
//! (`../shared/suites`). Of every row, Plimsoll says what is expected, or the row is in `disagreements.yaml`: reviewed rows where
//! Kubernetes is with us, each with what it documents.
//!
//! A row that disagrees and is not listed fails the run, and so does a listed one that has come to agree. What a suite asks that
//! Plimsoll has no word for is left out and counted apart, never as agreement. Figures go to `target/conformance.json`.
//!
//! Kubernetes' own Pod Security cases are run from its Go module as well, which everybody can have. Where a table of the linters'
//! checks is at hand (`../shared/PEERS.md`), each of their ids is to be an alias of a check.
//!
//! It has a `main` of its own, for it says in one line what is not at hand, and that must be seen.

mod answer;
mod go_module;
mod ids;
mod kube_score;
mod lists;
mod peers;
mod pod_security;
mod question;
mod row;
mod tally;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::answer::{Answer, Judges};
use self::lists::Lists;
use self::question::Asks;
use self::row::Row;
use self::tally::{Outcome, Tally};

/// What a row of a suite asks of us.
type Asking = fn(&Row) -> Asks;

/// The suites that have verdicts, and what each of their rows asks of us.
const SUITES: &[(&str, Asking)] = &[
    ("k8s-rbac", |_| {
        Asks::LeftOut("permissions of a request are no check yet")
    }),
    ("kube-linter", peers::kube_linter),
    ("kube-score", kube_score::asks),
    ("netpol-analyzer", peers::netpol_analyzer),
    ("netpol-recipes", |_| {
        Asks::LeftOut("the row has no verdict of a machine")
    }),
    ("polaris", peers::polaris),
    ("psa-latest", pod_security::asks),
];

fn main() -> ExitCode {
    if !is_wanted() {
        return ExitCode::SUCCESS;
    }
    match run(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        Ok(problems) if problems.is_empty() => ExitCode::SUCCESS,
        Ok(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            eprintln!(
                "conformance: {} things are not as they should be",
                problems.len()
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("conformance: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether it is to be run, as test runners ask: by a part of its name, or for a list of the tests.
fn is_wanted() -> bool {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        println!("conformance: test");
        return false;
    }
    let mut names = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'));
    names
        .next()
        .is_none_or(|name| "conformance".contains(name.as_str()))
}

/// Runs whatever is at hand, and says what is not; what is not as it should be.
fn run(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut lists = Lists::read(&root.join("tests/conformance"))?;
    let mut tally = Tally::default();
    let mut problems = Vec::new();
    let suites = root.join("../shared/suites");
    if suites.is_dir() {
        for (suite, asks) in SUITES {
            let directory = suites.join(suite);
            let rows = row::read(&directory)?;
            problems.extend(judge(
                suite, directory, rows, *asks, &mut lists, &mut tally,
            )?);
        }
        problems.extend(lists.stale());
    } else {
        say(&format!(
            "no suites at {}, so none was run",
            suites.display()
        ));
    }
    match go_module::find() {
        Ok(cases) => {
            let rows = go_module::rows(&cases)?;
            let (suite, asks) = (go_module::SUITE, pod_security::asks);
            problems.extend(judge(suite, cases, rows, asks, &mut lists, &mut tally)?);
        }
        Err(modules) => say(&format!(
            "Kubernetes' own Pod Security cases are not in {}, so they were not run: {}",
            modules.display(),
            go_module::FETCH
        )),
    }
    print!("{tally}");
    problems.extend(tally.too_many_listed());
    tally.write(&root.join("target/conformance.json"))?;
    problems.extend(aliases(&root.join("../shared/PEERS.md"))?);
    Ok(problems)
}

/// Judges the rows of a suite; those that disagree and are not listed.
fn judge(
    suite: &str,
    directory: PathBuf,
    rows: Vec<Row>,
    asks: Asking,
    lists: &mut Lists,
    tally: &mut Tally,
) -> anyhow::Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut judges = Judges::of(directory);
    for row in rows {
        let outcome = match asks(&row) {
            Asks::LeftOut(why) => Outcome::LeftOut(why),
            Asks::Of(question) => compare(&row, judges.answer(&row, &question)?, lists),
        };
        if let Outcome::Unlisted(problem) = &outcome {
            problems.push(problem.clone());
        }
        tally.count(suite, &outcome);
    }
    Ok(problems)
}

/// The ids of other linters' checks that no check of ours has as an alias.
fn aliases(table: &Path) -> anyhow::Result<Vec<String>> {
    if !table.is_file() {
        say(&format!(
            "no table of other linters' checks at {}, so no alias was looked up",
            table.display()
        ));
        return Ok(Vec::new());
    }
    let (missing, named) = ids::missing(table)?;
    say(&format!(
        "{named} of {} checks of other linters have a namesake here",
        ids::IDS
    ));
    let problem = |id: String| format!("{id} is an alias of no check");
    Ok(missing.into_iter().map(problem).collect())
}

fn say(line: &str) {
    println!("conformance: {line}");
}

fn compare(row: &Row, answer: Answer, lists: &mut Lists) -> Outcome {
    if let Answer::OtherKind = answer {
        return Outcome::LeftOut("its kind is not Kubernetes' own, and not judged");
    }
    if answer.agrees(row.expect) {
        return Outcome::Agrees;
    }
    match lists.has(row, &answer) {
        true => Outcome::Listed,
        false => Outcome::Unlisted(format!("{row}, we say {answer}")),
    }
}
