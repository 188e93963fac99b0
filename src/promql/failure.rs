//! Why a question has no answer.

use std::fmt;

use crate::model::Text;

/// Why a question could not be asked, or was not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In a word.
    pub kind: FailureKind,
    /// In a sentence that names the server.
    pub message: Text,
}

impl Failure {
    /// A failure with its sentence.
    pub fn new(kind: FailureKind, message: impl Into<Text>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What went wrong with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureKind {
    /// No server is configured, or none of that name.
    NoServer,
    /// Its address, certificates or headers are wrong as they are configured.
    Misconfigured,
    /// It cannot be reached.
    Unreachable,
    /// Its certificate is not trusted, or TLS fails otherwise.
    Tls,
    /// It does not accept our credentials: 401 or 403.
    Forbidden,
    /// It refuses the question, and says why: a wrong query, or one that costs too much.
    Refused,
    /// It fails itself: 5xx, or too many requests.
    Unavailable,
    /// No answer in time.
    Timeout,
    /// The answer is too large.
    TooLarge,
    /// The answer is none that Prometheus would give.
    Nonsense,
}

impl FailureKind {
    /// Every kind.
    pub const ALL: [FailureKind; 10] = [
        Self::NoServer,
        Self::Misconfigured,
        Self::Unreachable,
        Self::Tls,
        Self::Forbidden,
        Self::Refused,
        Self::Unavailable,
        Self::Timeout,
        Self::TooLarge,
        Self::Nonsense,
    ];

    /// Its name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoServer => "no_server",
            Self::Misconfigured => "misconfigured",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Forbidden => "forbidden",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::TooLarge => "too_large",
            Self::Nonsense => "nonsense",
        }
    }
}
