//! How TLS is spoken: versions, ciphers, protocols; whose certificate is the resolver's matter.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::ResolvesServerCert;

pub(super) const HTTP_2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// TLS 1.2 and 1.3 with rustls' own choice of ciphers, no client certificates: who may call the
/// webhook is a NetworkPolicy's business, and an answer gives away nothing that was not asked.
///
/// `certificate` is asked in every handshake, so a renewed one needs no restart, and connections
/// that exist go on with the one they began with.
///
/// # Errors
///
/// When the crypto provider does not support these TLS versions: never with the one built in.
pub fn config(
    certificate: Arc<dyn ResolvesServerCert>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1_1.to_vec()];
    Ok(Arc::new(config))
}
