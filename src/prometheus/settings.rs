//! Whom to ask, and how.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::model::Text;

/// The servers, and how often they are asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Those that may be asked.
    pub servers: Vec<Arc<Server>>,
    /// Whether the first one is asked what names none. Otherwise that is asked of nobody.
    pub has_default: bool,
    /// How old an answer becomes before it is asked for again.
    pub interval: Duration,
    /// How old a sample may be. It must be longer than the interval.
    pub max_age: Duration,
    /// How many expressions go into one request.
    pub batch: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            has_default: true,
            interval: Duration::from_secs(5 * 60),
            max_age: Duration::from_secs(15 * 60),
            batch: 20,
        }
    }
}

/// A server that has Prometheus' HTTP API.
#[derive(Clone, PartialEq)]
pub struct Server {
    /// What policies call it.
    pub name: Text,
    /// `http` or `https`, with a path where the API is not at the root, and without credentials.
    pub url: String,
    /// PEM certificates of the authorities that sign for it; the system's where it is `None`.
    pub ca: Option<Vec<u8>>,
    /// What it asks for.
    pub credentials: Option<Credentials>,
    /// Further headers, such as `X-Scope-OrgID`.
    pub headers: Vec<(String, String)>,
    /// How long a request may take.
    pub timeout: Duration,
    /// How many requests a second it gets at most; as many at once after a pause.
    pub queries_per_second: f64,
    /// How many requests are under way at most.
    pub concurrency: usize,
    /// Why it cannot be asked, where that is known beforehand: then every question to it is answered with this.
    pub obstacle: Option<String>,
}

impl Server {
    /// A server at an address, with the usual bounds.
    pub fn new(name: impl Into<Text>, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            ca: None,
            credentials: None,
            headers: Vec::new(),
            timeout: Duration::from_secs(10),
            queries_per_second: 10.0,
            concurrency: 4,
            obstacle: None,
        }
    }
}

/// Shows no secret: neither credentials nor the values of headers.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Server")
            .field("name", &self.name)
            .field("ca", &self.ca.is_some())
            .field("credentials", &self.credentials)
            .field("headers", &headers)
            .field("timeout", &self.timeout)
            .field("queries_per_second", &self.queries_per_second)
            .field("concurrency", &self.concurrency)
            .field("obstacle", &self.obstacle)
            .finish_non_exhaustive()
    }
}

/// What a server asks for.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A token.
    Bearer(String),
    /// A user and a password.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
}

/// Shows no secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bearer(_) => "Bearer(…)",
            Self::Basic { .. } => "Basic(…)",
        })
    }
}
