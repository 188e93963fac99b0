//! Metric items against a real Prometheus: Debian's package, on loopback.
//!
//! What its time series database holds is made up by the tests, so that windows of a month need no month; one test has
//! it scrape a small exporter.

mod asking;
mod batches;
mod cases;
mod history;
mod items;
mod live;
mod server;
