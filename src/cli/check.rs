//! `plimsoll check`: verdicts on manifests.

mod baseline;
mod doubts;
mod fixes;
mod format;
mod ignores;
mod live;
mod render;
mod reports;
mod since;
mod sinks;
mod stated;
mod tuning;
mod verdicts;
mod writers;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use self::baseline::{Known, Written};
use self::doubts::Doubts;
use self::fixes::Fixes;
use self::format::{Asked, AskedParser, Format};
use self::ignores::Unused;
pub(super) use self::ignores::forget;
use self::live::Live;
use self::render::Render;
use self::since::Since;
use self::sinks::Sinks;
pub(super) use self::stated::Stated;
pub(super) use self::tuning::Choice;
use self::tuning::Tuning;
pub(super) use self::verdicts::{Judge, Outcome};
use self::writers::Writers;
use super::COULD_NOT_RUN;
use super::output;
use super::policies::{Given, Selection, all_checks};
use super::progress::Bar;
use super::release::release;
use crate::checklist::Checklists;
use crate::engine::{PolicySet, Relief};
use crate::manifests::{self, Changes, Keep, Manifests, Member, Skipped, Whole};
use crate::model::{Release, Severity};
use crate::render::{Judged, Summary};

/// Something is wrong with what was judged.
const FINDINGS: u8 = 1;

/// How many objects are judged before what they add is written: enough for every processor, and little to keep.
const BATCH: usize = 512;

/// The check for which objects are compared with the schema as they are read.
const SCHEMA: &str = "schema-valid";

/// Arguments of `plimsoll check`.
#[derive(Args)]
#[command(after_help = "Exit code: 0 nothing at or above --fail-on, 1 something, 2 could not run.")]
pub(super) struct Arguments {
    /// Files, directories (every .yaml, .yml and .json file in them; Helm charts and kustomizations are rendered), or - for
    /// standard input.
    #[arg(value_name = "PATH", required_unless_present = "cluster")]
    paths: Vec<PathBuf>,

    /// How to write the findings, and into which file; without one, to standard output. May be given several times, for
    /// several files [default: table].
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = AskedParser)]
    output: Vec<Asked>,

    #[command(flatten)]
    render: Render,

    #[command(flatten)]
    live: Live,

    /// Report only what has changed since this commit, branch or tag: every finding in files that are new or changed since the work left
    /// it, and of other files what the change brings. All files are read.
    #[arg(long, value_name = "REF")]
    since: Option<String>,

    /// Judge by the ReadinessPolicies in this file, instead of by the checks that are on by default. It may hold ReadinessChecklists as well.
    /// Without it, plimsoll.yaml or .plimsoll.yaml in the working directory is judged by.
    #[arg(long, visible_alias = "config", value_name = "FILE")]
    policy: Vec<PathBuf>,

    /// Judge by these checks only.
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    checks: Vec<String>,

    /// Judge by the whole catalogue, whatever policies say: also by what is a matter of taste.
    #[arg(long, conflicts_with = "checks")]
    all_checks: bool,

    /// The release of Kubernetes that the manifests are for, as 1.33: what it does not serve is refused, whatever policies say.
    #[arg(long, value_name = "VERSION", value_parser = release)]
    kubernetes_version: Option<Release>,

    /// List what passes and what does not apply as well, and everything that was skipped.
    #[arg(long)]
    all: bool,

    /// The least severity that makes the exit code 1.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::High)]
    fail_on: FailOn,

    #[command(flatten)]
    tuning: Tuning,
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
    let tuning = &arguments.tuning;
    let selection = tuning.choice.selection()?;
    // What a directory is configured with says nothing where it does not matter what policies say.
    let policies = match arguments.all_checks {
        true => arguments.policy.clone(),
        false => tuning.choice.policies(&arguments.policy)?,
    };
    let mut given = Given::read(&policies)?;
    let (known, written) = (tuning.known()?, tuning.written()?);
    let conditions = given.conditions()?;
    let keep = match arguments.all_checks || given.may_ask(SCHEMA, &arguments.checks, &selection) {
        true => Keep::Shapes(&conditions),
        false => Keep::Records(&conditions),
    };
    let judged_by =
        |given: &Given, checklists: &Checklists| arguments.policies(given, &selection, checklists);
    let (found, live) = match arguments.live.cluster {
        true => {
            let policies = judged_by(&given, &given.checklists()?)?;
            let (found, whole) = arguments.live.read(&policies, &conditions)?;
            (found, Some(whole))
        }
        false => (arguments.read(keep)?, None),
    };
    let since = arguments.changes(keep, &found)?;
    let Manifests {
        mut objects,
        stated,
        mut skipped,
        files,
        ..
    } = found;
    let is_empty = objects.is_empty() && stated.is_empty() && skipped.is_empty();
    if is_empty && live.is_none() {
        bail!("{}", nothing_found(&arguments.paths, files));
    }
    let mut stated = Stated::sort(stated, &mut given, &mut skipped);
    let checklists = given.checklists()?;
    let policies = judged_by(&given, &checklists)?;
    let people = stated.people();
    let relief = Relief {
        people: &people,
        policies: &policies,
        checklists: &checklists,
        now: jiff::Timestamp::now(),
    };
    stated.leave_out_void(relief, &mut skipped);
    if tuning.choice.is_strict() {
        forget(&mut objects);
    }
    let whole = live.unwrap_or_else(|| Whole::of(objects));
    let writers = Writers {
        all: arguments.all,
        fail_on: arguments.fail_on.severity(),
        relief,
        whole: &whole,
    };
    let mut sinks = Sinks::open(asked, |asked| writers.of(asked));
    let judge = Judge::new(relief, &whole, sinks.list_passes());
    let judge = judge.reporting(asked.iter().any(|asked| asked.format == Format::Reports));
    let judging = Judging {
        before: since
            .as_ref()
            .map(|since| (since, Judge::new(relief, &since.before, false))),
        now: judge,
    };
    let fixes = sinks
        .show_fixes()
        .then(|| Fixes::new(relief, keep, tuning.choice.is_strict(), &whole));
    let mut books = Books::open(known, written, &whole);
    let mut summary = write_objects(
        &judging,
        fixes.as_ref(),
        &mut sinks,
        &mut skipped,
        &mut books,
    );
    summary.baseline = books
        .known
        .map(|known| known.finish(&whole.members, judging.now.asked()));
    if let Some(since) = &since {
        since.retain(&mut skipped);
    }
    skipped.sort_by(|a, b| a.place().cmp(&b.place()));
    summary.objects += stated.len();
    summary.files = files;
    let refused = skipped.iter().filter(|skipped| skipped.reason.is_judged());
    summary.refused = refused.count();
    summary.skipped = skipped.len() - summary.refused;
    summary.documents = summary.objects + summary.skipped;
    let all_written = sinks.finish(&skipped, &summary);
    books.doubts.complain();
    Unused::complain(&books.unused);
    let is_misunderstood = ignores::complain(&whole.members);
    let unchanged = since.as_ref().is_some_and(|since| since.files() == 0);
    if unchanged && summary.objects == 0 {
        let message = format!(
            "nothing has changed since {}",
            arguments.since.as_deref().unwrap_or_default()
        );
        output::complain("note", &message);
        return Ok(if all_written { 0 } else { COULD_NOT_RUN });
    }
    let code = conclude(arguments, &skipped, &summary);
    if let Some(written) = books.written {
        written.finish()?;
    }
    // The process is about to end: giving back the records one by one would only take time.
    std::mem::forget(whole);
    Ok(match all_written && !is_misunderstood {
        true if tuning.only_records() && code == FINDINGS => 0,
        true => code,
        false => COULD_NOT_RUN,
    })
}

/// What is kept of a run besides its findings.
#[derive(Default)]
struct Books {
    doubts: Doubts,
    unused: Vec<Unused>,
    known: Option<Known>,
    written: Option<Written>,
}

impl Books {
    fn open(known: Option<Known>, written: Option<Written>, whole: &Whole) -> Self {
        let known = known.map(|mut known| {
            known.meet(&whole.members);
            known
        });
        Self {
            known,
            written,
            ..Self::default()
        }
    }

    /// Notes what is found of an object, and takes out what is known.
    fn note(&mut self, judged: &mut Judged<'_>, summary: &mut Summary) {
        if let Some(written) = &mut self.written {
            written.add(judged);
        }
        if let Some(known) = &mut self.known {
            known.take_out(judged, summary);
        }
    }
}

impl Arguments {
    /// Reads the manifests.
    fn read(&self, keep: Keep<'_>) -> Result<Manifests> {
        let bar = Bar::new();
        let namespace = self.live.connection.namespace.clone();
        let rendering = self.render.rendering(namespace);
        let found = manifests::read(&self.paths, keep, &rendering, &bar);
        bar.finish();
        Ok(found?)
    }

    /// What is judged by.
    fn policies(
        &self,
        given: &Given,
        selection: &Selection,
        checklists: &Checklists,
    ) -> Result<PolicySet> {
        let policies = match self.all_checks {
            true => all_checks(selection)?,
            false => given.to_check_by(&self.checks, selection, checklists)?,
        };
        Ok(match self.kubernetes_version {
            Some(release) => policies.for_release(release),
            None => policies,
        })
    }

    /// What has changed, where that was asked for.
    fn changes(&self, keep: Keep<'_>, found: &Manifests) -> Result<Option<Since>> {
        let Some(reference) = &self.since else {
            return Ok(None);
        };
        let changes = Changes::since(reference, &self.paths)?;
        Ok(Some(Since::new(&changes, found, changes.before(keep))))
    }
}

/// Who judges.
struct Judging<'a> {
    now: Judge<'a>,
    /// What counts since when, and who judges as it was then.
    before: Option<(&'a Since, Judge<'a>)>,
}

impl<'a> Judging<'a> {
    fn judge(&self, member: &'a Member) -> Option<Outcome<'a>> {
        match &self.before {
            Some((since, before)) => since.judge(&self.now, before, member),
            None => Some(self.now.judge(member)),
        }
    }
}

/// Judges every object and writes what is to say of it, in the order of the files. Batches are judged and put into words
/// by all processors.
fn write_objects(
    judging: &Judging<'_>,
    fixes: Option<&Fixes<'_>>,
    sinks: &mut Sinks,
    skipped: &mut Vec<Skipped>,
    books: &mut Books,
) -> Summary {
    let mut summary = Summary::default();
    for batch in judging.now.members().chunks(BATCH) {
        let judged = batch.par_iter().map(|member| judging.judge(member));
        let outcomes: Vec<_> = judged.collect();
        let mut all = Vec::with_capacity(outcomes.len());
        for outcome in outcomes.into_iter().flatten() {
            match outcome {
                Outcome::Skipped(reason) => skipped.push(reason),
                Outcome::Judged {
                    mut judged,
                    summary: mut part,
                    doubts,
                    unused,
                } => {
                    books.note(&mut judged, &mut part);
                    summary = summary.and(&part);
                    books.doubts.add(doubts);
                    books.unused.extend(unused);
                    all.push(judged);
                }
            }
        }
        if let Some(fixes) = fixes {
            fixes.find(&mut all);
        }
        sinks.objects(&all);
        // Findings are many small things to give back.
        all.into_par_iter().for_each(drop);
    }
    summary
}

/// The exit code; and what a reader of standard output may miss, on standard error.
fn conclude(arguments: &Arguments, skipped: &[Skipped], summary: &Summary) -> u8 {
    let problems = skipped.iter();
    let problems = problems.filter(|skipped| skipped.reason.is_problem());
    let (refused, problems): (Vec<_>, Vec<_>) =
        problems.partition(|skipped| skipped.reason.is_judged());
    if let [first, ..] = refused.as_slice() {
        let message = match refused.len() {
            1 => format!("{}: {}", first.file, first.explanation()),
            count => format!(
                "the API server would refuse objects for {count} reasons; they were judged all the same"
            ),
        };
        output::complain("warning", &message);
    }
    match (summary.objects, problems.as_slice()) {
        (0, []) => output::complain("warning", "nothing was judged: all documents were skipped"),
        (0, [first, ..]) if summary.gravest.is_none() => {
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
