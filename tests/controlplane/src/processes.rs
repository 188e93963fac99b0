//! The running programs of one control plane.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::components::Component;
use crate::error::Error;
use crate::folder::Folder;
use crate::programs::Programs;
use crate::state::{self, ProcessRecord, State};
use crate::wait::{Look, poll};
use crate::watchdog::Watchdog;

/// How much of a log an error shows.
const TAIL_LINES: usize = 15;
const TAIL_BYTES: u64 = 16 * 1024;

/// The programs, in starting order. Dropping it ends them.
pub(crate) struct Processes {
    running: Vec<(ProcessRecord, Child)>,
    programs: Programs,
    state: State,
    watchdog: Option<Watchdog>,
}

impl Processes {
    /// None yet; `state` is written now and with every one that is started.
    pub(crate) fn new(
        programs: Programs,
        folder: &Folder,
        state: State,
    ) -> Result<Processes, Error> {
        state.save()?;
        let watchdog = Some(Watchdog::start(&programs, folder)?);
        Ok(Processes {
            running: Vec::new(),
            programs,
            state,
            watchdog,
        })
    }

    /// Starts a program, with its output in its log.
    pub(crate) fn start(
        &mut self,
        folder: &Folder,
        component: Component,
        args: &[String],
    ) -> Result<(), Error> {
        let program = self.programs.path(component.program());
        let log = folder.log(component);
        let out = File::create(&log).map_err(Error::io("create", &log))?;
        let err = out.try_clone().map_err(Error::io("write", &log))?;
        let child = Command::new(&program)
            .args(args)
            // ETCD_NAME, HTTPS_PROXY and their like in the developer's shell must not reach it.
            .env_clear()
            .env("HOME", folder.home())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .current_dir(folder.root())
            // Ctrl-C in a terminal reaches the test, which then stops it in order.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(Error::io("start", &program))?;
        let record = ProcessRecord {
            component,
            pid: child.id(),
            program,
            log,
        };
        let pid = record.pid;
        self.state.processes.push(record.clone());
        self.running.push((record, child));
        if let Some(watchdog) = &mut self.watchdog {
            watchdog.add(pid)?;
        }
        self.state.save()
    }

    /// An error if one has ended.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        for (record, child) in &mut self.running {
            let status = child
                .try_wait()
                .map_err(Error::io("look after", &record.program))?;
            if let Some(status) = status {
                return Err(Error::Exited {
                    component: record.component,
                    status,
                    tail: tail(&record.log),
                    log: record.log.clone(),
                });
            }
        }
        Ok(())
    }

    /// Asks `probe` until it holds; gives up at the deadline, or at once when a program ends.
    pub(crate) fn wait(
        &mut self,
        what: &str,
        deadline: Instant,
        mut probe: impl FnMut() -> Result<Look<()>, Error>,
    ) -> Result<(), Error> {
        poll(
            what,
            deadline.saturating_duration_since(Instant::now()),
            || {
                self.check()?;
                probe()
            },
        )
    }

    /// What runs, in starting order.
    pub(crate) fn records(&self) -> impl Iterator<Item = &ProcessRecord> {
        self.running.iter().map(|(record, _)| record)
    }

    /// Ends all, last started first: a program whose server is gone would only fill its log.
    pub(crate) fn stop(&mut self) -> Result<(), Error> {
        while let Some((record, child)) = self.running.last_mut() {
            // Until this process waits for it, its pid cannot become another's.
            state::end(record.pid, || !matches!(child.try_wait(), Ok(None)))?;
            self.running.pop();
        }
        if let Some(watchdog) = self.watchdog.take() {
            watchdog.dismiss();
        }
        // Removes etcd's data and notes that nothing runs.
        self.state.stop().map(drop)
    }

    /// Lets them run on after this process.
    pub(crate) fn detach(mut self) {
        if let Some(watchdog) = self.watchdog.take() {
            watchdog.dismiss();
        }
        self.running.clear();
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        if !self.running.is_empty()
            && let Err(e) = self.stop()
        {
            // Its standard input closes next: the watchdog tries once more.
            eprintln!("could not stop the control plane: {e}");
        }
    }
}

/// The end of a log file, or why there is none.
fn tail(log: &Path) -> String {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(log)?;
        let length = fs::metadata(log)?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
        }
        Err(e) => format!("(unreadable: {e})"),
    }
}
