//! What changed with the verdict.

use std::collections::BTreeSet;

use super::outcome::JudgedItem;
use super::verdict::{Judged, Reason};
use crate::api::LaunchStatus;

/// Items that are named of a change.
const MOST_NAMED: usize = 3;

/// Why the verdict is what it is.
pub(super) fn why(judged: &Judged, open: &[&JudgedItem]) -> String {
    match judged.reason {
        Reason::Ready => "everything that is asked for passes".to_owned(),
        Reason::NoWorkloads => "the launch selects no workload".to_owned(),
        Reason::NoChecklist => "no checklist is asked for".to_owned(),
        _ if open.is_empty() => match judged.overrides.first() {
            Some(over) => format!("the gate is overridden by the exception {}", over.exception),
            None => "something is waived or accepted as a risk".to_owned(),
        },
        _ => format!("open: {}", named(open.iter().map(|item| &*item.item.key))),
    }
}

/// What was closed and what was opened since the status before, where it says all that was open; else why the verdict is what
/// it is.
pub(super) fn because(before: &LaunchStatus, judged: &Judged, open: &[&JudgedItem]) -> String {
    if before.status.is_none() || before.truncated.is_some() {
        return why(judged, open);
    }
    let was: BTreeSet<&str> = before
        .missing
        .iter()
        .map(|missing| missing.item.as_str())
        .collect();
    let is: BTreeSet<&str> = open.iter().map(|item| &*item.item.key).collect();
    let opened = open
        .iter()
        .map(|item| &*item.item.key)
        .filter(|key| !was.contains(key));
    let closed = before
        .missing
        .iter()
        .map(|missing| missing.item.as_str())
        .filter(|key| !is.contains(key));
    let parts = [("opened", named(opened)), ("closed", named(closed))];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(_, keys)| !keys.is_empty())
        .map(|(what, keys)| format!("{what}: {keys}"))
        .collect();
    match parts.is_empty() {
        true => why(judged, open),
        false => parts.join("; "),
    }
}

fn named<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    let keys: Vec<&str> = keys.collect();
    match keys.len().saturating_sub(MOST_NAMED) {
        0 => keys.join(", "),
        more => format!("{} and {more} more", keys[..MOST_NAMED].join(", ")),
    }
}
