//! Plimsoll.
#![forbid(unsafe_code)]

pub mod api;
pub mod check;
pub mod checklist;
pub mod checks;
pub mod cli;
pub mod controller;
pub mod engine;
pub mod generate;
pub mod inventory;
pub mod live;
pub mod manifests;
pub mod model;
pub mod operator;
pub mod render;
pub mod telemetry;
pub mod webhook;
