//! What stands between a request and its handler: a bound on its size, on its time and on the
//! memory that all requests hold, and a net under panics.
//!
//! A plain async function around the handler's future rather than a stack of tower layers: it
//! allocates nothing of its own, and a body that came in one piece is passed on without a copy.

#[cfg(test)]
mod tests;

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::{FutureExt, StreamExt};
use tokio::sync::Semaphore;

/// Permits are KiB, since a semaphore counts in 32 bits.
const PERMIT: usize = 1024;

/// Why a request got no answer from its handler.
///
/// As a response it is a plain HTTP error, so that the API server does what the webhook's
/// `failurePolicy` says: an AdmissionReview that was never read has no UID to answer with.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// 413.
    #[error("the request is larger than the {limit} bytes that are read")]
    TooLarge {
        /// [`Guard`]'s `body_limit`.
        limit: usize,
    },
    /// 400.
    #[error("the request could not be read: {0}")]
    Unreadable(axum::Error),
    /// 504.
    #[error("there was no answer within {deadline:?}")]
    Late {
        /// [`Guard`]'s `deadline`.
        deadline: Duration,
    },
    /// 500. The panic's message is in the log, not in the answer.
    #[error("this is a bug: the request's handler panicked, the log says where")]
    Panicked,
}

impl Refusal {
    /// A stable word for metrics and logs.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::Unreadable(_) => "unreadable",
            Self::Late { .. } => "late",
            Self::Panicked => "panicked",
        }
    }

    /// The HTTP status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::Late { .. } => StatusCode::GATEWAY_TIMEOUT,
            Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status(), self.to_string()).into_response()
    }
}

/// Bounds for the requests of one server; shared by its handlers.
#[derive(Debug)]
pub struct Guard {
    body_limit: usize,
    deadline: Duration,
    memory: Semaphore,
}

impl Guard {
    /// An object in etcd is at most 1.5 MiB, and a review carries it twice, as JSON.
    pub const BODY_LIMIT: usize = 8 << 20;
    /// Under the `timeoutSeconds: 2` of our webhooks, so that the API server learns why.
    pub const DEADLINE: Duration = Duration::from_millis(1800);
    /// Bodies held at once. The API server's limit on requests in flight alone would let several
    /// hundred MiB in, and the kernel would end the process.
    pub const MEMORY: usize = 64 << 20;

    /// `memory` is raised to `body_limit` where it is less: a body that may be read can be.
    pub fn new(body_limit: usize, deadline: Duration, memory: usize) -> Self {
        let permits = memory.max(body_limit).div_ceil(PERMIT);
        Self {
            body_limit,
            deadline,
            memory: Semaphore::new(permits.min(Semaphore::MAX_PERMITS)),
        }
    }

    /// Reads `body` and gives it to `handle`, within the bounds.
    ///
    /// The deadline runs from this call and includes the reading. It cannot interrupt code that
    /// does not await: a handler that computes for long must look at the clock itself.
    ///
    /// # Errors
    ///
    /// The bound that was exceeded, or that the handler panicked; the process lives on.
    pub async fn run<T, F>(&self, body: Body, handle: impl FnOnce(Bytes) -> F) -> Result<T, Refusal>
    where
        F: Future<Output = T>,
    {
        let work = async {
            let expected = self.expected(&body)?;
            let permits = u32::try_from(expected.div_ceil(PERMIT)).unwrap_or(u32::MAX);
            // Waits under the deadline; never closed, so an error cannot be.
            let _room = self.memory.acquire_many(permits).await;
            let bytes = collect(body, self.body_limit, expected).await?;
            Ok(handle(bytes).await)
        };
        // Whatever the handler was changing is behind its own locks, which poison.
        match tokio::time::timeout(self.deadline, AssertUnwindSafe(work).catch_unwind()).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => {
                tracing::error!(panic = message(&*panic), "A request's handler panicked");
                Err(Refusal::Panicked)
            }
            Err(_) => Err(Refusal::Late {
                deadline: self.deadline,
            }),
        }
    }

    /// The bytes to make room for: what the client announced, else the most it may send.
    fn expected(&self, body: &Body) -> Result<usize, Refusal> {
        let size = body.size_hint();
        let least = usize::try_from(size.lower()).unwrap_or(usize::MAX);
        if least > self.body_limit {
            return Err(Refusal::TooLarge {
                limit: self.body_limit,
            });
        }
        Ok(size
            .exact()
            .and_then(|exact| usize::try_from(exact).ok())
            .unwrap_or(self.body_limit))
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self::new(Self::BODY_LIMIT, Self::DEADLINE, Self::MEMORY)
    }
}

/// The whole body; as it came when it came in one piece, which a review of usual size does.
async fn collect(body: Body, limit: usize, expected: usize) -> Result<Bytes, Refusal> {
    let mut chunks = body.into_data_stream();
    let mut first = Bytes::new();
    let mut all: Option<Vec<u8>> = None;
    let mut length = 0_usize;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(Refusal::Unreadable)?;
        length = length.saturating_add(chunk.len());
        if length > limit {
            return Err(Refusal::TooLarge { limit });
        }
        match &mut all {
            Some(all) => all.extend_from_slice(&chunk),
            None if first.is_empty() => first = chunk,
            None => {
                // No more at once than was announced, and that only after some of it has come.
                let mut joined = Vec::with_capacity(expected.min(length * 16));
                joined.extend_from_slice(&first);
                joined.extend_from_slice(&chunk);
                all = Some(joined);
            }
        }
    }
    Ok(all.map_or(first, Bytes::from))
}

/// What `panic!` was given, when it was text.
fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("of an unknown kind")
}
