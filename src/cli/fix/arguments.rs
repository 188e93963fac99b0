//! Arguments of `plimsoll fix`.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use super::server::Server;
use crate::cli::check::Choice;
use crate::remedy::Given;

/// Arguments of `plimsoll fix`.
#[derive(Args)]
#[command(
    after_help = "Exit code: 0 nothing is wrong, or all of it was fixed and written; 1 something is left, or is only shown; 2 could \
                  not run."
)]
pub(in crate::cli) struct Arguments {
    /// Files, directories (every .yaml, .yml and .json file in them), or - for standard input.
    #[arg(value_name = "PATH", required = true)]
    pub(super) paths: Vec<PathBuf>,

    /// Show what would be changed, as a unified diff, and write nothing. This is what it does where nothing else is said.
    #[arg(long, conflicts_with_all = ["write", "kustomize"])]
    diff: bool,

    /// Write the changes into the files; those of standard input to standard output.
    #[arg(long, conflicts_with = "kustomize")]
    write: bool,

    /// Write the changes as patches into this folder, a component for a kustomization.
    #[arg(long, value_name = "DIR")]
    kustomize: Option<PathBuf>,

    /// Write objects that are added into files of their own beside, rather than at the end of the same file.
    #[arg(long)]
    pub(super) beside: bool,

    /// Also take away what somebody asked for: privileged, host namespaces and ports, capabilities.
    #[arg(long = "unsafe")]
    pub(super) takes_away: bool,

    /// The digest of an image, to pin it: registry.example/web:1.4.2=sha256:...
    #[arg(long, value_name = "IMAGE=DIGEST")]
    pub(super) digest: Vec<String>,

    /// A file of digests, one a line.
    #[arg(long, value_name = "FILE")]
    digests: Vec<PathBuf>,

    /// A label that a workload gets which lacks one that a check asks for: owner=shop-team
    #[arg(long, value_name = "KEY=VALUE")]
    label: Vec<String>,

    /// Fix what the ReadinessPolicies in this file ask for, instead of the checks that are on by default.
    /// Without it, plimsoll.yaml or .plimsoll.yaml in the working directory is judged by.
    #[arg(long, visible_alias = "config", value_name = "FILE")]
    pub(super) policy: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) choice: Choice,

    /// Fix what these checks find only.
    #[arg(
        long,
        visible_alias = "check",
        value_name = "ID,...",
        value_delimiter = ','
    )]
    pub(super) checks: Vec<String>,

    /// Fix what the whole catalogue finds, whatever policies say.
    #[arg(long, conflicts_with = "checks")]
    pub(super) all_checks: bool,

    /// Have the API server of the current context try each changed object, without storing it; what it refuses is not written.
    #[arg(long)]
    server_dry_run: bool,

    #[command(flatten)]
    connection: crate::cli::cluster::Connection,
}

/// Where changes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// Standard output, as a diff.
    Diff,
    /// The files themselves.
    Files,
    /// A folder of patches.
    Kustomize(&'a Path),
}

impl Arguments {
    pub(super) fn target(&self) -> Target<'_> {
        match (&self.kustomize, self.write) {
            (Some(folder), _) => Target::Kustomize(folder),
            (None, true) => Target::Files,
            (None, false) => Target::Diff,
        }
    }

    /// The paths but for standard input.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let files = self.paths.iter().filter(|path| **path != Path::new("-"));
        files.cloned().collect()
    }

    /// The text of standard input, where that is asked for.
    pub(super) fn stdin(&self) -> Result<Option<String>> {
        if self.files().len() == self.paths.len() {
            return Ok(None);
        }
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("cannot read standard input")?;
        Ok(Some(text))
    }

    /// What is said besides the files.
    pub(super) fn said(&self) -> Result<Given> {
        let mut given = Given::default();
        for digest in &self.digest {
            given.digests.add(digest)?;
        }
        for file in &self.digests {
            let name = file.display();
            let text =
                std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
            let lines = text.lines().enumerate();
            let lines = lines.map(|(at, line)| (at + 1, line.trim()));
            for (number, line) in
                lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            {
                let added = given.digests.add(line);
                added.with_context(|| format!("{name}:{number}"))?;
            }
        }
        for label in &self.label {
            match label.split_once('=') {
                Some((key, value)) if is_name(key.rsplit('/').next()) && is_name(Some(value)) => {
                    given.labels.insert(key.to_owned(), value.to_owned());
                }
                _ => bail!(
                    "`{label}` is no label; write KEY=VALUE, of letters, digits, `-`, `_` and `.`, at most 63"
                ),
            }
        }
        Ok(given)
    }

    pub(super) fn server(&self) -> Option<Server<'_>> {
        self.server_dry_run.then_some(Server {
            connection: &self.connection,
        })
    }
}

/// Whether it may be the name or the value of a label, `validation.IsValidLabelValue` of the API server.
fn is_name(text: Option<&str>) -> bool {
    let text = text.unwrap_or_default();
    let is_plain = |char: char| char.is_ascii_alphanumeric();
    let is_inner = |char: char| is_plain(char) || matches!(char, '-' | '_' | '.');
    text.len() <= 63
        && text.starts_with(is_plain)
        && text.ends_with(is_plain)
        && text.chars().all(is_inner)
}
