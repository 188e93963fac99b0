//! One server's HTTP API.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Response, StatusCode, Url};

use super::answer::{Answer, complaint, decode, shortened};
use super::failures::{Fault, Trouble};
use super::settings::{Credentials, Server};
use crate::model::Text;
use crate::promql::{Failure, FailureKind, Range};

/// An answer is some 300 samples a series, 30 bytes each: this is a thousand series.
const LARGEST_ANSWER: usize = 8 << 20;
const LARGEST_COMPLAINT: usize = 64 << 10;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Asks one server.
#[derive(Debug)]
pub(super) struct Client {
    name: Text,
    http: reqwest::Client,
    url: Url,
    credentials: Option<Credentials>,
    timeout: Duration,
    /// It takes no POST, as some proxies do not.
    gets: AtomicBool,
}

impl Client {
    /// The error says which setting is wrong, and no secret.
    pub(super) fn new(server: &Server) -> Result<Self, Failure> {
        let wrong = |what: &str| {
            let message = format!("{}: {what}", server.name);
            Failure::new(FailureKind::Misconfigured, message)
        };
        if let Some(obstacle) = &server.obstacle {
            return Err(wrong(obstacle));
        }
        let url = query_url(&server.url).map_err(|what| wrong(&what))?;
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers(server).map_err(|what| wrong(&what))?)
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT.min(server.timeout))
            .timeout(server.timeout)
            .pool_max_idle_per_host(server.concurrency.max(1));
        match &server.ca {
            Some(pem) => {
                let authorities = Certificate::from_pem_bundle(pem)
                    .ok()
                    .filter(|authorities| !authorities.is_empty())
                    .ok_or_else(|| wrong("its ca is no PEM certificate"))?;
                http = http.tls_certs_only(authorities);
            }
            // An image without authorities can do without TLS.
            None if url.scheme() == "http" => http = http.tls_certs_only([]),
            None => {}
        }
        let http = http.build().map_err(|error| {
            let cause =
                std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
            wrong(&format!("its TLS settings are wrong: {cause}"))
        })?;
        Ok(Self {
            name: server.name.clone(),
            http,
            url,
            credentials: server.credentials.clone(),
            timeout: server.timeout,
            gets: AtomicBool::new(false),
        })
    }

    /// Evaluates an expression at the moments of a range.
    pub(super) async fn ask(&self, promql: &str, range: &Range) -> Result<Answer, Trouble> {
        let mut response = self.send(promql, range).await?;
        if response.status() == StatusCode::METHOD_NOT_ALLOWED
            && !self.gets.swap(true, Ordering::Relaxed)
        {
            response = self.send(promql, range).await?;
        }
        let status = response.status();
        if status != StatusCode::OK {
            let wait = retry_after(&response);
            let body = self
                .read(response, LARGEST_COMPLAINT)
                .await
                .unwrap_or_default();
            let complaint = complaint(&body);
            return Err(Trouble::of_status(&self.name, status, complaint, wait));
        }
        let kind = content_type(&response);
        let body = self.read(response, LARGEST_ANSWER).await?;
        match decode(&body, range) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(complaint)) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Err(Trouble::of_status(
                    &self.name,
                    status,
                    Some(complaint),
                    None,
                ))
            }
            Err(problem) => {
                let message = format!(
                    "{}: the answer ({kind}) is not Prometheus': {}",
                    self.name,
                    shortened(&problem)
                );
                Err(Trouble::new(
                    FailureKind::Nonsense,
                    Fault::Server(None),
                    message,
                ))
            }
        }
    }

    async fn send(&self, promql: &str, range: &Range) -> Result<Response, Trouble> {
        let seconds = |at: jiff::Timestamp| format!("{:.3}", at.as_duration().as_secs_f64());
        let form = [
            ("query", promql),
            ("start", &seconds(range.start)),
            ("end", &seconds(range.end)),
            ("step", &range.step.as_secs().to_string()),
            // It need not go on when we no longer listen.
            ("timeout", &format!("{}ms", self.timeout.as_millis())),
        ];
        let request = if self.gets.load(Ordering::Relaxed) {
            self.http.get(self.url.clone()).query(&form)
        } else {
            self.http.post(self.url.clone()).form(&form)
        };
        let request = match &self.credentials {
            None => request,
            // Files and Secrets often end in a line break.
            Some(Credentials::Bearer(token)) => request.bearer_auth(token.trim()),
            Some(Credentials::Basic { user, password }) => request.basic_auth(user, Some(password)),
        };
        let sent = request.send().await;
        sent.map_err(|error| Trouble::of_transport(&self.name, self.timeout, &error))
    }

    /// Reads no more than may be kept, whatever the server says of its length.
    async fn read(&self, mut response: Response, most: usize) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        loop {
            let chunk = (response.chunk().await)
                .map_err(|error| Trouble::of_transport(&self.name, self.timeout, &error))?;
            let Some(chunk) = chunk else { return Ok(body) };
            if body.len() + chunk.len() > most {
                let mib = most >> 20;
                let message = format!("{}: the answer is larger than {mib} MiB", self.name);
                return Err(Trouble::new(FailureKind::TooLarge, Fault::Cost, message));
            }
            body.extend_from_slice(&chunk);
        }
    }
}

/// The address of range queries below a server's.
fn query_url(address: &str) -> Result<Url, String> {
    let mut url: Url = address
        .parse()
        .map_err(|error| format!("its url is wrong: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.cannot_be_a_base() {
        return Err("its url must begin with http:// or https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its url has credentials in it: they belong into a Secret".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("its url must end with the path".to_owned());
    }
    let path = format!("{}/api/v1/query_range", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

fn headers(server: &Server) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in &server.headers {
        let header: HeaderName = (name.parse()).map_err(|_| format!("`{name}` is no header"))?;
        let value =
            secret(value).ok_or_else(|| format!("the header `{name}` has a wrong value"))?;
        headers.insert(header, value);
    }
    if let Some(Credentials::Bearer(token)) = &server.credentials {
        secret(token.trim()).ok_or("its token cannot be sent in a header")?;
    }
    Ok(headers)
}

/// A value that is not shown by `Debug`.
fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn content_type(response: &Response) -> String {
    let kind = response.headers().get(CONTENT_TYPE);
    match kind.and_then(|kind| kind.to_str().ok()) {
        Some(kind) => shortened(kind),
        None => "without a content type".to_owned(),
    }
}

/// In seconds; dates are not heeded.
fn retry_after(response: &Response) -> Option<Duration> {
    let wait = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    wait.parse().ok().map(Duration::from_secs)
}
