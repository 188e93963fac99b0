//! `make bench`: `plimsoll check` on ten thousand Deployments against only parsing them, by turns, in one run.
//!
//! Both are processes of their own that start from nothing each time; the files are in the page cache for both.

#[path = "measure/figures.rs"]
mod figures;
#[path = "measure/files.rs"]
mod files;
#[path = "measure/machine.rs"]
mod machine;
#[path = "measure/parse_only.rs"]
mod parse_only;
#[allow(dead_code, reason = "what a run takes is counted by the kernel")]
#[path = "measure/process.rs"]
mod process;
#[path = "check/report.rs"]
mod report;
#[path = "measure/run.rs"]
mod run;
#[path = "measure/spread.rs"]
mod spread;
#[path = "measure/verdicts.rs"]
mod verdicts;

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, ensure};
use clap::Parser;

use files::Files;
use run::Row;

/// Files that are checked, and how often.
const FILES: usize = 10_000;
const ROUNDS: usize = 25;

/// What `plimsoll check` ends with when it has findings.
const FINDINGS: i32 = 1;

/// Measures `plimsoll check` on 10,000 Deployments against only parsing them.
///
/// Without `--bench`, which `cargo bench` passes, a hundred files are checked once, the verdicts are compared and no figure
/// is written.
#[derive(Debug, Parser)]
struct Args {
    /// Measure in earnest.
    #[arg(long)]
    bench: bool,
    /// Measure only parsing against itself: what differs is noise.
    #[arg(long)]
    calibrate: bool,
    /// The program to measure.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_plimsoll"))]
    plimsoll: PathBuf,
    /// Only parse this folder; the benchmark starts itself with this.
    #[arg(long, hide = true)]
    parse_only: Option<PathBuf>,
}

fn main() -> ExitCode {
    if let Some(code) = run::measured() {
        return code;
    }
    let args = Args::parse();
    let done = match &args.parse_only {
        Some(folder) => parse_only::documents(folder).map(|documents| println!("{documents}")),
        None => measure(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(args: &Args) -> Result<()> {
    let (count, rounds) = if args.bench {
        (FILES, ROUNDS)
    } else {
        (100, 1)
    };
    let files = Files::generate(figures::folder().join("deployments"), count)?;

    // Both once beforehand: the answers are compared, and the files are in the page cache.
    let parsed = parse(&files.folder)?.output()?;
    let documents = String::from_utf8_lossy(&parsed.stdout);
    ensure!(
        documents.trim() == count.to_string(),
        "{count} documents were generated, only parsing found {documents}"
    );
    if !args.calibrate {
        let mut check = check(&args.plimsoll, &files.folder);
        let output = check
            .output()
            .with_context(|| format!("starting {check:?}"))?;
        ensure!(
            output.status.code() == Some(FINDINGS),
            "{check:?} ended with {} instead of exit status {FINDINGS}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        verdicts::compare(&output.stdout, &files).with_context(|| {
            let stderr = String::from_utf8_lossy(&output.stderr);
            format!("{check:?} gave wrong answers and said {:?}", stderr.trim())
        })?;
    }

    let subject = |round| {
        if args.calibrate {
            run::run("parse-only again", round, &parse(&files.folder)?, &[0])
        } else {
            let check = check(&args.plimsoll, &files.folder);
            run::run("check", round, &check, &[FINDINGS])
        }
    };
    let mut pairs: Vec<[Row; 2]> = Vec::new();
    for round in 0..rounds {
        let parse = || run::run("parse-only", round, &parse(&files.folder)?, &[0]);
        // By turns who is first: neither has the better half of every pair.
        pairs.push(if round % 2 == 0 {
            [parse()?, subject(round)?]
        } else {
            let subject = subject(round)?;
            [parse()?, subject]
        });
    }
    if !args.bench {
        println!("Every verdict was right; run with --bench for figures");
        return Ok(());
    }
    let measured = report::figures(&files, &pairs);
    if args.calibrate {
        return figures::write("check-parse-only-against-itself.json", &measured);
    }
    figures::write("check.json", &measured)
}

fn check(plimsoll: &Path, folder: &Path) -> Command {
    let mut command = Command::new(plimsoll);
    command.args(["check", "-o", "json"]).arg(folder);
    command
}

fn parse(folder: &Path) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--parse-only").arg(folder);
    Ok(command)
}
