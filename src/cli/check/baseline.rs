//! Baselines: what was found before, for only what is new to be reported.
//!
//! A finding is known by its object, check, container and detail. Lines and messages do not count, and neither does the file
//! where the object has moved: where the file of the baseline no longer has it.

mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, anyhow};

use self::file::{Contents, Finding};
use crate::cli::file::NewFile;
use crate::manifests::{Manifest, Skipped};
use crate::model::Verdict;
use crate::render::{Compared, Judged, Row, Summary};

/// What makes it this finding, whatever its file.
type Identity = (Object, String, Option<String>, String);

/// Kind, namespace where it names one, and name.
type Object = (String, Option<String>, String);

/// What is known, and how much of it has not been met yet.
pub(super) struct Known {
    left: BTreeMap<Identity, Vec<Left>>,
    /// The objects that are there, each with its file.
    here: BTreeSet<(Object, String)>,
    /// Those of them that were judged.
    judged: BTreeSet<(Object, String)>,
    compared: Compared,
}

/// What is left of the findings of a file.
struct Left {
    file: String,
    count: usize,
    /// Whether the file no longer has the object, so that it may be found in another one.
    has_moved: bool,
}

/// What is found, to be written.
pub(super) struct Written {
    file: NewFile,
    place: String,
    found: BTreeMap<Finding, usize>,
}

impl Known {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Where it is none, with what to do.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let place = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| {
            anyhow!("cannot read the baseline {place}: {error}; --write-baseline {place} makes one")
        })?;
        let contents = Contents::parse(&text).map_err(|problem| {
            anyhow!(
                "the baseline {place} is broken: {problem}; mend it, or make it anew with --write-baseline {place}"
            )
        })?;
        let mut left: BTreeMap<Identity, Vec<Left>> = BTreeMap::new();
        for (finding, count) in contents.findings() {
            let file = finding.file.clone();
            left.entry(identity(finding)).or_default().push(Left {
                file,
                count,
                has_moved: false,
            });
        }
        Ok(Self {
            left,
            here: BTreeSet::new(),
            judged: BTreeSet::new(),
            compared: Compared::default(),
        })
    }

    /// Notes which objects are there.
    pub(super) fn meet(&mut self, members: &[Manifest]) {
        let here = |member: &Manifest| {
            let key = member.object.key();
            let namespace = member.origin.names_namespace;
            let namespace = namespace.then(|| key.namespace.to_string());
            let object = (key.kind.name().to_owned(), namespace, key.name.to_string());
            (object, member.origin.file.to_string())
        };
        self.here = members.iter().map(here).collect();
        let files: BTreeSet<&str> = members.iter().map(|member| &*member.origin.file).collect();
        for ((object, ..), left) in &mut self.left {
            for left in left {
                // A file that is there and was not read may have it as before.
                let is_gone = || !Path::new(&left.file).exists();
                left.has_moved = !self.here.contains(&(object.clone(), left.file.clone()))
                    && (files.contains(left.file.as_str()) || is_gone());
            }
        }
    }

    /// Takes out what is known of an object, and counts the rest anew.
    pub(super) fn take_out(&mut self, judged: &mut Judged<'_>, summary: &mut Summary) {
        let object = (
            judged.key.kind.name().to_owned(),
            judged.namespace().map(str::to_owned),
            judged.key.name.to_string(),
        );
        let file = judged.origin.file.to_string();
        self.judged.insert((object, file));
        let mut rows = std::mem::take(&mut judged.rows);
        rows.retain(|row| {
            let is_known = row.finding.is_some() && self.take(finding(judged, row));
            // What is waived is shown all the same.
            let is_dropped = is_known && is_open(row);
            self.compared.known += usize::from(is_dropped);
            !is_dropped
        });
        judged.rows = rows;
        summary.forget_open();
        let open = || judged.rows.iter().filter(|row| is_open(row));
        for check in open().map(|row| row.check.id).collect::<BTreeSet<_>>() {
            let own = open().filter(|row| row.check.id == check);
            let worst = own.max_by_key(|row| (row.verdict, row.severity));
            if let Some(row) = worst {
                summary.count(row.verdict, row.severity);
            }
        }
    }

    /// What became of it: of what has not been met, what is fixed, and what could not have been met. Only what was judged, or is
    /// gone from a file that was read in full, can have been fixed.
    pub(super) fn finish(mut self, skipped: &[Skipped], asked: &BTreeSet<&str>) -> Compared {
        let unread: BTreeSet<&str> = skipped
            .iter()
            .filter(|skipped| skipped.reason.is_problem() && !skipped.reason.is_judged())
            .map(|skipped| &*skipped.file)
            .collect();
        let files: BTreeSet<&str> = self.judged.iter().map(|(_, file)| &**file).collect();
        let objects: BTreeSet<&Object> = self.judged.iter().map(|(object, _)| object).collect();
        for ((object, check, ..), left) in &self.left {
            for left in left.iter().filter(|left| left.count > 0) {
                let place = (object.clone(), left.file.clone());
                let is_gone = !self.here.contains(&place)
                    && files.contains(left.file.as_str())
                    && !unread.contains(left.file.as_str());
                let was_looked_at = asked.contains(check.as_str())
                    && (self.judged.contains(&place)
                        || is_gone
                        || left.has_moved && objects.contains(object));
                let counter = if was_looked_at {
                    &mut self.compared.fixed
                } else {
                    &mut self.compared.unseen
                };
                *counter += left.count;
            }
        }
        self.compared
    }

    /// Whether a finding is known; each one of the baseline stands for one.
    fn take(&mut self, finding: Finding) -> bool {
        let file = finding.file.clone();
        let Some(left) = self.left.get_mut(&identity(finding)) else {
            return false;
        };
        let own = left
            .iter()
            .position(|left| left.count > 0 && left.file == file);
        let moved = || {
            left.iter()
                .position(|left| left.count > 0 && left.has_moved)
        };
        match own.or_else(moved) {
            Some(at) => {
                left[at].count -= 1;
                true
            }
            None => false,
        }
    }
}

impl Written {
    /// Begins a baseline; what was there stays until it is complete.
    ///
    /// # Errors
    /// Where it cannot be written there.
    pub(super) fn begin(path: &Path) -> std::io::Result<Self> {
        Ok(Self {
            file: NewFile::create(path)?,
            place: path.display().to_string(),
            found: BTreeMap::new(),
        })
    }

    /// Adds what is found of an object.
    pub(super) fn add(&mut self, judged: &Judged<'_>) {
        for row in judged.rows.iter().filter(|row| is_open(row)) {
            *self.found.entry(finding(judged, row)).or_default() += 1;
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn finish(mut self) -> Result<()> {
        let text = file::text(&self.found);
        let written = self.file.write(&text).and_then(|()| self.file.finish());
        written.map_err(|error| anyhow!("cannot write the baseline {}: {error}", self.place))
    }
}

fn is_open(row: &Row) -> bool {
    matches!(row.verdict, Verdict::Fail | Verdict::Unknown)
}

fn identity(finding: Finding) -> Identity {
    let object = (finding.kind, finding.namespace, finding.name);
    (object, finding.check, finding.container, finding.detail)
}

fn finding(judged: &Judged<'_>, row: &Row) -> Finding {
    let detail = row.finding.as_ref().map(|finding| finding.at.detail());
    Finding {
        file: judged.origin.file.to_string(),
        kind: judged.key.kind.name().to_owned(),
        namespace: judged.namespace().map(str::to_owned),
        name: judged.key.name.to_string(),
        check: row.check.id.to_owned(),
        container: row.container().map(str::to_owned),
        detail: detail.unwrap_or_default().to_owned(),
    }
}
