//! Running kubectl against exactly one cluster.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

use crate::error::Error;

/// kubectl with its kubeconfig fixed.
#[derive(Debug, Clone)]
pub(crate) struct Kubectl {
    pub(crate) program: PathBuf,
    pub(crate) kubeconfig: PathBuf,
    /// Where it keeps discovery answers; by default that would be the developer's `~/.kube`.
    pub(crate) cache: PathBuf,
}

impl Kubectl {
    /// Runs it to its end, whatever that is; `input` goes to its standard input.
    pub(crate) fn output(&self, args: &[&str], input: Option<&str>) -> Result<Output, Error> {
        let failed = || Error::io("run", &self.program);
        let mut child = Command::new(&self.program)
            .env_remove("KUBECONFIG")
            .env("KUBERC", "off") // ~/.kube/kuberc may change what a command does
            .arg(format!("--kubeconfig={}", self.kubeconfig.display()))
            .arg(format!("--cache-dir={}", self.cache.display()))
            .args(args)
            .stdin(if input.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed())?;
        let stdin = child.stdin.take();
        thread::scope(|scope| {
            // Written beside the reading below: neither side may fill a pipe and wait for the other.
            scope.spawn(move || {
                if let (Some(mut stdin), Some(input)) = (stdin, input) {
                    // It closes its end early when it refuses the input; its exit status says so.
                    let _ = stdin.write_all(input.as_bytes());
                }
            });
            child.wait_with_output().map_err(failed())
        })
    }

    /// Its standard output; any exit but success is an error with what it said.
    pub(crate) fn succeed(&self, args: &[&str], input: Option<&str>) -> Result<String, Error> {
        let output = self.output(args, input)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(Error::Kubectl {
            args: args.join(" "),
            status: output.status,
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }
}
