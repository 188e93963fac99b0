//! `-o FORMAT[=FILE]`: what is written, and where.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error, ValueEnum};

use crate::manifests::nearest;

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Table,
    /// For programs: see docs/cli.md
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// GitHub annotations, on standard output of a step
    Github,
    /// GitLab code quality
    Gitlab,
    /// For a comment or a job's summary
    Markdown,
    /// One page that needs nothing else
    Html,
    /// ReadinessReports as the operator would write them, in YAML
    Reports,
    /// For spreadsheets
    Csv,
}

/// One `-o`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) format: Format,
    /// The file to write; `None` for standard output.
    pub(super) file: Option<PathBuf>,
}

/// Checks that what was asked for goes together.
///
/// # Errors
/// Where two are to be written to the same place.
pub(super) fn distinct(asked: &[Asked]) -> Result<()> {
    let places: Vec<_> = asked
        .iter()
        .map(|one| one.file.as_deref().map(place))
        .collect();
    for (number, one) in asked.iter().enumerate() {
        if places[..number].contains(&places[number]) {
            match &one.file {
                None => bail!(
                    "several outputs for standard output; give all but one a file, as in -o {}=FILE",
                    one.format.name()
                ),
                Some(file) => bail!(
                    "two outputs for the file {}; give each its own",
                    file.display()
                ),
            }
        }
    }
    Ok(())
}

/// Where a file is, or would be: the same for every way to it.
fn place(file: &Path) -> PathBuf {
    let there = std::fs::canonicalize(file);
    there.unwrap_or_else(|_| {
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let folder = std::fs::canonicalize(folder);
        let placed = folder.ok().zip(file.file_name());
        placed.map_or_else(|| file.to_owned(), |(folder, name)| folder.join(name))
    })
}

impl Format {
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Reads the value of `-o`. The path need not be UTF-8.
#[derive(Clone)]
pub(super) struct AskedParser;

impl TypedValueParser for AskedParser {
    type Value = Asked;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Asked, Error> {
        let (name, file) = split(value);
        let format = name
            .to_str()
            .and_then(|name| Format::from_str(name, false).ok());
        let wrong = |kind| {
            let mut error = Error::new(kind).with_cmd(command);
            let arg = arg.map_or_else(|| "-o".to_owned(), ToString::to_string);
            error.insert(ContextKind::InvalidArg, ContextValue::String(arg));
            let given = name.to_string_lossy().into_owned();
            error.insert(ContextKind::InvalidValue, ContextValue::String(given));
            error
        };
        let Some(format) = format else {
            let known: Vec<_> = Format::value_variants()
                .iter()
                .map(|format| format.name())
                .collect();
            let mut error = wrong(ErrorKind::InvalidValue);
            let given = name.to_string_lossy();
            if let Some(meant) = nearest(&given, known.iter().map(String::as_str)) {
                error.insert(
                    ContextKind::SuggestedValue,
                    ContextValue::String(meant.to_owned()),
                );
            }
            error.insert(ContextKind::ValidValue, ContextValue::Strings(known));
            return Err(error);
        };
        match file {
            Some(file) if file.is_empty() => {
                let name = format.name();
                let message = format!(
                    "-o {name}= names no file; write -o {name}=FILE, or -o {name} for standard output\n"
                );
                Err(Error::raw(ErrorKind::ValueValidation, message).with_cmd(command))
            }
            Some(file) if file != "-" => Ok(Asked {
                format,
                file: Some(Path::new(file).to_owned()),
            }),
            _ => Ok(Asked { format, file: None }),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let formats = Format::value_variants().iter();
        Some(Box::new(formats.filter_map(ValueEnum::to_possible_value)))
    }
}

/// What is before and after the first `=`.
fn split(value: &OsStr) -> (&OsStr, Option<&OsStr>) {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;

        let bytes = value.as_bytes();
        let Some(at) = bytes.iter().position(|byte| *byte == b'=') else {
            return (value, None);
        };
        (
            OsStr::from_bytes(&bytes[..at]),
            Some(OsStr::from_bytes(&bytes[at + 1..])),
        )
    }
    #[cfg(not(unix))]
    match value.to_str().and_then(|text| text.split_once('=')) {
        Some((name, file)) => (OsStr::new(name), Some(OsStr::new(file))),
        None => (value, None),
    }
}
