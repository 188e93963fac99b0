//! The objects of a List, each as a text of its own: a change to one of them need not look at the others.

use std::ops::Range;

use super::layout::{Layout, Shape};
use crate::manifests::yaml::{Node, Source};

/// An object of a List that stands by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The bytes of the document that it is written in, without its dash. The comments below it are its own.
    pub bytes: Range<usize>,
    /// The column that it begins in, from 0: by so many spaces its first line is indented where it stands alone.
    pub column: usize,
    /// The line and the column that its record has.
    pub position: (u32, u32),
    /// The way to it in the document, as a JSON pointer.
    pub way: String,
}

/// The objects of a document that is a List; `None` where it is none, and where an object of it cannot stand alone: it shares an
/// anchor with another one, or the List says its type.
pub fn pieces(source: Source<'_>) -> Option<Vec<Piece>> {
    let document = source.parse().ok()?;
    let root = document.root().filter(|root| is_list(*root))?;
    let layout = Layout::of(source.text).ok()?;
    let mut pieces = Vec::new();
    collect(&layout, (root, layout.root()?), "", &mut pieces)?;
    are_apart(&layout, &pieces).then_some(pieces)
}

fn is_list(node: Node<'_>) -> bool {
    let kind = node.get("kind").and_then(Node::as_str);
    kind.is_some_and(|kind| kind.ends_with("List")) && node.get("items").is_some()
}

fn collect(
    layout: &Layout<'_>,
    (list, at): (Node<'_>, usize),
    way: &str,
    pieces: &mut Vec<Piece>,
) -> Option<()> {
    let (_, written) = layout.entry(at, "items")?;
    let Shape::List { flow, items } = &layout.node(written).shape else {
        return None;
    };
    let nodes: Vec<Node<'_>> = list.get("items")?.items().collect();
    if nodes.len() != items.len() {
        return None;
    }
    for (number, (node, item)) in nodes.into_iter().zip(items).enumerate() {
        let way = format!("{way}/items/{number}");
        let place = layout.node(*item);
        let Shape::Mapping { flow: braces, .. } = &place.shape else {
            return None;
        };
        if is_list(node) {
            collect(layout, (node, *item), &way, pieces)?;
            continue;
        }
        node.get("apiVersion")?.as_str()?;
        node.get("kind")?.as_str()?;
        let end = match *flow || *braces {
            true => place.bytes.end,
            false => layout.end_with_comments(*item, place.column),
        };
        pieces.push(Piece {
            bytes: place.bytes.start..end,
            column: place.column,
            position: node.position(""),
            way,
        });
    }
    Some(())
}

/// Whether nothing that is written in one of them is meant in another one.
fn are_apart(layout: &Layout<'_>, pieces: &[Piece]) -> bool {
    let around = |node: usize| {
        let start = layout.node(node).bytes.start;
        let after = pieces.partition_point(|piece| piece.bytes.start <= start);
        let before = after.checked_sub(1);
        before.filter(|at| pieces[*at].bytes.contains(&start))
    };
    let mut nodes = layout.nodes().iter().enumerate();
    nodes.all(|(at, node)| match node.shape {
        Shape::Alias(target) => around(at) == around(target),
        _ => true,
    })
}
