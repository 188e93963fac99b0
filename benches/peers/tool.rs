//! What is measured, and how each is called: default checks and JSON where it has them.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::input::Input;

/// What a tool is measured for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// `plimsoll check` itself.
    Plimsoll,
    /// The same parser, and nothing else.
    ParseOnly,
    /// Judges readiness by checks of its own, as we do: the ratios are to these.
    Peer,
    /// Does something else, or judges by rules that its users write.
    Other,
}

/// A program, and how it is called.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// The exit statuses of a run that came to its end; the last one says that there are findings.
    pub(crate) exits: [i32; 2],
    program: PathBuf,
    /// Its arguments but for the files.
    arguments: Vec<String>,
    files: FilesBy,
}

/// How a tool is told what to look at.
#[derive(Clone, Copy)]
enum FilesBy {
    /// By the folder.
    Folder,
    /// By the path of every file.
    Path,
    /// By the path of every file, each after this: its folders are not looked through.
    Each(&'static str),
}

/// Where things are.
pub(crate) struct Bench {
    /// Our own program.
    pub(crate) plimsoll: PathBuf,
    /// The folder of the peers that were built.
    pub(crate) peers: PathBuf,
    /// The folder of the rules for those that have none of their own.
    pub(crate) rules: PathBuf,
    /// The folder of the schemas for kubeconform.
    pub(crate) schemas: PathBuf,
}

impl Bench {
    /// Everything that there is to measure, and the names of what is not there.
    pub(crate) fn tools(&self) -> Result<(Vec<Tool>, Vec<&'static str>)> {
        let rules = |path: &str| self.rules.join(path).display().to_string();
        let schemas = format!(
            "{}/{{{{ .ResourceKind }}}}{{{{ .KindSuffix }}}}.json",
            self.schemas.display()
        );
        let built = |name: &str| self.peers.join(name);
        let this = env::current_exe()?;
        let mut tools = vec![
            tool("plimsoll", Role::Plimsoll, &self.plimsoll, "check -o json"),
            tool("parse-only", Role::ParseOnly, &this, "--parse-only"),
            Tool {
                files: FilesBy::Path,
                ..tool(
                    "kube-score",
                    Role::Peer,
                    &built("kube-score"),
                    "score -o json",
                )
            },
        ];
        let mut missing = Vec::new();
        for (name, arguments) in [
            ("kube-linter", "lint --format json"),
            ("polaris", "audit --format json --audit-path"),
        ] {
            match on_path(name) {
                Some(program) => tools.push(tool(name, Role::Peer, &program, arguments)),
                None => missing.push(name),
            }
        }
        tools.extend([
            tool(
                "kubeconform",
                Role::Other,
                &built("kubeconform"),
                "-summary -output json -ignore-missing-schemas -schema-location",
            )
            .with(schemas),
            tool(
                "gator",
                Role::Other,
                &built("gator"),
                "test --output json --filename",
            )
            .with(rules("gatekeeper"))
            .with("--filename".to_owned()),
            Tool {
                files: FilesBy::Each("--resource"),
                ..tool("kyverno", Role::Other, &built("kyverno"), "apply")
                    .with(rules("kyverno/policies.yaml"))
            },
        ]);
        // Where another folder of peers was asked for, not all need be in it.
        tools.retain(|tool| {
            let is_there = tool.program.is_file();
            if !is_there {
                missing.push(tool.name);
            }
            is_there
        });
        Ok((tools, missing))
    }
}

fn tool(name: &'static str, role: Role, program: &Path, arguments: &str) -> Tool {
    Tool {
        name,
        role,
        exits: [0, 1],
        program: program.to_owned(),
        arguments: arguments.split(' ').map(str::to_owned).collect(),
        files: FilesBy::Folder,
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut candidates = env::split_paths(&path).map(|folder| folder.join(name));
    candidates.find(|candidate| candidate.is_file())
}

impl Tool {
    fn with(mut self, argument: String) -> Self {
        self.arguments.push(argument);
        self
    }

    /// The command for these files.
    pub(crate) fn command(&self, input: &Input) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&input.folder);
        match self.files {
            FilesBy::Folder => command.arg("."),
            FilesBy::Path => command.args(&input.files),
            FilesBy::Each(option) => {
                let pairs = input
                    .files
                    .iter()
                    .flat_map(|file| [Path::new(option), file]);
                command.args(pairs)
            }
        };
        command
    }
}
