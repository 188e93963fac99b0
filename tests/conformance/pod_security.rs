//! Kubernetes' own cases of its Pod Security Standards. A profile of ours names its controls in what it finds.

use crate::question::Asks;
use crate::row::Row;

pub(crate) fn asks(row: &Row) -> Asks {
    let profile = format!("pod-security-{}", row.level);
    let asks = Asks::of_ids(&[&profile]);
    if row.check.starts_with("level:") {
        return asks;
    }
    asks.by_control(overriding(&row.level, &row.check))
}

/// The control that `restricted` has in place of one of `baseline` (`OverrideCheckIDs`).
fn overriding<'c>(level: &str, control: &'c str) -> &'c str {
    match (level, control) {
        ("restricted", "capabilities_baseline") => "capabilities_restricted",
        ("restricted", "hostpathvolumes") => "restrictedvolumes",
        ("restricted", "procmount") => "procmount_restricted",
        ("restricted", "seccompprofile_baseline") => "seccompprofile_restricted",
        _ => control,
    }
}
