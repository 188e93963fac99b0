//! `plimsoll man`.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::file::NewFile;
use super::{Cli, output};

/// Arguments of `plimsoll man`.
#[derive(Args)]
pub(super) struct Arguments {
    /// Write a page for every command into this folder, rather than the first page to standard output.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

/// Prints the manual.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &arguments.to else {
        output::print(&page(&Man::new(command))?)?;
        return Ok(0);
    };
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for command in all(command) {
        let man = Man::new(command);
        let path = folder.join(man.get_filename());
        let text = page(&man)?;
        let written = NewFile::create(&path).and_then(|mut file| {
            file.write(&text)?;
            file.finish()
        });
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(0)
}

/// A command and everything below it.
fn all(command: Command) -> Vec<Command> {
    let below = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set());
    let mut found: Vec<_> = below.cloned().flat_map(all).collect();
    found.insert(0, command);
    found
}

fn page(man: &Man) -> anyhow::Result<String> {
    let mut page = Vec::new();
    man.render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
