//! The catalogue as it is written.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::*;
use crate::evidence::catalogue;

/// Every entry of every file, with the file's name.
fn written() -> Vec<(String, Json)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/evidence/catalogue");
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder)
        .expect("the catalogue's folder")
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(entry.path()).expect("a file");
        let list: Vec<Json> =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        found.extend(list.into_iter().map(|piece| (name.clone(), piece)));
    }
    found
}

#[test]
fn every_piece_that_is_written_is_there_once() {
    let names: Vec<String> = written()
        .iter()
        .map(|(_, piece)| piece["name"].as_str().expect("a name").to_owned())
        .collect();
    let unique: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(unique.len(), names.len(), "a name occurs twice");
    assert_eq!(
        catalogue()
            .specs()
            .map(|(name, _)| name)
            .collect::<BTreeSet<_>>(),
        unique
    );
    assert!(
        names.len() >= 413,
        "there were 413, there are {}",
        names.len()
    );
}

#[test]
fn every_piece_compiles() {
    for (name, spec) in catalogue().specs() {
        assert_eq!(Piece::new(name, spec).err(), None);
        assert_eq!(
            catalogue().find(name).map(|piece| &**piece.name()),
            Some(name)
        );
    }
}

#[test]
fn every_piece_says_what_it_is_worth() {
    let silent: Vec<String> = written()
        .iter()
        .filter(|(_, piece)| !matches!(piece["proof"].as_str(), Some("proves" | "indicates")))
        .map(|(file, piece)| format!("{file}: {}", piece["name"]))
        .collect();
    assert!(
        silent.is_empty(),
        "{} say neither proves nor indicates: {silent:#?}",
        silent.len()
    );
}

#[test]
fn every_piece_lies_in_its_groups_file_and_says_nothing_unknown() {
    let fields = [
        "name",
        "apiVersion",
        "kind",
        "where",
        "cel",
        "select",
        "proof",
    ];
    for (file, piece) in written() {
        let name = &piece["name"];
        let expected = match piece["apiVersion"].as_str().unwrap_or_default() {
            "self" => "workload".to_owned(),
            "v1" => "core".to_owned(),
            version => version.split('/').next().unwrap_or_default().to_owned(),
        };
        assert_eq!(file, format!("{expected}.yaml"), "{name}");
        let unknown: Vec<_> = piece
            .as_object()
            .expect("a map")
            .keys()
            .filter(|key| !fields.contains(&key.as_str()))
            .collect();
        assert!(unknown.is_empty(), "{name} has {unknown:?}");
        assert!(
            !piece["where"].as_str().unwrap_or_default().is_empty(),
            "{name} does not say what must hold"
        );
    }
}

#[test]
fn no_piece_reads_secrets() {
    assert!(
        catalogue()
            .iter()
            .all(|piece| piece.kind() != Some(&GroupKind::new("", "Secret")))
    );
    let spec = PieceSpec {
        api_version: "v1".into(),
        kind: "Secret".into(),
        cel: "true".into(),
        ..PieceSpec::default()
    };
    let error = Piece::new("mine", &spec).expect_err("it is refused");
    assert_eq!(
        error.to_string(),
        "kind of evidence mine: Secrets are not read"
    );
}
