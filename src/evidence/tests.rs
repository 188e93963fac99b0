//! Tests of the evidence: the catalogue as it is written, every piece on fixtures, what looking costs, and the documents.

mod agreement;
mod catalogue;
mod cost;
mod documents;
mod fixtures;
mod judging;
mod subjects;
mod verdicts;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{
    Demand, Document, Documents, Effort, Found, GroupKind, Piece, PieceSpec, Source, Subject,
};
use crate::cel::Projection;

/// A cluster that has these objects, of which is kept what some pieces ask for.
fn cluster(pieces: &[&Piece], objects: &[Json]) -> Documents {
    let demand = Demand::of(pieces.iter().copied());
    let mut documents = Documents::of_cluster();
    for (kind, parts) in demand.iter() {
        documents.keep(kind, parts);
        documents.set_source(kind, Source::Synced);
    }
    put(&mut documents, objects);
    documents
}

/// The same with nothing left out of the objects.
fn whole_cluster(pieces: &[&Piece], objects: &[Json]) -> Documents {
    let mut documents = cluster(pieces, &[]);
    let kinds: Vec<GroupKind> = documents.kinds().cloned().collect();
    for kind in kinds {
        documents.keep(&kind, &Projection::whole());
        documents.set_source(&kind, Source::Synced);
    }
    put(&mut documents, objects);
    documents
}

/// Puts in objects, those of kinds that nothing asks for aside.
fn put(documents: &mut Documents, objects: &[Json]) {
    for object in objects {
        let kind = kind_of(object);
        if let Some(kept) = documents.kept(&kind).cloned() {
            let document = Document::decode(&kind, object, &kept).expect("it has a name");
            documents.apply(document);
        }
    }
}

fn kind_of(object: &Json) -> GroupKind {
    let text = |field: &str| object[field].as_str().unwrap_or_default();
    GroupKind::of(text("apiVersion"), text("kind"))
}

fn subject(documents: &Documents, workload: &Json) -> Subject {
    let text = |field: &str| workload["metadata"][field].as_str().unwrap_or_default();
    Subject::of(
        documents,
        &kind_of(workload),
        text("namespace"),
        text("name"),
    )
    .expect("the workload is there")
}

fn piece(kind: (&str, &str), cel: &str, select: Option<&str>) -> Piece {
    let spec = PieceSpec {
        api_version: kind.0.to_owned(),
        kind: kind.1.to_owned(),
        cel: cel.to_owned(),
        select: select.map(str::to_owned),
        ..PieceSpec::default()
    };
    Piece::new("test", &spec).unwrap_or_else(|error| panic!("{error}"))
}

fn now() -> Timestamp {
    "2026-11-01T12:00:00Z".parse().expect("a time")
}

/// What a piece comes to, with what it cost.
fn judge(piece: &Piece, documents: &Documents, workload: &Json) -> (Found, Effort) {
    let mut effort = Effort::default();
    let found = piece.judge(&subject(documents, workload), documents, now(), &mut effort);
    (found, effort)
}

fn web() -> Json {
    serde_json::json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web"}]}}},
    })
}
