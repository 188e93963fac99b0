//! What a control plane leaves on disk, so that another process can find it and stop it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use crate::components::Component;
use crate::error::Error;

/// How long a program may take to end by itself before it is killed. The API server lets requests in
/// flight finish first, and one of them may be a webhook call that runs into its timeout.
const GRACE: Duration = Duration::from_secs(10);

/// The contents of `state.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// The control plane's folder.
    pub dir: PathBuf,
    /// Where the API server is reached.
    pub endpoint: String,
    /// The API server's port.
    pub api_server_port: u16,
    /// etcd's port.
    pub etcd_port: u16,
    /// The administrator's kubeconfig.
    pub kubeconfig: PathBuf,
    /// The kubectl that fits.
    pub kubectl: PathBuf,
    /// The API server's audit log.
    pub audit_log: PathBuf,
    /// What was started, in that order; empty once stopped.
    pub processes: Vec<ProcessRecord>,
}

/// One program of a control plane.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProcessRecord {
    /// Which one.
    pub component: Component,
    /// Its process id.
    pub pid: u32,
    /// The executable, free of symbolic links.
    pub program: PathBuf,
    /// Its log.
    pub log: PathBuf,
}

impl State {
    /// The file's name in the control plane's folder.
    pub(crate) const FILE: &str = "state.json";

    /// Reads the state in `dir`; `None` when there is none.
    pub fn load(dir: &Path) -> Result<Option<State>, Error> {
        let path = dir.join(Self::FILE);
        match fs::read(&path) {
            Ok(text) => match serde_json::from_slice(&text) {
                Ok(state) => Ok(Some(state)),
                Err(source) => Err(Error::Json { path, source }),
            },
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io("read", &path)(e)),
        }
    }

    /// Writes it, so that a reader sees the old or the new one as a whole.
    pub(crate) fn save(&self) -> Result<(), Error> {
        let path = self.dir.join(Self::FILE);
        let new = self.dir.join(format!(".{}.new", Self::FILE));
        serde_json::to_vec_pretty(self)
            .map_err(|source| Error::Json {
                path: path.clone(),
                source,
            })
            .and_then(|text| fs::write(&new, text).map_err(Error::io("write", &new)))?;
        fs::rename(&new, &path).map_err(Error::io("write", &path))
    }

    /// The processes that still run.
    pub fn running(&self) -> impl Iterator<Item = &ProcessRecord> {
        self.processes
            .iter()
            .filter(|process| process.is_running(&self.dir))
    }

    /// Ends what still runs, last started first, and returns what that was. Logs stay; etcd's data goes.
    pub fn stop(&mut self) -> Result<Vec<ProcessRecord>, Error> {
        let mut stopped = Vec::new();
        for process in self.processes.iter().rev() {
            let gone = || !process.is_running(&self.dir);
            if !gone() {
                end(process.pid, gone)?;
                stopped.push(process.clone());
            }
        }
        self.processes.clear();
        self.save()?;
        let data = self.dir.join("etcd");
        match fs::remove_dir_all(&data) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("remove", &data)(e)),
            _ => Ok(stopped),
        }
    }
}

impl ProcessRecord {
    /// Whether the pid still belongs to this program, working on `dir`: a pid is given out again after
    /// its process has ended. A zombie has no executable and counts as ended.
    pub fn is_running(&self, dir: &Path) -> bool {
        let proc = Path::new("/proc").join(self.pid.to_string());
        let Ok(exe) = fs::read_link(proc.join("exe")) else {
            return false;
        };
        // A program that was built anew while it ran.
        let exe = exe.to_string_lossy();
        let same = Path::new(exe.trim_end_matches(" (deleted)")) == self.program;
        let dir = format!("{}/", dir.display());
        same && fs::read(proc.join("cmdline"))
            .is_ok_and(|args| String::from_utf8_lossy(&args).contains(&dir))
    }
}

/// Asks a process to end, kills it when it has not after the grace period, and waits until it is `gone`.
pub(crate) fn end(pid: u32, mut gone: impl FnMut() -> bool) -> Result<(), Error> {
    for signal in [Signal::TERM, Signal::KILL] {
        send(pid, signal)?;
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if gone() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
    let source = std::io::Error::other("it does not end, not even when killed");
    Err(Error::Io {
        action: format!("could not stop process {pid}"),
        source,
    })
}

fn send(pid: u32, signal: Signal) -> Result<(), Error> {
    let Some(target) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return Ok(());
    };
    match kill_process(target, signal) {
        // It has ended in the meantime.
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(e) => Err(Error::Io {
            action: format!("could not stop process {pid}"),
            source: e.into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_counts_only_with_its_program_and_its_folder() {
        let own = ProcessRecord {
            component: Component::Etcd,
            pid: std::process::id(),
            program: std::env::current_exe().unwrap().canonicalize().unwrap(),
            log: PathBuf::new(),
        };
        // The test's own first argument is its path, which lies below its folder.
        let argument = PathBuf::from(std::env::args_os().next().unwrap());
        assert!(own.is_running(argument.parent().unwrap()));
        assert!(!own.is_running(Path::new("/some/other/folder")));
        let other = ProcessRecord {
            program: PathBuf::from("/usr/bin/etcd"),
            ..own
        };
        assert!(!other.is_running(argument.parent().unwrap()));
    }
}
