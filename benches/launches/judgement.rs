//! What one judgement takes, in this process, by the records, documents and attestations of the cluster.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jiff::Timestamp;
use plimsoll::cel::Tree;
use plimsoll::checklist::Way;
use plimsoll::controller::{self, Settings};
use plimsoll::evidence::{Effort, GroupKind, Subject};
use plimsoll::inventory::View;
use plimsoll::launch::{self, Launch};
use plimsoll::live::{Live, Snapshot};
use plimsoll::prometheus::QueryMetrics;
use plimsoll::promql::{Measurements, Point, Range, Reading, Series};
use plimsoll::telemetry::metrics::ControllerMetrics;
use prometheus_client::registry::Registry;
use serde::Serialize;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::CHECKLISTS;
use crate::cluster::Cluster;

/// What one judgement of a launch of both checklists takes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Judgement {
    /// The items of the launch, with its own.
    pub(crate) items: usize,
    /// Medians over many launches.
    pub(crate) judge_us: f64,
    /// What its status should be, once it is judged.
    pub(crate) status_us: f64,
    /// Only writing that status as JSON: what no operator can do without.
    pub(crate) serialize_us: f64,
    pub(crate) judge_to_serialize: f64,
    pub(crate) status_bytes: usize,
    /// How often an expression of evidence was evaluated.
    pub(crate) pairs: f64,
    pub(crate) questions: usize,
    pub(crate) passed: usize,
    pub(crate) open: usize,
    /// The pieces of evidence for which the most pairs are looked at, of one workload.
    pub(crate) dearest: Vec<(String, u64)>,
    /// What is kept of the objects that evidence is looked for in: how many of each kind, and roughly how many KiB.
    pub(crate) documents: BTreeMap<String, (usize, usize)>,
}

/// How long reading the cluster may take.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn measure(cluster: &Cluster, runtime: &Runtime, in_earnest: bool) -> Result<Judgement> {
    let snapshot = runtime.block_on(read(cluster))?;
    let now = Timestamp::now();
    let mut measurements = Measurements::new(Duration::from_secs(900));
    for launch in snapshot.launches.values() {
        let judged = launch::judge(
            launch,
            snapshot.facts(View::of(&snapshot.inventory), now),
            None,
        );
        for question in judged.questions {
            let range = Range::ending(now, question.window);
            let point = Point {
                at: now,
                value: 0.5,
            };
            let series = Series {
                points: vec![point; range.points()],
                ..Series::default()
            };
            let reading = Reading::of(&[series], question.pass, question.window, &range);
            measurements.record(question, Ok(reading));
        }
    }
    let snapshot = Snapshot {
        inventory: snapshot.inventory.clone(),
        policies: snapshot.policies.clone(),
        checklists: snapshot.checklists.clone(),
        launches: snapshot.launches.clone(),
        people: snapshot.people.clone(),
        statuses: snapshot.statuses.clone(),
        documents: snapshot.documents.clone(),
        measurements,
        complete: true,
    };
    let rounds = if in_earnest { 1 } else { 0 };
    // What is found once for all launches is found beforehand.
    let mut last = None;
    for launch in snapshot.launches.values().take(20) {
        last = Some(judge(&snapshot, launch, now)?);
    }
    let mut timed = Vec::new();
    for _ in 0..rounds {
        for launch in snapshot.launches.values() {
            timed.push(judge(&snapshot, launch, now)?);
        }
    }
    timed.extend(last);
    let median = |of: fn(&Judgement) -> f64| {
        let mut all: Vec<f64> = timed.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or_default()
    };
    let (judge_us, serialize_us) = (median(|one| one.judge_us), median(|one| one.serialize_us));
    let one = timed.first().context("there is no launch")?.clone();
    Ok(Judgement {
        judge_us,
        status_us: median(|one| one.status_us),
        serialize_us,
        judge_to_serialize: judge_us / serialize_us,
        pairs: median(|one| one.pairs),
        dearest: dearest(&snapshot, now),
        documents: documents(&snapshot),
        ..one
    })
}

/// The pieces that are looked for in the most objects, and in how many.
fn dearest(snapshot: &Snapshot, now: Timestamp) -> Vec<(String, u64)> {
    let mut all = BTreeMap::new();
    let documents = &snapshot.documents;
    let kind = GroupKind::new("apps", "Deployment");
    let some = documents
        .of_kind(&kind)
        .nth(documents.of_kind(&kind).count() / 2);
    let subject =
        some.and_then(|some| Subject::of(documents, &kind, some.namespace(), some.name()));
    let checklists = CHECKLISTS
        .iter()
        .filter_map(|name| snapshot.checklists.find(name));
    for item in checklists.flat_map(|checklist| &checklist.items) {
        let (Way::Evidence(pieces), Some(subject)) = (&item.way, &subject) else {
            continue;
        };
        for piece in pieces {
            let mut effort = Effort::default();
            black_box(piece.judge(subject, documents, now, &mut effort));
            all.insert(piece.name().to_string(), effort.pairs);
        }
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(name, pairs)| (std::cmp::Reverse(*pairs), name.clone()));
    all.truncate(10);
    all
}

fn documents(snapshot: &Snapshot) -> BTreeMap<String, (usize, usize)> {
    let documents = &snapshot.documents;
    let of_kind = documents.kinds().map(|kind| {
        let bytes = documents
            .of_kind(kind)
            .map(|document| size(document.tree()));
        let (count, bytes) = bytes.fold((0, 0), |(count, all), bytes| (count + 1, all + bytes));
        (kind.to_string(), (count, bytes / 1024))
    });
    of_kind.filter(|(_, (count, _))| *count > 0).collect()
}

/// What a tree takes, without what an allocator adds.
fn size(tree: &Tree) -> usize {
    let within = match tree {
        Tree::String(text) => text.len(),
        Tree::List(elements) => elements.iter().map(size).sum(),
        Tree::Map(fields) => fields
            .iter()
            .map(|(name, value)| 16 + name.len() + size(value))
            .sum(),
        _ => 0,
    };
    size_of::<Tree>() + within
}

/// Judges one, and times it.
fn judge(snapshot: &Snapshot, launch: &Launch, now: Timestamp) -> Result<Judgement> {
    let micros = |since: Instant| since.elapsed().as_secs_f64() * 1e6;
    let facts = snapshot.facts(View::of(&snapshot.inventory), now);
    let begun = Instant::now();
    let judged = black_box(launch::judge(black_box(launch), facts, None));
    let judge_us = micros(begun);
    let begun = Instant::now();
    let others = snapshot
        .launches
        .values()
        .filter(|other| other.name.namespace == launch.name.namespace);
    let others: Vec<_> = others.map(|other| &**other).collect();
    let observed = launch::observe(launch, facts.view, others.into_iter());
    let status = black_box(launch::status(launch, &judged, &observed, now));
    let status_us = micros(begun);
    let begun = Instant::now();
    let text = black_box(serde_json::to_vec(black_box(&status))?);
    let serialize_us = micros(begun);
    Ok(Judgement {
        items: judged.items.len(),
        judge_us,
        status_us,
        serialize_us,
        judge_to_serialize: judge_us / serialize_us,
        status_bytes: text.len(),
        pairs: judged.effort.pairs as f64,
        questions: judged.questions.len(),
        passed: judged
            .items
            .iter()
            .filter(|item| item.asked && !item.outcome.is_open())
            .count(),
        open: judged.open().len(),
        dearest: Vec::new(),
        documents: BTreeMap::new(),
    })
}

/// Reads the cluster as a replica does that writes nothing.
async fn read(cluster: &Cluster) -> Result<Arc<Snapshot>> {
    let client = cluster.client(None).await?;
    let (live, mut registry) = (Live::new(), Registry::default());
    let metrics = ControllerMetrics::register(&mut registry);
    let queries = QueryMetrics::register(&mut registry);
    let settings = Settings {
        namespace: "plimsoll-system".to_owned(),
        user: "system:serviceaccount:plimsoll-system:plimsoll".to_owned(),
        guard: "plimsoll-guard".to_owned(),
        lease: None,
    };
    let (stop, stopped) = watch::channel(false);
    let mut changes = live.changes();
    let task = tokio::spawn(controller::run(
        client,
        live.clone(),
        metrics,
        queries,
        settings,
        stopped,
    ));
    let complete = async {
        loop {
            let snapshot = Arc::clone(&live.snapshot());
            let mut kinds = snapshot.documents.kinds();
            let is_pending =
                |kind| *snapshot.documents.source(kind) == plimsoll::evidence::Source::Pending;
            if snapshot.complete && !snapshot.launches.is_empty() && !kinds.any(is_pending) {
                return snapshot.clone();
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let snapshot = tokio::time::timeout(PATIENCE, complete).await;
    let snapshot = snapshot.context("reading the cluster takes too long")?;
    drop(stop);
    task.await?;
    Ok(snapshot)
}
