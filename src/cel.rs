//! CEL: expressions that users and the catalogue of evidence write over Kubernetes objects.
//!
//! A [`Program`] is compiled once and evaluated often. It knows what it [reads](Program::reads), so that only those parts
//! of an object are kept ([`Projection`]), and what it needs to [hold](Program::necessary), so that it is not run for
//! pairs that cannot match.
//!
//! Grammar, macros and Kubernetes' extension functions are those of the crates `cel` and `kube-cel`. Evaluating is done
//! here, on a syntax tree of our own, because what is needed of it the crate has not: a budget that no expression can
//! outrun; objects read where they lie, where the crate copies what it selects from; the errors of `exists` and `all` taken
//! back by an element that decides, as the language says, where the crate gives up at the first; a select from what is
//! no map an error, where the crate says `false`; and no panic.
//!
//! ```
//! use plimsoll::cel::{Budget, Input, Outcome, Program, Tree};
//!
//! let program = Program::compile("object.spec.replicas > 1 && has(object.spec.paused)", &["object"])?;
//! let object = serde_json::json!({"kind": "Deployment", "spec": {"replicas": 2, "paused": false, "template": {}}});
//! let kept = program.reads("object").apply(&object);
//! assert_eq!(kept, Tree::of(&serde_json::json!({"spec": {"replicas": 2, "paused": false}})));
//! assert_eq!(program.evaluate(&[Input::Object(&kept)], &mut Budget::default()), Outcome::True);
//! # Ok::<(), plimsoll::cel::CompileError>(())
//! ```

mod budget;
mod error;
mod eval;
mod expr;
mod foreign;
mod functions;
mod limits;
mod lower;
mod necessary;
mod operators;
mod program;
mod projection;
mod reads;
mod regexes;
#[cfg(test)]
mod tests;
mod tokens;
mod tree;
mod value;

pub use self::budget::Budget;
pub use self::error::CompileError;
pub use self::necessary::{Conditions, Necessary, Path};
pub use self::program::{Input, Outcome, Program};
pub use self::projection::Projection;
pub use self::tree::{Fields, Tree};
