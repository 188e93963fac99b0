//! The table on the terminal, and the figures for whoever keeps them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{files::Files, machine, run::Row, spread::Spread};

/// What stands in `target/bench/check.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    wall_ratio_parse_only: f64,
    cpu_ratio_parse_only: f64,
    /// Of the two ratios, see `Spread::confidence`.
    confidence_95: BTreeMap<&'static str, [f64; 2]>,
    /// Medians, by target.
    wall_seconds: BTreeMap<&'static str, f64>,
    peak_mib: BTreeMap<&'static str, f64>,
    files: usize,
    bytes: usize,
    /// Cores that others kept busy, on average.
    other_cores: f64,
    rows: Vec<Row>,
}

type Figure = fn(&Row) -> f64;

const COLUMNS: [(&str, Figure); 3] = [
    ("wall ms", |row| row.usage.wall_seconds * 1e3),
    ("CPU ms", |row| row.usage.cpu_seconds * 1e3),
    ("peak MiB", |row| row.usage.peak_kib as f64 / 1024.0),
];

/// Prints both targets, median (least..greatest) of the rounds, and the ratios round by round.
pub(crate) fn figures(files: &Files, pairs: &[[Row; 2]]) -> Figures {
    println!(
        "\n{} files, {:.1} MB; {} rounds",
        files.count,
        files.bytes as f64 / 1e6,
        pairs.len()
    );
    print!("{:<18}", "");
    for (heading, _) in COLUMNS {
        print!("{heading:>28}");
    }
    println!();
    let spread =
        |side: usize, figure: Figure| Spread::of(pairs.iter().map(|pair| figure(&pair[side])));
    let ratio = |figure: Figure| {
        Spread::of(
            pairs
                .iter()
                .map(|[parse, check]| figure(check) / figure(parse)),
        )
    };
    let names = [pairs[0][0].target, pairs[0][1].target];
    for (side, name) in names.iter().enumerate() {
        print!("{name:<18}");
        for (_, figure) in COLUMNS {
            print!("{:>28}", spread(side, figure));
        }
        println!();
    }
    print!("{:<18}", "ratio");
    for (_, figure) in COLUMNS {
        print!("{:>28.2}", ratio(figure));
    }
    println!();

    let [(_, wall), (_, cpu), (_, peak)] = COLUMNS;
    let by_target = |figure: Figure, unit: f64| {
        let median = |side: usize| spread(side, figure).median / unit;
        BTreeMap::from([(names[0], median(0)), (names[1], median(1))])
    };
    let [low, high] = ratio(wall).confidence;
    println!(
        "\nwall_ratio_parse_only {:.3}  ({low:.3}..{high:.3} with 95 % confidence)",
        ratio(wall).median
    );
    let rows = pairs.as_flattened();
    let other_cores = rows.iter().map(|row| row.other_cores).sum::<f64>() / rows.len() as f64;
    machine::print_others(other_cores);
    Figures {
        wall_ratio_parse_only: ratio(wall).median,
        cpu_ratio_parse_only: ratio(cpu).median,
        confidence_95: BTreeMap::from([
            ("wall_ratio_parse_only", ratio(wall).confidence),
            ("cpu_ratio_parse_only", ratio(cpu).confidence),
        ]),
        wall_seconds: by_target(wall, 1e3),
        peak_mib: by_target(peak, 1.0),
        files: files.count,
        bytes: files.bytes,
        other_cores,
        rows: rows.to_vec(),
    }
}
