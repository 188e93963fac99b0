//! The files that are checked: one Deployment each, every second one violating, the same in every run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The lines that a violating Deployment lacks two of, and the checks that must say so.
const LINES: [(&str, &str, &str); 4] = [
    (
        "$NON_ROOT",
        "        runAsNonRoot: true\n",
        "run-as-non-root",
    ),
    (
        "$LIVENESS",
        "          livenessProbe:\n            httpGet: {path: /livez, port: http}\n            timeoutSeconds: 2\n",
        "liveness-probe",
    ),
    (
        "$MEMORY_LIMIT",
        "              memory: 512Mi\n",
        "memory-limits",
    ),
    (
        "$READ_ONLY",
        "            readOnlyRootFilesystem: true\n",
        "read-only-root-filesystem",
    ),
];

/// A folder of generated manifests; dropping it removes it.
pub(crate) struct Files {
    pub(crate) folder: PathBuf,
    pub(crate) count: usize,
    pub(crate) bytes: usize,
}

impl Files {
    /// Writes `count` files into `folder`, in place of whatever an earlier run has left there.
    pub(crate) fn generate(folder: PathBuf, count: usize) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("removing {}", folder.display()))?;
        }
        let mut files = Self {
            folder,
            count,
            bytes: 0,
        };
        for number in 0..count {
            let file = files.folder.join(path(number));
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)?;
            }
            let text = manifest(number);
            fs::write(&file, &text).with_context(|| format!("writing {}", file.display()))?;
            files.bytes += text.len();
        }
        Ok(files)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where in the folder this file is: a hundred to a namespace.
pub(crate) fn path(number: usize) -> PathBuf {
    Path::new(&namespace(number)).join(format!("{}.yaml", name(number)))
}

/// Those of the checks that a violating Deployment may fail which this one does fail, sorted.
pub(crate) fn flaws(number: usize) -> Vec<&'static str> {
    let mut flaws: Vec<_> = (0..LINES.len())
        .filter(|line| lacks(number, *line))
        .map(|line| LINES[line].2)
        .collect();
    flaws.sort_unstable();
    flaws
}

/// Every check that some file fails by design.
pub(crate) fn is_flaw(check: &str) -> bool {
    LINES.iter().any(|(_, _, id)| *id == check)
}

/// Every second file lacks two lines, by turns.
fn lacks(number: usize, line: usize) -> bool {
    let first = number / 2 % LINES.len();
    number % 2 == 1 && (line == first || line == (first + 1) % LINES.len())
}

const APPS: [&str; 12] = [
    "cart",
    "catalogue",
    "checkout",
    "currency",
    "email",
    "frontend",
    "identity",
    "inventory",
    "payments",
    "recommendations",
    "search",
    "shipping",
];
const TEAMS: [&str; 5] = ["buying", "discovery", "fulfilment", "money", "platform"];

fn name(number: usize) -> String {
    format!("{}-{number:05}", APPS[number % APPS.len()])
}

fn namespace(number: usize) -> String {
    format!("shop-{:03}", number / 100)
}

/// The text of one.
pub(crate) fn manifest(number: usize) -> String {
    let mut text = include_str!("deployment.yaml").to_owned();
    for (line, (placeholder, lines, _)) in LINES.iter().enumerate() {
        let lines = if lacks(number, line) { "" } else { lines };
        text = text.replace(placeholder, lines);
    }
    // The longer of two placeholders that begin alike comes first.
    text.replace("$NAMESPACE", &namespace(number))
        .replace("$NAME", &name(number))
        .replace("$APP", APPS[number % APPS.len()])
        .replace("$TEAM", TEAMS[number % TEAMS.len()])
        .replace("$VERSION", &format!("2.1.{}", number % 40))
}
