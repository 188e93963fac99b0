//! `make bench`: Plimsoll's webhook against one that decodes the review and says yes, over the same TLS and HTTP stack, under the
//! same load, by turns, in one run.
//!
//! Only the ratios mean something beyond the machine and the hour. Both webhooks are processes of their own; the load generator shares the
//! cores with them, so throughput is a lower bound for both and CPU time per review the sturdier figure.

#[path = "webhook/body.rs"]
mod body;
#[path = "webhook/child.rs"]
mod child;
#[path = "webhook/client.rs"]
mod client;
#[path = "measure/figures.rs"]
mod figures;
#[path = "webhook/identity.rs"]
mod identity;
#[path = "webhook/load.rs"]
mod load;
#[path = "measure/machine.rs"]
mod machine;
#[path = "webhook/null.rs"]
mod null;
#[path = "measure/process.rs"]
mod process;
#[path = "webhook/report.rs"]
mod report;
#[path = "webhook/rounds.rs"]
mod rounds;
#[path = "webhook/scenario.rs"]
mod scenario;
#[path = "measure/spread.rs"]
mod spread;
#[path = "webhook/subject.rs"]
mod subject;
#[path = "webhook/target.rs"]
mod target;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use child::Webhook;
use identity::Identity;
use scenario::SCENARIOS;
use target::Target;

/// Where both webhooks are asked.
const PATH: &str = "/validate";

/// Workloads in the cache of the webhook under test.
const WORKLOADS: usize = 10_000;

/// Measures Plimsoll's webhook against one that says yes to everything.
///
/// Without `--bench`, which `cargo bench` passes, every scenario runs for a moment only: the verdicts are checked and no
/// figure is written.
#[derive(Debug, Parser)]
struct Args {
    /// Measure in earnest.
    #[arg(long)]
    bench: bool,
    /// Measure the null webhook against itself: what differs is noise.
    #[arg(long)]
    calibrate: bool,
    /// Be one of the webhooks; the benchmark starts itself with this.
    #[arg(long, hide = true)]
    serve: Option<Webhook>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match args.serve {
        Some(webhook) => child::serve(webhook),
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
    let identity = Identity::new()?;
    let (name, webhook, cached) = if args.calibrate {
        ("null again", Webhook::Null, 0)
    } else {
        ("plimsoll", Webhook::Plimsoll, WORKLOADS)
    };
    let targets = [
        Target::spawn("null", Webhook::Null, &identity, 0)?,
        Target::spawn(name, webhook, &identity, cached)?,
    ];

    // One thread: what the load generator does not use is the webhooks' to have.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut outcomes = Vec::new();
    for mut scenario in SCENARIOS {
        if !args.bench {
            scenario.rounds = 1;
            scenario.seconds = 0.1;
        }
        let outcome = runtime.block_on(rounds::run(scenario, &targets, &identity, cached))?;
        report::print(&outcome);
        outcomes.push(outcome);
    }
    let measured = report::Figures::of(&outcomes, &targets, cached)?;
    if !args.bench {
        println!("\nEvery verdict was right; run with --bench for figures");
        return Ok(());
    }
    measured.print();
    if args.calibrate {
        return figures::write("webhook-null-against-null.json", &measured);
    }
    figures::write("webhook.json", &measured)
}
