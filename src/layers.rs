//! The layers of the crate page, held by reading the source.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Lower ones first. A module may use those before it.
const LAYERS: [&str; 24] = [
    "model",
    "promql",
    "inventory",
    "cel",
    "evidence",
    "check",
    "checks",
    "remedy",
    "api",
    "checklist",
    "people",
    "guards",
    "engine",
    "launch",
    "manifests",
    "render",
    "live",
    "prometheus",
    "telemetry",
    "webhook",
    "controller",
    "generate",
    "operator",
    "cli",
];

/// The modules that decide.
const CORE: [&str; 14] = [
    "model",
    "promql",
    "inventory",
    "cel",
    "evidence",
    "check",
    "checks",
    "remedy",
    "api",
    "checklist",
    "people",
    "guards",
    "engine",
    "launch",
];

/// The source files of a module, without its tests.
fn sources(module: &str) -> Vec<PathBuf> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![src.join(format!("{module}.rs"))];
    let mut folders = vec![src.join(module)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if name == "tests" || name == "tests.rs" || name == "testing.rs" {
                continue;
            }
            if path.is_dir() {
                folders.push(path)
            } else {
                found.push(path)
            }
        }
    }
    found
}

/// The lines of a file that are neither comments nor its own tests.
fn code(path: &Path) -> Vec<String> {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let code = text
        .split("\n#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(str::to_owned)
        .collect()
}

fn used(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").map(|(at, found)| {
        let rest = &line[at + found.len()..];
        rest.split(|char: char| !char.is_alphanumeric() && char != '_')
            .next()
            .unwrap_or_default()
    })
}

#[test]
fn lower_layers_know_nothing_of_higher_ones() {
    for (at, module) in LAYERS.iter().enumerate() {
        let allowed: BTreeSet<&str> = LAYERS[..=at].iter().copied().collect();
        for path in sources(module) {
            for line in code(&path) {
                for other in used(&line).filter(|other| LAYERS.contains(other)) {
                    assert!(
                        allowed.contains(other),
                        "{} uses {other}, which is above it: {line}",
                        path.display()
                    );
                }
            }
        }
    }
}

#[test]
fn the_core_does_no_input_or_output() {
    let shell = [
        "tokio::",
        "kube::Client",
        "kube::Api",
        "hyper",
        "axum",
        "std::fs",
        "std::env",
        "std::net",
        "tracing::",
    ];
    let clock = ["Instant::now", "SystemTime", "Timestamp::now"];
    for path in CORE.iter().flat_map(|module| sources(module)) {
        for line in code(&path) {
            for word in shell.iter().chain(&clock) {
                assert!(
                    !line.contains(word),
                    "{} is of the core and uses {word}: {line}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn every_module_has_a_layer() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"))
        .expect("it is there");
    let modules = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for module in modules {
        assert!(LAYERS.contains(&module), "{module} is in no layer");
    }
}
