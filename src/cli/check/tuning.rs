//! What is judged by besides or without what policies say, and what of it is reported.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use super::baseline::{Known, Written};
use crate::cli::output;
use crate::cli::policies::Selection;
use crate::manifests::yaml;

/// The configuration of a directory: policies that are judged by where none is given.
const CONFIGS: [&str; 4] = [
    "plimsoll.yaml",
    "plimsoll.yml",
    ".plimsoll.yaml",
    ".plimsoll.yml",
];

/// Options on what is judged by besides policies.
#[derive(Args)]
#[command(next_help_heading = "Ignoring and tuning")]
pub(in crate::cli) struct Choice {
    /// Judge by these checks as well: ids, groups, patterns (`rbac-*`), or what other tools call them (`polaris/hostIPCSet`).
    #[arg(
        long,
        value_name = "CHECK,...",
        value_delimiter = ',',
        conflicts_with = "checks"
    )]
    include: Vec<String>,

    /// Do not judge by these checks, whatever else asks for them; named as for --include.
    #[arg(long, value_name = "CHECK,...", value_delimiter = ',')]
    exclude: Vec<String>,

    /// Do not look for plimsoll.yaml or .plimsoll.yaml in the working directory.
    #[arg(long)]
    no_config: bool,

    /// Pay no heed to `plimsoll.dev/ignore` annotations, as in a cluster.
    #[arg(long)]
    strict: bool,
}

impl Choice {
    /// Whether annotations waive nothing.
    pub(in crate::cli) fn is_strict(&self) -> bool {
        self.strict
    }

    /// The checks that are to be judged by as well, and those that are not.
    ///
    /// # Errors
    /// Names what is no check.
    pub(in crate::cli) fn selection(&self) -> Result<Selection> {
        Selection::of(&self.include, &self.exclude)
    }

    /// The files of policies: those that are given, or else the configuration of the working directory.
    ///
    /// # Errors
    /// Where there are several configurations.
    pub(in crate::cli) fn policies(&self, given: &[PathBuf]) -> Result<Vec<PathBuf>> {
        if !given.is_empty() || self.no_config {
            return Ok(given.to_vec());
        }
        let mut found = CONFIGS
            .into_iter()
            .filter(|name| is_config(Path::new(name)));
        let Some(name) = found.next() else {
            return Ok(Vec::new());
        };
        if let Some(other) = found.next() {
            bail!("both {name} and {other} are here; give one of them as --config, or --no-config");
        }
        output::complain(
            "note",
            &format!("judging by {name}; --no-config does without"),
        );
        Ok(vec![PathBuf::from(name)])
    }
}

/// Options that tune a check.
#[derive(Args)]
#[command(next_help_heading = "Ignoring and tuning")]
pub(super) struct Tuning {
    #[command(flatten)]
    pub(super) choice: Choice,

    /// Report only what is not in this baseline.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Write what is found into this baseline. Without --baseline nothing of it is new, and the exit code is 0.
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
}

impl Tuning {
    /// The baseline to compare with.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn known(&self) -> Result<Option<Known>> {
        self.baseline.as_deref().map(Known::read).transpose()
    }

    /// The baseline to write.
    ///
    /// # Errors
    /// Where it cannot be written there.
    pub(super) fn written(&self) -> Result<Option<Written>> {
        let path = self.write_baseline.as_deref();
        let begin = |path: &Path| {
            let place = path.display().to_string();
            Written::begin(path).with_context(|| format!("cannot write the baseline {place}"))
        };
        path.map(begin).transpose()
    }

    /// Whether what is found is only recorded.
    pub(super) fn only_records(&self) -> bool {
        self.write_baseline.is_some() && self.baseline.is_none()
    }
}

/// Whether a file is a configuration: one of this name may as well be a manifest of the operator. What cannot be read is taken
/// for one, for it to be said.
fn is_config(path: &Path) -> bool {
    if !path.is_file() {
        return false;
    }
    let Ok(text) = std::fs::read_to_string(path) else {
        return true;
    };
    yaml::documents(&text).any(|(_, source)| match source.parse() {
        Ok(document) => {
            let kind = document.root().and_then(|root| root.get("kind"));
            kind.and_then(yaml::Node::as_str)
                .is_some_and(|kind| kind.starts_with("ReadinessPolicy"))
        }
        Err(_) => true,
    })
}
