//! `plimsoll checks`.

use clap::{Args, ValueEnum};

use super::{output, terminal};
use crate::checks;
use crate::render::catalogue;

/// Arguments of `plimsoll checks`.
#[derive(Args)]
pub(super) struct Arguments {
    /// How to write it.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// Lists the checks.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let text = match arguments.output {
        Format::Table => {
            let width = terminal::width().unwrap_or(usize::MAX);
            catalogue::table(checks::ALL, terminal::palette(), width)
        }
        Format::Json => catalogue::json(checks::ALL),
    };
    output::print(&text)?;
    Ok(0)
}
