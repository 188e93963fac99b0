//! Kubernetes YAML, read as kubectl reads it, with the place of everything.
//!
//! [`documents()`] takes a file apart, [`Source::parse`] makes a [`Document`] of each part, and any type that implements
//! `Deserialize` can be read from it or from one of its [`Node`]s. What is not asked for is passed over at no cost.
//!
//! ```
//! use plimsoll::manifests::yaml::documents;
//!
//! let file = "kind: Service\n---\nkind: Deployment\nspec: {replicas: 0x10}\n";
//! let (number, source) = documents(file).nth(1).expect("two documents");
//! let document = source.parse()?;
//! let value: serde_json::Value = document.deserialize()?;
//! assert_eq!((number, &value["spec"]["replicas"]), (2, &16.into()));
//! assert_eq!(document.position("/spec/replicas"), Some((4, 8)));
//! # Ok::<(), plimsoll::manifests::yaml::Problem>(())
//! ```
//!
//! Where YAML leaves room, kubectl 1.36 decides: YAML 1.1 booleans and octals, keys that become text, the last of two
//! equal keys, merges where they stand, null as the zero value, `{a:}` for the key `a:`. Directives, and tabs before comments, are
//! refused as kubectl refuses them. Where else it is only stricter (content on the `---` line, `\/` in quotes) the document is read. Not the same is what the two YAML versions scan differently:
//! U+0085, U+2028 and U+2029 are line breaks to kubectl, and a lone `-` in brackets is text.
//!
//! Most documents never meet the whole parser, granit: `subset` reads them several times faster.

mod builder;
mod de;
mod documents;
mod entries;
mod hint;
mod look;
mod node;
mod problem;
mod read;
mod scalar;
mod strict;
mod subset;
mod tag;
#[cfg(test)]
mod tests;
mod tree;
#[cfg(any(test, fuzzing))]
mod twice;

use serde::Deserialize;

pub use self::documents::{Source, documents};
pub use self::look::Look;
pub(super) use self::node::Name;
pub use self::node::Node;
pub use self::problem::{Account, Problem};
use self::tree::Tree;
#[cfg(any(test, fuzzing))]
pub use self::twice::agrees;

/// A document that was read: its nodes, and where each is written.
pub struct Document<'a> {
    tree: Tree<'a>,
}

impl<'a> Source<'a> {
    /// Reads the document.
    ///
    /// # Errors
    /// Where it is not YAML, or is refused by kubectl whatever its kind: keys that are no text, numbers that JSON has
    /// not, aliases that never end.
    pub fn parse(&self) -> Result<Document<'a>, Problem> {
        read::read(self).map(|tree| Document { tree })
    }
}

impl<'a> Document<'a> {
    /// Whether it holds nothing, or only null: kubectl passes over such documents.
    pub fn is_empty(&self) -> bool {
        self.root().is_none_or(Node::is_null)
    }

    /// The outermost node, if there is one.
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.tree.slots.is_empty()).then(|| Node::new(&self.tree, 0))
    }

    /// Reads the document as a `T`.
    ///
    /// # Errors
    /// Where something in it is not what `T` takes. The problem names the field and its place.
    pub fn deserialize<'d, T: Deserialize<'d>>(&'d self) -> Result<T, Problem> {
        self.root()
            .ok_or_else(|| Problem::new("the document is empty"))?
            .deserialize()
    }

    /// The line and column (both from 1) of what a JSON pointer refers to: the key in a mapping, the item in a list.
    /// Where it refers to nothing, the innermost surrounding node that exists; none in an empty document.
    pub fn position(&self, json_pointer: &str) -> Option<(u32, u32)> {
        Some(self.root()?.position(json_pointer))
    }
}
