//! Asks RBAC, by SubjectAccessReviews, whether those who attest may still speak in their roles.
//!
//! What nobody has asked yet is asked at once; a change of roles or bindings has what it may touch asked again; and everything
//! is asked again in the course of an hour, since RBAC may not be the only authorizer.

mod agenda;

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use imbl::OrdMap;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec,
};
use kube::api::PostParams;
use kube::{Api, Client};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use self::agenda::Agenda;
use super::indexer::Input;
use super::ledger::Entry;
use super::reports::{WriteError, within};
use crate::api::GROUP;
use crate::live::Live;
use crate::model::{Kind, Text};
use crate::people::{Attestation, Claim, Grant, Name};
use crate::telemetry::metrics::ControllerMetrics;

/// Reviews under way at once.
const REVIEWS: usize = 16;

/// The time between the starts of two reviews: at most a hundred a second.
const SPACE: Duration = Duration::from_millis(10);

/// Where RBAC may grant otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Regrant {
    /// Anywhere.
    Everywhere,
    /// In a namespace.
    In(Text),
}

impl Regrant {
    /// What a change of an object of this kind in a namespace may mean. `None` where that is nothing.
    pub(super) fn of(kind: Kind, namespace: &Text) -> Option<Self> {
        match kind {
            Kind::Role | Kind::RoleBinding => Some(Self::In(namespace.clone())),
            Kind::ClusterRole | Kind::ClusterRoleBinding => Some(Self::Everywhere),
            _ => None,
        }
    }
}

/// How a review ended.
struct Reviewed {
    claim: Arc<Claim>,
    result: Result<bool, WriteError>,
}

/// Asks until nobody listens.
pub(super) async fn run(
    client: Client,
    live: Arc<Live>,
    inputs: mpsc::Sender<Input>,
    mut regrants: mpsc::UnboundedReceiver<Regrant>,
    metrics: Arc<ControllerMetrics>,
) {
    let mut changes = live.changes();
    changes.mark_changed();
    let mut asker = Asker {
        client,
        inputs,
        metrics,
        agenda: Agenda::default(),
        attestations: OrdMap::new(),
        reviews: JoinSet::new(),
        not_before: Instant::now(),
        is_failing: false,
    };
    loop {
        let wake = asker.start();
        let heard = tokio::select! {
            changed = changes.changed() => match changed {
                Ok(()) => {
                    let attestations = live.snapshot().people.attestations.clone();
                    asker.hear(attestations).await
                }
                Err(_) => return,
            },
            Some(regrant) = regrants.recv() => {
                asker.agenda.touch(&regrant, Instant::now());
                true
            }
            Some(ended) = asker.reviews.join_next() => asker.take(ended).await,
            () = wait_until(wake) => true,
        };
        if !heard {
            return;
        }
    }
}

async fn wait_until(wake: Option<Instant>) {
    match wake {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}

struct Asker {
    client: Client,
    inputs: mpsc::Sender<Input>,
    metrics: Arc<ControllerMetrics>,
    agenda: Agenda,
    /// Those that the agenda was made from.
    attestations: OrdMap<Name, Arc<Attestation>>,
    reviews: JoinSet<Reviewed>,
    not_before: Instant,
    /// Whether the last review failed.
    is_failing: bool,
}

impl Asker {
    /// Starts the reviews that are due, as many as may be under way. Says when there will be more to start; `None` when that
    /// depends on something else.
    fn start(&mut self) -> Option<Instant> {
        loop {
            if self.reviews.len() >= REVIEWS {
                return None;
            }
            let now = Instant::now();
            let due = self.agenda.due()?.max(self.not_before);
            if due > now {
                return Some(due);
            }
            let claim = self.agenda.take(now)?;
            self.not_before = now + SPACE;
            let client = self.client.clone();
            self.reviews.spawn(async move {
                let result = within(review(client, &claim)).await;
                Reviewed { claim, result }
            });
        }
    }

    /// Learns what is claimed. False where nobody listens.
    async fn hear(&mut self, attestations: OrdMap<Name, Arc<Attestation>>) -> bool {
        if attestations.ptr_eq(&self.attestations) {
            return true;
        }
        let claims: BTreeSet<Claim> = attestations
            .values()
            .map(|attestation| attestation.claim())
            .collect();
        self.attestations = attestations;
        if !self.agenda.claim(&claims, Instant::now()) {
            return true;
        }
        self.tell(Entry::Claims(claims)).await
    }

    /// Takes the reviews that have ended. False where nobody listens.
    async fn take(&mut self, ended: Result<Reviewed, JoinError>) -> bool {
        let mut answers = Vec::new();
        let mut next = Some(ended);
        while let Some(ended) = next {
            match ended {
                Ok(reviewed) => answers.extend(self.answer(reviewed)),
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => {}
            }
            next = self.reviews.try_join_next();
        }
        answers.is_empty() || self.tell(Entry::Authority(answers)).await
    }

    /// What is learnt from a review. A failure says nothing of what was answered before; and of all that was not, the same: a
    /// start must not wait for each of them to fail.
    fn answer(&mut self, reviewed: Reviewed) -> Vec<(Claim, Grant)> {
        let Reviewed { claim, result } = reviewed;
        let now = Instant::now();
        match result {
            Ok(granted) => {
                self.is_failing = false;
                self.agenda.answered(&claim, now);
                let grant = if granted {
                    Grant::Granted
                } else {
                    Grant::Denied
                };
                vec![(Claim::clone(&claim), grant)]
            }
            Err(error) => {
                self.metrics.review_failed();
                let is_first = !std::mem::replace(&mut self.is_failing, true);
                let was_answered = self.agenda.failed(&claim, now);
                let grant = Grant::Unknown(format!("RBAC could not be asked: {error}").into());
                if is_first {
                    tracing::warn!(%error, "RBAC could not be asked; it is asked again");
                    let open = self.agenda.unanswered();
                    return open
                        .map(|claim| (Claim::clone(claim), grant.clone()))
                        .collect();
                }
                match was_answered {
                    Some(false) => vec![(Claim::clone(&claim), grant)],
                    _ => Vec::new(),
                }
            }
        }
    }

    async fn tell(&self, entry: Entry) -> bool {
        self.inputs
            .send(Input::Ledger(Box::new(entry)))
            .await
            .is_ok()
    }
}

/// Whether a claim is granted. What no authorizer has an opinion on is not.
async fn review(client: Client, claim: &Claim) -> Result<bool, kube::Error> {
    let text = |text: &Text| Some(text.to_string());
    let review = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            user: text(&claim.user),
            groups: Some(claim.groups.iter().map(Text::to_string).collect()),
            resource_attributes: Some(ResourceAttributes {
                group: Some(GROUP.to_owned()),
                resource: Some(claim.verb.resource().to_owned()),
                verb: Some(claim.verb.name().to_owned()),
                name: text(&claim.name),
                namespace: text(&claim.namespace),
                ..ResourceAttributes::default()
            }),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    let answer = Api::<SubjectAccessReview>::all(client)
        .create(&PostParams::default(), &review)
        .await?;
    Ok(answer
        .status
        .is_some_and(|status| status.allowed && status.denied != Some(true)))
}
