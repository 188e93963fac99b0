//! A server that speaks as much of Prometheus' API as is asked of it, and counts what that is.

use std::collections::HashSet;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use plimsoll::promql::MARK;
use tokio::runtime::Runtime;

/// What was asked of it since it started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) requests: u64,
    pub(crate) expressions: u64,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    pub(crate) samples: u64,
    /// The most requests in one second.
    pub(crate) most_in_a_second: u64,
    second: (u64, u64),
    distinct: HashSet<u64>,
}

/// The stub. It ends with the runtime.
pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Asked>>,
}

impl Stub {
    pub(crate) fn start(runtime: &Runtime) -> Result<Self> {
        let asked = Arc::<Mutex<Asked>>::default();
        let router = Router::new()
            .route("/api/v1/query_range", post(answer))
            .with_state(asked.clone());
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0)))?;
        let address = listener.local_addr()?;
        runtime.spawn(async move {
            let _ = axum_serve(listener, router).await;
        });
        Ok(Self { address, asked })
    }

    pub(crate) fn asked(&self) -> Asked {
        lock(&self.asked).clone()
    }
}

impl Asked {
    /// How many expressions were ever asked that differ.
    pub(crate) fn distinct(&self) -> usize {
        self.distinct.len()
    }

    fn note(&mut self, second: u64, query: &str, parts: usize) {
        self.requests += 1;
        self.expressions += parts as u64;
        for expression in query.split("label_replace((\n") {
            let expression = expression.split("\n), \"").next().unwrap_or_default();
            if !expression.is_empty() {
                let mut hasher = DefaultHasher::new();
                expression.hash(&mut hasher);
                self.distinct.insert(hasher.finish());
            }
        }
        self.second = match self.second {
            (known, count) if known == second => (second, count + 1),
            _ => (second, 1),
        };
        self.most_in_a_second = self.most_in_a_second.max(self.second.1);
    }
}

fn lock(asked: &Mutex<Asked>) -> MutexGuard<'_, Asked> {
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves without the parts of axum that the product has no use for.
async fn axum_serve(listener: tokio::net::TcpListener, router: Router) -> Result<()> {
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use hyper_util::server::conn::auto::Builder;
    use hyper_util::service::TowerToHyperService;
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let connection = Builder::new(TokioExecutor::new());
            let _ = connection
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(State(asked): State<Arc<Mutex<Asked>>>, body: String) -> Response {
    match query(&body) {
        Ok(query) => {
            // How many expressions there are in it.
            let marks = query.promql.matches(MARK).count();
            let answer = query.answer(marks);
            let mut asked = lock(&asked);
            asked.note(query.end as u64, &query.promql, marks.max(1));
            asked.bytes_in += body.len() as u64;
            asked.bytes_out += answer.len() as u64;
            asked.samples += (query.points() * marks.max(1)) as u64;
            ([(CONTENT_TYPE, "application/json")], answer).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

/// A query over a range.
struct Query {
    promql: String,
    start: f64,
    end: f64,
    step: f64,
}

fn query(body: &str) -> Result<Query> {
    let field = |name: &str| -> Result<String> {
        let mut fields = body.split('&').filter_map(|field| field.split_once('='));
        let (_, value) = fields
            .find(|(key, _)| *key == name)
            .context("a field is missing")?;
        decoded(value)
    };
    Ok(Query {
        promql: field("query")?,
        start: field("start")?.parse()?,
        end: field("end")?.parse()?,
        step: field("step")?.parse()?,
    })
}

/// `application/x-www-form-urlencoded`.
fn decoded(value: &str) -> Result<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                u8::from_str_radix(std::str::from_utf8(&digits)?, 16)?
            }
            other => other,
        });
    }
    Ok(String::from_utf8(bytes)?)
}

impl Query {
    fn points(&self) -> usize {
        ((self.end - self.start) / self.step) as usize + 1
    }

    /// A series for each expression, a sample at each step. The values are never quite the same: a server that answers the same for
    /// ever would hide what is written because of a value.
    fn answer(&self, marks: usize) -> String {
        let mut text = String::with_capacity(64 + marks.max(1) * self.points() * 32);
        text.push_str(r#"{"status":"success","data":{"resultType":"matrix","result":["#);
        for mark in 0..marks.max(1) {
            text.push_str(if mark == 0 { "" } else { "," });
            text.push_str(r#"{"metric":{"#);
            if marks > 0 {
                let _ = write!(text, r#""{MARK}":"{mark}""#);
            }
            text.push_str(r#"},"values":["#);
            for point in 0..self.points() {
                let at = self.start + point as f64 * self.step;
                let value = 0.5 + 0.1 * (at / 60.0).sin();
                text.push_str(if point == 0 { "" } else { "," });
                let _ = write!(text, r#"[{at:.3},"{value:.9}"]"#);
            }
            text.push_str("]}");
        }
        text.push_str("]}}");
        text
    }
}
