//! Checklists: named, ordered lists of items, and how each is verified.

use crate::api::ChecklistName;
use crate::model::Severity;

/// A named, ordered list of items.
#[derive(Debug)]
pub struct Checklist {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in a line.
    pub title: &'static str,
    /// Its lines.
    pub items: &'static [Item],
}

/// One line of a checklist, verified by a check.
#[derive(Debug)]
pub struct Item {
    /// The id of the check that decides it, and of the item.
    pub check: &'static str,
    /// How much it matters.
    pub severity: Severity,
}

const fn item(check: &'static str, severity: Severity) -> Item {
    Item { check, severity }
}

/// What no production workload goes without: the default of a policy.
pub static ESSENTIALS: Checklist = Checklist {
    name: "essentials",
    title: "What no production workload goes without",
    items: &[
        item("liveness-probe", Severity::Critical),
        item("readiness-probe", Severity::Critical),
        item("cpu-limits", Severity::Critical),
        item("memory-limits", Severity::Critical),
        item("run-as-non-root", Severity::Critical),
        item("read-only-root-filesystem", Severity::Critical),
        item("startup-probe", Severity::High),
        item("cpu-requests", Severity::High),
        item("memory-requests", Severity::High),
    ],
};

/// A built-in checklist.
pub fn built_in(name: ChecklistName) -> &'static Checklist {
    match name {
        ChecklistName::Essentials => &ESSENTIALS,
    }
}
