//! What is asked of a server.

use std::time::Duration;

use super::Pass;
use crate::model::Text;

/// A question with everything filled in. Items and launches that ask the same share it, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// The server's name; the first one where it is `None`.
    pub server: Option<Text>,
    /// How long the samples must satisfy [`pass`](Self::pass), up to now.
    pub window: Duration,
    /// An instant vector.
    pub promql: Text,
    /// What every sample must satisfy.
    pub pass: Pass,
}
