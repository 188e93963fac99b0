//! A Prometheus of a test's own.

use std::env;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// More than it takes to start.
const PLENTY: Duration = Duration::from_secs(30);

/// A program of the package.
pub(crate) fn program(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found = env::split_paths(&path).map(|folder| folder.join(name));
    let Some(program) = found.find(|program| program.is_file()) else {
        panic!("`{name}` is not on PATH: apt-get install prometheus");
    };
    program
}

/// An empty directory for one test.
pub(crate) fn scratch(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("metrics-{test}"));
    if path.exists() {
        fs::remove_dir_all(&path).expect("an old one can be removed");
    }
    fs::create_dir_all(&path).expect("it can be made");
    path
}

/// A running server, which ends with it.
pub(crate) struct Prometheus {
    pub(crate) url: String,
    child: Child,
}

impl Prometheus {
    /// Starts one on the data in a directory, with a configuration.
    pub(crate) async fn start(directory: &Path, configuration: &str) -> Self {
        fs::write(directory.join("prometheus.yml"), configuration).expect("it can be written");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("there is a free port")
            .port();
        let log = File::create(directory.join("prometheus.log")).expect("it can be written");
        let child = Command::new(program("prometheus"))
            .current_dir(directory)
            .arg("--config.file=prometheus.yml")
            .arg("--storage.tsdb.path=data")
            .arg("--storage.tsdb.retention.time=100y")
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("it can be started");
        let mut server = Self {
            url: format!("http://127.0.0.1:{port}"),
            child,
        };
        server.ready(directory).await;
        server
    }

    async fn ready(&mut self, directory: &Path) {
        let log = directory.join("prometheus.log");
        let deadline = Instant::now() + PLENTY;
        let url = format!("{}/-/ready", self.url);
        loop {
            if let Ok(response) = reqwest::get(&url).await
                && response.status().is_success()
            {
                return;
            }
            if let Some(status) = self.child.try_wait().expect("it is a child") {
                panic!("prometheus ended, {status}: see {}", log.display());
            }
            assert!(
                Instant::now() < deadline,
                "it does not get ready: see {}",
                log.display()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
