//! Plimsoll.
#![forbid(unsafe_code)]

pub mod api;
pub mod check;
pub mod checklist;
pub mod checks;
pub mod engine;
pub mod inventory;
pub mod model;
pub mod webhook;
