//! `plimsoll explain`.

use clap::Args;

use super::{lookup, output, terminal};
use crate::render::explain;

/// Arguments of `plimsoll explain`.
#[derive(Args)]
pub(super) struct Arguments {
    /// A check's id (`plimsoll checks` lists them) or what another tool calls it (`polaris/hostIPCSet`), a line of a checklist as CHECKLIST:ID, or evidence/NAME.
    #[arg(value_name = "ID")]
    id: String,
}

/// Explains a check, a line of a checklist or a piece of evidence.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let (palette, width) = (terminal::palette(), terminal::reading_width());
    let text = if let Some(name) = arguments.id.strip_prefix("evidence/") {
        let (name, piece) = lookup::evidence(name)?;
        explain::evidence(name, piece, palette, width)
    } else if arguments.id.contains(':') {
        let (checklist, item) = lookup::item(&arguments.id)?;
        explain::item(checklist, item, palette, width)
    } else {
        let checks = lookup::called(&arguments.id)?.into_iter();
        let texts: Vec<_> = checks
            .map(|check| explain::explain(check, palette, width))
            .collect();
        texts.join("\n")
    };
    output::print(&text)?;
    Ok(0)
}
