//! Asks as the operator does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use plimsoll::prometheus::{QueryMetrics, Server, Settings, run};
use plimsoll::promql::{Cause, Measurements, Question};
use prometheus_client::registry::Registry;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// More than any step of these tests takes.
pub(crate) const PLENTY: Duration = Duration::from_secs(50);

/// What keeps questions answered, until it is dropped.
pub(crate) struct Asker {
    pub(crate) results: watch::Receiver<Measurements>,
    _asked: watch::Sender<Arc<BTreeSet<Question>>>,
    _settings: watch::Sender<Arc<Settings>>,
    task: JoinHandle<()>,
}

impl Asker {
    pub(crate) fn start(
        questions: impl IntoIterator<Item = Question>,
        settings: Settings,
        clock: fn() -> Timestamp,
    ) -> Self {
        let (results, received) = watch::channel(Measurements::new(settings.max_age));
        let (asked, wanted) = watch::channel(Arc::new(questions.into_iter().collect()));
        let (settings, set) = watch::channel(Arc::new(settings));
        let metrics = QueryMetrics::register(&mut Registry::default());
        let task = tokio::spawn(run(
            wanted,
            set,
            results,
            metrics,
            clock,
            std::future::pending(),
        ));
        Self {
            results: received,
            _asked: asked,
            _settings: settings,
            task,
        }
    }

    /// Waits until the table is as wanted.
    pub(crate) async fn until(
        &mut self,
        what: &str,
        wanted: impl Fn(&Measurements) -> bool,
    ) -> Measurements {
        let found = timeout(PLENTY, self.results.wait_for(wanted)).await;
        if let Ok(table) = found {
            return table.expect("it runs").clone();
        }
        drop(found);
        panic!(
            "it does not come to that: {what}; {:?}",
            *self.results.borrow()
        )
    }
}

impl Drop for Asker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The answers to questions, so many asked at once.
pub(crate) async fn answers(
    url: &str,
    questions: &BTreeSet<Question>,
    batch: usize,
    clock: fn() -> Timestamp,
) -> Measurements {
    let server = Server {
        queries_per_second: 1000.0,
        concurrency: 4,
        timeout: PLENTY,
        ..Server::new("main", url)
    };
    let settings = Settings {
        servers: vec![Arc::new(server)],
        batch,
        ..Settings::default()
    };
    let mut asker = Asker::start(questions.iter().cloned(), settings, clock);
    let answered = |table: &Measurements| {
        let pending = |question: &Question| table.get(question, clock()).cause == Cause::Pending;
        !questions.iter().any(pending)
    };
    asker.until("every question is answered", answered).await
}
