//! `plimsoll check`: verdicts on manifests.

mod doubts;
mod fixes;
mod format;
mod regions;
mod reports;
mod sinks;
mod stated;
mod verdicts;
mod writers;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use self::doubts::Doubts;
use self::fixes::Fixes;
use self::format::{Asked, AskedParser, Format};
use self::sinks::Sinks;
pub(super) use self::stated::Stated;
pub(super) use self::verdicts::{Judge, Outcome};
use self::writers::Writers;
use super::COULD_NOT_RUN;
use super::output;
use super::policies::{Given, all_checks};
use super::progress::Bar;
use crate::engine::Relief;
use crate::manifests::{self, Keep, Manifests, Skipped, Sources, Whole};
use crate::model::Severity;
use crate::render::Summary;

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

    /// How to write the findings, and into which file; without one, to standard output. May be given several times, for
    /// several files [default: table].
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = AskedParser)]
    output: Vec<Asked>,

    /// Judge by the ReadinessPolicies in this file, instead of by the checks that are on by default. It may hold ReadinessChecklists as well.
    #[arg(long, value_name = "FILE")]
    policy: Vec<PathBuf>,

    /// Judge by these checks only.
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    checks: Vec<String>,

    /// Judge by the whole catalogue, whatever policies say: also by what is a matter of taste.
    #[arg(long, conflicts_with = "checks")]
    all_checks: bool,

    /// List what passes and what does not apply as well, and everything that was skipped.
    #[arg(long)]
    all: bool,

    /// The least severity that makes the exit code 1.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::High)]
    fail_on: FailOn,
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
    let default = [Asked {
        format: Format::Table,
        file: None,
    }];
    let asked = match arguments.output.as_slice() {
        [] => &default,
        asked => asked,
    };
    format::distinct(asked)?;
    let mut given = Given::read(&arguments.policy)?;
    let bar = Bar::new();
    let conditions = given.conditions()?;
    let found = manifests::read(&arguments.paths, Keep::Records(&conditions), &bar);
    bar.finish();
    let Manifests {
        objects,
        stated,
        mut skipped,
        files,
        sources,
        ..
    } = found?;
    if objects.is_empty() && stated.is_empty() && skipped.is_empty() {
        bail!("{}", nothing_found(&arguments.paths, files));
    }
    let mut stated = Stated::sort(stated, &mut given, &mut skipped);
    let checklists = given.checklists()?;
    let policies = match arguments.all_checks {
        true => all_checks(),
        false => given.to_check_by(&arguments.checks, &checklists)?,
    };
    let people = stated.people();
    let relief = Relief {
        people: &people,
        policies: &policies,
        checklists: &checklists,
        now: jiff::Timestamp::now(),
    };
    stated.leave_out_void(relief, &mut skipped);
    let whole = Whole::of(objects);
    let writers = Writers {
        all: arguments.all,
        fail_on: arguments.fail_on.severity(),
        relief,
        whole: &whole,
    };
    let mut sinks = Sinks::open(asked, |asked| writers.of(asked));
    let judge = Judge::new(relief, &whole, sinks.list_passes());
    let judge = judge.reporting(asked.iter().any(|asked| asked.format == Format::Reports));
    let sources = sinks.show_regions().then_some(&sources);
    let fixes = sinks
        .show_fixes()
        .then(|| Fixes::new(relief, &conditions, &whole));
    let lookups = Lookups { sources, fixes };
    let (mut summary, doubts) = write_objects(&judge, &lookups, &mut sinks, &mut skipped);
    skipped.sort_by(|a, b| a.place().cmp(&b.place()));
    summary.objects += stated.len();
    summary.files = files;
    summary.skipped = skipped.len();
    summary.documents = summary.objects + skipped.len();
    let all_written = sinks.finish(&skipped, &summary);
    doubts.complain();
    let code = conclude(arguments, &skipped, &summary);
    // The process is about to end: giving back the records one by one would only take time.
    std::mem::forget(whole);
    Ok(if all_written { code } else { COULD_NOT_RUN })
}

/// What is looked up for those outputs that show it.
struct Lookups<'a> {
    sources: Option<&'a Sources>,
    fixes: Option<Fixes<'a>>,
}

/// Judges every object and writes what is to say of it, in the order of the files. Batches are judged and put into words
/// by all processors.
fn write_objects(
    judge: &Judge<'_>,
    lookups: &Lookups<'_>,
    sinks: &mut Sinks,
    skipped: &mut Vec<Skipped>,
) -> (Summary, Doubts) {
    let (mut summary, mut doubts) = (Summary::default(), Doubts::default());
    for batch in judge.members().chunks(BATCH) {
        let outcomes: Vec<_> = batch.par_iter().map(|member| judge.judge(member)).collect();
        let mut all = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            match outcome {
                Outcome::Skipped(reason) => skipped.push(reason),
                Outcome::Judged {
                    judged,
                    summary: part,
                    doubts: more,
                } => {
                    summary = summary.and(&part);
                    doubts.add(more);
                    all.push(judged);
                }
            }
        }
        if let Some(sources) = lookups.sources {
            regions::find(sources, &mut all);
        }
        if let Some(fixes) = &lookups.fixes {
            fixes.find(&mut all);
        }
        sinks.objects(&all);
    }
    (summary, doubts)
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
