//! Standard output and standard error, which somebody may close at any time.

use std::io::{self, BufWriter, ErrorKind, Stdout, Write};

use anyhow::Context;

/// Standard output. Once its reader is gone, as in `plimsoll check . | head`, the rest is thrown away; the run goes on
/// to its verdict.
pub(super) struct Output {
    writer: Option<BufWriter<Stdout>>,
}

impl Output {
    /// Standard output.
    pub(super) fn stdout() -> Self {
        let writer = BufWriter::with_capacity(1 << 16, io::stdout());
        Self {
            writer: Some(writer),
        }
    }

    /// Writes a text.
    ///
    /// # Errors
    /// Where it cannot be written for another reason than that nobody reads it.
    pub(super) fn write(&mut self, text: &str) -> anyhow::Result<()> {
        self.attempt(|writer| writer.write_all(text.as_bytes()))
    }

    /// Writes what is buffered.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.attempt(BufWriter::flush)
    }

    fn attempt(
        &mut self,
        write: impl FnOnce(&mut BufWriter<Stdout>) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        match write(writer) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                // Dropping it would try to write again.
                let _ = self.writer.take().map(BufWriter::into_parts);
                Ok(())
            }
            result => result.context("cannot write to standard output"),
        }
    }
}

/// Writes one text to standard output.
///
/// # Errors
/// As [`Output::write`].
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut output = Output::stdout();
    output.write(text)?;
    output.finish()
}

/// Says on standard error what is wrong: an `error` or a `warning`.
pub(super) fn complain(what: &str, message: &(impl std::fmt::Display + ?Sized)) {
    // Where standard error is closed, there is nobody to tell.
    let _ = writeln!(io::stderr(), "{what}: {message:#}");
}
