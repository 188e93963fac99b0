//! The reviewed list of rows where Plimsoll says something else.

use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::answer::Answer;
use crate::row::{Expect, Row};

/// What Plimsoll may say.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Says {
    Pass,
    Fail,
    /// It cannot be decided.
    Unknown,
    /// It is not even what its kind asks for, so it is not judged but complained about.
    Refused,
}

impl From<Expect> for Says {
    fn from(expect: Expect) -> Self {
        match expect {
            Expect::Pass => Self::Pass,
            Expect::Fail => Self::Fail,
        }
    }
}

/// The list, and which of its rows were met.
pub(crate) struct Lists {
    entries: Vec<Entry>,
}

struct Entry {
    listed: Listed,
    row: RowName,
    met: bool,
}

/// Rows that disagree for one reason.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    suite: String,
    /// What Plimsoll says.
    says: Says,
    /// Why Kubernetes is with us.
    reason: String,
    /// Where Kubernetes documents it.
    link: String,
    rows: Vec<RowName>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowName {
    file: String,
    check: String,
    /// `Deployment shop/web`; absent where the row is on the whole file.
    #[serde(default)]
    object: String,
}

impl Lists {
    /// Reads the list from a directory.
    pub(crate) fn read(directory: &Path) -> anyhow::Result<Self> {
        let file = "disagreements.yaml";
        let text = std::fs::read_to_string(directory.join(file)).context(file)?;
        let list: Vec<Listed> = serde_saphyr::from_str(&text).context(file)?;
        let mut entries = Vec::new();
        for listed in list {
            let suite = &listed.suite;
            listed
                .complete()
                .with_context(|| format!("{file}: an entry of {suite}"))?;
            let rows = listed.rows.iter().cloned();
            entries.extend(rows.map(|row| Entry {
                listed: listed.clone(),
                row,
                met: false,
            }));
        }
        Ok(Self { entries })
    }

    /// Whether the list has a row that disagrees.
    pub(crate) fn has(&mut self, row: &Row, answer: &Answer) -> bool {
        let is_it = |entry: &&mut Entry| entry.is(row) && answer.says() == entry.listed.says;
        let entry = self.entries.iter_mut().find(is_it);
        entry.map(|entry| entry.met = true).is_some()
    }

    /// Rows that are listed and agree, or do not exist.
    pub(crate) fn stale(&self) -> impl Iterator<Item = String> {
        let stale = self.entries.iter().filter(|entry| !entry.met);
        stale.map(|Entry { listed, row, .. }| {
            let RowName { file, check, object } = row;
            let (suite, says) = (&listed.suite, listed.says);
            format!(
                "{suite}/{file}: {check} {object}: no such row disagrees with our {says:?}: take it off the list"
            )
        })
    }
}

impl Entry {
    fn is(&self, row: &Row) -> bool {
        let object = row.subject().map(ToString::to_string).unwrap_or_default();
        self.listed.suite == row.suite
            && self.row.check == row.check
            && self.row.file == row.file()
            && self.row.object == object
    }
}

impl Listed {
    /// Every row has its reason.
    fn complete(&self) -> anyhow::Result<()> {
        if !self.link.starts_with("https://") || self.reason.is_empty() {
            bail!("a reason and a link to what Kubernetes documents are needed")
        }
        if self.rows.is_empty() {
            bail!("no rows")
        }
        Ok(())
    }
}
