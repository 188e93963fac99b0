//! A closed loop: every handle on a connection sends its next review once the last one is answered.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode,
    body::{Bytes, Incoming},
};
use rustls::RootCertStore;
use serde::Deserialize;
use tokio::task::JoinSet;

use crate::{
    body::Body,
    client::{self, Connection},
    scenario::Scenario,
    target::Target,
};

/// Every so many-th answer is decoded and compared while the clock runs; all of them are while warming up.
pub(crate) const SAMPLE: usize = 100;

/// The connections to one target, kept open from one round to the next, and what is sent over them.
pub(crate) struct Load {
    handles: Vec<Connection>,
    requests: Arc<Requests>,
}

struct Requests {
    prepared: Vec<(Request<Full<Bytes>>, String)>,
    /// The verdict that each of them must get.
    allowed: bool,
}

/// What one round measured.
pub(crate) struct Measured {
    /// Nanoseconds from sending to the last byte of the answer, ascending.
    pub(crate) latencies: Vec<u64>,
    pub(crate) elapsed: Duration,
}

impl Measured {
    /// Microseconds within which this share of the reviews was answered.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let rank = (self.latencies.len() as f64 * share).ceil() as usize;
        self.latencies[rank.clamp(1, self.latencies.len()) - 1] as f64 / 1e3
    }
}

impl Load {
    pub(crate) async fn connect(
        target: &Target,
        roots: &RootCertStore,
        scenario: Scenario,
        bodies: &[Body],
    ) -> Result<Self> {
        let mut handles = Vec::new();
        for _ in 0..scenario.connections {
            handles.extend(
                Connection::open(target.address, scenario.protocol, scenario.streams, roots)
                    .await?,
            );
        }
        let prepared = bodies
            .iter()
            .map(|body| {
                Ok((
                    client::request(body, target.address, scenario.protocol)?,
                    body.uid.clone(),
                ))
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            handles,
            requests: Arc::new(Requests {
                prepared,
                allowed: scenario.body.allowed() || !target.judges,
            }),
        })
    }

    /// Sends for as long as `duration`, comparing every `sample`-th answer.
    pub(crate) async fn run(&mut self, duration: Duration, sample: usize) -> Result<Measured> {
        let step = self.requests.prepared.len() / self.handles.len();
        let start = Instant::now();
        let mut workers = JoinSet::new();
        for (n, handle) in self.handles.drain(..).enumerate() {
            let requests = Arc::clone(&self.requests);
            workers.spawn(closed_loop(
                handle,
                requests,
                n * step,
                start + duration,
                sample,
            ));
        }
        let mut latencies = Vec::new();
        while let Some(worker) = workers.join_next().await {
            let (handle, measured) = worker??;
            self.handles.push(handle);
            latencies.extend(measured);
        }
        let elapsed = start.elapsed();
        latencies.sort_unstable();
        Ok(Measured { latencies, elapsed })
    }
}

async fn closed_loop(
    mut handle: Connection,
    requests: Arc<Requests>,
    first: usize,
    deadline: Instant,
    sample: usize,
) -> Result<(Connection, Vec<u64>)> {
    let mut latencies = Vec::with_capacity(1 << 14);
    let mut sent = Instant::now();
    for n in 0.. {
        let (request, uid) = &requests.prepared[(first + n) % requests.prepared.len()];
        let answer = handle
            .send(request.clone())
            .await
            .context("sending a review")?;
        ensure!(
            answer.status() == StatusCode::OK,
            "a review was answered with {}",
            answer.status()
        );
        if n % sample == 0 {
            compare(answer.into_body(), uid, requests.allowed).await?;
        } else {
            drain(answer.into_body()).await?;
        }
        let now = Instant::now();
        latencies.push((now - sent).as_nanos() as u64);
        sent = now;
        if now >= deadline {
            break;
        }
    }
    Ok((handle, latencies))
}

async fn drain(mut body: Incoming) -> Result<()> {
    while let Some(frame) = body.frame().await {
        frame.context("reading an answer")?;
    }
    Ok(())
}

/// The part of an AdmissionReview that the API server acts on.
#[derive(Debug, Deserialize)]
struct Answer {
    response: Verdict,
}

#[derive(Debug, Deserialize)]
struct Verdict {
    uid: String,
    allowed: bool,
}

async fn compare(body: Incoming, uid: &str, allowed: bool) -> Result<()> {
    let bytes = body
        .collect()
        .await
        .context("reading an answer")?
        .to_bytes();
    let Answer { response } = serde_json::from_slice(&bytes).context("decoding an answer")?;
    ensure!(
        response.uid == uid && response.allowed == allowed,
        "wrong answer: uid {uid} should be {}, but the webhook said {}",
        if allowed { "allowed" } else { "denied" },
        String::from_utf8_lossy(&bytes)
    );
    Ok(())
}
