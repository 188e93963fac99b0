//! Issuing: an authority, and serving certificates that it signs. ECDSA P-256 throughout, which
//! every API server verifies and which costs the least in a handshake.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::UnixTime;
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, RootCertStore};

use super::names::ServerNames;
use super::pem::{Certificate, PROVIDER, PrivateKey};
use super::stored::Flaw;
use super::validity::Validity;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How long an authority lives.
pub(super) const AUTHORITY_LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);
/// How long a serving certificate lives, unless its authority ends before.
pub(super) const SERVING_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How far an API server's clock may be behind ours.
pub(super) const SKEW: SignedDuration = SignedDuration::from_hours(1);

// No serving certificate outlives the authority that signed it while renewals go as planned.
const _: () = assert!(AUTHORITY_LIFE.as_secs() / 3 > SERVING_LIFE.as_secs() + DAY.as_secs());

/// A certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// Key generation, encoding or signing failed.
    #[error("could not make a certificate: {0}")]
    Crypto(#[from] rcgen::Error),
    /// What was just made does not read back.
    #[error("a certificate that was just made is unusable: {0}")]
    Unusable(#[from] Flaw),
    /// The clock is so far off that dates cannot be written.
    #[error("the time {0} is outside of what a certificate can say: set the clock")]
    Clock(Timestamp),
}

/// A certificate authority with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    certificate: Certificate,
    key: PrivateKey,
}

impl Authority {
    /// A new one with a key of its own.
    ///
    /// # Errors
    ///
    /// When the system has no randomness, or `now` is no usable date.
    pub fn generate(now: Timestamp) -> Result<Self, IssueError> {
        let validity =
            Validity::starting(now, AUTHORITY_LIFE, SKEW, None).ok_or(IssueError::Clock(now))?;
        let key = KeyPair::generate()?;
        // The time in the name tells two of them apart, for people and for verifiers.
        let mut params = params(
            &format!("plimsoll-webhook-ca@{}", now.as_second()),
            validity,
        );
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?;
        Ok(Self::new(
            Certificate::parse(&certificate.pem())?,
            PrivateKey::new(key.serialize_pem()),
        )?)
    }

    /// From what a Secret holds.
    ///
    /// # Errors
    ///
    /// When the key is not the certificate's, or the certificate is not one that may sign.
    pub(super) fn new(certificate: Certificate, key: PrivateKey) -> Result<Self, Flaw> {
        key.pair(&certificate)?;
        let authority = Self { certificate, key };
        let issuer = authority.issuer().map_err(|_| Flaw::NotAuthority)?;
        if !issuer.key_usages().contains(&KeyUsagePurpose::KeyCertSign) {
            return Err(Flaw::NotAuthority);
        }
        Ok(authority)
    }

    /// A serving certificate for `names`, with a key of its own.
    ///
    /// # Errors
    ///
    /// As [`Authority::generate`].
    pub fn issue(&self, names: &ServerNames, now: Timestamp) -> Result<Serving, IssueError> {
        let issuer = self.certificate.validity();
        let validity = Validity::starting(now, SERVING_LIFE, SKEW, Some(issuer))
            .ok_or(IssueError::Clock(now))?;
        // Names are in the SANs: a common name of over 64 characters would not be valid.
        let mut params = params("plimsoll-webhook", validity);
        params.subject_alt_names = CertificateParams::new(names.to_vec())?.subject_alt_names;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer()?)?;
        let certificate = Certificate::parse(&certificate.pem())?;
        Ok(Serving::new(
            certificate,
            PrivateKey::new(key.serialize_pem()),
        )?)
    }

    /// What is published for verifiers.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub(super) fn key(&self) -> &PrivateKey {
        &self.key
    }

    fn issuer(&self) -> Result<Issuer<'static, KeyPair>, rcgen::Error> {
        let key = KeyPair::from_pem(self.key.expose())?;
        Issuer::from_ca_cert_der(self.certificate.der(), key)
    }
}

/// A serving certificate with its key, ready for use.
#[derive(Clone)]
pub struct Serving {
    certificate: Certificate,
    key: PrivateKey,
    pair: Arc<CertifiedKey>,
}

impl Serving {
    /// From what a Secret holds.
    ///
    /// # Errors
    ///
    /// When the key is not the certificate's.
    pub(super) fn new(certificate: Certificate, key: PrivateKey) -> Result<Self, Flaw> {
        let pair = key.pair(&certificate)?;
        Ok(Self {
            certificate,
            key,
            pair,
        })
    }

    /// Whether a client that trusts `authorities` accepts it under each of `names` at `now`: the
    /// very question that the API server will ask.
    ///
    /// # Errors
    ///
    /// Why it would not.
    pub fn verify<'a>(
        &self,
        authorities: impl IntoIterator<Item = &'a Certificate>,
        names: &ServerNames,
        now: Timestamp,
    ) -> Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            // Go's verifier, unlike rustls', asks that the authority's own dates hold as well.
            if authority.validity().contains(now) {
                roots.add(authority.der().clone())?;
            }
        }
        let certificate = ParsedCertificate::try_from(self.certificate.der())?;
        for name in names.iter() {
            verify_server_name(&certificate, &name)?;
        }
        let seconds = u64::try_from(now.as_second())
            .map_err(|_| rustls::Error::from(CertificateError::NotValidYet))?;
        verify_server_cert_signed_by_trust_anchor(
            &certificate,
            &roots,
            &[],
            UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
            PROVIDER.signature_verification_algorithms.all,
        )
    }

    /// What clients are shown.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub(super) fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// As rustls uses it.
    pub(super) fn pair(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.pair)
    }
}

impl PartialEq for Serving {
    fn eq(&self, other: &Self) -> bool {
        self.certificate == other.certificate && self.key == other.key
    }
}

impl Eq for Serving {}

impl fmt::Debug for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serving")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

fn params(common_name: &str, validity: Validity) -> CertificateParams {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "plimsoll.dev");
    name.push(DnType::CommonName, common_name);
    let mut params = CertificateParams::default();
    params.distinguished_name = name;
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + since_epoch(validity.not_before);
    params.not_after = epoch + since_epoch(validity.not_after);
    params
}

/// A clock before 1970 makes a certificate that begins there: it is replaced once time is right.
fn since_epoch(time: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(time.as_second()).unwrap_or(0))
}
