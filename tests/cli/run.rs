//! Running the command.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What a run said.
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl Run {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.stdout, self.stderr))
    }

    /// What was skipped: the document's number and the reason.
    pub(crate) fn skipped(&self) -> Vec<(Option<u64>, String)> {
        let skipped = self.json()["skipped"].clone();
        let lines = skipped.as_array().expect("skipped is a list").clone();
        let line = |line: Value| {
            let reason = line["reason"].as_str().expect("a reason is text");
            (line["document"].as_u64(), reason.to_owned())
        };
        lines.into_iter().map(line).collect()
    }

    /// Each result as `Deployment shop/web liveness-probe Fail`.
    pub(crate) fn results(&self) -> Vec<String> {
        let results = self.json()["results"].clone();
        let text = |row: &Value, key: &str| row[key].as_str().unwrap_or("-").to_owned();
        let line = |row: &Value| {
            let [kind, namespace, name] = ["kind", "namespace", "name"].map(|key| text(row, key));
            let [check, verdict] = ["check", "verdict"].map(|key| text(row, key));
            format!("{kind} {namespace}/{name} {check} {verdict}")
        };
        let rows = results.as_array().expect("results are a list");
        rows.iter().map(line).collect()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Self {
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            code: output.status.code(),
        }
    }
}

/// The command, in the directory of the cases.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let cases = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cli/cases");
    command.current_dir(cases).args(arguments);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command
}

/// Runs the command.
pub(crate) fn plimsoll(arguments: &[&str]) -> Run {
    let output = command(arguments).stdin(Stdio::null()).output();
    output.expect("the command runs").into()
}

/// Runs the command in a directory of its own.
pub(crate) fn within(directory: &Path, arguments: &[&str]) -> Run {
    let mut command = command(arguments);
    let output = command.current_dir(directory).stdin(Stdio::null()).output();
    output.expect("the command runs").into()
}

/// Runs the command with this on standard input.
pub(crate) fn with_stdin(arguments: &[&str], input: &str) -> Run {
    with_bytes(arguments, input.as_bytes())
}

/// The same with bytes that need not be text.
pub(crate) fn with_bytes(arguments: &[&str], input: &[u8]) -> Run {
    let mut command = command(arguments);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = pipes.stderr(Stdio::piped()).spawn().expect("it runs");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(input).expect("it is read");
    drop(stdin);
    child.wait_with_output().expect("it ends").into()
}

/// A check of liveness probes on what is on standard input, as JSON.
pub(crate) fn liveness(input: &str) -> Run {
    let arguments = ["check", "-o", "json", "--checks", "liveness-probe", "-"];
    with_stdin(&arguments, input)
}
