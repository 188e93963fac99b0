//! `plimsoll fix`: the smallest changes that make checks pass, to manifests as they are written.

mod arguments;
mod bench;
mod diff;
mod draft;
mod helm;
mod kustomize;
mod ledger;
mod mend;
mod pieces;
mod server;
mod session;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use anyhow::{Result, bail};

pub(super) use self::arguments::Arguments;
use self::arguments::Target;
pub(in crate::cli) use self::bench::{Bench, Place, identity, is_open};
pub(in crate::cli) use self::draft::addition;
use self::draft::{Draft, Written};
pub(in crate::cli) use self::helm::chart_of;
use self::ledger::Ledger;
pub(in crate::cli) use self::pieces::Pieces;
use self::session::Session;
use super::COULD_NOT_RUN;
use super::check::{Stated, complain_of_ignores, forget};
use super::file::NewFile;
use super::output;
use super::policies::{Given, all_checks};
use super::progress::Bar;
use crate::engine::Relief;
use crate::manifests::{self, Keep, Manifests, Rendering, Skipped, Whole};

/// Something is left, or would be changed.
const LEFT: u8 = 1;

/// What standard input is called.
const STDIN: &str = "<stdin>";

/// Fixes manifests.
pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let choice = &arguments.choice;
    let selection = choice.selection()?;
    let policies = match arguments.all_checks {
        true => arguments.policy.clone(),
        false => choice.policies(&arguments.policy)?,
    };
    let mut given = Given::read(&policies)?;
    let conditions = given.conditions()?;
    // A fix must not make an object unfit for its kind.
    let keep = Keep::Shapes(&conditions);
    let stdin = arguments.stdin()?;
    let found = read(arguments, stdin.as_deref(), keep)?;
    let Manifests {
        mut objects,
        made,
        stated,
        mut skipped,
        files,
        ..
    } = found;
    if objects.is_empty() && skipped.is_empty() {
        bail!("{}", super::check::nothing_found(&arguments.paths, files));
    }
    let mut stated = Stated::sort(stated, &mut given, &mut skipped);
    let checklists = given.checklists()?;
    let policies = match arguments.all_checks {
        true => all_checks(&selection)?,
        false => given.to_check_by(&arguments.checks, &selection, &checklists)?,
    };
    let people = stated.people();
    let relief = Relief {
        people: &people,
        policies: &policies,
        checklists: &checklists,
        now: jiff::Timestamp::now(),
    };
    stated.leave_out_void(relief, &mut skipped);
    if choice.is_strict() {
        forget(&mut objects);
    }
    let whole = Whole::of(objects).with(made);
    // What was not understood may be what its author wants left alone.
    if complain_of_ignores(&whole.members) {
        return Ok(COULD_NOT_RUN);
    }
    let said = arguments.said()?;
    let bench = Bench {
        relief,
        keep,
        is_strict: choice.is_strict(),
        given: &said,
        takes_away: arguments.takes_away,
        adds: true,
    };
    let session = Session {
        bench,
        whole: &whole,
        stdin: stdin.as_deref(),
        beside: arguments.beside,
    };
    let (mut drafts, mut ledger) = session.run()?;
    if let Some(server) = &arguments.server() {
        server::try_out(server, &mut drafts, &mut ledger)?;
    }
    write(arguments, &drafts, &mut ledger, stdin.as_deref())?;
    ledger.skip(&skipped);
    warn_of_digests(arguments, &whole);
    ledger.tell(arguments.target());
    let unread = |skipped: &Skipped| skipped.reason.is_problem() && !skipped.reason.is_judged();
    Ok(match arguments.target() {
        _ if skipped.iter().any(unread) && whole.members.is_empty() => COULD_NOT_RUN,
        _ if skipped.iter().any(unread) => LEFT,
        // What is only shown has not been done.
        Target::Diff if drafts.iter().any(Draft::is_changed) => LEFT,
        _ if ledger.has_left() => LEFT,
        _ => 0,
    })
}

/// Reads what the paths lead to; standard input was read before, for it can be read only once.
fn read(arguments: &Arguments, stdin: Option<&str>, keep: Keep<'_>) -> Result<Manifests> {
    let bar = Bar::new();
    let paths = arguments.files();
    let mut found = match paths.is_empty() {
        true => Manifests::default(),
        false => {
            // What is fixed is what is written, not what is made of it.
            let rendering = Rendering {
                off: true,
                ..Rendering::default()
            };
            manifests::read(&paths, keep, &rendering, &bar)?
        }
    };
    bar.finish();
    if let Some(text) = stdin {
        let piped = manifests::of_bytes(STDIN, text.as_bytes(), keep);
        found.objects.extend(piped.objects);
        found.stated.extend(piped.stated);
        found.skipped.extend(piped.skipped);
        found.files += 1;
    }
    Ok(found)
}

/// Says which digests were given for images that nothing runs.
fn warn_of_digests(arguments: &Arguments, whole: &Whole) {
    let workloads = whole.members.iter().filter_map(|it| it.object.workload());
    let containers = workloads.flat_map(|workload| &workload.pod.containers);
    let images: BTreeSet<&str> = containers.map(|container| &*container.image).collect();
    for image in arguments
        .digest
        .iter()
        .filter_map(|given| given.split_once(['=', '@']))
    {
        let image = image.0.trim();
        let is_pinned = |known: &&str| {
            let rest = known.strip_prefix(image);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
        };
        if !images.iter().any(is_pinned) {
            let message = format!(
                "--digest {image}: no container has this image; it is given as it is written there, with its tag"
            );
            output::complain("warning", &message);
        }
    }
}

/// Writes what was changed to where it was asked for.
fn write(
    arguments: &Arguments,
    drafts: &[Draft],
    ledger: &mut Ledger,
    stdin: Option<&str>,
) -> Result<()> {
    let changed = || drafts.iter().filter(|draft| draft.is_changed());
    match arguments.target() {
        Target::Diff => show(&changed().flat_map(Draft::files).collect::<Vec<_>>()),
        Target::Kustomize(folder) => kustomize::write(folder, drafts, ledger),
        Target::Files => {
            let files = changed().filter(|draft| draft.label() != STDIN);
            let files: Vec<Written<'_>> = files.flat_map(Draft::files).collect();
            for Written { path, .. } in &files {
                let is_locked = |data: std::fs::Metadata| data.permissions().readonly();
                if path.metadata().is_ok_and(is_locked) {
                    bail!(
                        "cannot write {}: it is read-only; nothing was written",
                        path.display()
                    );
                }
            }
            for written in &files {
                let name = written.path.display();
                let mut file = NewFile::create(&written.path)
                    .map_err(|error| anyhow::anyhow!("cannot write {name}: {error}"))?;
                file.write(&written.text())
                    .and_then(|()| file.finish())
                    .map_err(|error| anyhow::anyhow!("cannot write {name}: {error}"))?;
            }
            // A filter passes on what it was given, changed or not.
            let piped = drafts.iter().find(|draft| draft.label() == STDIN);
            match (piped, stdin) {
                (Some(draft), _) => output::print(&draft.after()),
                (None, Some(text)) => output::print(text),
                (None, None) => Ok(()),
            }
        }
    }
}

/// Shows what would be written, and where the diff applies if that is not here.
fn show(files: &[Written<'_>]) -> Result<()> {
    let base = diff::Base::of(files.iter().map(|written| &*written.path));
    let text: String = files
        .iter()
        .map(|written| diff::unified(written, &base))
        .collect();
    output::print(&text)?;
    if let Some(hint) = base.hint() {
        output::complain("diff", &hint);
    }
    Ok(())
}
