//! The tables on the terminal, and the figures for whoever keeps them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    input::Input,
    machine,
    run::Row,
    spread::Spread,
    tool::{Role, Tool},
};

/// What stands in `target/bench/peers.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    /// The fastest peer's time over ours.
    wall_ratio_fastest_peer: Option<f64>,
    /// Our memory over the leanest peer's.
    memory_ratio_leanest_peer: Option<f64>,
    /// Our time over that of only parsing, round by round.
    wall_ratio_parse_only: Option<f64>,
    /// What they should be.
    targets: BTreeMap<&'static str, Target>,
    /// How many files the ratios are of.
    files: usize,
    fastest_peer: Option<&'static str>,
    leanest_peer: Option<&'static str>,
    /// Peers that were not there to be measured.
    missing: Vec<&'static str>,
    /// Tools that gave up on the corpus, and what they said: how long they took until then says nothing.
    gave_up: BTreeMap<&'static str, String>,
    /// Cores that others kept busy, on average.
    other_cores: f64,
    /// Medians, by set of files and tool.
    medians: BTreeMap<String, BTreeMap<&'static str, Median>>,
    rows: Vec<Measured>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Target {
    AtLeast(f64),
    AtMost(f64),
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Median {
    wall_seconds: f64,
    cpu_seconds: f64,
    peak_mib: f64,
    runs: usize,
}

/// A run, and on which files.
#[derive(Debug, Serialize)]
struct Measured {
    input: String,
    #[serde(flatten)]
    row: Row,
}

impl Figures {
    /// None yet.
    pub(crate) fn new(missing: Vec<&'static str>) -> Self {
        Self {
            wall_ratio_fastest_peer: None,
            memory_ratio_leanest_peer: None,
            wall_ratio_parse_only: None,
            targets: BTreeMap::from([
                ("wall_ratio_fastest_peer", Target::AtLeast(20.0)),
                ("memory_ratio_leanest_peer", Target::AtMost(0.25)),
                ("wall_ratio_parse_only", Target::AtMost(2.0)),
            ]),
            files: 0,
            fastest_peer: None,
            leanest_peer: None,
            missing,
            gave_up: BTreeMap::new(),
            other_cores: 0.0,
            medians: BTreeMap::new(),
            rows: Vec::new(),
        }
    }

    /// Takes the runs on one set of files, and prints them.
    pub(crate) fn add(&mut self, rows: Vec<Row>, input: &Input, tools: &[Tool]) {
        println!(
            "\n{}: {} files, {:.1} MB",
            input.name,
            input.files.len(),
            input.bytes as f64 / 1e6
        );
        println!(
            "{:<12}{:>5}{:>28}{:>28}{:>24}{:>10}",
            "", "runs", "wall ms", "CPU ms", "peak MiB", "wall ×"
        );
        let medians = self.medians.entry(input.name.clone()).or_default();
        for tool in tools {
            let own: Vec<&Row> = rows.iter().filter(|row| row.target == tool.name).collect();
            let spread = |figure: fn(&Row) -> f64| Spread::of(own.iter().map(|row| figure(row)));
            let wall = spread(|row| row.usage.wall_seconds * 1e3);
            let cpu = spread(|row| row.usage.cpu_seconds * 1e3);
            let peak = spread(|row| row.usage.peak_kib as f64 / 1024.0);
            let median = Median {
                wall_seconds: wall.median / 1e3,
                cpu_seconds: cpu.median / 1e3,
                peak_mib: peak.median,
                runs: own.len(),
            };
            medians.insert(tool.name, median);
            let times = medians
                .get("plimsoll")
                .map_or(1.0, |plimsoll| median.wall_seconds / plimsoll.wall_seconds);
            println!(
                "{:<12}{:>5}{wall:>28.1}{cpu:>28.1}{peak:>24.1}{times:>10.2}",
                tool.name,
                own.len()
            );
        }
        self.rows.extend(rows.into_iter().map(|row| Measured {
            input: input.name.clone(),
            row,
        }));
    }

    /// Notes that a tool gave up on the corpus, and prints it.
    pub(crate) fn gave_up(&mut self, tool: &Tool, said: String) {
        println!("{} gave up on the corpus: {said}", tool.name);
        self.gave_up.insert(tool.name, said);
    }

    /// Draws the ratios from the runs on so many generated files, and prints them beside their targets.
    pub(crate) fn conclude(&mut self, files: usize, tools: &[Tool]) {
        let name = files.to_string();
        self.files = files;
        self.other_cores = {
            let all = self.rows.iter().map(|measured| measured.row.other_cores);
            all.sum::<f64>() / self.rows.len().max(1) as f64
        };
        if let Some(medians) = self.medians.get(&name) {
            let peers = tools.iter().filter(|tool| tool.role == Role::Peer);
            let peers = peers.filter_map(|tool| Some((tool.name, medians.get(tool.name)?)));
            let least = |figure: fn(&Median) -> f64| {
                let figures = peers.clone().map(|(name, median)| (name, figure(median)));
                figures.min_by(|one, other| one.1.total_cmp(&other.1))
            };
            if let Some(own) = medians.get("plimsoll") {
                let fastest = least(|median| median.wall_seconds);
                let leanest = least(|median| median.peak_mib);
                self.fastest_peer = fastest.map(|(name, _)| name);
                self.leanest_peer = leanest.map(|(name, _)| name);
                self.wall_ratio_fastest_peer = fastest.map(|(_, wall)| wall / own.wall_seconds);
                self.memory_ratio_leanest_peer = leanest.map(|(_, peak)| own.peak_mib / peak);
            }
        }
        self.wall_ratio_parse_only = self.parse_only(&name);
        println!();
        for (name, ratio, peer) in [
            (
                "wall_ratio_fastest_peer",
                self.wall_ratio_fastest_peer,
                self.fastest_peer,
            ),
            (
                "memory_ratio_leanest_peer",
                self.memory_ratio_leanest_peer,
                self.leanest_peer,
            ),
            ("wall_ratio_parse_only", self.wall_ratio_parse_only, None),
        ] {
            let target = match self.targets.get(name) {
                Some(Target::AtLeast(target)) => format!("at least {target}"),
                Some(Target::AtMost(target)) => format!("at most {target}"),
                None => String::new(),
            };
            let ratio = ratio.map_or("not measured".to_owned(), |ratio| format!("{ratio:.3}"));
            let peer = peer.map(|peer| format!("; {peer}")).unwrap_or_default();
            println!("{name:<28}{ratio:>14}   (target: {target}{peer})");
        }
        machine::print_others(self.other_cores);
    }

    /// Round by round: what slows a moment down slows both.
    fn parse_only(&self, input: &str) -> Option<f64> {
        let walls = |target: &str| -> Vec<f64> {
            let rows = self.rows.iter().filter(|row| row.input == input);
            let rows = rows.filter(|row| row.row.target == target);
            rows.map(|row| row.row.usage.wall_seconds).collect()
        };
        let (own, parse) = (walls("plimsoll"), walls("parse-only"));
        let ratios: Vec<f64> = own
            .iter()
            .zip(&parse)
            .map(|(own, parse)| own / parse)
            .collect();
        (!ratios.is_empty()).then(|| Spread::of(ratios).median)
    }
}
