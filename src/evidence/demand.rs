//! What must be watched for pieces of evidence.

use std::collections::BTreeMap;

use super::piece::About;
use super::{GroupKind, Piece, routes};
use crate::cel::Projection;

/// The kinds that some pieces look at, with the parts of their objects that are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    kinds: BTreeMap<GroupKind, Projection>,
    /// Of the kinds of workloads, what is read of those that another one controls: nobody asks of them as workloads, and they are
    /// most of what there is.
    controlled: BTreeMap<GroupKind, Projection>,
}

impl Demand {
    /// What these pieces ask for. Besides their kinds: the workloads, and Services and routes where an expression reads
    /// them.
    pub fn of<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> Self {
        let mut demand = Self::default();
        for piece in pieces {
            demand.add(piece);
        }
        demand
    }

    /// Each kind with the parts of its objects, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&GroupKind, &Projection)> {
        self.kinds.iter()
    }

    /// The parts of a kind's objects; `None` where it is not asked for.
    pub fn get(&self, kind: &GroupKind) -> Option<&Projection> {
        self.kinds.get(kind)
    }

    /// The parts of those of its objects that a workload controls ([`Document::is_controlled`](super::Document::is_controlled));
    /// `None` where that is of no interest.
    pub fn of_controlled(&self, kind: &GroupKind) -> Option<&Projection> {
        self.controlled.get(kind)
    }

    fn add(&mut self, piece: &Piece) {
        let mut workload = piece.reads("workload");
        match &piece.0.about {
            About::Workload => workload.add(&piece.reads("object")),
            About::Kind(kind) => self.want(kind, &piece.reads("object")),
        }
        let routed = piece.uses("routes");
        if routed || piece.uses("services") {
            workload.add(&Projection::path(&[
                "spec", "template", "metadata", "labels",
            ]));
            let selector = Projection::path(&["spec", "selector"]);
            self.want(
                &GroupKind::service(),
                &piece.reads("services").of_elements().union(&selector),
            );
        }
        if routed {
            let route = piece.reads("routes").of_elements().union(&routes::reads());
            for kind in GroupKind::routes() {
                self.want(&kind, &route);
            }
        }
        for kind in GroupKind::workloads() {
            self.want(&kind, &workload);
            let looked_at = match &piece.0.about {
                About::Kind(about) if *about == kind => piece.reads("object"),
                _ => Projection::presence(),
            };
            let controlled = self.controlled.entry(kind).or_insert_with(identity);
            controlled.add(&looked_at);
        }
    }

    fn want(&mut self, kind: &GroupKind, parts: &Projection) {
        self.kinds
            .entry(kind.clone())
            .or_insert_with(identity)
            .add(parts);
    }
}

/// What is kept of every object.
fn identity() -> Projection {
    [
        ["apiVersion"].as_slice(),
        &["kind"],
        &["metadata", "creationTimestamp"],
        &["metadata", "name"],
        &["metadata", "namespace"],
        &["metadata", "uid"],
    ]
    .into_iter()
    .fold(Projection::presence(), |kept, path| {
        kept.union(&Projection::path(path))
    })
}
