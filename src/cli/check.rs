//! `plimsoll check`: verdicts on manifests.

mod arguments;
mod baseline;
mod books;
mod doubts;
mod fixes;
mod format;
mod ignores;
mod judging;
mod live;
mod render;
mod reports;
mod since;
mod sinks;
mod stated;
mod tuning;
mod verdicts;
mod writers;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

pub(super) use self::arguments::Arguments;
use self::books::Books;
use self::fixes::Fixes;
use self::format::Format;
pub(super) use self::ignores::{complain as complain_of_ignores, forget};
use self::judging::{Account, Judging};
use self::sinks::Sinks;
pub(super) use self::stated::Stated;
pub(super) use self::tuning::Choice;
pub(super) use self::verdicts::{Judge, Outcome};
use self::writers::Writers;
use super::COULD_NOT_RUN;
use super::output;
use super::policies::Given;
use crate::checklist::Checklists;
use crate::engine::Relief;
use crate::manifests::{Manifests, Reason, Skipped, Whole};
use crate::render::Summary;

/// Something is wrong with what was judged.
const FINDINGS: u8 = 1;

/// Judges manifests.
pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let asked = arguments.outputs();
    format::distinct(asked)?;
    let tuning = &arguments.tuning;
    let selection = tuning.choice.selection()?;
    let mut given = Given::read(&arguments.policy_files()?)?;
    let books = (tuning.known()?, tuning.written()?);
    let conditions = given.conditions()?;
    let keep = arguments.keep(&given, &conditions, &selection);
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
        made,
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
    let whole = live.unwrap_or_else(|| Whole::of(objects).with(made));
    // By default files are judged by checks that nobody asked for, and many references lead to what is in the cluster alone.
    // What is malformed fails `schema-valid`.
    let counts_undecided = arguments.live.cluster || given.asks(&arguments.checks);
    let fail_on = arguments.fail_on.severity();
    let writers = Writers {
        all: arguments.all,
        fail_on,
        fail_on_undecided: fail_on.filter(|_| counts_undecided),
        relief,
        whole: &whole,
    };
    let mut sinks = Sinks::open(asked, |asked| writers.of(asked));
    let judge = Judge::new(relief, &whole, sinks.list_passes());
    let judging = Judging {
        now: judge.reporting(asked.iter().any(|asked| asked.format == Format::Reports)),
        before: since
            .as_ref()
            .map(|since| (since, Judge::new(relief, &since.before, false))),
        fixes: sinks
            .show_fixes()
            .then(|| Fixes::new(relief, keep, tuning.choice.is_strict(), &whole)),
    };
    let mut books = Books::open(books, &whole);
    let mut summary = judging.write(Account {
        sinks: &mut sinks,
        skipped: &mut skipped,
        books: &mut books,
    });
    summary.baseline = books.compared(&skipped, judging.now.asked());
    if let Some(since) = &since {
        since.retain(&mut skipped);
    }
    skipped.sort_by(|a, b| a.place().cmp(&b.place()));
    summary.objects += stated.len();
    summary.files = files;
    summary.add_skipped(&skipped);
    let all_written = sinks.finish(&skipped, &summary);
    let is_understood = books.complain(&whole);
    let code = match &since {
        Some(since) if since.files() == 0 && summary.objects == 0 => {
            let reference = arguments.since.as_deref().unwrap_or_default();
            output::complain("note", &format!("nothing has changed since {reference}"));
            0
        }
        _ => conclude(arguments, counts_undecided, &skipped, &summary),
    };
    books.finish()?;
    // The process is about to end: giving back the records one by one would only take time.
    std::mem::forget(whole);
    Ok(match all_written && is_understood {
        true if tuning.only_records() && code == FINDINGS => 0,
        true => code,
        false => COULD_NOT_RUN,
    })
}

/// The exit code; and what a reader of standard output may miss, on standard error.
fn conclude(
    arguments: &Arguments,
    counts_undecided: bool,
    skipped: &[Skipped],
    summary: &Summary,
) -> u8 {
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
    let gravest = match counts_undecided {
        true => summary.gravest,
        false => summary.gravest_failed,
    };
    let lost = skipped.iter().filter(|skipped| is_lost(arguments, skipped));
    let lost = lost.count();
    if lost > 0 {
        let message = format!(
            "{lost} of what was to be judged cannot be rendered or read at all: without it, this is no success"
        );
        output::complain("error", &message);
    }
    match (gravest, arguments.fail_on.severity()) {
        (Some(gravest), Some(limit)) if gravest >= limit => FINDINGS,
        _ if lost > 0 => COULD_NOT_RUN,
        _ => 0,
    }
}

/// Whether it is a whole chart, a whole kustomization, or a whole file that was named, of which nothing could be judged.
fn is_lost(arguments: &Arguments, skipped: &Skipped) -> bool {
    let is_named = || {
        let mut paths = arguments.paths.iter();
        paths.any(|path| path.strip_prefix("./").unwrap_or(path) == Path::new(&*skipped.file))
    };
    let is_whole = skipped.document.is_none() && skipped.reason.is_problem();
    matches!(skipped.reason, Reason::CannotRender(_)) || (is_whole && is_named())
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
