//! What an object must meet by itself before an expression is run for it and a workload.

use crate::cel::{Conditions, Necessary, Path, Program};

/// What follows from an expression for objects in the workload's namespace, and for those elsewhere.
#[derive(Debug)]
pub(super) struct Guard {
    pub(super) near: Necessary,
    pub(super) far: Necessary,
    /// What is left to be asked of a pair.
    pub(super) rest: Program,
}

impl Guard {
    pub(super) fn of(program: &Program) -> Self {
        let namespace = |variable| Path {
            variable,
            fields: &["metadata", "namespace"],
        };
        let Conditions {
            equal,
            unequal,
            rest,
        } = program.necessary(&["object"], [namespace("object"), namespace("workload")]);
        Self {
            near: equal,
            far: unequal,
            rest,
        }
    }
}
