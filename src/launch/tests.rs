//! The launch verdict.
