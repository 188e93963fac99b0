//! Who else was at work: a benchmark that shares its cores with a build measures the build.

use std::{
    fs, io,
    time::{Duration, Instant},
};

/// More than this many cores taken by others make figures rough.
const QUIET: f64 = 0.1;

/// All that the machine has done up to one moment.
pub(crate) struct Moment {
    at: Instant,
    busy: Duration,
}

impl Moment {
    /// This one.
    pub(crate) fn now() -> io::Result<Self> {
        Ok(Self {
            at: Instant::now(),
            busy: busy()?,
        })
    }

    /// Cores that were busy since then, on average, with anything but what used `own` CPU time.
    pub(crate) fn cores_of_others(&self, own: Duration) -> io::Result<f64> {
        let others = (busy()? - self.busy).saturating_sub(own);
        Ok(others.as_secs_f64() / self.at.elapsed().as_secs_f64())
    }
}

/// Says how busy others were, and what that means.
pub(crate) fn print_others(cores: f64) {
    let verdict = if cores > QUIET {
        ": the figures are rough, measure again on a quiet machine"
    } else {
        ""
    };
    println!("Other processes kept {cores:.2} cores busy meanwhile{verdict}");
}

/// CPU time that has not been idle since the machine started, over all cores; what a hypervisor took away included.
fn busy() -> io::Result<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    // cpu user nice system idle iowait irq softirq steal guest guest_nice; the guests' is in user and nice already.
    let ticks: Vec<u64> = stat
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .map_while(|field| field.parse().ok())
        .collect();
    let [user, nice, system, _idle, _iowait, irq, softirq, steal, ..] = ticks[..] else {
        return Err(io::Error::other("/proc/stat does not begin with CPU times"));
    };
    Ok(crate::process::ticks(
        user + nice + system + irq + softirq + steal,
    ))
}
