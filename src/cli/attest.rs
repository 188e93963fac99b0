//! `plimsoll attest`: states something of a launch, signs it, approves an exception, or lists what waits for whoever asks.

mod items;
mod statement;
mod waiting;
mod write;

use anyhow::{Result, bail};
use clap::{ArgGroup, Args, ValueEnum};
use jiff::Timestamp;

use super::cluster::{self, Connection};
use crate::api::Period;

/// Arguments of `plimsoll attest`.
#[derive(Args)]
#[command(
    group = ArgGroup::new("attested").args(["items", "sections"]).multiple(true),
    after_help = "Without --item, --section and --approve, or with --list, what waits for you is listed, each with the command that \
                        closes it.\nExit code: 0 done, 2 not."
)]
pub(super) struct Arguments {
    /// The launch.
    #[arg(value_name = "LAUNCH")]
    launch: Option<String>,

    #[command(flatten)]
    connection: Connection,

    /// List what waits for you, of all launches of the namespace where none is named.
    #[arg(long, conflicts_with_all = ["attested", "approve"])]
    list: bool,

    /// What is attested: an item's key, as CHECKLIST:ID. May be given several times.
    #[arg(long = "item", value_name = "KEY", requires = "launch")]
    items: Vec<String>,

    /// Each item of this section that --role may attest and that is asked by now. May be given several times.
    #[arg(long = "section", value_name = "TITLE", requires_all = ["launch", "role"])]
    sections: Vec<String>,

    /// The role that you speak in; needed where the items leave a choice.
    #[arg(long, value_name = "ROLE", requires = "attested")]
    role: Option<String>,

    /// What you state.
    #[arg(long, value_name = "TEXT")]
    statement: Option<String>,

    /// Where the evidence can be read: https://...
    #[arg(long, value_name = "URL")]
    evidence: Option<String>,

    /// The items do not apply to this application, for this reason.
    #[arg(long, value_name = "REASON", requires = "attested")]
    not_applicable: Option<String>,

    /// It counts for so long at most: 90d, 12h.
    #[arg(long, value_name = "TIME", conflicts_with = "expires_at")]
    expires_in: Option<Period>,

    /// It counts until then at most: 2027-01-31T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    expires_at: Option<Timestamp>,

    /// The release that it is for; the launch's where none is named.
    #[arg(long, value_name = "NAME", requires = "attested")]
    release: Option<String>,

    /// The items are sign-offs, and you sign.
    #[arg(long, requires = "attested")]
    sign: bool,

    /// Approve this exception of somebody else.
    #[arg(long, value_name = "EXCEPTION", conflicts_with = "attested")]
    approve: Option<String>,

    /// Write nothing: only print what would be written (client), or have the API server check it as well (server).
    #[arg(long, value_enum, value_name = "HOW")]
    dry_run: Option<DryRun>,

    /// How to print what was written, or what waits.
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    output: Format,
}

impl Arguments {
    /// Whether something is to be written.
    fn attests(&self) -> bool {
        !self.items.is_empty() || !self.sections.is_empty() || self.approve.is_some()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DryRun {
    Client,
    Server,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// The object.
    Yaml,
    /// The same, or what waits, for programs.
    Json,
}

/// Attests, or lists what waits.
pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let is_stated = arguments.statement.is_some() || arguments.evidence.is_some();
    if !arguments.attests() && !arguments.list && is_stated {
        bail!("name what is attested with --item or --section, or the exception with --approve");
    }
    cluster::wait_for(async {
        let cluster = arguments.connection.open().await?;
        if !arguments.attests() {
            return waiting::run(arguments, &cluster).await;
        }
        write::run(arguments, &cluster).await
    })
}
