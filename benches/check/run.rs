//! One run of a command: how long it took, the CPU time and the memory it needed.

use std::{
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::{machine::Moment, process};

/// How often the peak is read. It never falls while the process lives, so only what it grew by in its last moments is missed.
const MEMORY_EVERY: Duration = Duration::from_millis(3);

/// One run of one of the two commands.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) target: &'static str,
    pub(crate) round: usize,
    pub(crate) wall_seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_kib: u64,
    /// Cores that others kept busy.
    pub(crate) other_cores: f64,
}

/// Runs the command, its output thrown away, and waits for its end.
pub(crate) fn run(
    target: &'static str,
    round: usize,
    mut command: Command,
    exit: i32,
) -> Result<Row> {
    let this = std::process::id();
    // No terminal to draw progress on; what went wrong was shown by the run that compared the answers.
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let before = Moment::now()?;
    let (own_before, cpu_before) = process::cpu(this)?;
    let start = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("starting {command:?}"))?;
    let pid = child.id();
    let watch = thread::spawn(move || {
        let mut most = 0;
        // An error once it has ended.
        while let Ok((_, peak)) = process::memory(pid) {
            most = most.max(peak);
            thread::sleep(MEMORY_EVERY);
        }
        most
    });
    let status = child.wait()?;
    let wall = start.elapsed();
    let (own_after, cpu_after) = process::cpu(this)?;
    let cpu = cpu_after - cpu_before;
    let other_cores = before.cores_of_others(cpu + own_after - own_before)?;
    let peak_kib = watch.join().unwrap_or_default();
    ensure!(
        status.code() == Some(exit),
        "{target} ended with {status} instead of exit status {exit}"
    );
    Ok(Row {
        target,
        round,
        wall_seconds: wall.as_secs_f64(),
        cpu_seconds: cpu.as_secs_f64(),
        peak_kib,
        other_cores,
    })
}
