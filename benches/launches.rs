//! `make bench-launches`: what a thousand launches of both long checklists cost the operator, on a real control plane.
//!
//! ```text
//!  applications run ──► operator ──► memory without launches
//!                          │ launches, attestations
//!                          ▼
//!                       settled ──► five minutes in which nothing changes: CPU, writes, questions to Prometheus
//!                          │ restart
//!                          ▼
//!                       settled ──► memory, and again no writes
//!
//!  the same snapshot, in this process ──► the time that one judgement takes
//! ```
//!
//! The operator is the program that is shipped, under the permissions that it is shipped with. Prometheus is a stub that answers each
//! question with as many samples as a real server would: what it costs to answer is not of interest here, what it costs to ask is.

#[path = "launches/cluster.rs"]
mod cluster;
#[path = "measure/figures.rs"]
mod figures;
#[path = "launches/fleet.rs"]
mod fleet;
#[path = "launches/judgement.rs"]
mod judgement;
#[path = "measure/machine.rs"]
mod machine;
#[path = "launches/operator.rs"]
mod operator;
#[path = "launches/people.rs"]
mod people;
#[allow(
    dead_code,
    reason = "the measured window needs no more than the processor times and the memory of one process"
)]
#[path = "measure/process.rs"]
mod process;
#[path = "launches/report.rs"]
mod report;
#[path = "launches/stub.rs"]
mod stub;
#[allow(dead_code, reason = "the tests on a cluster ask more of it")]
#[path = "../tests/cluster/testbed.rs"]
mod testbed;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Parser;

use cluster::Cluster;
use fleet::Fleet;
use report::{Figures, Restart, Start};
use stub::Stub;

/// The checklists of every launch.
const CHECKLISTS: [&str; 2] = ["ai-agent", "production-deployment"];

/// Measures what launches of both long checklists cost the operator.
///
/// Without `--bench`, which `cargo bench` passes, ten launches are looked at for a moment and no figure is written.
#[derive(Debug, Parser)]
struct Args {
    /// Measure in earnest.
    #[arg(long)]
    bench: bool,
    /// How many namespaces there are.
    #[arg(long, default_value_t = 100)]
    namespaces: usize,
    /// How many launches there are in each.
    #[arg(long, default_value_t = 10)]
    launches: usize,
    /// For how many seconds nothing changes. All launches are judged again in the course of some 330, and all questions asked again
    /// in the course of 300.
    #[arg(long, default_value_t = 360)]
    seconds: u64,
}

fn main() -> ExitCode {
    let mut args = Args::parse();
    if !args.bench {
        (args.namespaces, args.launches, args.seconds) = (2, 5, 10);
    }
    match measure(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(args: &Args) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let stub = Stub::start(&runtime)?;
    let fleet = Fleet {
        namespaces: args.namespaces,
        launches: args.launches,
    };
    let cluster = Cluster::install(&fleet, &stub, &runtime)?;

    let operator = cluster.operator(&stub)?;
    if args.bench {
        cluster.aged()?;
    }
    operator.settled(None)?;
    let without = operator.memory()?;
    println!("{:.1} MiB resident without launches", mib(without.0));

    // The first one has the checklists compiled and what they look at watched, once for all.
    let names = fleet.names();
    let (first, others) = names.split_at(1);
    cluster.launch(first, &runtime)?;
    operator.settled(Some(first.len()))?;
    let with_one = operator.memory()?;
    println!("{:.1} MiB resident with one", mib(with_one.0));

    let since = cluster.mark()?;
    let judgements = operator.metric("plimsoll_launch_judgements_total");
    let (begun, cpu) = (Instant::now(), operator.cpu()?);
    cluster.launch(others, &runtime)?;
    operator.settled(Some(fleet.count()))?;
    let start = Start {
        settled_seconds: begun.elapsed().as_secs_f64(),
        status_writes: cluster.writes(since)?.len(),
        judgements: operator.metric("plimsoll_launch_judgements_total") - judgements,
        cpu_seconds: (operator.cpu()? - cpu).as_secs_f64(),
        memory: operator.memory()?,
    };

    let steady = operator.steady(&cluster, Duration::from_secs(args.seconds))?;
    let memory = operator.memory()?;
    operator.end();

    println!("Starting the operator anew");
    let since = cluster.mark()?;
    let begun = Instant::now();
    let operator = cluster.operator(&stub)?;
    operator.settled(Some(fleet.count()))?;
    let restart = Restart {
        settled_seconds: begun.elapsed().as_secs_f64(),
        cpu_seconds: operator.cpu()?.as_secs_f64(),
        writes: cluster.writes(since)?,
        memory: operator.memory()?,
    };
    operator.end();

    let judgement = judgement::measure(&cluster, &runtime, args.bench)?;
    let figures = Figures {
        fleet,
        without,
        with_one,
        start,
        steady,
        memory,
        restart,
        judgement,
    };
    let table = figures.table();
    table.print();
    ensure!(
        table.writes == 0,
        "something was written though nothing changed: {:#?}",
        table.written
    );
    if args.bench {
        figures::write("launches.json", &table)?;
    }
    Ok(())
}

/// KiB in MiB.
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
