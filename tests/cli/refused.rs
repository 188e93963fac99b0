//! What the API server would refuse, and is plain enough to be judged all the same.

use expect_test::expect;

use crate::run::{Run, plimsoll, with_stdin};
use crate::scratch::Scratch;

const OF_NO_GROUP: &str =
    "apiVersion: v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {maxUnavailable: 0}\n";
const OF_NO_NAME: &str = "apiVersion: v1\nkind: Pod\nmetadata: {labels: {app: web}}\nspec: {hostIPC: true, containers: [{name: c, image: i}]}\n";
const OF_NO_CONTAINERS: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {hostIPC: true}}}\n";

fn all() -> String {
    [OF_NO_GROUP, OF_NO_NAME, OF_NO_CONTAINERS].join("---\n")
}

fn run(format: &str, input: &str) -> Run {
    let checks = "host-ipc,pdb-drainable";
    with_stdin(&["check", "-o", format, "--checks", checks, "-"], input)
}

/// The document, and why it would be refused.
fn refused(run: &Run) -> Vec<String> {
    let json = run.json();
    let lines = json["refused"].as_array().expect("refused is a list");
    let line = |line: &serde_json::Value| {
        format!(
            "{}: {}",
            line["document"],
            line["reason"].as_str().unwrap_or("-")
        )
    };
    lines.iter().map(line).collect()
}

#[test]
fn it_is_judged_and_complained_about() {
    let run = run("json", &all());
    assert_eq!(
        run.results(),
        [
            "PodDisruptionBudget -/web pdb-drainable Fail",
            "Pod -/ host-ipc Fail",
            "Deployment -/web host-ipc Fail",
        ]
    );
    expect![[r#"
        1: the API server would refuse it: v1/PodDisruptionBudget does not exist; a PodDisruptionBudget has the apiVersion policy/v1
        2: the API server would refuse it: the Pod has no metadata.name, nor a generateName
        3: the API server would refuse it: the Deployment has no containers, so it runs nothing"#]]
    .assert_eq(&refused(&run).join("\n"));
    assert!(run.skipped().is_empty());
    let summary = &run.json()["summary"];
    let counts = ["documents", "objects", "skipped", "refused"].map(|key| summary[key].as_u64());
    assert_eq!(counts, [Some(3), Some(3), Some(0), Some(3)]);
    assert_eq!(run.code, Some(1), "it has findings");
    assert_eq!(
        run.stderr,
        "warning: the API server would refuse objects for 3 reasons; they were judged all the same\n"
    );
}

#[test]
fn every_format_but_csv_says_so() {
    for format in [
        "table", "sarif", "junit", "github", "gitlab", "markdown", "html",
    ] {
        let said = run(format, &all()).stdout;
        let parts = [
            "PodDisruptionBudget has the apiVersion",
            "has no metadata.name",
            "has no containers",
        ];
        for part in parts {
            assert!(said.contains(part), "{format}: {part}: {said}");
        }
        assert!(!said.contains("cannot be read"), "{format}: {said}");
    }
}

/// Several reasons at once, and a custom resource of the same name, which is another thing.
#[test]
fn a_group_with_a_dot_is_somebody_elses() {
    let both = "apiVersion: v1\nkind: Deployment\nmetadata: {name: web}\n---\n\
                apiVersion: example.com/v1\nkind: Deployment\nmetadata: {name: web}\n";
    let run = run("json", both);
    expect![[r#"
        1: the API server would refuse it: v1/Deployment does not exist; a Deployment has the apiVersion apps/v1
        1: the API server would refuse it: the Deployment has no containers, so it runs nothing"#]]
    .assert_eq(&refused(&run).join("\n"));
    assert_eq!(
        run.skipped(),
        [(
            Some(2),
            "example.com/v1/Deployment is not judged".to_owned()
        )]
    );
}

#[test]
fn labels_in_the_place_of_a_selector_are_meant_as_match_labels() {
    let budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\n\
                  spec: {maxUnavailable: 0, selector: {app: web}}\n";
    let run = run("json", budget);
    assert_eq!(
        run.results(),
        ["PodDisruptionBudget -/web pdb-drainable Fail"]
    );
    expect!["1: the API server would refuse it: the selector of the PodDisruptionBudget is labels without matchLabels"]
        .assert_eq(&refused(&run).join("\n"));
}

/// OpenShift's own kind, which makes ReplicationControllers.
#[test]
fn a_deployment_config_is_judged_as_what_it_makes() {
    let config = "apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\nmetadata: {name: web}\n\
                  spec:\n  strategy: {type: Rolling}\n  selector: {app: web}\n  template:\n    metadata: {labels: {app: web}}\n    \
                  spec: {hostIPC: true, containers: [{name: c, image: i}]}\n";
    let run = run("json", config);
    assert_eq!(run.results(), ["DeploymentConfig -/web host-ipc Fail"]);
    assert!(refused(&run).is_empty() && run.skipped().is_empty());
}

#[test]
fn a_generated_name_is_a_name() {
    let generated = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-}\nspec: {containers: [{name: c, image: i}]}\n";
    let run = run("json", generated);
    assert!(refused(&run).is_empty(), "{}", run.stdout);
}

/// What is broken as well is only that.
#[test]
fn what_cannot_be_read_is_not_judged() {
    let broken = "apiVersion: v1\nkind: Deployment\nmetadata: {labels: {app: web}}\nspec: {replicas: many}\n";
    let run = run("json", broken);
    assert!(refused(&run).is_empty(), "{}", run.stdout);
    assert_eq!(run.skipped().len(), 1);
}

/// A part of a workload is no workload: a kustomization among the files says which files are parts.
#[test]
fn patches_of_kustomizations_are_not_judged() {
    let scratch = Scratch::new("patches");
    let part =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n";
    let lists = [
        (
            "path",
            "patches:\n- path: ../../parts/replicas.yaml\n  target: {kind: Deployment}\n",
        ),
        (
            "merge",
            "patchesStrategicMerge:\n- ./replicas.yaml\n- |-\n  kind: Deployment\n",
        ),
        ("untyped", "patches: [{path: replicas.yaml}]\n"),
    ];
    for (name, list) in lists {
        let type_ = match name {
            "untyped" => "",
            _ => "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
        };
        scratch.write(
            &format!("overlays/{name}/kustomization.yaml"),
            format!("{type_}{list}"),
        );
        scratch.write(&format!("overlays/{name}/replicas.yaml"), part);
    }
    scratch.write("parts/replicas.yaml", part);
    let run = plimsoll(&[
        "check",
        "--no-render",
        "-o",
        "json",
        "--checks",
        "host-ipc",
        &scratch.argument("."),
    ]);
    // The one of `path` is not the file beside it.
    assert_eq!(refused(&run).len(), 1, "{}", run.stdout);
    assert_eq!(
        run.json()["refused"][0]["file"]
            .as_str()
            .map(|file| file.ends_with("path/replicas.yaml")),
        Some(true)
    );
    let patches = run.skipped().into_iter();
    let patches = patches.filter(|(_, reason)| reason.starts_with("a patch of "));
    assert_eq!(patches.count(), 3, "{}", run.stdout);
}

/// A patch with containers is a patch: what it leaves out is in what it is a part of.
#[test]
fn patches_with_containers_are_not_judged_either() {
    let scratch = Scratch::new("whole-patches");
    let part = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, env: []}]}}}\n";
    scratch
        .write(
            "a/Kustomization",
            "patches: [{path: part.yaml}, {path: both.yaml}]\nresources: [both.yaml]\n",
        )
        .write("a/part.yaml", part)
        .write("a/both.yaml", part.replace("name: web}", "name: both}"))
        .write("b/part.yaml", part.replace("name: web}", "name: other}"));
    let run = plimsoll(&[
        "check",
        "--no-render",
        "-o",
        "json",
        "--checks",
        "liveness-probe",
        &scratch.argument("."),
    ]);
    assert_eq!(
        run.results(),
        [
            "Deployment -/both liveness-probe Fail",
            "Deployment -/other liveness-probe Fail"
        ],
        "{}",
        run.stdout
    );
    let is_patch = |(_, reason): &(Option<u64>, String)| reason.starts_with("a patch of ");
    assert_eq!(run.skipped().into_iter().filter(is_patch).count(), 1);
}
