//! The protocol: warm up, then the two targets by turns, round after round.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::{
    body,
    client::Protocol,
    identity::Identity,
    load::{Load, SAMPLE},
    machine::Moment,
    process,
    scenario::Scenario,
    spread::Spread,
    target::Target,
};

/// How many different reviews are sent by turns.
const BODIES: usize = 256;

/// One round on one target.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) target: &'static str,
    pub(crate) connections: usize,
    pub(crate) streams: usize,
    pub(crate) body: &'static str,
    pub(crate) protocol: Protocol,
    pub(crate) round: usize,
    pub(crate) requests: usize,
    pub(crate) seconds: f64,
    pub(crate) rps: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) cpu_us_per_review: f64,
    pub(crate) client_cpu_us_per_review: f64,
    pub(crate) rss_kib: u64,
    /// Cores that neither the webhook nor the load generator kept busy.
    pub(crate) other_cores: f64,
}

/// One of the figures of a round.
pub(crate) type Figure = fn(&Row) -> f64;

/// What a scenario measured: the rounds of the null webhook and of the subject, in pairs that ran one right after the other.
pub(crate) struct Outcome {
    pub(crate) scenario: Scenario,
    /// Of a review, on average.
    pub(crate) bytes: usize,
    pub(crate) pairs: Vec<[Row; 2]>,
}

impl Outcome {
    /// A figure over the rounds of one target: 0 is the null webhook, 1 the subject.
    pub(crate) fn spread(&self, target: usize, figure: Figure) -> Spread {
        Spread::of(self.pairs.iter().map(|pair| figure(&pair[target])))
    }

    /// The subject's figure over the null webhook's, pair by pair: what slows the machine down for a while slows both.
    pub(crate) fn ratio(&self, figure: Figure) -> Spread {
        Spread::of(
            self.pairs
                .iter()
                .map(|[null, subject]| figure(subject) / figure(null)),
        )
    }

    /// Cores that others kept busy, on average over all rounds.
    pub(crate) fn others(&self) -> f64 {
        let rows = self.pairs.as_flattened();
        rows.iter().map(|row| row.other_cores).sum::<f64>() / rows.len() as f64
    }
}

/// Runs one scenario against the null webhook and the subject, in this order in `targets`. `cached` workloads are known to the
/// subject.
pub(crate) async fn run(
    scenario: Scenario,
    targets: &[Target; 2],
    identity: &Identity,
    cached: usize,
) -> Result<Outcome> {
    let bodies = body::reviews(scenario.body, BODIES, cached);
    let round = Duration::from_secs_f64(scenario.seconds);
    let mut loads = Vec::new();
    for target in targets {
        let mut load = Load::connect(target, &identity.roots, scenario, &bodies).await?;
        load.run(2 * round, 1).await?;
        loads.push(load);
    }
    let mut pairs = Vec::new();
    for n in 0..scenario.rounds {
        // Null first, then subject first: neither has the better half of every pair.
        let order = if n % 2 == 0 { [0, 1] } else { [1, 0] };
        let mut pair = [None, None];
        for side in order {
            pair[side] = Some(measure(scenario, &targets[side], &mut loads[side], n, round).await?);
        }
        let [Some(null), Some(subject)] = pair else {
            unreachable!("both sides were measured")
        };
        pairs.push([null, subject]);
    }
    let bytes = bodies.iter().map(|body| body.bytes.len()).sum::<usize>() / bodies.len();
    Ok(Outcome {
        scenario,
        bytes,
        pairs,
    })
}

async fn measure(
    scenario: Scenario,
    target: &Target,
    load: &mut Load,
    round: usize,
    duration: Duration,
) -> Result<Row> {
    let this = std::process::id();
    let before = Moment::now()?;
    let (server_before, client_before) = (target.cpu()?, process::cpu(this)?.0);
    let measured = load.run(duration, SAMPLE).await?;
    let (server_after, client_after) = (target.cpu()?, process::cpu(this)?.0);
    let (server, client) = (server_after - server_before, client_after - client_before);
    let other_cores = before.cores_of_others(server + client)?;
    let requests = measured.latencies.len();
    let per_review = |cpu: Duration| cpu.as_secs_f64() * 1e6 / requests as f64;
    Ok(Row {
        target: target.name,
        connections: scenario.connections,
        streams: scenario.streams,
        body: scenario.body.name(),
        protocol: scenario.protocol,
        round,
        requests,
        seconds: measured.elapsed.as_secs_f64(),
        rps: requests as f64 / measured.elapsed.as_secs_f64(),
        p50_us: measured.percentile(0.50),
        p99_us: measured.percentile(0.99),
        cpu_us_per_review: per_review(server),
        client_cpu_us_per_review: per_review(client),
        rss_kib: target.memory()?.0,
        other_cores,
    })
}
