//! Certificates and keys as they stand in the Secret, parsed once.

use std::fmt;
use std::sync::{Arc, LazyLock};

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::stored::Flaw;
use super::validity::Validity;

/// Not the process' default provider: that is whoever's comes first, and may be none.
pub(super) static PROVIDER: LazyLock<CryptoProvider> = LazyLock::new(aws_lc_rs::default_provider);

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// One X.509 certificate.
#[derive(Clone)]
pub struct Certificate {
    pem: String,
    der: CertificateDer<'static>,
    validity: Validity,
}

impl Certificate {
    /// Exactly one certificate in PEM.
    pub(super) fn parse(text: &str) -> Result<Self, Flaw> {
        let mut sections = sections(text);
        match (sections.next(), sections.next()) {
            (Some(only), None) => Self::from_section(only),
            (None, _) => Err(Flaw::NotPem),
            (Some(_), Some(_)) => Err(Flaw::Several),
        }
    }

    /// Those of a bundle that are certificates, and whether all of it was.
    pub(super) fn parse_all(text: &str) -> (Vec<Self>, bool) {
        let parsed: Vec<_> = sections(text).map(Self::from_section).collect();
        let whole = parsed.iter().all(Result::is_ok) && (!parsed.is_empty() || text.is_empty());
        (parsed.into_iter().flatten().collect(), whole)
    }

    fn from_section(section: &str) -> Result<Self, Flaw> {
        let der = CertificateDer::from_pem_slice(section.as_bytes()).map_err(|_| Flaw::NotPem)?;
        let validity = Validity::read(&der).ok_or(Flaw::NotCertificate)?;
        Ok(Self {
            pem: format!("{section}\n"),
            der,
            validity,
        })
    }

    /// As PEM, with a newline at its end.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// As DER.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// From when until when it is valid.
    pub fn validity(&self) -> Validity {
        self.validity
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

/// The text from each BEGIN line to its END line; PEM allows anything between and around them.
fn sections(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(END)
        .filter_map(|part| part.find(BEGIN).and_then(|at| part.get(at..)))
        .filter(|section| section.ends_with(END))
}

/// A private key as PEM. Nothing prints it: `Debug` does not, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(String);

impl PrivateKey {
    pub(super) fn new(pem: String) -> Self {
        Self(pem)
    }

    /// What goes into the Secret.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// The two as rustls uses them.
    ///
    /// # Errors
    ///
    /// When this is no key, or not that certificate's.
    pub(super) fn pair(&self, certificate: &Certificate) -> Result<Arc<CertifiedKey>, Flaw> {
        let key = PrivateKeyDer::from_pem_slice(self.0.as_bytes()).map_err(|_| Flaw::NotPem)?;
        match CertifiedKey::from_der(vec![certificate.der.clone()], key, &PROVIDER) {
            Ok(pair) => Ok(Arc::new(pair)),
            Err(rustls::Error::InconsistentKeys(_)) => Err(Flaw::OtherKey),
            Err(rustls::Error::InvalidCertificate(_)) => Err(Flaw::NotCertificate),
            Err(_) => Err(Flaw::NotKey),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_found_among_other_text() {
        let text = format!("# old\n{BEGIN}\na\n{END}\n\nnoise {BEGIN}\nb\n{END} {BEGIN}\ncut");
        let found: Vec<_> = sections(&text).collect();
        assert_eq!(
            found,
            [format!("{BEGIN}\na\n{END}"), format!("{BEGIN}\nb\n{END}")]
        );
    }

    #[test]
    fn what_is_not_a_certificate_is_said_to_be_none() {
        let nonsense = format!("{BEGIN}\nAAAA\n{END}\n");
        for (text, flaw) in [
            ("", Flaw::NotPem),
            ("hello", Flaw::NotPem),
            (&*format!("{BEGIN}\n???\n{END}\n"), Flaw::NotPem),
            (&*nonsense, Flaw::NotCertificate),
            (&*nonsense.repeat(2), Flaw::Several),
        ] {
            assert_eq!(Certificate::parse(text), Err(flaw), "{text}");
        }
    }
}
