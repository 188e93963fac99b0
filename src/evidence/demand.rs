//! What must be watched for pieces of evidence.

use std::collections::BTreeMap;

use super::piece::About;
use super::{GroupKind, Piece, routes};
use crate::cel::Projection;

/// The kinds that some pieces look at, with the parts of their objects that are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    kinds: BTreeMap<GroupKind, Projection>,
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
