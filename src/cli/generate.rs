//! `plimsoll generate`.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};

use crate::generate::{self, FailurePolicy, names};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The custom resource definitions
    Crds(Output),
    /// The ServiceAccount and exactly the permissions that the checks in this build need
    Rbac(Place),
    /// Everything that runs Plimsoll in a cluster, but for the definitions
    Deploy(Deploy),
    /// The catalogue of checks and every line of the checklists, in Markdown
    Docs(Output),
}

#[derive(Args)]
struct Output {
    /// Write into files of this folder rather than to standard output
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

#[derive(Args)]
struct Place {
    #[command(flatten)]
    output: Output,
    /// The namespace to run in
    #[arg(long, default_value = names::NAMESPACE)]
    namespace: String,
}

#[derive(Args)]
struct Deploy {
    #[command(flatten)]
    place: Place,
    /// What the API server does when the webhook cannot be reached
    #[arg(long, default_value = "ignore")]
    failure_policy: Failure,
    /// The container image
    #[arg(long, default_value = names::IMAGE)]
    image: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Failure {
    Ignore,
    Fail,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let (output, files) = match &arguments.what {
        What::Crds(output) => (output, generate::crds()?),
        What::Rbac(place) => (&place.output, generate::rbac(&place.namespace)?),
        What::Deploy(deploy) => {
            let failure = match deploy.failure_policy {
                Failure::Ignore => FailurePolicy::Ignore,
                Failure::Fail => FailurePolicy::Fail,
            };
            (
                &deploy.place.output,
                generate::deploy(&deploy.place.namespace, &deploy.image, failure)?,
            )
        }
        What::Docs(output) => (output, generate::docs()),
    };
    match &output.to {
        Some(folder) => {
            for file in files {
                let path = folder.join(file.name);
                std::fs::write(&path, file.text)
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
        }
        None => {
            let texts: Vec<_> = files.iter().map(|file| file.text.as_str()).collect();
            anstream::print!("{}", texts.join("---\n"));
        }
    }
    Ok(0)
}
