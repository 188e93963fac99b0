//! What was not judged, and why.

use super::yaml::Problem;
use super::{Origin, Refusal};
use crate::model::Text;

/// A document, or an item of a List, that is not judged; or that is, though the API server would refuse it.
#[derive(Clone, Debug, PartialEq)]
pub struct Skipped {
    /// The file.
    pub file: Text,
    /// The document's number in the file, from 1; `None` for the whole file.
    pub document: Option<u32>,
    /// Where in the document, as in `items[3]`; empty for the whole document.
    pub at: String,
    /// Why.
    pub reason: Reason,
}

impl Skipped {
    pub(super) fn file(file: &Text, reason: Reason) -> Self {
        Self {
            file: file.clone(),
            document: None,
            at: String::new(),
            reason,
        }
    }

    /// Something that cannot be read, and why.
    pub fn unreadable(file: &str, why: &str) -> Self {
        Self::file(&file.into(), Reason::Unreadable(why.to_owned()))
    }

    /// An object that is not to be judged.
    pub fn object(origin: &Origin, reason: Reason) -> Self {
        Self {
            file: origin.file.clone(),
            document: Some(origin.document),
            at: String::new(),
            reason,
        }
    }

    /// What the skipped are sorted by. Those of one document stay in the order they are written.
    pub fn place(&self) -> (&str, Option<u32>) {
        (&self.file, self.document)
    }

    /// The reason in words, with the place in the document.
    pub fn explanation(&self) -> String {
        if self.at.is_empty() {
            self.reason.to_string()
        } else {
            format!("{}: {}", self.at, self.reason)
        }
    }
}

/// Why something is not judged.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// The file or directory cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// The file is no text.
    #[error("line {0}: not UTF-8 text")]
    NotText(usize),
    /// The file is text, but not as Kubernetes takes it.
    #[error("line 1: UTF-16 text; save it as UTF-8")]
    Utf16,
    /// The file is too large to be read.
    #[error("larger than {} MiB, which is more than is read of one file; split it", .0 >> 20)]
    TooLarge(u64),
    /// The document is not YAML, or the object is not what its kind asks for.
    #[error("{0}")]
    Broken(Problem),
    /// No Kubernetes object, and what it may be instead.
    #[error("no apiVersion and kind: not a Kubernetes object{0}")]
    NoObject(&'static str),
    /// An object, and what to do with it instead.
    #[error("{api_version}/{kind} is not judged{hint}")]
    OtherKind {
        /// Its `apiVersion`.
        api_version: String,
        /// Its `kind`.
        kind: String,
        /// What to do instead, if anything.
        hint: &'static str,
    },
    /// The API server would refuse it. It is judged all the same.
    #[error("the API server would refuse it: {refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// The line that it begins with, from 1.
        line: u32,
        /// The column that it begins in, from 1.
        column: u32,
    },
    /// A folder that must be rendered, and why it is not.
    #[error("{0}")]
    CannotRender(String),
    /// Something that is not to be rendered.
    #[error("{0}")]
    NotRendered(String),
    /// A List of nothing.
    #[error("the {0} has no items")]
    EmptyList(String),
    /// Part of an object, which a kustomization puts together.
    #[error("a patch of {0}; judge the output of `kubectl kustomize`")]
    Patch(Text),
    /// Its owner is among the files.
    #[error("{0} owns it and is judged in its place")]
    Owned(String),
    /// An exception, and why it waives nothing.
    #[error("the exception does not hold: {0}")]
    Void(String),
    /// The policies that were given leave it out.
    #[error("no policy covers it")]
    Uncovered,
}

impl Reason {
    pub(super) fn unreadable(error: &std::io::Error) -> Self {
        Self::Unreadable(io_problem(error))
    }

    /// Says that the place of what is wrong is one in what came out of a rendering: no file has it.
    pub(super) fn displace(&mut self) {
        if let Self::Broken(problem) = self
            && problem.line > 0
        {
            problem.message = format!(
                "{} (line {}, column {} of the output)",
                problem.message, problem.line, problem.column
            );
            (problem.line, problem.column) = (0, 0);
        }
    }

    /// The line and column of what is wrong, where they are known.
    pub fn position(&self) -> Option<(u32, u32)> {
        match self {
            Self::Refused { line, column, .. } => Some((*line, *column)),
            Self::NotText(line) => Some((u32::try_from(*line).unwrap_or(u32::MAX), 1)),
            Self::Utf16 => Some((1, 1)),
            Self::Broken(problem) if problem.line > 0 => {
                Some((problem.line, problem.column.max(1)))
            }
            _ => None,
        }
    }

    /// Whether something is wrong with what is written, so that it might have been judged otherwise.
    pub fn is_problem(&self) -> bool {
        matches!(
            self,
            Self::Unreadable(_)
                | Self::NotText(_)
                | Self::Utf16
                | Self::TooLarge(_)
                | Self::Broken(_)
                | Self::Refused { .. }
                | Self::CannotRender(_)
        )
    }

    /// Whether the object is judged, though the API server would refuse it.
    pub fn is_judged(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

/// What is wrong, without the error's number.
pub(super) fn io_problem(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}
