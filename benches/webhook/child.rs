//! The child's side: a webhook on a port of its own, for as long as its standard input is open.

use std::{
    io::{self, Read},
    sync::Arc,
    thread,
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use plimsoll::webhook::server::{self, Limits, Transport, tls};
use rustls::{
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::{CertifiedKey, SingleCertAndKey},
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::{null, subject};

/// What a child process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Webhook {
    /// Decodes the review, says yes.
    Null,
    /// The product.
    Plimsoll,
}

/// What a child is told in the first line of its standard input.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Order {
    /// PEM.
    pub(crate) certificate: String,
    /// PEM.
    pub(crate) key: String,
    /// How many the product is to have cached.
    pub(crate) workloads: usize,
}

/// Reads the order, prints the address it will answer on, and serves.
pub(crate) fn serve(webhook: Webhook) -> Result<()> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let order: Order = serde_json::from_str(&line).context("reading the order")?;
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let transport = Transport::Tls(tls::config(order.certificate()?)?);
        let router = match webhook {
            Webhook::Null => null::router(),
            Webhook::Plimsoll => subject::plimsoll(order.workloads)?,
        };
        // Only now: whoever reads the address may ask.
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?);
        let never = std::future::pending();
        server::serve(listener, transport, router, Limits::default(), never).await;
        bail!("the webhook stopped serving")
    })
}

impl Order {
    fn certificate(&self) -> Result<Arc<SingleCertAndKey>> {
        let chain = CertificateDer::pem_slice_iter(self.certificate.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .context("reading the certificate")?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).context("reading the key")?;
        let pair = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())?;
        Ok(Arc::new(SingleCertAndKey::from(pair)))
    }
}
