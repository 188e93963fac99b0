//! `make bench-memory`: what a workload costs in memory, as a record and as the document that evidence looks at.
//!
//! Each is decoded from its own text, as a watch does, so that nothing is shared but what the decoder shares. The figure is what
//! the process holds more afterwards, divided: what the allocator rounds up, and what the index needs, is in it.

#[path = "measure/figures.rs"]
mod figures;
#[allow(dead_code, reason = "no file is written here")]
#[path = "measure/files.rs"]
mod files;
#[allow(dead_code, reason = "processor time is of no interest here")]
#[path = "measure/process.rs"]
mod process;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;

use plimsoll::checklist::{Checklists, Way};
use plimsoll::evidence::{Demand, Document, Documents, GroupKind, Piece};
use plimsoll::inventory::{Inventory, Record};
use plimsoll::model::{self, Kind};

/// How many workloads.
const WORKLOADS: u32 = 20_000;

/// Bytes for each workload.
#[derive(Serialize)]
struct Figures {
    workloads: u32,
    bytes_a_record: u64,
    bytes_a_document: u64,
}

fn main() -> Result<()> {
    let (bytes_a_record, inventory) = measured(inventory)?;
    let (bytes_a_document, documents) = measured(documents)?;
    ensure!(
        inventory.len() == documents.len(),
        "{} records, {} documents",
        inventory.len(),
        documents.len()
    );
    println!("{bytes_a_record} bytes a record, {bytes_a_document} bytes a document");
    let figures = Figures {
        workloads: WORKLOADS,
        bytes_a_record,
        bytes_a_document,
    };
    figures::write("memory.json", &figures)
}

/// What the process holds more for each workload once this is made.
fn measured<T>(make: impl FnOnce() -> Result<T>) -> Result<(u64, T)> {
    let resident = || process::memory(std::process::id()).map(|(now, _)| now);
    let before = resident()?;
    let made = make()?;
    let kib = resident()?.saturating_sub(before);
    Ok((kib * 1024 / u64::from(WORKLOADS), made))
}

/// Each workload in turn, as the API server would send it.
fn texts() -> impl Iterator<Item = Result<String>> {
    (0..WORKLOADS as usize).map(|number| {
        let object: Value = serde_saphyr::from_str(&files::manifest(number))?;
        Ok(object.to_string())
    })
}

fn inventory() -> Result<Inventory> {
    let mut inventory = Inventory::of_cluster();
    for text in texts() {
        let text = text?;
        let mut from = serde_json::Deserializer::from_str(&text);
        inventory.apply(Record::of_cluster(model::decode(
            Kind::Deployment,
            &mut from,
        )?));
    }
    Ok(inventory)
}

/// What both long checklists ask for.
fn documents() -> Result<Documents> {
    let lists = ["ai-agent", "production-deployment"];
    let lists = lists
        .iter()
        .filter_map(|name| Checklists::built_in().find(name));
    let pieces = lists
        .flat_map(|list| &list.items)
        .flat_map(|item| match &item.way {
            Way::Evidence(pieces) => pieces.as_slice(),
            _ => &[],
        });
    let demand = Demand::of(pieces.collect::<Vec<&Piece>>());
    let kind = GroupKind::new("apps", "Deployment");
    let parts = demand.get(&kind).context("workloads are asked for")?;
    let mut documents = Documents::of_cluster();
    documents.keep(&kind, parts);
    for text in texts() {
        let object: Value = serde_json::from_str(&text?)?;
        let document = Document::decode(&kind, &object, parts).context("it has a name")?;
        documents.apply(document);
    }
    Ok(documents)
}
