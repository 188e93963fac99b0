//! `plimsoll explain`.

use clap::Args;

use super::{lookup, output, terminal};
use crate::render::explain;

/// Arguments of `plimsoll explain`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The check's id; `plimsoll checks` lists them.
    id: String,
}

/// Explains a check.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let check = lookup::check(&arguments.id)?;
    let text = explain::explain(check, terminal::palette(), terminal::reading_width());
    output::print(&text)?;
    Ok(0)
}
