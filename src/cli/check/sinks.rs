//! Where findings are written to: standard output and files, each in a format. What becomes of one is nothing to the others.

use std::sync::Arc;

use super::format::Asked;
use crate::cli::file::NewFile;
use crate::cli::output::{self, Output};
use crate::manifests::Skipped;
use crate::render::{Judged, Report, Summary};

/// All of them.
pub(super) struct Sinks {
    open: Vec<Sink>,
    failed: bool,
}

struct Sink {
    report: Arc<dyn Report>,
    /// Nothing once it has failed.
    out: Option<Out>,
}

/// How each of them says things; nothing of one that has failed.
pub(super) struct Wording(Vec<Option<Arc<dyn Report>>>);

struct Out {
    target: Target,
    /// What the objects add, where the summary comes before them.
    held: Option<String>,
    /// What comes before the next object.
    separator: &'static str,
}

enum Target {
    Stdout(Output),
    File { name: String, file: NewFile },
}

impl Sinks {
    /// Opens what was asked for, each with what writes its format. What cannot be opened is said, and is not written.
    pub(super) fn open(asked: &[Asked], writer: impl Fn(&Asked) -> Arc<dyn Report>) -> Self {
        let mut sinks = Self {
            open: Vec::new(),
            failed: false,
        };
        for one in asked {
            let target = match &one.file {
                None => Ok(Target::Stdout(Output::stdout())),
                Some(path) => {
                    let name = path.display().to_string();
                    match NewFile::create(path) {
                        Ok(file) => Ok(Target::File { name, file }),
                        Err(error) => Err(anyhow::Error::new(error).context(cannot_write(&name))),
                    }
                }
            };
            let report = writer(one);
            match target {
                Ok(target) => sinks.open.push(Sink {
                    out: Some(Out {
                        target,
                        held: report.begins_with_summary().then(String::new),
                        separator: "",
                    }),
                    report,
                }),
                Err(error) => sinks.fail(&error),
            }
        }
        sinks.each(|_, report, out| match out.held {
            Some(_) => Ok(()),
            None => out.target.write(&report.begin()),
        });
        sinks
    }

    /// Whether one of them lists what passes.
    pub(super) fn list_passes(&self) -> bool {
        self.open.iter().any(|sink| sink.report.lists_passes())
    }

    /// Whether one of them says how findings can be fixed.
    pub(super) fn show_fixes(&self) -> bool {
        let mut open = self.open.iter().filter(|sink| sink.out.is_some());
        open.any(|sink| sink.report.shows_fixes())
    }

    /// How each of them says things, for any thread.
    pub(super) fn wording(&self) -> Wording {
        let wording = |sink: &Sink| sink.out.is_some().then(|| sink.report.clone());
        Wording(self.open.iter().map(wording).collect())
    }

    /// Writes what objects add to each.
    pub(super) fn write(&mut self, texts: &[String]) {
        self.each(|place, report, out| match texts.get(place) {
            Some(text) => out.add(report, text),
            None => Ok(()),
        });
    }

    /// Writes the rest. Whether all of them are whole.
    pub(super) fn finish(mut self, skipped: &[Skipped], summary: &Summary) -> bool {
        self.each(|_, report, out| {
            out.add(report, &report.skipped(skipped))?;
            if let Some(held) = out.held.take() {
                out.target.write(&report.begin_with(summary))?;
                out.target.write(&held)?;
            }
            out.target.write(&report.end(skipped, summary))
        });
        for out in std::mem::take(&mut self.open)
            .into_iter()
            .filter_map(|sink| sink.out)
        {
            if let Err(error) = out.target.finish() {
                self.fail(&error);
            }
        }
        !self.failed
    }

    /// Does something with each; one with which it fails is given up.
    fn each(&mut self, mut act: impl FnMut(usize, &dyn Report, &mut Out) -> anyhow::Result<()>) {
        for (place, sink) in self.open.iter_mut().enumerate() {
            if let Some(out) = &mut sink.out
                && let Err(error) = act(place, &*sink.report, out)
            {
                sink.out = None;
                self.failed = true;
                output::complain("error", &error);
            }
        }
    }

    fn fail(&mut self, error: &anyhow::Error) {
        self.failed = true;
        output::complain("error", error);
    }
}

impl Wording {
    /// What objects add to each output, in place of what was in these texts.
    pub(super) fn put(&self, judged: &[Judged<'_>], texts: &mut Vec<String>) {
        texts.resize_with(self.0.len(), String::new);
        for (report, text) in self.0.iter().zip(texts) {
            if let Some(report) = report {
                put(&**report, judged, text);
            }
        }
    }
}

/// What objects add, in place of what was in a text.
fn put(report: &dyn Report, judged: &[Judged<'_>], text: &mut String) {
    text.clear();
    for one in judged {
        let before = text.len();
        if before > 0 {
            text.push_str(report.separator());
        }
        let begins = text.len();
        report.add_object(one, text);
        if text.len() == begins {
            text.truncate(before);
        }
    }
}

impl Out {
    /// Writes what objects add.
    fn add(&mut self, report: &dyn Report, text: &str) -> anyhow::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let separator = std::mem::replace(&mut self.separator, report.separator());
        match &mut self.held {
            Some(held) => {
                held.push_str(separator);
                held.push_str(text);
                Ok(())
            }
            None => {
                self.target.write(separator)?;
                self.target.write(text)
            }
        }
    }
}

impl Target {
    fn write(&mut self, text: &str) -> anyhow::Result<()> {
        match self {
            Self::Stdout(output) => output.write(text),
            Self::File { name, file } => file
                .write(text)
                .map_err(|error| anyhow::Error::new(error).context(cannot_write(name))),
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Stdout(output) => output.finish(),
            Self::File { name, file } => file
                .finish()
                .map_err(|error| anyhow::Error::new(error).context(cannot_write(&name))),
        }
    }
}

fn cannot_write(name: &str) -> String {
    format!("cannot write {name}")
}
