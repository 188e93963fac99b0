//! The table on the terminal, and the figures for whoever keeps them.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::{
    machine,
    rounds::{Figure, Outcome, Row},
    target::Target,
};

/// What stands in `target/bench/webhook.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    throughput_ratio: f64,
    p99_ratio: f64,
    cpu_ratio: f64,
    /// Of the three ratios, see `Spread::confidence`.
    confidence_95: BTreeMap<&'static str, [f64; 2]>,
    /// After the last round, by target.
    rss_mib: BTreeMap<&'static str, f64>,
    peak_rss_mib: BTreeMap<&'static str, f64>,
    workloads_cached: usize,
    /// Cores that others kept busy while the three ratios were measured, on average.
    other_cores: f64,
    rows: Vec<Row>,
}

const THROUGHPUT: &str = "throughput_ratio";
const P99: &str = "p99_ratio";
const CPU: &str = "cpu_ratio";

const COLUMNS: [(&str, Figure); 5] = [
    ("reviews/s", |row| row.rps),
    ("p50 µs", |row| row.p50_us),
    ("p99 µs", |row| row.p99_us),
    ("CPU µs/review", |row| row.cpu_us_per_review),
    ("RSS MiB", |row| row.rss_kib as f64 / 1024.0),
];

/// One scenario: median (least..greatest) of the rounds of each target, and of the ratios.
pub(crate) fn print(outcome: &Outcome) {
    let scenario = &outcome.scenario;
    println!(
        "\n{} ({} bytes), {}, {} connection{} with {} in flight on each; {} rounds of {} s each",
        scenario.body.name(),
        outcome.bytes,
        scenario.protocol.name(),
        scenario.connections,
        if scenario.connections == 1 { "" } else { "s" },
        scenario.streams,
        scenario.rounds,
        scenario.seconds,
    );
    print!("{:<12}", "");
    for (heading, _) in COLUMNS {
        print!("{heading:>24}");
    }
    println!();
    for (side, row) in outcome.pairs[0].iter().enumerate() {
        print!("{:<12}", row.target);
        for (_, figure) in COLUMNS {
            print!("{:>24}", outcome.spread(side, figure));
        }
        println!();
    }
    print!("{:<12}", "ratio");
    for (_, figure) in COLUMNS {
        print!("{:>24.2}", outcome.ratio(figure));
    }
    println!();
}

impl Figures {
    /// The first outcome is the one whose ratios count.
    pub(crate) fn of(
        outcomes: &[Outcome],
        targets: &[Target; 2],
        workloads_cached: usize,
    ) -> Result<Self> {
        let primary = outcomes.first().context("no scenario was measured")?;
        let throughput = primary.ratio(|row| row.rps);
        let p99 = primary.ratio(|row| row.p99_us);
        let cpu = primary.ratio(|row| row.cpu_us_per_review);
        let mut rss_mib = BTreeMap::new();
        let mut peak_rss_mib = BTreeMap::new();
        for target in targets {
            let (now, peak) = target.memory()?;
            rss_mib.insert(target.name, now as f64 / 1024.0);
            peak_rss_mib.insert(target.name, peak as f64 / 1024.0);
        }
        Ok(Self {
            throughput_ratio: throughput.median,
            p99_ratio: p99.median,
            cpu_ratio: cpu.median,
            confidence_95: BTreeMap::from([
                (THROUGHPUT, throughput.confidence),
                (P99, p99.confidence),
                (CPU, cpu.confidence),
            ]),
            rss_mib,
            peak_rss_mib,
            workloads_cached,
            other_cores: primary.others(),
            rows: outcomes
                .iter()
                .flat_map(|outcome| outcome.pairs.iter().flatten().cloned())
                .collect(),
        })
    }

    /// The ratios that count, and the memory.
    pub(crate) fn print(&self) {
        println!();
        let ratios = [
            (THROUGHPUT, self.throughput_ratio),
            (P99, self.p99_ratio),
            (CPU, self.cpu_ratio),
        ];
        for (name, ratio) in ratios {
            let [low, high] = self.confidence_95[name];
            println!("{name:<18}{ratio:>6.3}  ({low:.3}..{high:.3} with 95 % confidence)");
        }
        for (name, now) in &self.rss_mib {
            let peak = self.peak_rss_mib[name];
            println!("{name:<18}{now:>6.1}  MiB resident at the end, {peak:.1} at most");
        }
        machine::print_others(self.other_cores);
    }
}
