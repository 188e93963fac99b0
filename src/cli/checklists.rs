//! `plimsoll checklists`.

mod written;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};

use super::{output, terminal};
use crate::checklist::{Checklist, Checklists};
use crate::manifests::nearest;
use crate::render::checklists;

/// Something is wrong with a checklist.
const WRONG: u8 = 1;

/// Arguments of `plimsoll checklists`.
#[derive(Args)]
#[command(after_help = "Exit code: 0 well, 1 a checklist of --file is wrong, 2 could not run.")]
pub(super) struct Arguments {
    /// The checklist to print; without a name, all of them are listed.
    name: Option<String>,

    /// How to write it: yaml is what a team copies to make a checklist of its own.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,

    /// Look at the ReadinessChecklists of this file (- for standard input) instead of the built-in ones, and say what is wrong
    /// with them.
    #[arg(short, long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs: see docs/cli.md.
    Json,
    /// The ReadinessChecklist.
    Yaml,
    /// A document.
    Markdown,
}

/// A checklist, and the YAML that it is written in.
struct Source {
    checklist: Arc<Checklist>,
    yaml: String,
}

/// Lists checklists, prints one, or checks those of a file.
pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let sources = if arguments.files.is_empty() {
        built_in()
    } else {
        let read = written::read(&arguments.files)?;
        for problem in &read.problems {
            output::complain("error", problem);
        }
        if !read.problems.is_empty() {
            return Ok(WRONG);
        }
        read.sources
    };
    match &arguments.name {
        Some(name) => one(find(name, &sources)?, arguments.output),
        None => all(&sources, arguments.output),
    }
}

fn built_in() -> Vec<Source> {
    let all = Checklists::built_in().iter();
    let source = |checklist: &Arc<Checklist>| {
        Some(Source {
            yaml: Checklists::source(&checklist.name)?.to_owned(),
            checklist: checklist.clone(),
        })
    };
    all.filter_map(source).collect()
}

fn find<'a>(name: &str, sources: &'a [Source]) -> Result<&'a Source> {
    let names = || sources.iter().map(|source| &*source.checklist.name);
    sources
        .iter()
        .find(|source| *source.checklist.name == *name)
        .ok_or_else(|| {
            let meant = nearest(name, names()).map(|meant| format!("did you mean `{meant}`? "));
            let all: Vec<_> = names().collect();
            anyhow!(
                "no checklist has the name `{name}`; {}there are {}",
                meant.unwrap_or_default(),
                all.join(", ")
            )
        })
}

fn one(source: &Source, format: Format) -> Result<u8> {
    let checklist = &source.checklist;
    let text = match format {
        Format::Table => {
            checklists::table(checklist, terminal::palette(), terminal::reading_width())
        }
        Format::Json => checklists::json(checklist),
        Format::Yaml => source.yaml.clone(),
        Format::Markdown => checklists::markdown(checklist),
    };
    output::print(&text)?;
    Ok(0)
}

fn all(sources: &[Source], format: Format) -> Result<u8> {
    let list: Vec<&Checklist> = sources.iter().map(|source| &*source.checklist).collect();
    let text = match format {
        Format::Table => checklists::table_list(&list, terminal::palette()),
        Format::Json => checklists::json_list(&list),
        Format::Yaml => {
            let texts: Vec<_> = sources.iter().map(|source| source.yaml.as_str()).collect();
            texts.join("---\n")
        }
        Format::Markdown => checklists::markdown_list(&list),
    };
    if list.is_empty() {
        bail!("no ReadinessChecklist is given");
    }
    output::print(&text)?;
    Ok(0)
}
