//! `plimsoll completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, output};

/// Arguments of `plimsoll completions`.
#[derive(Args)]
#[command(after_help = "For example, in ~/.bashrc: source <(plimsoll completions bash)")]
pub(super) struct Arguments {
    /// For which shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints a shell's completions.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    let mut command = Cli::command();
    clap_complete::generate(arguments.shell, &mut command, "plimsoll", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(0)
}
