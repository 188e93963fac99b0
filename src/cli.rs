//! The command line.
//!
//! Every command reads its arguments, does its work and answers with an exit code; nothing here ends the process.

mod attest;
mod check;
mod checklist;
mod checklists;
mod checks;
mod cluster;
mod completions;
mod explain;
mod file;
mod fix;
mod gate;
mod generate;
mod lookup;
mod man;
mod migrate;
mod operator;
mod output;
mod policies;
mod progress;
mod release;
mod terminal;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

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
    /// Attest items of a launch, sign it, approve an exception, or list what waits for you.
    Attest(attest::Arguments),
    /// Fill in the checklists of an application: what passes and by what, what is open and what to do.
    Checklist(checklist::Arguments),
    /// List the built-in checklists, print one, or check one of your own.
    Checklists(checklists::Arguments),
    /// Print what completes commands and options in a shell.
    Completions(completions::Arguments),
    /// Explain a check, a line of a checklist or a piece of evidence.
    Explain(explain::Arguments),
    /// Make checks pass by the smallest changes to manifests: shown as a diff, or written.
    Fix(Box<fix::Arguments>),
    /// A launch's verdict as an exit code, for pipelines.
    Gate(gate::Arguments),
    /// Print what is derived from the code: definitions, permissions, manifests, the catalogue.
    Generate(generate::Arguments),
    /// Print the manual, or write its pages into a folder.
    Man(man::Arguments),
    /// Translate what kube-linter, Polaris and kube-score are configured with.
    Migrate(migrate::Arguments),
    /// Run in a cluster: reports, admission, metrics.
    Operator(operator::Arguments),
}

impl Command {
    fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Check(arguments) => check::run(&arguments),
            Self::Attest(arguments) => attest::run(&arguments),
            Self::Checklist(arguments) => checklist::run(&arguments),
            Self::Checklists(arguments) => checklists::run(&arguments),
            Self::Checks(arguments) => checks::run(&arguments),
            Self::Completions(arguments) => completions::run(&arguments),
            Self::Explain(arguments) => explain::run(&arguments),
            Self::Fix(arguments) => fix::run(&arguments),
            Self::Gate(arguments) => gate::run(&arguments),
            Self::Generate(arguments) => generate::run(&arguments),
            Self::Man(arguments) => man::run(&arguments),
            Self::Migrate(arguments) => migrate::run(&arguments),
            Self::Operator(arguments) => operator::run(arguments),
        }
    }
}

/// The name by which kubectl finds the command as a plugin: `kubectl plimsoll`.
const PLUGIN: &str = "kubectl-plimsoll";

/// Reads the arguments. What is said of them names the command as it was called.
fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let program = arguments
        .first()
        .map(|name| Path::new(name).file_stem().unwrap_or_default());
    let mut command = Cli::command();
    if program.is_some_and(|name| name == PLUGIN) {
        command = command.name(PLUGIN).bin_name("kubectl plimsoll");
    }
    let mut matches = command.clone().try_get_matches_from(arguments)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Runs the command that the arguments ask for. The first argument is the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match parse(&arguments) {
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
