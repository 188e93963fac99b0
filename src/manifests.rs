//! Manifests as people write them: files, directories, stdin.

pub mod yaml;
