//! A webhook under load: this binary again, in a process of its own, so that its CPU time and memory are its own too.
//!
//! The parent writes the certificate to the child's standard input and leaves it open; the child prints its address and ends when
//! that input does. So no child outlives the benchmark, however it ends.

use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result};

use crate::{
    child::{Order, Webhook},
    identity::Identity,
    process,
};

/// A running child; dropping it ends it.
pub(crate) struct Target {
    /// As the table and the figures call it.
    pub(crate) name: &'static str,
    /// Whether it denies what should be denied.
    pub(crate) judges: bool,
    pub(crate) address: SocketAddr,
    process: Child,
}

impl Target {
    /// Starts the webhook and waits until it listens, which is once its workloads are cached.
    pub(crate) fn spawn(
        name: &'static str,
        webhook: Webhook,
        identity: &Identity,
        workloads: usize,
    ) -> Result<Self> {
        let (serve, judges) = match webhook {
            Webhook::Null => ("null", false),
            Webhook::Plimsoll => ("plimsoll", true),
        };
        let process = Command::new(std::env::current_exe()?)
            .args(["--serve", serve])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting the {name} webhook"))?;
        let mut target = Self {
            name,
            judges,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            process,
        };
        let order = Order {
            certificate: identity.certificate.clone(),
            key: identity.key.clone(),
            workloads,
        };
        target.address = target
            .introduce(&order)
            .with_context(|| format!("waiting for the {name} webhook to listen"))?;
        Ok(target)
    }

    fn introduce(&mut self, order: &Order) -> Result<SocketAddr> {
        let stdin = self.process.stdin.as_mut().context("no standard input")?;
        writeln!(stdin, "{}", serde_json::to_string(order)?)?;
        let stdout = self.process.stdout.take().context("no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        line.trim()
            .parse()
            .with_context(|| format!("it printed {line:?} in place of its address"))
    }

    /// CPU time used so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        Ok(process::cpu(self.process.id())?.0)
    }

    /// KiB resident now, and at most.
    pub(crate) fn memory(&self) -> Result<(u64, u64)> {
        Ok(process::memory(self.process.id())?)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
