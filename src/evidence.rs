//! Evidence: objects in the cluster that show an item of a checklist to be met.
//!
//! A [`Piece`] says of which kind, and in CEL how such an object is tied to a workload and what must hold of it. The
//! [`catalogue()`] names some four hundred; checklists may have their own. [`Demand`] tells from the pieces in use which kinds
//! must be watched and which parts of their objects kept; [`Documents`] keeps them; a [`Subject`] is a workload as the
//! pieces see it; and [`Piece::judge`] says what was [`Found`].
//!
//! Expressions are not run for every pair of object and workload. What must hold of an object alone, near the workload and
//! far from it, is taken from the expression ([`Program::necessary`](crate::cel::Program::necessary)), evaluated once for each
//! object, and remembered with it. What nothing far away can meet is looked for in the workload's namespace only.

mod catalogue;
mod concern;
mod demand;
mod document;
mod documents;
mod found;
mod guard;
mod judge;
mod kind;
mod piece;
mod routes;
mod subject;
#[cfg(test)]
mod tests;

pub use self::catalogue::{Catalogue, catalogue};
pub use self::demand::Demand;
pub use self::document::Document;
pub use self::documents::{Change, Documents, Source};
pub use self::found::{Found, Gap, Nothing, ObjectRef};
pub use self::judge::Effort;
pub use self::kind::GroupKind;
pub use self::piece::{Piece, PieceError, PieceSpec, Proof};
pub use self::subject::Subject;
