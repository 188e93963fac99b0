//! Who the webhooks are to the load generator.

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::RootCertStore;

/// A serving certificate of the kind the product makes for itself, ECDSA on P-256, and the CA that signed it. Both webhooks have
/// the same.
pub(crate) struct Identity {
    /// PEM.
    pub(crate) certificate: String,
    /// PEM.
    pub(crate) key: String,
    pub(crate) roots: RootCertStore,
}

impl Identity {
    /// A new one, for 127.0.0.1.
    pub(crate) fn new() -> Result<Self> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let serving = CertificateParams::new(vec!["127.0.0.1".to_owned()])?;
        let serving = serving.signed_by(&key, &authority)?;
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone())?;
        Ok(Self {
            certificate: serving.pem(),
            key: key.serialize_pem(),
            roots,
        })
    }
}
