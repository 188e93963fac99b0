//! What the Secret holds, part by part, whatever has been done to it.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;

use super::authority::{Authority, Serving};
use super::material::Material;
use super::pem::{Certificate, PrivateKey};

/// The authority's certificate.
const CA_CRT: &str = "ca.crt";
/// The authority's key.
const CA_KEY: &str = "ca.key";
/// Authorities that were replaced and are still to be trusted, the newest first.
const CA_PREVIOUS_CRT: &str = "ca-previous.crt";
/// The serving certificate.
const TLS_CRT: &str = "tls.crt";
/// The serving certificate's key.
const TLS_KEY: &str = "tls.key";

/// Why a part of the Secret cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// There is no such key in the Secret, or no Secret.
    #[error("it is not there")]
    Absent,
    /// Not text in PEM, or PEM of something else.
    #[error("it is not in PEM")]
    NotPem,
    /// PEM, but not of an X.509 certificate.
    #[error("it is not an X.509 certificate")]
    NotCertificate,
    /// More than one certificate where one is expected.
    #[error("it holds several certificates")]
    Several,
    /// Not a private key that can sign.
    #[error("its key is not a usable private key")]
    NotKey,
    /// Certificate and key do not belong together.
    #[error("its key is another certificate's")]
    OtherKey,
    /// The certificate may not sign others.
    #[error("it may not sign certificates")]
    NotAuthority,
}

/// The Secret's content.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Who signs.
    pub authority: Result<Authority, Flaw>,
    /// Authorities that were replaced; never the current one.
    pub previous: Vec<Certificate>,
    /// What is served.
    pub serving: Result<Serving, Flaw>,
}

impl Stored {
    /// No Secret.
    pub fn absent() -> Self {
        Self {
            authority: Err(Flaw::Absent),
            previous: Vec::new(),
            serving: Err(Flaw::Absent),
        }
    }

    /// Reads a Secret. What cannot be used is said part by part, and never fails the rest.
    pub fn read(secret: &Secret) -> Self {
        let certificate = |key| text(secret, key).and_then(Certificate::parse);
        let key = |key| text(secret, key).map(|text| PrivateKey::new(text.to_owned()));
        let (mut previous, whole) =
            Certificate::parse_all(text(secret, CA_PREVIOUS_CRT).unwrap_or_default());
        if !whole {
            tracing::warn!(
                key = CA_PREVIOUS_CRT,
                "Not all in the Secret's key are certificates"
            );
        }
        let current = certificate(CA_CRT);
        let authority = current
            .clone()
            .and_then(|it| Authority::new(it, key(CA_KEY)?));
        if let Ok(current) = current {
            previous.retain(|certificate| *certificate != current);
            if authority.is_err() {
                // It cannot sign any more, but what it has signed may still be served.
                previous.insert(0, current);
            }
        }
        let serving = certificate(TLS_CRT).and_then(|it| Serving::new(it, key(TLS_KEY)?));
        Self {
            authority,
            previous,
            serving,
        }
    }

    /// Adds authorities that were trusted before the Secret was deleted or broken: other replicas
    /// may serve certificates of theirs for a moment yet. One that is whole is taken at its word,
    /// so that taking an authority out of it by hand works.
    pub fn remember(&mut self, trusted: &[Certificate]) {
        if self.authority.is_ok() {
            return;
        }
        for certificate in trusted {
            if !self.previous.contains(certificate) {
                self.previous.push(certificate.clone());
            }
        }
    }

    /// All that should be trusted, the authority that signs first.
    pub fn trusted(&self) -> impl Iterator<Item = &Certificate> {
        self.authority
            .iter()
            .map(Authority::certificate)
            .chain(&self.previous)
    }
}

/// The Secret's data for `material`; other keys stay as `existing` has them.
pub(super) fn data(
    material: &Material,
    existing: Option<BTreeMap<String, ByteString>>,
) -> BTreeMap<String, ByteString> {
    let mut data = existing.unwrap_or_default();
    let previous: String = material.previous().iter().map(Certificate::pem).collect();
    let mut set = |key: &str, value: &str| {
        data.insert(key.to_owned(), ByteString(value.as_bytes().to_vec()));
    };
    set(CA_CRT, material.authority().certificate().pem());
    set(CA_KEY, material.authority().key().expose());
    set(CA_PREVIOUS_CRT, &previous);
    set(TLS_CRT, material.serving().certificate().pem());
    set(TLS_KEY, material.serving().key().expose());
    data
}

fn text<'a>(secret: &'a Secret, key: &str) -> Result<&'a str, Flaw> {
    let value = secret
        .data
        .as_ref()
        .and_then(|data| data.get(key))
        .ok_or(Flaw::Absent)?;
    match str::from_utf8(&value.0) {
        Ok("") => Err(Flaw::Absent),
        Ok(text) => Ok(text),
        Err(_) => Err(Flaw::NotPem),
    }
}
