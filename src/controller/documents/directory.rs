//! What the API server serves.

mod listing;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, StatusCode, header};
use kube::Client;
use kube::client::Body;
use kube::core::Status;
use kube::core::discovery::v2::{ACCEPT_AGGREGATED_DISCOVERY_V2, APIGroupDiscoveryList};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout};

use crate::model::Text;
use crate::telemetry::metrics::ControllerMetrics;

pub(super) use self::listing::{Listing, Lookup};

/// How often the API server is asked while somebody waits for a kind that it does not have.
pub(super) const INTERVAL: Duration = Duration::from_secs(20);

/// How soon it is asked again when it does not answer; each wait is twice as long as the one before, up to [`INTERVAL`].
const FIRST: Duration = Duration::from_secs(1);

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The largest answer that is read. That of a cluster with a thousand kinds has a few MiB.
const LARGEST: usize = 64 << 20;

/// Where the kinds are listed: the core group's, and all others'.
const PATHS: [&str; 2] = ["/api", "/apis"];

/// What the API server serves, asked for while somebody waits to know. Unchanged answers cost it, and us, next to nothing:
/// they have no body.
pub(super) struct Directory {
    client: Client,
    metrics: Arc<ControllerMetrics>,
    latest: watch::Sender<Answer>,
    wanted: Notify,
}

/// What the API server said, and as which answer.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) number: u64,
    at: Instant,
    /// The reason where it refuses to say.
    pub(super) listing: Result<Arc<Listing>, Text>,
}

#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error(transparent)]
    Failed(#[from] kube::Error),
    #[error("there was no answer within {PATIENCE:?}")]
    Late,
    #[error("{0}")]
    Refused(Text),
    #[error("the answer could not be read: {0}")]
    Broken(String),
}

/// One path's latest answer.
#[derive(Default)]
struct Page {
    tag: Option<header::HeaderValue>,
    list: Arc<APIGroupDiscoveryList>,
}

impl Directory {
    pub(super) fn new(client: Client, metrics: Arc<ControllerMetrics>) -> Self {
        let nothing = Answer {
            number: 0,
            at: Instant::now(),
            listing: Ok(Arc::default()),
        };
        Self {
            client,
            metrics,
            latest: watch::Sender::new(nothing),
            wanted: Notify::new(),
        }
    }

    /// An answer that is recent enough to begin with.
    pub(super) async fn recent(&self) -> Answer {
        let latest = self.latest.borrow().clone();
        if latest.number > 0 && latest.at.elapsed() < INTERVAL {
            return latest;
        }
        self.after(latest.number).await
    }

    /// The answer after one, once there is one.
    pub(super) async fn after(&self, number: u64) -> Answer {
        let mut latest = self.latest.subscribe();
        self.wanted.notify_one();
        let newer = latest
            .wait_for(|answer| answer.number > number)
            .await
            .map(|answer| answer.clone());
        match newer {
            Ok(answer) => answer,
            // It has its sender itself.
            Err(_) => std::future::pending().await,
        }
    }

    /// Asks whenever somebody wants to know, and no more often than every [`INTERVAL`].
    pub(super) async fn keep(&self) {
        let mut pages: [Page; 2] = Default::default();
        let mut listing = Arc::new(Listing::default());
        let mut wait = FIRST;
        loop {
            self.wanted.notified().await;
            loop {
                let answered = self.ask(&mut pages).await;
                let news = match answered {
                    Ok(true) => {
                        listing = Arc::new(Listing::of(pages.iter().map(|page| &*page.list)));
                        Ok(listing.clone())
                    }
                    Ok(false) => Ok(listing.clone()),
                    Err(error) => {
                        self.metrics.watch_failed("APIGroupDiscovery");
                        tracing::warn!(%error, "The API server does not say which kinds it has; it is asked again");
                        match error {
                            AskError::Refused(reason) => Err(reason),
                            // It may be starting: what was known of it holds until it answers.
                            _ => {
                                sleep(wait).await;
                                wait = (wait * 2).min(INTERVAL);
                                continue;
                            }
                        }
                    }
                };
                wait = FIRST;
                self.latest.send_modify(|latest| {
                    *latest = Answer {
                        number: latest.number + 1,
                        at: Instant::now(),
                        listing: news,
                    };
                });
                break;
            }
            sleep(INTERVAL).await;
        }
    }

    /// Brings the pages up to date. Says whether one of them is another.
    async fn ask(&self, pages: &mut [Page; 2]) -> Result<bool, AskError> {
        let mut news = false;
        for (path, page) in PATHS.into_iter().zip(pages) {
            let asked = timeout(PATIENCE, self.fetch(path, page));
            news |= asked.await.map_err(|_| AskError::Late)??;
        }
        Ok(news)
    }

    async fn fetch(&self, path: &str, page: &mut Page) -> Result<bool, AskError> {
        let broken = |error: &dyn std::fmt::Display| AskError::Broken(error.to_string());
        let mut request = Request::get(path).header(header::ACCEPT, ACCEPT_AGGREGATED_DISCOVERY_V2);
        if let Some(tag) = &page.tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        let request = request
            .body(Body::empty())
            .map_err(|error| broken(&error))?;
        let response = self.client.send(request).await?;
        let (status, tag) = (
            response.status(),
            response.headers().get(header::ETAG).cloned(),
        );
        if status == StatusCode::NOT_MODIFIED {
            return Ok(false);
        }
        let body = axum::body::Body::new(response.into_body());
        let body = axum::body::to_bytes(body, LARGEST)
            .await
            .map_err(|error| broken(&error))?;
        if !status.is_success() {
            return Err(refusal(path, status, &body));
        }
        let list: APIGroupDiscoveryList =
            serde_json::from_slice(&body).map_err(|error| broken(&error))?;
        *page = Page {
            tag,
            list: Arc::new(list),
        };
        Ok(true)
    }
}

/// What an answer that is none says. Too many requests, or an error of its own, may pass.
fn refusal(path: &str, code: StatusCode, body: &Bytes) -> AskError {
    let status: Option<Status> = serde_json::from_slice(body).ok();
    let message = status
        .map(|status| status.message)
        .filter(|message| !message.is_empty());
    let message = message.unwrap_or_else(|| code.to_string());
    let text = format!("the API server does not list its kinds at {path}: {message}");
    if code.is_server_error() || code == StatusCode::TOO_MANY_REQUESTS {
        AskError::Broken(text)
    } else {
        AskError::Refused(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_errors_may_pass_and_refusals_do_not() {
        let body = Bytes::from(r#"{"kind": "Status", "message": "no entry", "code": 403}"#);
        let refused = refusal("/apis", StatusCode::FORBIDDEN, &body);
        assert!(
            matches!(refused, AskError::Refused(reason) if reason.ends_with("at /apis: no entry"))
        );
        let failed = refusal("/apis", StatusCode::SERVICE_UNAVAILABLE, &Bytes::new());
        assert!(matches!(failed, AskError::Broken(_)));
    }
}
