//! `plimsoll check`: verdicts on manifests.

mod stated;
mod verdicts;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use self::stated::Stated;
use self::verdicts::{Judge, Outcome};
use super::output::{self, Output};
use super::policies::Given;
use super::progress::Bar;
use super::{COULD_NOT_RUN, terminal};
use crate::engine::Relief;
use crate::manifests::{self, Keep, Manifests, Skipped, Whole};
use crate::model::Severity;
use crate::render::json::Json;
use crate::render::table::Table;
use crate::render::{Report, Summary};

/// Something is wrong with what was judged.
const FINDINGS: u8 = 1;

/// How many objects are judged before what they add is written: enough for every processor, and little to keep.
const BATCH: usize = 1024;

/// Arguments of `plimsoll check`.
#[derive(Args)]
#[command(after_help = "Exit code: 0 nothing at or above --fail-on, 1 something, 2 could not run.")]
pub(super) struct Arguments {
    /// Files, directories (every .yaml, .yml and .json file in them), or - for standard input.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// How to write the findings.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,

    /// Judge by the ReadinessPolicies in this file, instead of by every check. It may hold ReadinessChecklists as well.
    #[arg(long, value_name = "FILE")]
    policy: Vec<PathBuf>,

    /// Judge by these checks only.
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    checks: Vec<String>,

    /// List what passes and what does not apply as well, and everything that was skipped.
    #[arg(long)]
    all: bool,

    /// The least severity that makes the exit code 1.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::High)]
    fail_on: FailOn,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs: see docs/cli.md.
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    Critical,
    High,
    Advice,
    None,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Advice => Some(Severity::Advice),
            Self::None => None,
        }
    }
}

/// Judges manifests.
pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let mut given = Given::read(&arguments.policy)?;
    let bar = Bar::new();
    let found = manifests::read(&arguments.paths, Keep::Records, &bar);
    bar.finish();
    let Manifests {
        objects,
        stated,
        mut skipped,
        files,
        ..
    } = found?;
    if objects.is_empty() && stated.is_empty() && skipped.is_empty() {
        bail!("{}", nothing_found(&arguments.paths, files));
    }
    let mut stated = Stated::sort(stated, &mut given, &mut skipped);
    let checklists = given.checklists()?;
    let policies = given.to_check_by(&arguments.checks, &checklists)?;
    let people = stated.people();
    let relief = Relief {
        people: &people,
        policies: &policies,
        checklists: &checklists,
        now: jiff::Timestamp::now(),
    };
    stated.leave_out_void(relief, &mut skipped);
    let whole = Whole::of(objects);
    let judge = Judge::new(relief, &whole, arguments.all);
    let report: Box<dyn Report> = match arguments.output {
        Format::Json => Box::new(Json),
        Format::Table => Box::new(Table {
            palette: terminal::palette(),
            width: terminal::width(),
            all: arguments.all,
        }),
    };
    let mut output = Output::stdout();
    output.write(&report.begin())?;
    let mut summary = write_objects(&judge, &*report, &mut output, &mut skipped)?;
    skipped.sort_by(|a, b| a.place().cmp(&b.place()));
    summary.objects += stated.len();
    summary.files = files;
    summary.skipped = skipped.len();
    summary.documents = summary.objects + skipped.len();
    output.write(&report.end(&skipped, &summary))?;
    output.finish()?;
    let code = conclude(arguments, &skipped, &summary);
    // The process is about to end: giving back the records one by one would only take time.
    std::mem::forget(whole);
    Ok(code)
}

/// Judges every object and writes what is to say of it, in the order of the files. Batches are judged and put into words
/// by all processors.
fn write_objects(
    judge: &Judge<'_>,
    report: &dyn Report,
    output: &mut Output,
    skipped: &mut Vec<Skipped>,
) -> Result<Summary> {
    let mut summary = Summary::default();
    let mut separator = "";
    for batch in judge.members().chunks(BATCH) {
        let words = |member| match judge.judge(member) {
            Outcome::Judged { judged, summary } => Ok((report.object(&judged), summary)),
            Outcome::Skipped(skipped) => Err(skipped),
        };
        let outcomes: Vec<_> = batch.par_iter().map(words).collect();
        for outcome in outcomes {
            match outcome {
                Err(reason) => skipped.push(reason),
                Ok((text, part)) => {
                    summary = summary.and(&part);
                    if !text.is_empty() {
                        output.write(separator)?;
                        output.write(&text)?;
                        separator = report.separator();
                    }
                }
            }
        }
    }
    Ok(summary)
}

/// The exit code; and what a reader of standard output may miss, on standard error.
fn conclude(arguments: &Arguments, skipped: &[Skipped], summary: &Summary) -> u8 {
    let problems: Vec<_> = skipped
        .iter()
        .filter(|skipped| skipped.reason.is_problem())
        .collect();
    match (summary.objects, problems.as_slice()) {
        (0, []) => output::complain("warning", "nothing was judged: all documents were skipped"),
        (0, [first, ..]) => {
            let message = format!(
                "nothing could be judged; {}: {}",
                first.file,
                first.explanation()
            );
            output::complain("error", &message);
            return COULD_NOT_RUN;
        }
        (_, []) => {}
        (_, problems) => {
            let message = format!(
                "{} of {} documents cannot be read; the rest was judged",
                problems.len(),
                summary.documents
            );
            output::complain("warning", &message);
        }
    }
    let limit = arguments.fail_on.severity();
    match (summary.gravest, limit) {
        (Some(gravest), Some(limit)) if gravest >= limit => FINDINGS,
        _ => 0,
    }
}

pub(super) fn nothing_found(paths: &[PathBuf], files: usize) -> String {
    let paths = paths.iter().map(|path| path.display().to_string());
    let paths = paths.collect::<Vec<_>>().join(", ");
    if files == 0 {
        format!("nothing to judge: no .yaml, .yml or .json file in {paths}")
    } else {
        format!("nothing to judge: no document in {paths}")
    }
}
