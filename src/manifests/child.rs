//! Programs that are run for their output, with limits on what they take and on what they give.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take.
const TIME: Duration = Duration::from_secs(120);

/// How much it may write.
const OUTPUT: u64 = 128 << 20;

/// How much is kept of what it complains about.
const COMPLAINTS: u64 = 64 << 10;

/// How much of that is shown.
const SHOWN: usize = 500;

/// How often it is asked whether a program that has said all it will say has ended.
const PAUSE: Duration = Duration::from_millis(2);

/// Why there is no output.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("it is not on the PATH")]
    Missing,
    #[error("it cannot be run: {0}")]
    Broken(io::Error),
    #[error("it did not end within {} seconds", .0.as_secs())]
    TooSlow(Duration),
    #[error("it wrote more than {} MiB", .0 >> 20)]
    TooMuch(u64),
    #[error("{0}")]
    Failed(String),
}

#[derive(Clone, Copy)]
struct Limits {
    time: Duration,
    output: u64,
}

/// Runs a program and takes what it writes.
pub(super) fn output(command: &mut Command) -> Result<Vec<u8>, Failure> {
    output_of(command, None)
}

/// The same, with this on its standard input.
pub(super) fn output_of(command: &mut Command, input: Option<String>) -> Result<Vec<u8>, Failure> {
    let limits = Limits {
        time: TIME,
        output: OUTPUT,
    };
    limited(command, input, limits)
}

fn limited(
    command: &mut Command,
    input: Option<String>,
    limits: Limits,
) -> Result<Vec<u8>, Failure> {
    let stdin = match input {
        Some(_) => Stdio::piped(),
        None => Stdio::null(),
    };
    let pipes = command.stdin(stdin).stdout(Stdio::piped());
    let mut child = pipes.stderr(Stdio::piped()).spawn().map_err(|error| {
        match error.kind() == io::ErrorKind::NotFound {
            true => Failure::Missing,
            false => Failure::Broken(error),
        }
    })?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        // One that does not read it says so itself.
        thread::spawn(move || stdin.write_all(input.as_bytes()));
    }
    let outcome = talk(&mut child, limits);
    if outcome.is_err() {
        // It may have ended by now.
        let _ = child.kill();
    }
    let _ = child.wait();
    outcome
}

/// What became of the two pipes.
enum Heard {
    Output(io::Result<Vec<u8>>),
    Complaints(Vec<u8>),
}

/// The readers are not waited for where the program is given up: something that it started may hold the pipes open.
fn talk(child: &mut Child, limits: Limits) -> Result<Vec<u8>, Failure> {
    let deadline = Instant::now() + limits.time;
    let (tell, heard) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        let tell = tell.clone();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stdout.take(limits.output + 1).read_to_end(&mut bytes);
            let _ = tell.send(Heard::Output(read.map(|_| bytes)));
        });
    }
    if let Some(mut stderr) = child.stderr.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stderr.by_ref().take(COMPLAINTS).read_to_end(&mut bytes);
            // It must not wait for somebody to read on.
            let _ = io::copy(&mut stderr, &mut io::sink());
            let _ = tell.send(Heard::Complaints(bytes));
        });
    }
    let (mut output, mut complaints) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let left = deadline.saturating_duration_since(Instant::now());
        match heard.recv_timeout(left) {
            Ok(Heard::Output(bytes)) => {
                output = bytes.map_err(Failure::Broken)?;
                if output.len() as u64 > limits.output {
                    return Err(Failure::TooMuch(limits.output));
                }
            }
            Ok(Heard::Complaints(bytes)) => complaints = bytes,
            Err(RecvTimeoutError::Timeout) => return Err(Failure::TooSlow(limits.time)),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(output),
            Ok(Some(_)) => return Err(Failure::Failed(complaint(&complaints))),
            Ok(None) if Instant::now() >= deadline => return Err(Failure::TooSlow(limits.time)),
            Ok(None) => thread::park_timeout(PAUSE),
            Err(error) => return Err(Failure::Broken(error)),
        }
    }
}

/// What a program says is wrong: from its first line that says `error` on, on one line.
fn complaint(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let is_error = |line: &&str| line.to_lowercase().starts_with("error");
    let from = lines.iter().position(is_error).unwrap_or(0);
    let joined = lines[from..].join(" ");
    let said = joined
        .strip_prefix("Error: ")
        .or_else(|| joined.strip_prefix("error: "))
        .unwrap_or(&joined);
    let mut shown: String = said.chars().take(SHOWN).collect();
    if shown.len() < said.len() {
        shown.push_str("...");
    }
    if shown.is_empty() {
        shown.push_str("it failed and does not say why");
    }
    shown
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(script: &str, output: u64) -> String {
        let limits = Limits {
            time: Duration::from_millis(500),
            output,
        };
        let input = Some("in".to_owned());
        match limited(Command::new("sh").args(["-c", script]), input, limits) {
            Ok(bytes) => format!("ok: {}", String::from_utf8_lossy(&bytes)),
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn what_a_program_does_is_limited_and_said() {
        for (script, expected) in [
            ("echo a; echo b >&2", "ok: a\n"),
            ("cat", "ok: in"),
            (
                "echo 'WARNING: x' >&2; echo 'Error: no' >&2; echo '  way' >&2; exit 3",
                "no way",
            ),
            ("exit 1", "it failed and does not say why"),
            ("printf 12345678901", "it wrote more than 0 MiB"),
            ("while :; do :; done", "it did not end within 0 seconds"),
            (
                "exec >&- 2>&-; while :; do :; done",
                "it did not end within 0 seconds",
            ),
            ("head -c 1000000 /dev/zero >&2; echo ok", "ok: ok\n"),
        ] {
            assert_eq!(run(script, 10), expected, "{script}");
        }
        let none = output(&mut Command::new("/no/such/program"));
        assert!(matches!(none, Err(Failure::Missing)));
    }

    #[test]
    fn long_complaints_are_cut() {
        let shown = complaint("ä".repeat(2 * SHOWN).as_bytes());
        assert_eq!(shown.chars().count(), SHOWN + 3);
    }
}
