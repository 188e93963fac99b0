//! What was fixed, what was not, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::Target;
use crate::cli::output;
use crate::manifests::Skipped;
use crate::remedy::Remedy;

/// What became of the findings of one check on one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) file: String,
    pub(super) line: u32,
    /// `Deployment shop/web`.
    pub(super) object: String,
    pub(super) check: &'static str,
    /// Why it is left; `None` where it is fixed.
    pub(super) left: Option<String>,
}

/// All of it.
#[derive(Default)]
pub(super) struct Ledger {
    entries: BTreeSet<Entry>,
    /// What to think of, by check.
    mind: BTreeMap<&'static str, &'static str>,
}

impl Ledger {
    pub(super) fn add(&mut self, entry: Entry, remedy: Option<&'static Remedy>) {
        if let Some(remedy) = remedy
            && entry.left.is_none()
            && !remedy.mind.is_empty()
        {
            self.mind.insert(remedy.check, remedy.mind);
        }
        self.entries.insert(entry);
    }

    /// What was fixed in a file is not, for this reason.
    pub(super) fn give_up(&mut self, file: &str, reason: &str) {
        let (mut gone, kept): (Vec<Entry>, Vec<Entry>) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|entry| entry.file == file && entry.left.is_none());
        for entry in &mut gone {
            entry.left = Some(reason.to_owned());
        }
        self.entries = kept.into_iter().chain(gone).collect();
    }

    /// Documents that could not be read.
    pub(super) fn skip(&mut self, skipped: &[Skipped]) {
        for skipped in skipped.iter().filter(|skipped| skipped.reason.is_problem()) {
            let reason = format!("{}: {}", skipped.file, skipped.explanation());
            output::complain("not read", &reason);
        }
    }

    pub(super) fn has_left(&self) -> bool {
        self.entries.iter().any(|entry| entry.left.is_some())
    }

    /// Why what is left is.
    #[cfg(test)]
    pub(super) fn reasons(&self) -> Vec<&str> {
        self.entries
            .iter()
            .filter_map(|entry| entry.left.as_deref())
            .collect()
    }

    /// Says on standard error what was done and what was not, one line each.
    pub(super) fn tell(&self, target: Target<'_>) {
        let shown = matches!(target, Target::Diff);
        let (mut fixed, mut left) = (0, 0);
        for entry in &self.entries {
            let Entry {
                file,
                line,
                object,
                check,
                ..
            } = entry;
            match &entry.left {
                None => {
                    fixed += 1;
                    if !shown {
                        let line = format!("{file}:{line} {object}: {check}");
                        output::complain("fixed", &line);
                    }
                }
                Some(reason) => {
                    left += 1;
                    let line = format!(
                        "{file}:{line} {object}: {check}: {reason}; see plimsoll explain {check}"
                    );
                    output::complain("not fixed", &line);
                }
            }
        }
        for (check, mind) in &self.mind {
            output::complain("mind", &format!("{check}: {mind}"));
        }
        let done = match target {
            Target::Diff => "can be fixed: --write does it",
            Target::Files => "fixed",
            Target::Kustomize(_) => "fixed by the patches",
        };
        if fixed + left == 0 {
            output::complain("fix", "nothing to fix");
        } else {
            output::complain("fix", &format!("{fixed} {done}; {left} not"));
        }
    }
}
