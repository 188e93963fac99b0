//! Real manifests that nobody here wrote, where they are at hand: `../shared/corpus`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::run::{Run, plimsoll};

/// The directory of the corpus; where there is none, a line says so.
fn corpus() -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if path.is_dir() {
        return path.to_str().map(str::to_owned);
    }
    eprintln!("no corpus at {}: nothing was tried on it", path.display());
    None
}

fn count(run: &Run, key: &str) -> u64 {
    run.json()["summary"][key]
        .as_u64()
        .expect("a count is a number")
}

#[test]
fn every_document_is_judged_or_listed() {
    let Some(corpus) = corpus() else { return };
    let run = plimsoll(&["check", "-o", "json", "--all", &corpus]);
    assert!(
        matches!(run.code, Some(0 | 1)),
        "{:?}: {}",
        run.code,
        run.stderr
    );
    let json = run.json();
    let skipped = json["skipped"].as_array().expect("skipped is a list");
    assert_eq!(count(&run, "skipped"), skipped.len() as u64);
    let refused = json["refused"].as_array().expect("refused is a list");
    assert_eq!(count(&run, "refused"), refused.len() as u64);
    assert_eq!(
        count(&run, "documents"),
        count(&run, "objects") + count(&run, "skipped")
    );
    let reasons = skipped
        .iter()
        .chain(refused)
        .map(|line| line["reason"].as_str());
    assert!(
        reasons
            .into_iter()
            .all(|reason| reason.is_some_and(|reason| !reason.is_empty()))
    );

    let failed = count(&run, "critical") + count(&run, "high") + count(&run, "advice");
    assert_eq!(count(&run, "fail"), failed);
    let results = json["results"].as_array().expect("results are a list");
    let judged: BTreeSet<_> = results.iter().map(|row| row["file"].as_str()).collect();
    assert!(
        judged.len() > 300,
        "only {} files were judged",
        judged.len()
    );
}

#[test]
fn what_kubernetes_refuses_is_named() {
    let Some(corpus) = corpus() else { return };
    let run = plimsoll(&["check", "-o", "json", &format!("{corpus}/_invalid")]);
    let json = run.json();
    // What is plainly meant is judged beside.
    let listed = ["skipped", "refused"]
        .into_iter()
        .flat_map(|key| json[key].as_array());
    let listed: BTreeSet<_> = listed.flatten().map(|line| line["file"].as_str()).collect();
    assert_eq!(listed.len() as u64, count(&run, "files"), "each is listed");
}
