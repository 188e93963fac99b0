//! What `/proc` says of a process: the CPU time it has used and the memory it holds.

use std::{fs, io, time::Duration};

/// Clock ticks a second in `/proc`. The kernel reports them in `USER_HZ`, which is 100 wherever Linux runs Kubernetes,
/// whatever its own timer does.
const USER_HZ: u64 = 100;

/// CPU time, user and system: the process's own (threads that have ended included), and that of the children it has waited for.
pub(crate) fn cpu(pid: u32) -> io::Result<(Duration, Duration)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is the command in parentheses and may itself contain spaces and parentheses: count from its end.
    let after_command = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<u64> = after_command
        .split_whitespace()
        .skip(11)
        .take(4)
        .map_while(|field| field.parse().ok())
        .collect();
    let [utime, stime, cutime, cstime] = fields[..] else {
        return Err(io::Error::other(format!(
            "/proc/{pid}/stat has no CPU times: {stat:?}"
        )));
    };
    Ok((ticks(utime + stime), ticks(cutime + cstime)))
}

/// As long as that many clock ticks.
pub(crate) fn ticks(count: u64) -> Duration {
    Duration::from_millis(count * 1000 / USER_HZ)
}

/// Memory in KiB: resident now, and the most that ever was. An error once the process has ended, waited for or not.
pub(crate) fn memory(pid: u32) -> io::Result<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    match (field("VmRSS:"), field("VmHWM:")) {
        (Some(resident), Some(peak)) => Ok((resident, peak)),
        _ => Err(io::Error::other(format!("process {pid} has ended"))),
    }
}
