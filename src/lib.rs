//! Plimsoll: the production-readiness checklist for Kubernetes that fills itself in, enforces itself, and says when a
//! service may go live.
//!
//! This page is the map of the code. Users begin at the README.
//!
//! ```text
//!  watches / files ──► inventory (indexed records) ──► affected reports
//!                                                         │
//!  AdmissionReview ──► a view of the snapshot ────────►  evaluate(policies, view, workload)   ◄── pure
//!                                                         │
//!                        reports · admission decisions · table / JSON · metrics
//! ```
//!
//! A pure core decides, a thin shell does input and output. Lower layers know nothing of higher ones; a test holds it.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`model`] | keys, kinds and records: our trimmed view of each kind, with Kubernetes' defaults filled in |
//! | [`promql`] | metric items: questions to Prometheus, and what the answers come to |
//! | [`inventory`] | the indexed set of records, cheap snapshots of it, and whose verdicts a change can touch |
//! | [`cel`] | expressions over objects: what they read, what they come to, under a budget |
//! | [`evidence`] | other operators' objects, and what they show of a workload |
//! | [`check`] | what a check is made of |
//! | [`checks`] | every check, one file each |
//! | [`remedy`] | what can be done about a finding without knowing the application |
//! | [`api`] | the custom resources as they are stored |
//! | [`checklist`] | checklists and their items |
//! | [`people`] | attestations, exceptions, and what RBAC and the guard say of who made them |
//! | [`guards`] | the admission policies that keep them what they claim to be |
//! | [`engine`] | policies, records and a subject in; verdicts, reports and admission decisions out |
//! | [`launch`] | applications on their way to production: the launch verdict, the gate, the status |
//! | [`manifests`] | files to records |
//! | [`render`] | findings to tables and JSON |
//! | [`live`] | the snapshot that the parts of a running operator share |
//! | [`prometheus`] | asks Prometheus what metric items want to know |
//! | [`telemetry`] | metrics |
//! | [`webhook`] | TLS, certificates, AdmissionReviews in and out |
//! | [`controller`] | watches, report and status writes, leader election |
//! | [`generate`] | definitions, permissions, manifests and the catalogue, derived from the code |
//! | [`operator`] | controller, webhook and health endpoints in one process |
//! | [`cli`] | the commands |
//!
//! What holds, and is absent where one might look for it:
//!
//! - The core (`model` to `engine`) reads no clock, file, socket or environment, and does not await or log.
//! - Admission, controller and command line call the same [`engine::evaluate`], [`engine::judge`] or [`engine::judge_each`] and nothing beneath.
//! - A check decides neither severity nor what follows; it says what is wrong, where, and what would be right.
//! - What cannot be looked up is [`Unknown`](model::Verdict::Unknown), never a pass: a check gets at other objects only through
//!   [`Context::read`](check::Context::read), which fails where they are not all here.
//! - A workload is judged by its template. Pods that a known controller makes are not judged again; of each, only how it does is
//!   kept, and only checks on what runs ([`Run::Running`](check::Run::Running)) look at it.
//! - No Secret is read but the operator's own.

#![forbid(unsafe_code)]

pub mod api;
pub mod cel;
pub mod check;
pub mod checklist;
pub mod checks;
pub mod cli;
pub mod controller;
pub mod engine;
pub mod evidence;
pub mod generate;
pub mod guards;
pub mod inventory;
pub mod launch;
#[cfg(test)]
mod layers;
pub mod live;
pub mod manifests;
pub mod model;
pub mod operator;
pub mod people;
pub mod prometheus;
pub mod promql;
pub mod remedy;
pub mod render;
pub mod telemetry;
pub mod webhook;
