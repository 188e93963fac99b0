//! The fixtures of the evidence are objects that an API server accepts, under the definitions of the projects themselves.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll_controlplane::Options;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::testbed::Testbed;

/// A custom kind that the catalogue names, and where its definition can be had.
#[derive(Deserialize)]
struct Definition {
    group: String,
    kind: String,
    scope: String,
    versions: Vec<String>,
    module: Option<String>,
    file: Option<String>,
}

#[derive(Deserialize)]
struct Fixture {
    evidence: String,
    #[serde(default)]
    around: Vec<Value>,
    #[serde(default)]
    holds: Vec<Value>,
    #[serde(default)]
    lacks: Vec<Value>,
    #[serde(default)]
    contradicts: Vec<Value>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

fn yaml<T: for<'de> Deserialize<'de>>(path: &Path) -> T {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // The files are our own: they may refer to themselves as often as they like.
    let options = serde_saphyr::options! { budget: None };
    serde_saphyr::from_str_with_options(&text, options)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Definition {
    /// The definition of the project itself, where a Go module carries it.
    fn real(&self) -> Option<Value> {
        let (module, file) = self.module.as_ref().zip(self.file.as_ref())?;
        let path = folder_of(module).join(file);
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{module} {file}: {error}"));
        let documents = text.split("\n---").map(|text| {
            let found: Value = serde_saphyr::from_str(text).unwrap_or(Value::Null);
            found
        });
        let mut ours = documents.filter(|found| {
            found["kind"] == "CustomResourceDefinition"
                && found["spec"]["group"] == *self.group
                && found["spec"]["names"]["kind"] == *self.kind
        });
        let mut found = ours
            .next()
            .unwrap_or_else(|| panic!("{module} {file} defines no {}.{}", self.kind, self.group));
        // Nothing here converts between versions, nor is the approval of protected groups of interest.
        found["spec"]
            .as_object_mut()
            .expect("a spec")
            .remove("conversion");
        found["metadata"]["annotations"] =
            json!({"api-approved.kubernetes.io": "unapproved, a test"});
        found.as_object_mut().expect("an object").remove("status");
        Some(found)
    }

    /// One that takes any field.
    fn stand_in(&self) -> Value {
        let anything = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        let plural = format!("{}s", self.kind.to_lowercase());
        let versions = self.versions.iter().enumerate().map(|(at, version)| {
            json!({"name": version, "served": true, "storage": at == 0, "schema": {"openAPIV3Schema": anything}})
        });
        json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {
                "name": format!("{plural}.{}", self.group),
                "annotations": {"api-approved.kubernetes.io": "unapproved, a test"},
            },
            "spec": {
                "group": self.group, "scope": self.scope,
                "names": {
                    "kind": self.kind, "plural": plural, "singular": self.kind.to_lowercase(), "listKind": format!("{}List", self.kind),
                },
                "versions": versions.collect::<Vec<_>>(),
            },
        })
    }
}

/// Where a Go module is unpacked; it is downloaded once.
fn folder_of(module: &str) -> PathBuf {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Downloaded {
        dir: Option<PathBuf>,
        error: Option<String>,
    }
    let output = Command::new("go")
        .args(["mod", "download", "-json", module])
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap_or_else(|error| {
            panic!("go cannot be run ({error}): install it, https://go.dev/doc/install")
        });
    let downloaded: Downloaded = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("go mod download {module}: {error}"));
    downloaded.dir.unwrap_or_else(|| {
        panic!(
            "go mod download {module}: {}",
            downloaded.error.unwrap_or_default()
        )
    })
}

#[test]
fn every_fixture_is_an_object_that_the_api_server_accepts() {
    let testbed = Testbed::install(Options::api_only());
    let definitions: Vec<Definition> = yaml(&folder("cluster/evidence/definitions.yaml"));
    let mut real = 0;
    for definition in &definitions {
        let found = definition.real();
        real += usize::from(found.is_some());
        let object = found.unwrap_or_else(|| definition.stand_in());
        // Too large for the annotation that plain apply keeps.
        let arguments = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
        let output = testbed
            .plane
            .kubectl_with_input(&arguments, &object.to_string())
            .expect("kubectl runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{}.{}: {said}",
            definition.kind,
            definition.group
        );
    }
    assert_eq!(real, 40, "definitions of the projects themselves");
    testbed.kubectl(&[
        "wait",
        "--for=condition=Established",
        "crd",
        "--all",
        "--timeout=120s",
    ]);

    let folder = folder("evidence");
    let files = std::fs::read_dir(&folder).expect("there are fixtures");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.retain(|file| {
        file.file_name()
            .is_some_and(|name| name != "default-workload.yaml")
    });
    files.sort();
    let fixtures = files.iter().map(|file| (file, yaml::<Vec<Fixture>>(file)));
    let objects: Vec<(String, Vec<Value>)> = fixtures
        .map(|(file, fixtures)| {
            let all = fixtures.into_iter().flat_map(|fixture| {
                let parts = [
                    fixture.around,
                    fixture.holds,
                    fixture.lacks,
                    fixture.contradicts,
                ];
                assert!(!fixture.evidence.is_empty());
                parts.into_iter().flatten().collect::<Vec<_>>()
            });
            (file.display().to_string(), all.collect())
        })
        .collect();
    let namespaces: BTreeSet<&str> = objects
        .iter()
        .flat_map(|(_, objects)| objects)
        .filter_map(|object| object["metadata"]["namespace"].as_str())
        .collect();
    for namespace in namespaces {
        testbed.apply(
            &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}),
        );
    }
    let mut refused = Vec::new();
    let mut count = 0;
    for (file, objects) in &objects {
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        let arguments = ["create", "--dry-run=server", "--validate=strict", "-f", "-"];
        let output = testbed
            .plane
            .kubectl_with_input(&arguments, &list.to_string())
            .expect("kubectl runs");
        count += objects.len();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            // What is there already (the namespace's ServiceAccount `default`) is an object that was accepted.
            let lines = said.lines().filter(|line| !line.contains("already exists"));
            refused.extend(lines.map(|line| format!("{file}: {line}")));
        }
    }
    assert!(count > 1_500, "{count} objects");
    assert!(
        refused.is_empty(),
        "{} are refused:\n{}",
        refused.len(),
        refused.join("\n")
    );
}
