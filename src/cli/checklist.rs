//! `plimsoll checklist`: a launch's checklists, filled in.

mod files;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::cluster::{self, Connection};
use super::release::release;
use super::{output, terminal};
use crate::generate::names;
use crate::model::Release;
use crate::render::document::{self, Basis, Document};

/// Arguments of `plimsoll checklist`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The application: the name of its ReadinessLaunch.
    #[arg(value_name = "APP")]
    app: Option<String>,

    #[command(flatten)]
    connection: Connection,

    /// How to write it. A table in short on a terminal, Markdown elsewhere, where nothing is said.
    #[arg(short, long, value_enum)]
    output: Option<Format>,

    /// List everything that is open in the table as well.
    #[arg(long)]
    all: bool,

    /// Fill it in from manifests alone: files, directories, or - for standard input. May be given several times.
    #[arg(short, long = "file", value_name = "PATH")]
    files: Vec<PathBuf>,

    /// A checklist to fill in, besides those of the launch and of policies. Only with --file.
    #[arg(long = "checklist", value_name = "NAME", requires = "files")]
    checklists: Vec<String>,

    /// The ReadinessPolicies in this file, besides those among the manifests. Only with --file.
    #[arg(long, value_name = "FILE", requires = "files")]
    policy: Vec<PathBuf>,

    /// The release of Kubernetes that the manifests are for, as 1.33, whatever policies say. Only with --file.
    #[arg(long, value_name = "VERSION", value_parser = release, requires = "files")]
    kubernetes_version: Option<Release>,

    /// The namespace that the operator runs in.
    #[arg(long, value_name = "NAME", default_value = names::NAMESPACE)]
    operator_namespace: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// In short, for people.
    Table,
    /// The document.
    Markdown,
    /// The document as one page.
    Html,
    /// For programs: see docs/cli.md.
    Json,
}

/// Fills in checklists.
pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let document = match arguments.files.is_empty() {
        true => live(arguments)?,
        false => files::fill_in(arguments)?,
    };
    let width = terminal::width();
    let format = arguments.output.unwrap_or(if width.is_some() {
        Format::Table
    } else {
        Format::Markdown
    });
    let text = match format {
        Format::Table => document::table(&document, terminal::palette(), width, arguments.all),
        Format::Markdown => document::markdown(&document),
        Format::Html => document::html(&document),
        Format::Json => document::json(&document),
    };
    output::print(&text)?;
    Ok(0)
}

/// From a cluster: what the operator would say, as far as one's rights reach, and what it says in the status beyond.
fn live(arguments: &Arguments) -> Result<Document> {
    let Some(app) = &arguments.app else {
        bail!(
            "name the application: `plimsoll checklist APP -n NAMESPACE`, or give manifests with --file"
        );
    };
    cluster::wait_for(async {
        let cluster = arguments.connection.open().await?;
        let launch = cluster.launch(app).await?;
        let now = Timestamp::now();
        let reading = cluster::read(&cluster, &launch, &arguments.operator_namespace, now).await?;
        let basis = match reading.status() {
            Some(status) => Basis::Status {
                status,
                gaps: &reading.gaps,
                unread: &reading.unread,
            },
            None => Basis::Partly {
                gaps: &reading.gaps,
            },
        };
        Ok(Document::of(&reading.launch, &reading.judge(), now, basis))
    })
}
