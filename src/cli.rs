//! The command line.
//!
//! Every command reads its arguments, does its work and answers with an exit code; nothing here ends the process.

mod check;
mod checks;
mod explain;
mod generate;
mod lookup;
mod operator;
mod output;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// It could not run: arguments, files or policies are wrong.
const COULD_NOT_RUN: u8 = 2;

/// The production-readiness checklist for Kubernetes that fills itself in, enforces itself, and says when a service may
/// go live.
#[derive(Parser)]
#[command(name = "plimsoll", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge manifests: no cluster is needed.
    Check(check::Arguments),
    /// List the checks.
    Checks(checks::Arguments),
    /// Explain a check: why it is there, what to do, what fails and what passes.
    Explain(explain::Arguments),
    /// Print what is derived from the code: definitions, permissions, manifests, the catalogue.
    Generate(generate::Arguments),
    /// Run in a cluster: reports, admission, metrics.
    Operator(operator::Arguments),
}

impl Command {
    fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Check(arguments) => check::run(&arguments),
            Self::Checks(arguments) => checks::run(&arguments),
            Self::Explain(arguments) => explain::run(&arguments),
            Self::Generate(arguments) => generate::run(&arguments),
            Self::Operator(arguments) => operator::run(arguments),
        }
    }
}

/// Runs the command that the arguments ask for. The first argument is the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(message) => {
            // Help and version are messages as well. Where they cannot be printed, nobody reads them.
            let _ = message.print();
            return ExitCode::from(if message.use_stderr() {
                COULD_NOT_RUN
            } else {
                0
            });
        }
    };
    let code = cli.command.run().unwrap_or_else(|error| {
        output::complain("error", &error);
        COULD_NOT_RUN
    });
    ExitCode::from(code)
}
