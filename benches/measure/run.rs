//! One run of a command: how long it took, the CPU time and the memory it needed.
//!
//! A process of its own starts the command and waits for it, because of what the kernel counts: a child's peak begins with
//! that of whoever started it, and a benchmark may have held an output of a hundred megabytes.

use std::{
    env,
    ffi::OsString,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use wait4::Wait4;

use crate::machine::Moment;

/// The argument with which a benchmark starts itself for that.
const MEASURED: &str = "--measured";

/// One run of a command.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) target: &'static str,
    pub(crate) round: usize,
    #[serde(flatten)]
    pub(crate) usage: Usage,
    /// Cores that others kept busy.
    pub(crate) other_cores: f64,
}

/// What a run took. Processes that the command waited for are counted with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Usage {
    pub(crate) wall_seconds: f64,
    /// User and system.
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_kib: u64,
    /// Its exit status; `None` where a signal ended it.
    pub(crate) exit: Option<i32>,
}

/// Runs the command, its output thrown away, and waits for its end, which must be with one of these exit statuses.
pub(crate) fn run(
    target: &'static str,
    round: usize,
    command: &Command,
    exits: &[i32],
) -> Result<Row> {
    let before = Moment::now()?;
    let mut measured = Command::new(env::current_exe()?);
    measured
        .arg(MEASURED)
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null());
    if let Some(folder) = command.get_current_dir() {
        measured.current_dir(folder);
    }
    let output = measured.output()?;
    ensure!(
        output.status.success(),
        "{target} could not be run: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let usage: Usage = serde_json::from_slice(&output.stdout)?;
    let other_cores = before.cores_of_others(Duration::from_secs_f64(usage.cpu_seconds))?;
    if !usage.exit.is_some_and(|exit| exits.contains(&exit)) {
        bail!(
            "{target} ended with exit status {:?} instead of one of {exits:?}",
            usage.exit
        );
    }
    Ok(Row {
        target,
        round,
        usage,
        other_cores,
    })
}

/// What a benchmark does that was started to measure a command; `None` for any other start.
pub(crate) fn measured() -> Option<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    arguments.next().filter(|first| first == MEASURED)?;
    let usage = usage(arguments).and_then(|usage| Ok(serde_json::to_string(&usage)?));
    match usage {
        Ok(usage) => {
            println!("{usage}");
            Some(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("{error:#}");
            Some(ExitCode::FAILURE)
        }
    }
}

fn usage(mut command: impl Iterator<Item = OsString>) -> Result<Usage> {
    let program = command.next().context("no command")?;
    // No terminal to draw progress on; what went wrong was shown by the run that compared the answers.
    let mut measured = Command::new(&program);
    measured
        .args(command)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let start = Instant::now();
    let child = measured
        .spawn()
        .with_context(|| format!("starting {}", program.display()))?;
    let ended = child.wait4()?;
    let wall = start.elapsed();
    Ok(Usage {
        wall_seconds: wall.as_secs_f64(),
        cpu_seconds: (ended.rusage.utime + ended.rusage.stime).as_secs_f64(),
        peak_kib: ended.rusage.maxrss / 1024,
        exit: ended.status.code(),
    })
}
