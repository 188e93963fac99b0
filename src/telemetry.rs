//! Logs and metrics.

pub mod launches;
pub mod metrics;
