//! One request, for one expression or several.

use std::sync::Arc;

use tokio::time::Instant;

use super::answer::Answer;
use super::client::Client;
use super::failures::Trouble;
use super::metrics::ServerMetrics;
use super::queue::Batch;
use crate::model::Text;
use crate::promql::{self, FailureKind, Range, Series};

/// A request that has ended.
pub(super) struct Landed {
    pub(super) batch: Batch,
    pub(super) range: Range,
    pub(super) sent: Instant,
    pub(super) outcome: Result<Answer, Trouble>,
}

/// Asks for a batch: one expression as it is, several in one.
pub(super) async fn request(
    client: Arc<Client>,
    batch: Batch,
    range: Range,
    sent: Instant,
    metrics: ServerMetrics,
) -> Landed {
    let outcome = match batch.as_slice() {
        [one] => client.ask(&one.promql, &range).await,
        several => {
            let promql = promql::batch(several.iter().map(|ask| &*ask.promql));
            client.ask(&promql, &range).await
        }
    };
    let failed: Option<FailureKind> = outcome.as_ref().err().map(|trouble| trouble.failure.kind);
    metrics.asked(failed, sent.elapsed());
    Landed {
        batch,
        range,
        sent,
        outcome,
    }
}

/// The answers to each of some expressions; `None` where it cannot be told whose a series is.
pub(super) fn split(answer: Answer, count: usize) -> Option<Vec<Answer>> {
    let Answer {
        series,
        warnings,
        infos,
    } = answer;
    let (parts, infos): (Vec<Vec<Series>>, Vec<Text>) = match count {
        1 => (vec![series], infos),
        // Whose remarks they are nobody knows, and they change nothing.
        _ => (promql::split(series, count)?, Vec::new()),
    };
    let answers = parts.into_iter().map(|series| Answer {
        series,
        warnings: warnings.clone(),
        infos: infos.clone(),
    });
    Some(answers.collect())
}

/// A warning about an expression, other than one that a part of the data is missing.
pub(super) fn is_remark(warning: &str) -> bool {
    warning.starts_with("PromQL ")
}
