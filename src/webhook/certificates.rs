//! Certificates that look after themselves: no cert-manager, no CronJob, no restart.
//!
//! ```text
//!            Secret ──► Stored ──► plan(now) ──► Material ──► Secret
//!                                                   │
//!              ServedCertificate ◄── serving ◄──────┴──────► caBundle ──► webhook configuration
//! ```
//!
//! - [`plan`](plan::plan) decides, from the Secret's content and the time alone, what is to be
//!   issued and which old authorities are still to be trusted; [`Material`] is the result.
//! - [`CertificateKeeper`] is the shell around it: it watches the Secret and the configuration,
//!   writes both, and swaps the certificate that connections are given.
//!
//! How long things live, and why:
//!
//! | | lives | renewed | so that |
//! | --- | --- | --- | --- |
//! | serving certificate | 90 days | after 60 | renewal may fail for 30 days before it hurts |
//! | authority (CA) | 1 year | after 8 months | renewal is exercised, not a surprise in ten years |
//! | an authority that was replaced, in the bundle | 90 days more | | no certificate of it can be valid and not be trusted |
//!
//! A new authority signs nothing for its first hour: by then every API server has the bundle that
//! holds it. The key of one that was replaced is not kept.
//!
//! Every replica runs a keeper; none is a leader. The Secret's `resourceVersion` makes one of two
//! writers lose, and the loser takes what the winner wrote.

mod authority;
mod keeper;
mod material;
mod names;
mod pace;
mod pem;
pub mod plan;
mod registration;
mod served;
mod stored;
#[cfg(test)]
mod tests;
mod validity;

pub use self::authority::{Authority, IssueError, Serving};
pub use self::keeper::{CertificateKeeper, Settings};
pub use self::material::Material;
pub use self::names::{InvalidName, ServerNames};
pub use self::pem::{Certificate, PrivateKey};
pub use self::served::{ServedCertificate, ServingState, Trust};
pub use self::stored::{Flaw, Stored};
pub use self::validity::Validity;
