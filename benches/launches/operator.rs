//! The operator under test: what it does, and when it has nothing left to do.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::cluster::Cluster;
use crate::machine::Moment;
use crate::process;
use crate::stub::{Asked, Stub};
use crate::testbed;

/// How long nothing must have been written until it counts as settled.
const QUIET: Duration = Duration::from_secs(20);

/// How long it may take: the first answers to all questions come at the rate that the policy allows.
const PATIENCE: Duration = Duration::from_secs(1200);

/// A running operator.
pub(crate) struct Operator<'a> {
    process: testbed::Operator,
    pid: u32,
    stub: &'a Stub,
}

/// What it did while nothing changed.
pub(crate) struct Steady {
    pub(crate) seconds: f64,
    pub(crate) cpu: Duration,
    /// Writes, by verb and resource; those of Leases apart.
    pub(crate) writes: BTreeMap<String, usize>,
    pub(crate) lease_writes: usize,
    /// Other requests to the API server.
    pub(crate) reads: BTreeMap<String, usize>,
    pub(crate) before: Asked,
    pub(crate) after: Asked,
    pub(crate) judgements: u64,
    pub(crate) judging_seconds: f64,
    pub(crate) evaluations: u64,
    pub(crate) expressions: u64,
    /// The longest that a question was overdue, as far as was seen.
    pub(crate) behind_seconds: f64,
    pub(crate) other_cores: f64,
}

const JUDGEMENTS: &str = "plimsoll_launch_judgements_total";
const JUDGING: &str = "plimsoll_launch_judgement_duration_seconds_sum";
const BEHIND: &str = "plimsoll_prometheus_behind_seconds";
const EXPRESSIONS: &str = "plimsoll_prometheus_expressions";

impl<'a> Operator<'a> {
    pub(crate) fn of(process: testbed::Operator, stub: &'a Stub) -> Result<Self> {
        let pid = process.pid.parse().context("the operator's pid")?;
        Ok(Self { process, pid, stub })
    }

    /// Resident now, and the most that ever was, in KiB.
    pub(crate) fn memory(&self) -> Result<(u64, u64)> {
        Ok(process::memory(self.pid)?)
    }

    pub(crate) fn cpu(&self) -> Result<Duration> {
        Ok(process::cpu(self.pid)?.0)
    }

    pub(crate) fn metric(&self, name: &str) -> u64 {
        self.process.metric(name)
    }

    /// Waits until nothing is left to judge, write or ask for the first time, with so many launches where there are to be some.
    pub(crate) fn settled(&self, launches: Option<usize>) -> Result<()> {
        let begun = Instant::now();
        let mut said = Instant::now();
        let mut last = (self.written(), Instant::now());
        while begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_secs(1));
            let written = self.written();
            if written != last.0 {
                last = (written, Instant::now());
            }
            let pending =
                self.metric("plimsoll_launches_pending") + self.metric("plimsoll_reports_pending");
            let behind = self.sum(BEHIND);
            let judged = self.metric("plimsoll_launch_status");
            let expected = launches.unwrap_or(0) as u64;
            let asked = launches.is_none() || self.metric(EXPRESSIONS) > 0;
            let idle = pending == 0 && behind < 1.0 && judged == expected && asked;
            if idle && last.1.elapsed() > QUIET {
                return Ok(());
            }
            if said.elapsed() > Duration::from_secs(30) {
                said = Instant::now();
                println!(
                    "  after {} s: {judged} launches have a verdict, {pending} pending, {} judgements, {written} writes, {} \
                     expressions, {behind:.0} s behind",
                    begun.elapsed().as_secs(),
                    self.metric(JUDGEMENTS),
                    self.metric(EXPRESSIONS),
                );
            }
        }
        bail!("the operator has not settled in {} s", PATIENCE.as_secs())
    }

    /// Looks at it for so long, in which nothing changes.
    pub(crate) fn steady(&self, cluster: &Cluster, long: Duration) -> Result<Steady> {
        println!("Nothing changes for {} s", long.as_secs());
        let since = cluster.mark()?;
        let (before, cpu, moment, begun) = (
            self.stub.asked(),
            self.cpu()?,
            Moment::now()?,
            Instant::now(),
        );
        let (judgements, judging) = (self.metric(JUDGEMENTS), self.sum(JUDGING));
        let evaluations = self.metric("plimsoll_evaluations_total");
        let mut behind = 0.0_f64;
        while begun.elapsed() < long {
            std::thread::sleep(Duration::from_secs(5).min(long));
            behind = behind.max(self.sum(BEHIND));
        }
        let cpu = self.cpu()? - cpu;
        let after = self.stub.asked();
        let seconds = begun.elapsed().as_secs_f64();
        let other_cores = moment.cores_of_others(cpu)?;
        let mut steady = Steady {
            seconds,
            cpu,
            writes: BTreeMap::new(),
            lease_writes: 0,
            reads: BTreeMap::new(),
            before,
            after,
            judgements: self.metric(JUDGEMENTS) - judgements,
            judging_seconds: self.sum(JUDGING) - judging,
            evaluations: self.metric("plimsoll_evaluations_total") - evaluations,
            expressions: self.metric(EXPRESSIONS),
            behind_seconds: behind,
            other_cores,
        };
        for event in cluster.requests(since)? {
            let name = format!("{} {}", event.verb, event.resource);
            match (event.is_write(), event.resource.as_str()) {
                (true, "leases") => steady.lease_writes += 1,
                (true, _) => *steady.writes.entry(name).or_default() += 1,
                (false, _) => *steady.reads.entry(name).or_default() += 1,
            }
        }
        Ok(steady)
    }

    /// Ends it, and waits until another can have its port.
    pub(crate) fn end(mut self) {
        self.process.end("-TERM");
    }

    fn written(&self) -> u64 {
        self.metric("plimsoll_status_writes_total") + self.metric("plimsoll_report_writes_total")
    }

    /// The sum of a metric's samples, with what is behind the point.
    fn sum(&self, name: &str) -> f64 {
        let text = self.process.get("/metrics").unwrap_or_default();
        let samples = text.lines().filter(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with([' ', '{']))
        });
        samples
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }
}
