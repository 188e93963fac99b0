//! What is known of the terminal.

use std::io::{self, IsTerminal};

use anstream::{AutoStream, ColorChoice};

use crate::render::Palette;

/// How wide a terminal is taken to be that does not say it, and a text that goes to none.
const USUAL: usize = 80;

/// Colours where standard output shows them: a terminal, unless `NO_COLOR` or `TERM=dumb` say otherwise.
pub(super) fn palette() -> Palette {
    match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => Palette::PLAIN,
        _ => Palette::COLOURED,
    }
}

/// How wide the terminal is; `None` where standard output is none.
pub(super) fn width() -> Option<usize> {
    io::stdout().is_terminal().then(columns)
}

/// How wide a text for reading is to be: no wider than is comfortable.
pub(super) fn reading_width() -> usize {
    width().unwrap_or(USUAL).min(100)
}

fn columns() -> usize {
    terminal_size::terminal_size().map_or(USUAL, |(width, _)| usize::from(width.0))
}
