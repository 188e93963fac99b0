//! A bar for runs that take long.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::manifests::Progress;

/// A run that is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(700);

/// A bar on standard error, where that is a terminal and the run takes long.
pub(super) struct Bar {
    begun: Instant,
    bar: ProgressBar,
    shown: OnceLock<()>,
}

impl Bar {
    /// A bar that does not show yet.
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style =
            ProgressStyle::with_template("Reading {bar:30} {human_pos} of {human_len} files");
        Self {
            begun: Instant::now(),
            bar: match style {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            },
            shown: OnceLock::new(),
        }
    }

    /// Takes it away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begin(&self, files: usize) {
        self.bar.set_length(files as u64);
    }

    fn advance(&self, files: usize) {
        if self.shown.get().is_none() && self.begun.elapsed() > PATIENCE {
            self.shown
                .get_or_init(|| self.bar.set_draw_target(ProgressDrawTarget::stderr()));
        }
        self.bar.inc(files as u64);
    }
}
