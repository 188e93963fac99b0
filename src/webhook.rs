//! The admission webhook: sockets, TLS, certificates, and AdmissionReviews in and out.
//!
//! It decides nothing: [`server`] accepts connections and guards each request (size, time, panics);
//! [`certificates`] makes, stores, renews and publishes what the API server must trust; [`handler`]
//! reads reviews into records, asks the [`engine`](crate::engine), and answers.

pub mod certificates;
mod conditions;
mod gate;
pub mod handler;
mod message;
mod own;
mod owner;
pub mod review;
pub mod server;
