//! Questions, and who keeps them answered.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::{PLENTY, question};
use crate::prometheus::{QueryMetrics, Server, Settings, run};
use crate::promql::{Cause, Measured, Measurements, Question};

/// The task under test, and its ends.
pub(super) struct Bench {
    pub(super) asked: watch::Sender<Arc<BTreeSet<Question>>>,
    pub(super) settings: watch::Sender<Arc<Settings>>,
    pub(super) results: watch::Receiver<Measurements>,
    registry: Registry,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Bench {
    pub(super) fn start(settings: Settings) -> Self {
        let mut registry = Registry::default();
        let metrics = QueryMetrics::register(&mut registry);
        let (asked, wanted) = watch::channel(Arc::default());
        let (results, received) = watch::channel(Measurements::new(settings.max_age));
        let (settings, set) = watch::channel(Arc::new(settings));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(run(wanted, set, results, metrics, Timestamp::now, async {
            let _ = stopped.await;
        }));
        Self {
            asked,
            settings,
            results: received,
            registry,
            stop,
            task,
        }
    }

    pub(super) fn want(&self, questions: &[Question]) {
        self.asked
            .send_replace(Arc::new(questions.iter().cloned().collect()));
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Settings)) {
        self.settings
            .send_modify(|settings| change(Arc::make_mut(settings)));
    }

    /// Waits until the table is as wanted.
    pub(super) async fn until(&mut self, wanted: impl Fn(&Measurements) -> bool) -> Measurements {
        let found = timeout(PLENTY, self.results.wait_for(wanted)).await;
        found
            .expect("the table does not become as wanted")
            .unwrap()
            .clone()
    }

    /// Waits until a question has an answer, good or bad.
    pub(super) async fn answer(&mut self, question: &Question) -> Measured {
        let answered =
            |table: &Measurements| table.get(question, Timestamp::now()).cause != Cause::Pending;
        self.until(answered).await.get(question, Timestamp::now())
    }

    /// Waits until a question is answered so.
    pub(super) async fn until_cause(&mut self, question: &Question, cause: Cause) -> Measured {
        let is_so = |table: &Measurements| table.get(question, Timestamp::now()).cause == cause;
        self.until(is_so).await.get(question, Timestamp::now())
    }

    pub(super) fn counted(&self, line: &str) -> bool {
        let mut text = String::new();
        encode(&mut text, &self.registry).unwrap();
        text.lines().any(|found| found == line)
    }

    pub(super) async fn end(self) {
        self.stop.send(()).unwrap();
        timeout(PLENTY, self.task)
            .await
            .expect("it does not end")
            .unwrap();
    }
}

pub(super) fn settings(servers: Vec<Server>) -> Settings {
    Settings {
        servers: servers.into_iter().map(Arc::new).collect(),
        ..Settings::default()
    }
}

pub(super) fn questions(count: usize) -> Vec<Question> {
    (0..count)
        .map(|at| question(&format!("x{at:03}")))
        .collect()
}

pub(super) async fn until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PLENTY;
    while !condition() {
        assert!(Instant::now() < deadline, "it does not come to that");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
