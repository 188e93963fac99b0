//! Asks Prometheus, and what speaks its language: keeps [`Measurements`] fresh for the [`Question`]s that are wanted.
//!
//! Each server has a desk of its own, so that a slow one delays nobody else's answers. A desk asks what is new before
//! what is old, several expressions of a window in one request, at a bounded rate, and rests when its server fails.
//!
//! - No more requests than the rate allows, whatever is wanted: with more questions, answers are older, and at last
//!   Unknown.
//! - Equal questions are one request, and what is no longer wanted is not asked again.
//! - Credentials go to the configured address only: redirects are not followed.

mod answer;
mod client;
mod desk;
mod failures;
mod health;
mod metrics;
mod pace;
mod queue;
mod request;
mod settings;
mod spacing;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use self::desk::{Config, Desk, Report, Wanted};
use self::queue::Ask;
use crate::model::Text;
use crate::promql::{Failure, FailureKind, Measurements, Question};

pub use self::metrics::QueryMetrics;
pub use self::settings::{Credentials, Server, Settings};

/// Reports that wait to be recorded.
const REPORTS: usize = 64;

/// Keeps the answers to what is asked fresh, until `shutdown` is done or nobody asks any more.
///
/// `asked` is everything that is wanted now, `settings` whom to ask; both may change at any time. `results` begins with
/// no answers; it only ever has those to what is asked.
pub async fn run(
    mut asked: watch::Receiver<Arc<BTreeSet<Question>>>,
    mut settings: watch::Receiver<Arc<Settings>>,
    results: watch::Sender<Measurements>,
    metrics: Arc<QueryMetrics>,
    clock: fn() -> Timestamp,
    shutdown: impl Future<Output = ()>,
) {
    let (reports, mut reported) = mpsc::channel(REPORTS);
    let mut office = Office {
        desks: BTreeMap::new(),
        reports,
        metrics,
        clock,
        results,
    };
    let mut shutdown = pin!(shutdown);
    let mut wanted = asked.borrow_and_update().clone();
    let mut now = settings.borrow_and_update().clone();
    office.assign(&wanted, &now);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(report) = reported.recv() => office.record(report, &wanted),
            changed = asked.changed() => {
                if changed.is_err() {
                    break;
                }
                let news = asked.borrow_and_update().clone();
                // Who asks may do so again after each answer.
                if news != wanted {
                    wanted = news;
                    office.assign(&wanted, &now);
                }
            }
            Ok(()) = settings.changed() => {
                now = settings.borrow_and_update().clone();
                office.assign(&wanted, &now);
            }
        }
    }
    office.close().await;
}

/// The desks, one for each server by its name.
struct Office {
    desks: BTreeMap<Text, Running>,
    reports: mpsc::Sender<Report>,
    metrics: Arc<QueryMetrics>,
    clock: fn() -> Timestamp,
    results: watch::Sender<Measurements>,
}

/// A desk's task. It ends when its channels are closed.
struct Running {
    config: watch::Sender<Config>,
    wanted: watch::Sender<Arc<Wanted>>,
    task: JoinHandle<()>,
}

impl Office {
    /// Gives each server its questions, opens and closes desks.
    fn assign(&mut self, questions: &BTreeSet<Question>, settings: &Arc<Settings>) {
        let mut shares: BTreeMap<Text, Wanted> = (settings.servers.iter())
            .map(|server| (server.name.clone(), Wanted::new()))
            .collect();
        let mut homeless = Vec::new();
        for question in questions {
            let server = match &question.server {
                Some(name) => Some(name),
                None if settings.has_default => settings.servers.first().map(|server| &server.name),
                None => None,
            };
            match server.and_then(|name| shares.get_mut(name)) {
                Some(share) => {
                    let ask = Ask::of(question);
                    share.entry(ask).or_default().push(question.clone());
                }
                None => homeless.push(question),
            }
        }
        self.desks.retain(|name, _| {
            let stays = shares.contains_key(name);
            if !stays {
                self.metrics.forget(name);
            }
            stays
        });
        for server in &settings.servers {
            // Of two servers of one name the first is asked.
            if let Some(share) = shares.remove(&server.name) {
                let config = Config {
                    server: server.clone(),
                    interval: settings.interval,
                    batch: settings.batch,
                };
                self.brief(config, Arc::new(share));
            }
        }
        self.results.send_if_modified(|results| {
            let mut news = results.set_max_age(settings.max_age) | results.retain(questions);
            for question in homeless {
                news |= results.record(question.clone(), Err(no_server(question)));
            }
            news
        });
    }

    /// Tells a desk what it is to do.
    fn brief(&mut self, config: Config, share: Arc<Wanted>) {
        let name = config.server.name.clone();
        if let Some(desk) = self.desks.get(&name) {
            desk.config.send_if_modified(|current| {
                let differs = *current != config;
                if differs {
                    *current = config;
                }
                differs
            });
            desk.wanted.send_replace(share);
            return;
        }
        let metrics = self.metrics.of(&name);
        let (config, configs) = watch::channel(config);
        let (wanted, wants) = watch::channel(share);
        let desk = Desk::new(configs, wants, self.reports.clone(), metrics, self.clock);
        let task = tokio::spawn(desk.run());
        let running = Running {
            config,
            wanted,
            task,
        };
        self.desks.insert(name, running);
    }

    fn record(&self, report: Report, wanted: &BTreeSet<Question>) {
        self.results.send_if_modified(|results| {
            let mut news = false;
            for (question, outcome) in report {
                // Meanwhile it may have been given up.
                if wanted.contains(&question) {
                    news |= results.record(question, outcome);
                }
            }
            news
        });
    }

    async fn close(self) {
        for (_, desk) in self.desks {
            // It may be waiting to report.
            desk.task.abort();
            let _ = desk.task.await;
        }
    }
}

fn no_server(question: &Question) -> Failure {
    let message = match &question.server {
        None => "no Prometheus server is configured".to_owned(),
        Some(name) => format!("no Prometheus server `{name}` is configured"),
    };
    Failure::new(FailureKind::NoServer, message)
}
