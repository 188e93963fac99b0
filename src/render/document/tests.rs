//! The filled-in checklist.
