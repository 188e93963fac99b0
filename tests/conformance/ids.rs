//! The checks of the three linters, as a table of their ids lists them: each is an alias of one of ours.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, ensure};
use plimsoll::checks;

/// The linters, in the order of the table's columns.
const PEERS: [&str; 3] = ["polaris", "kube-score", "kube-linter"];

/// How many ids the table has.
pub(crate) const IDS: usize = 146;

/// The ids that no check of ours has as an alias, and how many are one.
pub(crate) fn missing(table: &Path) -> anyhow::Result<(Vec<String>, usize)> {
    let text = std::fs::read_to_string(table).with_context(|| table.display().to_string())?;
    let ids = ids(&text);
    let path = table.display();
    ensure!(
        ids.len() == IDS,
        "{path}: {} ids of checks, {IDS} are expected",
        ids.len()
    );
    let known: BTreeSet<_> = checks::ALL.iter().flat_map(|check| check.aliases).collect();
    let (named, missing): (Vec<_>, Vec<_>) =
        (ids.into_iter()).partition(|id| known.contains(&id.as_str()));
    Ok((missing, named.len()))
}

/// Of the rows that begin with a number: what is written as code in the columns of the linters.
fn ids(text: &str) -> BTreeSet<String> {
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let is_row = cells.get(1)?.parse::<u32>().is_ok();
        is_row.then(|| cells.get(4..7).map(<[_]>::to_vec))?
    });
    let of_row = |cells: Vec<&str>| {
        let ids = PEERS.iter().zip(cells).flat_map(|(peer, cell)| {
            let code = cell.split('`').skip(1).step_by(2);
            code.map(|id| format!("{peer}/{id}")).collect::<Vec<_>>()
        });
        ids.collect::<Vec<_>>()
    };
    rows.flat_map(of_row).collect()
}
