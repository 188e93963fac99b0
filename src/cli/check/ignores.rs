//! What becomes of `plimsoll.dev/ignore` annotations.

use std::collections::BTreeSet;

use crate::check::Check;
use crate::cli::output;
use crate::manifests::{IGNORE, Ignore, IgnoreProblem, Manifest, Origin};
use crate::model::{Key, Verdict};
use crate::render::title;

/// How many unused ones are named.
const NAMED: usize = 10;

/// An entry of an annotation that nothing needs.
pub(in crate::cli) struct Unused(String);

impl Unused {
    /// Those of an object, by what became of its checks. What was not asked for may be needed another time.
    pub(super) fn of(
        member: &Manifest,
        asked: &BTreeSet<&'static str>,
        judged: &[(&Check, Verdict)],
    ) -> Vec<Self> {
        let entries = member.ignores.iter().flat_map(|ignores| &ignores.entries);
        let is_unused = |entry: &&Ignore| {
            let is_asked = entry.checks.iter().any(|check| asked.contains(check.id));
            let mut about = judged.iter().filter(|(check, _)| entry.covers(check));
            is_asked
                && !about.any(|(_, verdict)| {
                    matches!(verdict, Verdict::Fail | Verdict::Unknown | Verdict::Waived)
                })
        };
        let name = |entry: &Ignore| {
            let place = place(&member.origin, member.object.key(), entry.line);
            Self(format!("{place} `{}` is not needed", entry.name))
        };
        entries.filter(is_unused).map(name).collect()
    }

    /// Says it on standard error.
    pub(super) fn complain(unused: &[Self]) {
        for Self(message) in unused.iter().take(NAMED) {
            output::complain("warning", &format!("{message}; take it out"));
        }
        if unused.len() > NAMED {
            let more = unused.len() - NAMED;
            output::complain("warning", &format!("{more} more ignores are not needed"));
        }
    }
}

/// Forgets them all.
pub(in crate::cli) fn forget(manifests: &mut [Manifest]) {
    for manifest in manifests {
        manifest.ignores = None;
    }
}

/// Says on standard error which cannot be understood. Whether there are any.
pub(in crate::cli) fn complain(members: &[Manifest]) -> bool {
    let mut any = false;
    for member in members {
        let problems = member.ignores.iter().flat_map(|ignores| &ignores.problems);
        for IgnoreProblem { problem, line } in problems {
            any = true;
            let place = place(&member.origin, member.object.key(), *line);
            output::complain("error", &format!("{place} {problem}"));
        }
    }
    any
}

/// `shop/web.yaml:7: Deployment shop/web: plimsoll.dev/ignore:`
fn place(origin: &Origin, key: &Key, line: u32) -> String {
    let object = title(origin, key);
    format!("{}:{line}: {object}: {IGNORE}:", origin.file)
}
