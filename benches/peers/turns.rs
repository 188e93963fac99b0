//! Who runs when: by turns, each as often as it is quick.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{
    input::Input,
    run::{self, Row},
    tool::{Role, Tool},
};

/// How long one tool may take for one set of files.
const PATIENCE: Duration = Duration::from_secs(40);

/// No more rounds than these, and no fewer, however long one takes.
const MOST: usize = 25;
const LEAST: usize = 3;

/// Those that are not compared with need no median.
const LEAST_OF_OTHERS: usize = 1;

/// Runs of every tool on these files. The one that begins a round is another one each time.
pub(crate) fn rows(tools: &[Tool], input: &Input) -> Result<Vec<Row>> {
    let mut taken = vec![Duration::ZERO; tools.len()];
    let mut rows = Vec::new();
    for round in 0..MOST {
        let mut runs = 0;
        for place in 0..tools.len() {
            let at = (place + round) % tools.len();
            let tool = &tools[at];
            let least = match tool.role {
                Role::Other => LEAST_OF_OTHERS,
                _ => LEAST,
            };
            // As long as the rounds until now took, the next one is expected to take.
            let expected = taken[at] + taken[at].checked_div(round as u32).unwrap_or_default();
            if round >= least && expected > PATIENCE {
                continue;
            }
            let start = Instant::now();
            rows.push(run::run(
                tool.name,
                round,
                &tool.command(input),
                &tool.exits,
            )?);
            taken[at] += start.elapsed();
            runs += 1;
        }
        if runs == 0 {
            break;
        }
    }
    Ok(rows)
}
