//! A shell that outlives the test and stops what the test could not.
//!
//! Destructors do not run for a `static`, after an abort, or on `kill -9`; the kernel closes pipes always.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::error::Error;
use crate::folder::Folder;
use crate::programs::Programs;

/// Reads one pid a line until its standard input ends, then stops those that still are one of the
/// programs in `$1` and work on the folder `$2`. Last started first: without etcd the API server would
/// take its time to end.
const SCRIPT: &str = r#"
programs=$1 folder=$2 pids=
while read -r pid; do pids="$pid $pids"; done
ours() {
  case "$(readlink "/proc/$1/exe")" in "$programs"/*) ;; *) return 1 ;; esac
  tr '\0' '\n' <"/proc/$1/cmdline" | grep -qF -- "$folder/"
}
for pid in $pids; do
  for signal in TERM KILL; do
    ours "$pid" || break
    kill -s "$signal" "$pid"
    tries=0
    while [ "$tries" -lt 50 ] && ours "$pid"; do
      tries=$((tries + 1))
      sleep 0.1
    done
  done
done
rm -rf "$folder/etcd"
"#;

/// The running shell. Dropping it without [`Watchdog::dismiss`] makes it stop everything.
pub(crate) struct Watchdog {
    shell: Child,
    pids: ChildStdin,
}

impl Watchdog {
    /// Starts one for the processes of a folder.
    pub(crate) fn start(programs: &Programs, folder: &Folder) -> Result<Watchdog, Error> {
        let failed = |source| Error::Io {
            action: "could not start a shell as watchdog".to_owned(),
            source,
        };
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "plimsoll-watchdog"])
            .arg(programs.folder())
            .arg(folder.root())
            // Ctrl-C in a terminal goes to the whole group; this one has still work to do then.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        match shell.stdin.take() {
            Some(pids) => Ok(Watchdog { shell, pids }),
            None => Err(failed(std::io::Error::other(
                "its standard input is missing",
            ))),
        }
    }

    /// Adds a process.
    pub(crate) fn add(&mut self, pid: u32) -> Result<(), Error> {
        writeln!(self.pids, "{pid}").map_err(|source| Error::Io {
            action: format!("could not tell the watchdog about process {pid}"),
            source,
        })
    }

    /// Ends it without it doing anything.
    pub(crate) fn dismiss(mut self) {
        // Its standard input is still open, so it sits in `read`: there is nothing to interrupt.
        if self.shell.kill().is_ok() {
            let _ = self.shell.wait();
        }
    }
}
