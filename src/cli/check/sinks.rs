//! Where findings are written to: standard output and files, each in a format. What becomes of one is nothing to the others.

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::format::Asked;
use crate::cli::file::NewFile;
use crate::cli::output::{self, Output};
use crate::manifests::Skipped;
use crate::render::{Judged, Report, Summary};

/// How many objects are put into words at a time: few enough for their text to stay in a processor's cache.
const SHARE: usize = 16;

/// All of them.
pub(super) struct Sinks {
    open: Vec<Sink>,
    failed: bool,
}

struct Sink {
    report: Box<dyn Report>,
    out: Out,
    /// What the last objects add, which is put into words and not yet written.
    ready: Vec<String>,
    /// Room for what the next ones add, which is not made anew for each batch.
    room: Vec<String>,
}

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
    pub(super) fn open(asked: &[Asked], writer: impl Fn(&Asked) -> Box<dyn Report>) -> Self {
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
                    out: Out {
                        target,
                        held: report.begins_with_summary().then(String::new),
                        separator: "",
                    },
                    report,
                    ready: Vec::new(),
                    room: Vec::new(),
                }),
                Err(error) => sinks.fail(&error),
            }
        }
        sinks.each(|sink| match sink.out.held {
            Some(_) => Ok(()),
            None => sink.out.target.write(&sink.report.begin()),
        });
        sinks
    }

    /// Whether one of them lists what passes.
    pub(super) fn list_passes(&self) -> bool {
        self.open.iter().any(|sink| sink.report.lists_passes())
    }

    /// Whether one of them says how findings can be fixed.
    pub(super) fn show_fixes(&self) -> bool {
        self.open.iter().any(|sink| sink.report.shows_fixes())
    }

    /// Puts into words what objects add, by all processors, and writes what those before add meanwhile.
    pub(super) fn objects(&mut self, judged: &[Judged<'_>]) {
        self.each(|sink| {
            let (report, shares) = (&*sink.report, &mut sink.room);
            shares.resize_with(judged.len().div_ceil(SHARE), String::new);
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| {
                    let pairs = shares.par_iter_mut().zip(judged.par_chunks(SHARE));
                    let pairs = pairs.with_max_len(1);
                    pairs.for_each(|(text, judged)| put(report, judged, text));
                });
                sink.out.add_all(report, &sink.ready)
            })?;
            std::mem::swap(&mut sink.ready, &mut sink.room);
            Ok(())
        });
    }

    /// Writes the rest. Whether all of them are whole.
    pub(super) fn finish(mut self, skipped: &[Skipped], summary: &Summary) -> bool {
        self.each(|sink| {
            let Sink {
                report, out, ready, ..
            } = sink;
            out.add_all(&**report, ready)?;
            out.add(&**report, &report.skipped(skipped))?;
            if let Some(held) = out.held.take() {
                out.target.write(&report.begin_with(summary))?;
                out.target.write(&held)?;
            }
            out.target.write(&report.end(skipped, summary))
        });
        for sink in std::mem::take(&mut self.open) {
            if let Err(error) = sink.out.target.finish() {
                self.fail(&error);
            }
        }
        !self.failed
    }

    /// Does something with each; one with which it fails is given up.
    fn each(&mut self, mut act: impl FnMut(&mut Sink) -> anyhow::Result<()>) {
        for mut sink in std::mem::take(&mut self.open) {
            match act(&mut sink) {
                Ok(()) => self.open.push(sink),
                Err(error) => self.fail(&error),
            }
        }
    }

    fn fail(&mut self, error: &anyhow::Error) {
        self.failed = true;
        output::complain("error", error);
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
    fn add_all(&mut self, report: &dyn Report, texts: &[String]) -> anyhow::Result<()> {
        texts.iter().try_for_each(|text| self.add(report, text))
    }

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
