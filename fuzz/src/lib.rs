//! What the targets share: manifests to begin with, and ways to spoil them.

pub mod mutate;
pub mod seeds;
pub mod tape;
