//! What people state: who may, until when.
