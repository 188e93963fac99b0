//! `plimsoll.dev/ignore`: what the author of a manifest asks not to be held against it.
//!
//! It is read from files alone, and kept beside the records: what judges in a cluster never sees it.

use super::nearest;
use super::yaml::Node;
use crate::check::Check;
use crate::engine::naming;
use crate::model::Text;

/// The annotation: on the object, or on the template of its pods.
pub const IGNORE: &str = "plimsoll.dev/ignore";

/// Where annotations are, each step of it a key.
const PLACES: [&[&str]; 3] = [
    &["metadata", "annotations"],
    &["spec", "template", "metadata", "annotations"],
    &[
        "spec",
        "jobTemplate",
        "spec",
        "template",
        "metadata",
        "annotations",
    ],
];

/// What the annotations of an object say.
#[derive(Clone, Debug, Default)]
pub struct Ignores {
    /// What is to be ignored.
    pub entries: Vec<Ignore>,
    /// What cannot be understood.
    pub problems: Vec<IgnoreProblem>,
}

/// One `check: reason`.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// What it names, as it is written.
    pub name: Text,
    /// The checks that this means.
    pub checks: Vec<&'static Check>,
    /// Why.
    pub reason: Text,
    /// The line of the annotation, from 1.
    pub line: u32,
}

/// An entry that cannot be understood: it waives nothing.
#[derive(Clone, Debug)]
pub struct IgnoreProblem {
    /// What is wrong with it.
    pub problem: IgnoreError,
    /// The line of the annotation, from 1.
    pub line: u32,
}

/// What is wrong with an annotation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IgnoreError {
    /// It is no text, or an empty one.
    #[error("it says nothing; write `<check>: <reason>`")]
    Empty,
    /// An entry without a reason.
    #[error("`{0}` has no reason; write `<check>: <reason>` (a line break or `;` ends a reason)")]
    NoReason(String),
    /// An entry for what is no check.
    #[error("no check is called `{name}`; {hint}`plimsoll checks` lists them")]
    UnknownCheck {
        /// What it names.
        name: String,
        /// What is probably meant.
        hint: String,
    },
}

impl Ignores {
    /// What the annotations of an object say; `None` where it has none.
    pub(super) fn of(object: Node<'_>) -> Option<Box<Self>> {
        let mut found: Option<Box<Self>> = None;
        for place in PLACES {
            let annotations = place.iter().try_fold(object, |node, key| node.get(key));
            let Some(value) = annotations.and_then(|node| node.get(IGNORE)) else {
                continue;
            };
            let pointer = format!("/{}/{}", place.join("/"), IGNORE.replace('/', "~1"));
            let (line, _) = object.position(&pointer);
            let found = found.get_or_insert_default();
            found.read(value.as_str().unwrap_or_default(), line);
        }
        found
    }

    /// The first entry that is about a check.
    pub fn about(&self, check: &Check) -> Option<&Ignore> {
        self.entries.iter().find(|entry| entry.covers(check))
    }

    fn read(&mut self, text: &str, line: u32) {
        let mut entries = text
            .split(['\n', ';'])
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .peekable();
        if entries.peek().is_none() {
            let problem = IgnoreError::Empty;
            self.problems.push(IgnoreProblem { problem, line });
        }
        for entry in entries {
            match entry_of(entry, line) {
                Ok(ignores) => self.entries.extend(ignores),
                Err(problem) => self.problems.push(IgnoreProblem { problem, line }),
            }
        }
    }
}

impl Ignore {
    /// Whether it is about a check.
    pub fn covers(&self, check: &Check) -> bool {
        self.checks.iter().any(|own| own.id == check.id)
    }
}

/// `name, name: reason`.
fn entry_of(entry: &str, line: u32) -> Result<Vec<Ignore>, IgnoreError> {
    let no_reason = || IgnoreError::NoReason(entry.to_owned());
    let (names, reason) = entry.split_once(':').ok_or_else(no_reason)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(no_reason());
    }
    let ignore = |name: &str| {
        let checks = naming::named(name);
        if checks.is_empty() {
            let meant = nearest(name, naming::names());
            let hint = meant.map(|meant| format!("did you mean `{meant}`? "));
            return Err(IgnoreError::UnknownCheck {
                name: name.to_owned(),
                hint: hint.unwrap_or_default(),
            });
        }
        Ok(Ignore {
            name: name.into(),
            checks,
            reason: reason.into(),
            line,
        })
    };
    names.split(',').map(str::trim).map(ignore).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Ignores {
        let mut ignores = Ignores::default();
        ignores.read(text, 7);
        ignores
    }

    #[test]
    fn entries_are_lines_or_end_with_a_semicolon() {
        for text in [
            "image-digest: rebuilt nightly\nhost-path, host-port: a node agent: it must\n",
            "image-digest: rebuilt nightly; host-path,host-port:a node agent: it must;",
        ] {
            let ignores = read(text);
            assert!(ignores.problems.is_empty(), "{:?}", ignores.problems);
            let entries: Vec<_> = ignores
                .entries
                .iter()
                .map(|entry| (&*entry.name, &*entry.reason, entry.line))
                .collect();
            let why = "a node agent: it must";
            assert_eq!(
                entries,
                [
                    ("image-digest", "rebuilt nightly", 7),
                    ("host-path", why, 7),
                    ("host-port", why, 7)
                ]
            );
        }
    }

    #[test]
    fn all_names_of_checks_are_understood() {
        for (text, id) in [
            ("*: a test", "host-pid"),
            ("host-*: a node agent", "host-pid"),
            ("host-access: a node agent", "host-pid"),
            ("hostPIDSet: a node agent", "host-pid"),
            ("kube-linter/host-pid: a node agent", "host-pid"),
        ] {
            let ignores = read(text);
            let about = |id: &str| {
                let check = crate::checks::find(id).expect("there is such a check");
                ignores.about(check).is_some()
            };
            assert!(about(id), "{text}");
            assert!(text.starts_with("*:") || !about("liveness-probe"), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_understood_waives_nothing() {
        for (text, message) in [
            ("", "it says nothing; write `<check>: <reason>`"),
            (" \n;", "it says nothing; write `<check>: <reason>`"),
            (
                "image-digest",
                "`image-digest` has no reason; write `<check>: <reason>` (a line break or `;` ends a reason)",
            ),
            (
                "image-digest:  ",
                "`image-digest:` has no reason; write `<check>: <reason>` (a line break or `;` ends a reason)",
            ),
            (
                "image-digst: rebuilt nightly",
                "no check is called `image-digst`; did you mean `image-digest`? `plimsoll checks` lists them",
            ),
            (
                ": because",
                "no check is called ``; `plimsoll checks` lists them",
            ),
        ] {
            let ignores = read(text);
            assert!(ignores.entries.is_empty(), "{text}");
            let problems: Vec<_> = ignores
                .problems
                .iter()
                .map(|problem| problem.problem.to_string())
                .collect();
            assert_eq!(problems, [message]);
        }
    }
}
