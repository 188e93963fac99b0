//! `make bench-peers`: `plimsoll check` beside its peers on the same files, by turns, in one run.
//!
//! Every run is a process of its own that starts from nothing; the files are in the page cache for all. What each says is
//! looked at once beforehand: a fast wrong answer is no figure.

#[path = "peers/answers.rs"]
mod answers;
#[path = "measure/figures.rs"]
mod figures;
#[allow(dead_code, reason = "how large a set of files is, it counts itself")]
#[path = "measure/files.rs"]
mod files;
#[path = "peers/input.rs"]
mod input;
#[path = "measure/machine.rs"]
mod machine;
#[path = "measure/parse_only.rs"]
mod parse_only;
#[allow(dead_code, reason = "what a run takes is counted by the kernel")]
#[path = "measure/process.rs"]
mod process;
#[path = "peers/report.rs"]
mod report;
#[path = "measure/run.rs"]
mod run;
#[path = "peers/schema.rs"]
mod schema;
#[path = "measure/spread.rs"]
mod spread;
#[path = "peers/tool.rs"]
mod tool;
#[path = "peers/turns.rs"]
mod turns;
#[path = "measure/verdicts.rs"]
mod verdicts;

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, ensure};
use clap::Parser;

use input::Input;
use report::Figures;
use tool::{Bench, Role, Tool};

/// How many Deployments there are, one a file, in each set of files.
const COUNTS: [usize; 4] = [1, 100, 1_000, 10_000];

/// Measures `plimsoll check` beside kube-score, kube-linter, Polaris, kubeconform, gator and Kyverno's command line.
///
/// Without `--bench`, which `cargo bench` passes, a hundred files are checked once by each, what they say is compared with what
/// is in the files, and no figure is written.
#[derive(Debug, Parser)]
struct Args {
    /// Measure in earnest.
    #[arg(long)]
    bench: bool,
    /// The program to measure.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_plimsoll"))]
    plimsoll: PathBuf,
    /// Where the peers are that can be built [default: what benches/peers/build.sh builds].
    #[arg(long)]
    peers: Option<PathBuf>,
    /// A folder of manifests as people publish them.
    #[arg(long, default_value = "../shared/corpus")]
    corpus: PathBuf,
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
    let scratch = figures::folder().join("peers");
    let peers = match &args.peers {
        Some(folder) => folder.clone(),
        None => build()?,
    };
    let schemas = scratch.join("schemas");
    schema::write(&peers.join("swagger.json"), &schemas)?;
    let bench = Bench {
        plimsoll: args.plimsoll.clone(),
        peers,
        rules: Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers"),
        schemas,
    };
    let (tools, missing) = bench.tools()?;
    for name in &missing {
        println!("{name} is not there: measured without it");
    }
    let counts: &[usize] = if args.bench { &COUNTS } else { &[100] };
    let mut measured = Figures::new(missing);
    for count in counts {
        let input = Input::generated(&scratch.join("deployments"), *count)?;
        // Those that take a minute for the most files were looked at on fewer.
        let patient = |tool: &&Tool| tool.role != Role::Other || *count <= 1_000;
        for tool in tools.iter().filter(patient) {
            answers::check(tool, &input)?;
        }
        if args.bench {
            measured.add(turns::rows(&tools, &input)?, &input, &tools);
        }
    }
    if args.bench {
        match Input::found(&args.corpus, &scratch.join("corpus"))? {
            Some(input) => {
                for tool in &tools {
                    if let Some(said) = answers::given_up(tool, &input)? {
                        measured.gave_up(tool, said);
                    }
                }
                measured.add(turns::rows(&tools, &input)?, &input, &tools);
            }
            None => println!(
                "{} is not there: measured without it",
                args.corpus.display()
            ),
        }
    }
    if !args.bench {
        println!("Every answer was right; run with --bench for figures");
        return Ok(());
    }
    measured.conclude(COUNTS[COUNTS.len() - 1], &tools);
    figures::write("peers.json", &measured)
}

/// Builds the peers that are not built yet; where they are.
fn build() -> Result<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/build.sh");
    let output = Command::new(&script)
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("starting {}", script.display()))?;
    ensure!(output.status.success(), "{} failed", script.display());
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}
