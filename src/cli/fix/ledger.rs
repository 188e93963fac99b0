//! What was fixed, what was not, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::Target;
use crate::cli::output;
use crate::manifests::{Reason, Skipped};
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
    /// The containers and the like where it is fixed, while it is left elsewhere.
    pub(super) done: BTreeSet<String>,
    /// Those where it is left then.
    pub(super) missing: BTreeSet<String>,
}

impl Entry {
    /// Nothing of it is done after all, for this reason.
    fn give_up(&mut self, reason: &str) {
        if self.left.is_none() || !self.done.is_empty() {
            self.left = Some(reason.to_owned());
        }
        self.done.clear();
        self.missing.clear();
    }
}

/// All of it.
#[derive(Default)]
pub(super) struct Ledger {
    entries: BTreeSet<Entry>,
    /// The objects that are left alone, each with why, and whether something is wrong with them.
    alone: BTreeMap<Entry, (String, bool)>,
    /// What to think of, by check.
    mind: BTreeMap<&'static str, &'static str>,
}

impl Ledger {
    pub(super) fn add(&mut self, entry: Entry, remedy: Option<&'static Remedy>) {
        if let Some(remedy) = remedy
            && (entry.left.is_none() || !entry.done.is_empty())
            && !remedy.mind.is_empty()
        {
            self.mind.insert(remedy.check, remedy.mind);
        }
        self.entries.insert(entry);
    }

    /// An object that is left alone.
    pub(super) fn leave(&mut self, object: Entry, reason: String, is_wrong: bool) {
        self.alone.insert(object, (reason, is_wrong));
    }

    /// What was fixed in a file is not, for this reason: of all its objects, or of the one on a line.
    pub(super) fn give_up(&mut self, file: &str, line: Option<u32>, reason: &str) {
        let is_it =
            |entry: &Entry| entry.file == file && line.is_none_or(|line| entry.line == line);
        let entries = std::mem::take(&mut self.entries).into_iter();
        let entries = entries.map(|mut entry| {
            if is_it(&entry) {
                entry.give_up(reason);
            }
            entry
        });
        self.entries = entries.collect();
    }

    /// Documents that could not be read.
    pub(super) fn skip(&mut self, skipped: &[Skipped]) {
        for skipped in skipped {
            if let Reason::Patch(by) = &skipped.reason {
                let reason = format!(
                    "{}: it is a patch of {by}: fix what it is a patch of",
                    skipped.file
                );
                output::complain("left alone", &reason);
            }
        }
        for skipped in skipped.iter().filter(|skipped| skipped.reason.is_problem()) {
            let reason = format!("{}: {}", skipped.file, skipped.explanation());
            output::complain("not read", &reason);
        }
    }

    pub(super) fn has_left(&self) -> bool {
        let is_left = self.entries.iter().any(|entry| entry.left.is_some());
        is_left || self.alone.values().any(|(_, is_wrong)| *is_wrong)
    }

    /// Whether anything is said to be fixed, all of it or in part.
    #[cfg(test)]
    pub(super) fn has_done(&self) -> bool {
        let is_done = |entry: &Entry| entry.left.is_none() || !entry.done.is_empty();
        self.entries.iter().any(is_done)
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
        let (mut fixed, mut in_part, mut left) = (0, 0, 0);
        for entry in &self.entries {
            let Entry {
                file,
                line,
                object,
                check,
                ..
            } = entry;
            let what = format!("{file}:{line} {object}: {check}");
            match &entry.left {
                None => {
                    fixed += 1;
                    if !shown {
                        output::complain("fixed", &what);
                    }
                }
                Some(reason) if entry.done.is_empty() => {
                    left += 1;
                    let line = format!("{what}: {reason}; see plimsoll explain {check}");
                    output::complain("not fixed", &line);
                }
                Some(reason) => {
                    in_part += 1;
                    let line = format!(
                        "{what}: of {}, and not of {}: {reason}; see plimsoll explain {check}",
                        listed(&entry.done),
                        listed(&entry.missing)
                    );
                    let heading = if shown { "in part" } else { "fixed in part" };
                    output::complain(heading, &line);
                }
            }
        }
        for (
            Entry {
                file, line, object, ..
            },
            (reason, _),
        ) in &self.alone
        {
            output::complain("left alone", &format!("{file}:{line} {object}: {reason}"));
        }
        for (check, mind) in &self.mind {
            output::complain("mind", &format!("{check}: {mind}"));
        }
        let done = match target {
            Target::Diff => "can be fixed",
            Target::Files => "fixed",
            Target::Kustomize(_) => "fixed by the patches",
        };
        if fixed + in_part + left == 0 {
            let rest = match self.alone.is_empty() {
                true => "",
                false => " but what is left alone",
            };
            return output::complain("fix", &format!("nothing to fix{rest}"));
        }
        let in_part = match in_part {
            0 => String::new(),
            some => format!(", {some} in part"),
        };
        let how = if shown { ": --write does it" } else { "" };
        output::complain("fix", &format!("{fixed} {done}{in_part}{how}; {left} not"));
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    names.join(", ")
}
