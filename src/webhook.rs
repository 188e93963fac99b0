//! The admission webhook's shell: sockets, TLS and certificates. It decides nothing.
//!
//! [`server`] accepts connections and guards each request (size, time, panics); [`certificates`]
//! makes, stores, renews and publishes what the API server must trust.

pub mod certificates;
pub mod server;
