//! The routes: reviews in, answers out.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jiff::Timestamp;
use tokio::time::Instant;

use super::conditions::Subjects;
use super::gate;
use super::message;
use super::own;
use super::owner::{Descent, descent};
use super::review::{self, Request, Response as Answer};
use super::server::guard::Guard;
use crate::engine::admit;
use crate::launch::Gate;
use crate::live::{Live, Snapshot};
use crate::model::{Key, Kind, Object, Workload};
use crate::telemetry::metrics::{Outcome, WebhookMetrics};

/// Namespaces that the webhook never judges: the control plane must work whatever the policies say. The webhook's
/// configuration leaves them out as well, so their requests do not even come here.
pub const CONTROL_PLANE: [&str; 3] = ["kube-system", "kube-node-lease", "kube-public"];

/// What is said where nothing can be.
const UNREAD: &str = "plimsoll has not read the cluster yet: this was not judged";

/// How long what is asked about waits to be known, such as the owner of an object that its controller writes: the watch may be a
/// moment behind.
const PATIENCE: Duration = Duration::from_millis(500);

/// What the routes need.
#[derive(Clone)]
pub struct Webhook {
    live: Arc<Live>,
    guard: Arc<Guard>,
    metrics: Arc<WebhookMetrics>,
    own_namespace: Arc<str>,
}

impl Webhook {
    /// A webhook that judges by what is live. It leaves out its own namespace.
    pub fn new(live: Arc<Live>, own_namespace: &str, metrics: Arc<WebhookMetrics>) -> Self {
        let guard = Guard::new(Guard::BODY_LIMIT, Guard::DEADLINE, Guard::MEMORY);
        Self {
            live,
            guard: Arc::new(guard),
            metrics,
            own_namespace: own_namespace.into(),
        }
    }

    /// The routes: `POST /validate` for workloads and their scales, `POST /validate-own` for Plimsoll's own objects.
    pub fn router(self) -> Router {
        Router::new()
            .route("/validate", post(validate))
            .route("/validate-own", post(validate_own))
            .with_state(self)
    }

    async fn answer(&self, body: Bytes) -> Response {
        let started = Instant::now();
        let request = match review::read(&body) {
            Ok(request) => request,
            Err(error) => {
                tracing::warn!(%error, "An admission review could not be read");
                self.metrics.observe(Outcome::Unreadable, started.elapsed());
                let message = format!("the admission review could not be read: {error}");
                return (StatusCode::BAD_REQUEST, message).into_response();
            }
        };
        let (outcome, answer) = self.decide(&request, &body).await;
        self.metrics.observe(outcome, started.elapsed());
        match serde_json::to_vec(&answer) {
            Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }

    async fn decide<'a>(&self, request: &'a Request<'a>, body: &[u8]) -> (Outcome, Answer<'a>) {
        let uid = &*request.uid;
        if request.sub_resource == "scale" && self.is_judged(request) {
            return self.scale(request).await;
        }
        let Some(new) = self.subject(request) else {
            return (Outcome::Allowed, Answer::admit(uid, Vec::new()));
        };
        let snapshot = self.live.snapshot();
        if !snapshot.complete {
            return (
                Outcome::Undecided,
                Answer::admit(uid, vec![UNREAD.to_owned()]),
            );
        }
        // Policies go by the labels of namespaces, and this one may have been made a moment ago.
        let snapshot = match is_in_namespace_unread(&snapshot, request) {
            false => snapshot,
            true => {
                drop(snapshot);
                self.until(|snapshot| !is_in_namespace_unread(snapshot, request))
                    .await;
                self.live.snapshot()
            }
        };
        match descent(&snapshot, new, &request.username) {
            Descent::OnItsOwn => self.judge(&snapshot, (request, body), new),
            Descent::Judged => (Outcome::Owned, Answer::admit(uid, Vec::new())),
            Descent::OwnerUnknown => {
                drop(snapshot);
                if self.owner_appears(new, &request.username).await {
                    return (Outcome::Owned, Answer::admit(uid, Vec::new()));
                }
                self.judge(&self.live.snapshot(), (request, body), new)
            }
        }
    }

    /// Whether it is a write to a namespace that is judged.
    fn is_judged(&self, request: &Request<'_>) -> bool {
        matches!(&*request.operation, "CREATE" | "UPDATE")
            && !CONTROL_PLANE.contains(&&*request.namespace)
            && *request.namespace != *self.own_namespace
    }

    /// Whether a workload may be given pods, where it had none.
    async fn scale<'a>(&self, request: &'a Request<'a>) -> (Outcome, Answer<'a>) {
        let snapshot = self.live.snapshot();
        if !snapshot.complete {
            let warnings = vec![UNREAD.to_owned()];
            return (Outcome::Undecided, Answer::admit(&request.uid, warnings));
        }
        let snapshot = match gate::is_unknown(&snapshot, request) {
            false => snapshot,
            true => {
                drop(snapshot);
                self.until(|snapshot| !gate::is_unknown(snapshot, request))
                    .await;
                self.live.snapshot()
            }
        };
        match gate::of_scale(&snapshot, request, Timestamp::now()) {
            Gate::Open => (Outcome::Allowed, Answer::admit(&request.uid, Vec::new())),
            Gate::Warn(warnings) => (
                Outcome::Warned,
                Answer::admit(&request.uid, message::lines(warnings)),
            ),
            Gate::Closed(why) => {
                tracing::info!(
                    namespace = &*request.namespace,
                    user = &*request.username,
                    "The gate denied a scale"
                );
                (Outcome::Denied, Answer::deny(&request.uid, why, Vec::new()))
            }
        }
    }

    /// The workload to judge; `None` where there is nothing to.
    fn subject<'a>(&self, request: &'a Request<'_>) -> Option<&'a Workload> {
        let judged = self.is_judged(request)
            && request.sub_resource.is_empty()
            && request.kind.is_some_and(Kind::is_workload);
        request
            .object
            .as_ref()
            .filter(|_| judged)
            .and_then(Object::workload)
    }

    fn judge<'a>(
        &self,
        snapshot: &Snapshot,
        (request, body): (&'a Request<'_>, &[u8]),
        new: &Workload,
    ) -> (Outcome, Answer<'a>) {
        let old = request.old_object.as_ref().and_then(Object::workload);
        let Subjects { new, old } = Subjects::asked(&snapshot.policies, body, new, old);
        let (new, old) = (&*new, old.as_deref());
        let now = Timestamp::now();
        let decision = admit(
            &snapshot.policies,
            &snapshot.inventory,
            new,
            old,
            snapshot.relief(now),
        );
        let mut warnings = message::warnings(&decision.warnings);
        warnings.extend(message::lines(decision.doubts));
        let mut closed = None;
        match gate::of_workload(snapshot, body, new, old, now) {
            Gate::Open => {}
            Gate::Warn(more) => warnings.extend(message::lines(more)),
            Gate::Closed(why) => closed = Some(why),
        }
        if decision.denials.is_empty() && closed.is_none() {
            let outcome = if warnings.is_empty() {
                Outcome::Allowed
            } else {
                Outcome::Warned
            };
            return (outcome, Answer::admit(&request.uid, warnings));
        }
        let denial =
            (!decision.denials.is_empty()).then(|| message::denial(new.key(), &decision.denials));
        let message = denial
            .into_iter()
            .chain(closed)
            .collect::<Vec<_>>()
            .join("\n");
        tracing::info!(
            object = %new.key(), user = &*request.username, denials = decision.denials.len(), "Denied a request"
        );
        (
            Outcome::Denied,
            Answer::deny(&request.uid, message, warnings),
        )
    }

    /// Waits until the owner of an object that its controller writes is known and judged, for a moment.
    async fn owner_appears(&self, workload: &Workload, username: &str) -> bool {
        self.until(|snapshot| descent(snapshot, workload, username) == Descent::Judged)
            .await
    }

    /// Waits for a moment until something holds of what is known. Whether it does.
    async fn until(&self, holds: impl Fn(&Snapshot) -> bool) -> bool {
        let mut changes = self.live.changes();
        let comes = async {
            loop {
                if holds(&self.live.snapshot()) {
                    return true;
                }
                if changes.changed().await.is_err() {
                    return false;
                }
            }
        };
        tokio::time::timeout(PATIENCE, comes).await.unwrap_or(false)
    }
}

/// Whether policies must be matched to a namespace whose labels are not known.
fn is_in_namespace_unread(snapshot: &Snapshot, request: &Request<'_>) -> bool {
    let key = Key::new(Kind::Namespace, "", request.namespace.to_string());
    snapshot.policies.iter().next().is_some() && snapshot.inventory.get(&key).is_none()
}

/// Reviews one of Plimsoll's own objects.
async fn validate_own(State(webhook): State<Webhook>, body: Body) -> Response {
    let answer = async |bytes: Bytes| {
        let review: own::Review = match serde_json::from_slice(&bytes) {
            Ok(review) => review,
            Err(error) => {
                let message = format!("the admission review could not be read: {error}");
                return (StatusCode::BAD_REQUEST, message).into_response();
            }
        };
        let snapshot = webhook.live.snapshot();
        let mut said = own::review(&snapshot, &review.request);
        if !snapshot.complete {
            // What is missing may only not have been read.
            said.warnings.clear();
        }
        let (uid, warnings) = (&review.request.uid, message::lines(said.warnings));
        let answer = match said.refusal {
            Some(why) => Answer::deny(uid, why, warnings),
            None => Answer::admit(uid, warnings),
        };
        match serde_json::to_vec(&answer) {
            Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    };
    match webhook.guard.run(body, answer).await {
        Ok(response) => response,
        Err(refusal) => {
            webhook.metrics.refuse(refusal.reason());
            refusal.into_response()
        }
    }
}

async fn validate(State(webhook): State<Webhook>, body: Body) -> Response {
    match webhook.guard.run(body, |bytes| webhook.answer(bytes)).await {
        Ok(response) => response,
        Err(refusal) => {
            webhook.metrics.refuse(refusal.reason());
            refusal.into_response()
        }
    }
}
