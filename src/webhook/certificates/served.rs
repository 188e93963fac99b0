//! What connections are given, and whether the API server would take it.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::authority::Serving;
use super::validity::Validity;

/// The certificate of new connections; swapped while the server runs.
#[derive(Default)]
pub struct ServedCertificate(ArcSwapOption<CertifiedKey>);

impl ServedCertificate {
    /// None yet: handshakes fail until there is one.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// New connections are given this one; those that exist go on.
    pub fn swap(&self, serving: &Serving) {
        self.0.store(Some(serving.pair()));
    }
}

impl ResolvesServerCert for ServedCertificate {
    fn resolve(&self, _client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.load_full()
    }
}

impl fmt::Debug for ServedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let served = self.0.load().is_some();
        f.debug_struct("ServedCertificate")
            .field("served", &served)
            .finish()
    }
}

/// Whether the API server, going by the webhook configuration, accepts what is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The configuration was not read yet.
    Unknown,
    /// It does, in every webhook of the configuration.
    Trusted,
    /// Some webhook's `caBundle` does not vouch for what is served; mending it is under way.
    Distrusted,
    /// There is no such configuration, so the API server calls nobody.
    NoConfiguration,
    /// We may not read it, so whoever forbade that looks after the `caBundle`.
    Forbidden,
}

/// What is served, for readiness and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServingState {
    /// The dates of the certificate that new connections are given; none: handshakes fail.
    pub certificate: Option<Validity>,
    /// Whether the API server accepts it.
    pub trust: Trust,
}

impl ServingState {
    /// Before anything was read.
    pub const STARTING: Self = Self {
        certificate: None,
        trust: Trust::Unknown,
    };

    /// Whether a request of the API server would get through TLS.
    ///
    /// # Errors
    ///
    /// Why it would not, for the readiness answer.
    pub fn ready(&self) -> Result<(), &'static str> {
        if self.certificate.is_none() {
            return Err("no certificate is served yet");
        }
        match self.trust {
            Trust::Trusted | Trust::NoConfiguration | Trust::Forbidden => Ok(()),
            Trust::Unknown => Err("the webhook configuration was not read yet"),
            Trust::Distrusted => {
                Err("the webhook configuration's caBundle does not match the served certificate")
            }
        }
    }
}
