//! Colours for a terminal. Nothing is said by colour alone.

use anstyle::{AnsiColor, Style};

use crate::api::Status;
use crate::model::{Severity, Verdict};

/// What things look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    critical: Style,
    high: Style,
    advice: Style,
    passed: Style,
    /// Names and headings.
    pub(super) strong: Style,
    /// What is only there to look something up.
    pub(super) faint: Style,
    /// Fields and commands in a text.
    pub(super) code: Style,
}

impl Palette {
    /// No colours at all.
    pub const PLAIN: Palette = Palette {
        critical: Style::new(),
        high: Style::new(),
        advice: Style::new(),
        passed: Style::new(),
        strong: Style::new(),
        faint: Style::new(),
        code: Style::new(),
    };

    /// The colours that every terminal has.
    pub const COLOURED: Palette = Palette {
        critical: AnsiColor::Red.on_default().bold(),
        high: AnsiColor::Yellow.on_default(),
        advice: AnsiColor::Blue.on_default(),
        passed: AnsiColor::Green.on_default(),
        strong: Style::new().bold(),
        faint: Style::new().dimmed(),
        code: AnsiColor::Cyan.on_default(),
    };

    pub(super) fn severity(self, severity: Severity) -> Style {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Advice => self.advice,
        }
    }

    pub(super) fn verdict(self, verdict: Verdict, severity: Severity) -> Style {
        match verdict {
            Verdict::Fail | Verdict::Unknown => self.severity(severity),
            Verdict::Pass => self.passed,
            Verdict::NotApplicable | Verdict::Waived => self.faint,
        }
    }

    pub(super) fn status(self, status: Status) -> Style {
        match status {
            Status::NotReady => self.critical,
            Status::ReadyWithRisks => self.high,
            Status::Ready => self.passed,
        }
    }

    /// Whether it has colours.
    pub(super) fn is_plain(self) -> bool {
        self == Self::PLAIN
    }
}

/// A text in a style.
pub(super) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
