//! What metric items ask of Prometheus-compatible servers, and with which credentials.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{API, cluster, guarded, until};
use crate::testbed::{Testbed, good_deployment};

/// Answers every question with a sample of now, and remembers what it was asked, and as whom.
struct Stub {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = requests.clone();
        // It ends with the test process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Some(request) = answer(stream) {
                    kept.lock().expect("nobody panicked").push(request);
                }
            }
        });
        Self { port, requests }
    }

    fn asked(&self) -> Vec<String> {
        self.requests.lock().expect("nobody panicked").clone()
    }
}

/// Answers one request. The whole of it, head and body.
fn answer(mut stream: TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut request = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                break;
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(read) => request.extend_from_slice(&part[..read]),
        }
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let samples: Vec<Value> = (0..40)
        .rev()
        .map(|step| json!([now - step * 15, "1"]))
        .collect();
    let body = json!({"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": samples}]}});
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        body.len()
    );
    write!(stream, "{head}Connection: close\r\n\r\n{body}").ok()?;
    Some(String::from_utf8_lossy(&request).into_owned())
}

fn secret(testbed: &Testbed, labels: Value) {
    testbed.apply(&json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "prometheus", "namespace": "plimsoll-system", "labels": labels},
        "stringData": {"token": "t0ken", "tenant": "shop"},
    }));
}

#[test]
fn a_server_is_asked_with_the_credentials_of_a_labelled_secret_and_not_without() {
    let stub = Stub::start();
    let testbed = cluster();
    // Not for this: anybody who writes policies could have it sent anywhere.
    secret(&testbed, json!({}));
    let operator = testbed.operator();
    guarded(&operator);
    testbed.namespace("shop");
    let mut deployment = good_deployment("shop", "web");
    deployment["metadata"]["labels"] = json!({"app": "web"});
    testbed.apply(&deployment);
    testbed.apply(&json!({
        "apiVersion": API, "kind": "ReadinessChecklist", "metadata": {"name": "metered"},
        "spec": {"title": "Metered", "items": [{
            "id": "answers", "title": "It answers", "section": "Metrics", "severity": "high",
            "metrics": {"query": "sum(up{namespace=\"$namespace\"})", "pass": "> 0", "for": "5m"},
        }]},
    }));
    testbed.apply(&json!({
        "apiVersion": API, "kind": "ReadinessLaunch", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"checklists": ["metered"], "selector": {"matchLabels": {"app": "web"}}, "release": "1"},
    }));
    testbed.policy(
        "shop",
        json!({"metrics": {"servers": [
            {"name": "main", "url": format!("http://127.0.0.1:{}", stub.port), "secret": "prometheus"},
        ]}}),
    );
    let patience = Duration::from_secs(60);
    let launch = || testbed.get(&["readinesslaunch", "web", "-n", "shop"]);
    until(
        "the launch says that the Secret is not for this",
        patience,
        || {
            launch()
                .to_string()
                .contains("with the label plimsoll.dev/metrics-credentials")
                .then_some(())
        },
    );
    assert_eq!(stub.asked(), Vec::<String>::new());

    secret(
        &testbed,
        json!({"plimsoll.dev/metrics-credentials": "true"}),
    );
    let request = until("the server is asked", patience, || {
        stub.asked().first().cloned()
    });
    let lower = request.to_lowercase();
    assert!(lower.contains("authorization: bearer t0ken"), "{request}");
    assert!(lower.contains("x-scope-orgid: shop"), "{request}");
    assert!(request.contains("shop"), "{request}");
    until("the answer counts", patience, || {
        (!launch().to_string().contains("metrics-credentials")).then_some(())
    });
}
