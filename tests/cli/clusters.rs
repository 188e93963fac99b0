//! The commands that need a cluster, without one; and the name by which kubectl finds the program.

use std::process::Stdio;

use crate::run::{Run, command, plimsoll};
use crate::scratch::Scratch;

/// Runs the command where there is no kubeconfig.
pub(crate) fn alone(arguments: &[&str]) -> Run {
    let mut command = command(arguments);
    for name in ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"] {
        command.env_remove(name);
    }
    let output = command
        .env("KUBECONFIG", "/nowhere/config")
        .env("HOME", "/nowhere")
        .stdin(Stdio::null())
        .output();
    output.expect("the command runs").into()
}

#[test]
fn without_a_cluster_they_say_so_and_end_with_2() {
    for arguments in [
        &["gate", "web"][..],
        &["gate", "web", "--wait", "1s"],
        &["attest", "web", "--list"],
        &[
            "attest",
            "web",
            "--item",
            "ai-agent:x",
            "--role",
            "qa",
            "--statement",
            "it is",
        ],
        &["checklist", "web", "-n", "shop"],
        &["check", "--cluster", "-n", "shop"],
    ] {
        let run = alone(arguments);
        assert!(
            run.stderr
                .starts_with("error: no cluster to work with: set KUBECONFIG, or run in a pod"),
            "{arguments:?}: {}",
            run.stderr
        );
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
    }
    let run = alone(&["gate", "web", "--context", "other"]);
    assert!(
        run.stderr
            .starts_with("error: the kubeconfig cannot be used: "),
        "{}",
        run.stderr
    );
    assert_eq!(run.code, Some(2));
    let run = alone(&["check", "--cluster", "--kubeconfig", "/nowhere/else"]);
    let expected = "error: the kubeconfig /nowhere/else cannot be used: ";
    assert!(run.stderr.starts_with(expected), "{}", run.stderr);
    assert_eq!(run.code, Some(2));
}

#[test]
fn an_api_server_that_is_away_is_an_error_and_no_verdict() {
    let scratch = Scratch::new("an_api_server_that_is_away");
    // Nothing listens on port 1.
    scratch.write(
        "config",
        "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u, namespace: shop}}]\n\
         clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\nusers: [{name: u, user: {token: t}}]\n",
    );
    for arguments in [
        &["gate", "web"][..],
        &["attest", "web", "--list"],
        &["checklist", "web"],
        &["check", "--cluster"],
        &["check", "--cluster", "-o", "sarif", "-n", "shop"],
    ] {
        let output = command(arguments)
            .env("KUBECONFIG", scratch.argument("config"))
            .stdin(Stdio::null())
            .output();
        let run: Run = output.expect("the command runs").into();
        assert!(
            run.stderr.starts_with("error: cannot "),
            "{arguments:?}: {}",
            run.stderr
        );
        assert!(
            run.stderr.contains("refused"),
            "{arguments:?}: {}",
            run.stderr
        );
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn arguments_that_do_not_go_together_are_refused() {
    for arguments in [
        &["gate"][..],
        &["gate", "web", "--wait", "soon"],
        &["gate", "web", "--require", "perfection"],
        &["attest", "--item", "a:b"],
        &["attest", "web", "--item", "a:b", "--list"],
        &["attest", "web", "--item", "a:b", "--approve", "late"],
        &["attest", "web", "--sign"],
        &[
            "attest",
            "web",
            "--item",
            "a:b",
            "--expires-in",
            "1d",
            "--expires-at",
            "2030-01-01T00:00:00Z",
        ],
        &["attest", "web", "--statement", "it is"],
        &["check"],
        &["check", "--cluster", "."],
        &["check", "--cluster", "--since", "main"],
        &["check", "--no-render", "--values", "a.yaml", "."],
        &["checklist"],
        &["checklist", "web", "--checklist", "ai-agent"],
    ] {
        let run = alone(arguments);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}: {}",
            run.stderr
        );
        assert!(
            !run.stderr.contains("no cluster"),
            "{arguments:?}: {}",
            run.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn kubectl_finds_it_as_a_plugin() {
    let scratch = Scratch::new("kubectl_finds_it");
    let plugin = scratch.path().join("kubectl-plimsoll");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_plimsoll"), &plugin).expect("links can be made");
    let run = |arguments: &[&str]| -> Run {
        std::process::Command::new(&plugin)
            .args(arguments)
            .output()
            .expect("the command runs")
            .into()
    };
    let help = run(&["gate", "--help"]);
    assert!(
        help.stdout
            .contains("Usage: kubectl plimsoll gate [OPTIONS] <LAUNCH>"),
        "{}",
        help.stdout
    );
    assert!(
        run(&["chekc"]).stderr.contains("Usage: kubectl plimsoll"),
        "as it was called"
    );
    let plain = plimsoll(&["gate", "--help"]);
    assert!(
        plain
            .stdout
            .contains("Usage: plimsoll gate [OPTIONS] <LAUNCH>"),
        "{}",
        plain.stdout
    );
}
