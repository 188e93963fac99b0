//! What `examples/gitops` makes of a launch, in the languages of the tools that read it.

use std::path::PathBuf;

use mlua::{Lua, LuaSerdeExt};
use plimsoll::api::LaunchStatus;
use plimsoll::cel::{Budget, Input, Outcome, Program, Tree};
use serde_json::{Value, json};

/// A launch at generation 2 whose status is of a generation, says whether it is ready, and whether its pods ever ran.
fn launch(observed: i64, ready: &str, is_live: bool) -> Value {
    let mut status = json!({
        "observedGeneration": observed,
        "conditions": [
            {"type": "Ready", "status": "True", "reason": "Judged", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"},
            {"type": "LaunchReady", "status": ready, "reason": "NotReady", "message": "3 critical items are open",
                "lastTransitionTime": "2026-01-01T00:00:00Z"},
        ],
    });
    if is_live {
        status["actualDate"] = json!("2026-01-01T00:00:00Z");
    }
    // A field that the status does not have would be lost here, and the example be seen to read nothing.
    let status: LaunchStatus = serde_json::from_value(status).expect("it is a status");
    json!({"metadata": {"name": "assistant", "generation": 2}, "status": status})
}

fn example(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/gitops");
    let text = std::fs::read_to_string(path.join(name)).expect("the example is there");
    serde_saphyr::from_str(&text).expect("it is YAML")
}

/// Argo CD runs the script with the object as `obj`.
fn argo_cd(object: &Value) -> (String, String) {
    let settings = example("argocd-cm.yaml");
    let script = &settings["data"]["resource.customizations.health.plimsoll.dev_ReadinessLaunch"];
    let lua = Lua::new();
    let object = lua.to_value(object).expect("it is a table");
    lua.globals().set("obj", object).expect("it is set");
    let script = lua.load(script.as_str().expect("it is text"));
    let health: mlua::Table = script.eval().expect("the script runs");
    let text = |key: &str| health.get(key).expect("it is text");
    (text("status"), text("message"))
}

/// Flux asks `failed` before `current`, each over the fields of the object, once the status is of this generation.
fn flux(object: &Value) -> &'static str {
    let kustomization = example("flux-kustomization.yaml");
    let expressions = &kustomization["spec"]["healthCheckExprs"][0];
    let (generation, observed) = (
        &object["metadata"]["generation"],
        &object["status"]["observedGeneration"],
    );
    if !observed.is_null() && observed != generation {
        return "InProgress";
    }
    let status = Tree::of(&object["status"]);
    let holds = |name: &str| {
        let source = expressions[name].as_str().expect("it is an expression");
        let program = Program::compile(source, &["status"]).expect("it compiles");
        program.evaluate(&[Input::Object(&status)], &mut Budget::default()) == Outcome::True
    };
    match (holds("failed"), holds("current")) {
        (true, _) => "Failed",
        (false, true) => "Current",
        (false, false) => "InProgress",
    }
}

#[test]
fn argo_cd_waits_for_a_launch_and_says_why() {
    let health = |object| argo_cd(&object).0;
    assert_eq!(
        health(json!({"metadata": {"generation": 1}})),
        "Progressing"
    );
    assert_eq!(
        health(launch(1, "True", false)),
        "Progressing",
        "an old status"
    );
    assert_eq!(health(launch(2, "True", false)), "Healthy");
    assert_eq!(health(launch(2, "True", true)), "Healthy");
    assert_eq!(health(launch(2, "False", false)), "Progressing");
    assert_eq!(health(launch(2, "Unknown", false)), "Progressing");
    assert_eq!(health(launch(2, "False", true)), "Degraded", "it is live");
    let (_, message) = argo_cd(&launch(2, "False", false));
    assert_eq!(message, "NotReady: 3 critical items are open");
}

#[test]
fn flux_waits_for_a_launch() {
    assert_eq!(flux(&json!({"metadata": {"generation": 1}})), "InProgress");
    assert_eq!(flux(&launch(1, "True", false)), "InProgress");
    assert_eq!(flux(&launch(2, "True", false)), "Current");
    assert_eq!(flux(&launch(2, "False", false)), "InProgress");
    assert_eq!(flux(&launch(2, "Unknown", false)), "InProgress");
    assert_eq!(flux(&launch(2, "False", true)), "Failed", "it is live");
}

/// Argo Rollouts runs the command in a Job.
#[test]
fn argo_rollouts_runs_a_command_that_there_is() {
    let template = example("analysis-template.yaml");
    let job = &template["spec"]["metrics"][0]["provider"]["job"]["spec"]["template"]["spec"];
    let arguments = job["containers"][0]["args"].as_array();
    let arguments = arguments.expect("there are arguments").iter();
    let arguments: Vec<&str> = arguments.filter_map(Value::as_str).collect();
    let run = crate::clusters::alone(&arguments);
    assert!(
        run.stderr.starts_with("error: no cluster"),
        "{}",
        run.stderr
    );
    assert_eq!(run.code, Some(2), "{}", run.stderr);
}
