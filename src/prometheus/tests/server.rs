//! A server that remembers what it was asked.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) form: BTreeMap<String, String>,
}

impl Seen {
    /// The expressions in it, as they were before they were put together.
    pub(super) fn expressions(&self) -> Vec<String> {
        let query = &self.form["query"];
        if !query.contains("\"plimsoll_item\"") {
            return vec![query.clone()];
        }
        let parts = query.split("label_replace((\n").skip(1);
        parts
            .map(|part| {
                part.split("\n), \"plimsoll_item\"")
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect()
    }

    /// What Prometheus would answer where each expression is one series of a value.
    pub(super) fn answered(&self, value: impl Fn(&str) -> Option<f64>) -> Response {
        let end = &self.form["end"];
        let marked = self.form["query"].contains("\"plimsoll_item\"");
        let series = self
            .expressions()
            .into_iter()
            .enumerate()
            .filter_map(|(at, expression)| {
                let value = value(&expression)?;
                let mark = match marked {
                    true => format!("\"plimsoll_item\":\"{at}\""),
                    false => String::new(),
                };
                Some(format!(
                    "{{\"metric\":{{{mark}}},\"values\":[[{end},\"{value}\"]]}}"
                ))
            });
        let series = series.collect::<Vec<_>>().join(",");
        json(200, &matrix(&series))
    }
}

/// An answer with series.
pub(super) fn matrix(series: &str) -> String {
    format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{series}]}}}}"
    )
}

/// A refusal.
pub(super) fn error(status: u16, kind: &str, message: &str) -> Response {
    let body = format!("{{\"status\":\"error\",\"errorType\":\"{kind}\",\"error\":\"{message}\"}}");
    json(status, &body)
}

pub(super) fn json(status: u16, body: &str) -> Response {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

/// A server on loopback, which ends with it.
pub(super) struct Stand {
    pub(super) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Stand {
    pub(super) async fn start<F, R>(answer: F) -> Self
    where
        F: Fn(Seen) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Response> + Send,
    {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = seen.clone();
        let handler = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let text = match method {
                Method::GET => uri.query().unwrap_or_default().to_owned(),
                _ => String::from_utf8(body.to_vec()).unwrap(),
            };
            // The address is there to take a form apart.
            let form = reqwest::Url::parse(&format!("http://x/?{text}")).unwrap();
            let request = Seen {
                method,
                uri,
                headers,
                form: form.query_pairs().into_owned().collect(),
            };
            kept.lock().unwrap().push(request.clone());
            answer(request)
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(handler);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, seen, task }
    }

    /// One that says the same to everybody.
    pub(super) async fn saying(
        status: u16,
        headers: &[(&'static str, String)],
        body: &str,
    ) -> Self {
        let (headers, body) = (headers.to_vec(), body.to_owned());
        Self::start(move |_| {
            let mut response = Response::builder().status(status);
            for (name, value) in &headers {
                response = response.header(*name, value);
            }
            let response = response.body(Body::from(body.clone())).unwrap();
            async { response }
        })
        .await
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.task.abort();
    }
}
