//! What went wrong with a request, and whose fault it is.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::StatusCode;

use super::answer::Complaint;
use crate::model::Text;
use crate::promql::{Failure, FailureKind};

/// A request without an answer.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) failure: Failure,
    pub(super) fault: Fault,
}

/// What a failure says of other requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The server would fail with others, too. It may ask to be left alone for a while.
    Server(Option<Duration>),
    /// This expression is wrong.
    Expression,
    /// It costs too much, or what is asked with it does.
    Cost,
    /// It was not answered in time: because of its cost, or because of the server.
    Time,
}

impl Trouble {
    pub(super) fn new(kind: FailureKind, fault: Fault, message: impl Into<Text>) -> Self {
        Self {
            failure: Failure::new(kind, message),
            fault,
        }
    }

    /// No answer at all, or one that broke off.
    pub(super) fn of_transport(server: &str, timeout: Duration, error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            let message = format!("{server}: no answer within {}s", timeout.as_secs_f64());
            return Self::new(FailureKind::Timeout, Fault::Time, message);
        }
        let (kind, what) = match is_tls(error) {
            true => (FailureKind::Tls, "the connection is not trusted"),
            false if error.is_connect() => (FailureKind::Unreachable, "cannot be reached"),
            false => (FailureKind::Unreachable, "the connection broke"),
        };
        // The outer errors tell the address, which a report need not.
        let message = format!("{server}: {what}: {}", innermost(error));
        Self::new(kind, Fault::Server(None), message)
    }

    /// An answer that is none.
    pub(super) fn of_status(
        server: &str,
        status: StatusCode,
        complaint: Option<Complaint>,
        retry_after: Option<Duration>,
    ) -> Self {
        let said = match &complaint {
            Some(Complaint { kind, message }) => format!("{kind}: {message}"),
            None => format!("HTTP {status}"),
        };
        let complains_of = |kind: &str| {
            complaint
                .as_ref()
                .is_some_and(|complaint| complaint.kind == kind)
        };
        let (kind, fault, message) = match status.as_u16() {
            300..400 => (
                FailureKind::Nonsense,
                Fault::Server(None),
                format!(
                    "{server}: {said} to another address, where credentials do not go: configure that one"
                ),
            ),
            401 | 403 => (
                FailureKind::Forbidden,
                Fault::Server(None),
                format!("{server}: the credentials are not accepted: {said}"),
            ),
            429 => (
                FailureKind::Unavailable,
                Fault::Server(retry_after),
                format!("{server}: too many requests: {said}"),
            ),
            _ if complains_of("timeout") || complains_of("canceled") => (
                FailureKind::Timeout,
                Fault::Time,
                format!("{server}: {said}"),
            ),
            413 | 414 | 431 => (
                FailureKind::TooLarge,
                Fault::Cost,
                format!("{server}: the request is too large: {said}"),
            ),
            422 => (
                FailureKind::Refused,
                Fault::Cost,
                format!("{server}: the query is refused: {said}"),
            ),
            400..500 if complaint.is_some() => (
                FailureKind::Refused,
                Fault::Expression,
                format!("{server}: the query is refused: {said}"),
            ),
            400..500 => (
                FailureKind::Nonsense,
                Fault::Server(None),
                format!("{server}: {said}: is Prometheus' API at this address and path?"),
            ),
            _ => (
                FailureKind::Unavailable,
                Fault::Server(retry_after),
                format!("{server}: {said}"),
            ),
        };
        Self::new(kind, fault, message)
    }
}

/// Whether it is TLS that fails. An `io::Error` hides what it is made of from `source`.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.is::<rustls::Error>())
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    fn cause<'a>(of: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
        match of.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(hidden) => Some(hidden),
            None => of.source(),
        }
    }
    std::iter::successors(error.source(), |error| cause(*error))
}
