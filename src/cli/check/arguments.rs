//! Arguments of `plimsoll check`, and what they come to.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::format::{Asked, AskedParser, Format};
use super::live::Live;
use super::render::Render;
use super::since::Since;
use super::tuning::Tuning;
use crate::checklist::Checklists;
use crate::cli::policies::{Given, Selection, all_checks};
use crate::cli::progress::Bar;
use crate::cli::release::release;
use crate::engine::{Conditions, PolicySet};
use crate::manifests::{self, Changes, Keep, Manifests};
use crate::model::{Release, Severity};

/// The check for which objects are compared with the schema as they are read.
const SCHEMA: &str = "schema-valid";

/// Arguments of `plimsoll check`.
#[derive(Args)]
#[command(after_help = "Exit code: 0 nothing at or above --fail-on, 1 something, 2 could not run.")]
pub(in crate::cli) struct Arguments {
    /// Files, directories (every .yaml, .yml and .json file in them; Helm charts and kustomizations are rendered), or - for
    /// standard input.
    #[arg(value_name = "PATH", required_unless_present = "cluster")]
    pub(super) paths: Vec<PathBuf>,

    /// How to write the findings, and into which file; without one, to standard output. May be given several times, for
    /// several files [default: table].
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = AskedParser)]
    pub(super) output: Vec<Asked>,

    #[command(flatten)]
    pub(super) render: Render,

    #[command(flatten)]
    pub(super) live: Live,

    /// Report only what has changed since this commit, branch or tag: every finding in files that are new or changed since the work left
    /// it, and of other files what the change brings. All files are read.
    #[arg(long, value_name = "REF")]
    pub(super) since: Option<String>,

    /// Judge by the ReadinessPolicies in this file, instead of by the checks that are on by default. It may hold ReadinessChecklists as well.
    /// Without it, plimsoll.yaml or .plimsoll.yaml in the working directory is judged by.
    #[arg(long, visible_alias = "config", value_name = "FILE")]
    pub(super) policy: Vec<PathBuf>,

    /// Judge by these checks only.
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    pub(super) checks: Vec<String>,

    /// Judge by the whole catalogue, whatever policies say: also by what is a matter of taste.
    #[arg(long, conflicts_with = "checks")]
    pub(super) all_checks: bool,

    /// The release of Kubernetes that the manifests are for, as 1.33: what it does not serve is refused, whatever policies say.
    #[arg(long, value_name = "VERSION", value_parser = release)]
    pub(super) kubernetes_version: Option<Release>,

    /// List what passes and what does not apply as well, and everything that was skipped.
    #[arg(long)]
    pub(super) all: bool,

    /// The least severity that makes the exit code 1.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::High)]
    pub(super) fail_on: FailOn,

    #[command(flatten)]
    pub(super) tuning: Tuning,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum FailOn {
    Critical,
    High,
    Advice,
    None,
}

impl FailOn {
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Advice => Some(Severity::Advice),
            Self::None => None,
        }
    }
}

impl Arguments {
    /// Where findings go, and how: a table on standard output where nothing is said.
    pub(super) fn outputs(&self) -> &[Asked] {
        const DEFAULT: &[Asked] = &[Asked {
            format: Format::Table,
            file: None,
        }];
        match self.output.as_slice() {
            [] => DEFAULT,
            asked => asked,
        }
    }

    /// The files of policies. What a directory is configured with says nothing where it does not matter what policies say.
    pub(super) fn policy_files(&self) -> Result<Vec<PathBuf>> {
        match self.all_checks {
            true => Ok(self.policy.clone()),
            false => self.tuning.choice.policies(&self.policy),
        }
    }

    /// How manifests are read.
    pub(super) fn keep<'a>(
        &self,
        given: &Given,
        conditions: &'a Conditions,
        selection: &Selection,
    ) -> Keep<'a> {
        match self.all_checks || given.may_ask(SCHEMA, &self.checks, selection) {
            true => Keep::Shapes(conditions),
            false => Keep::Records(conditions),
        }
    }

    /// Reads the manifests.
    pub(super) fn read(&self, keep: Keep<'_>) -> Result<Manifests> {
        let bar = Bar::new();
        let namespace = self.live.connection.namespace.clone();
        let rendering = self.render.rendering(namespace);
        let found = manifests::read(&self.paths, keep, &rendering, &bar);
        bar.finish();
        Ok(found?)
    }

    /// What is judged by.
    pub(super) fn policies(
        &self,
        given: &Given,
        selection: &Selection,
        checklists: &Checklists,
    ) -> Result<PolicySet> {
        let policies = match self.all_checks {
            true => all_checks(selection)?,
            false => given.to_check_by(&self.checks, selection, checklists)?,
        };
        Ok(match self.kubernetes_version {
            Some(release) => policies.for_release(release),
            None => policies,
        })
    }

    /// What has changed, where that was asked for.
    pub(super) fn changes(&self, keep: Keep<'_>, found: &Manifests) -> Result<Option<Since>> {
        let Some(reference) = &self.since else {
            return Ok(None);
        };
        let changes = Changes::since(reference, &self.paths)?;
        Ok(Some(Since::new(&changes, found, changes.before(keep))))
    }
}
