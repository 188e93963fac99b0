//! `--since`.

use std::process::Command;

use crate::run::{Run, command};
use crate::scratch::Scratch;

fn deployment(name: &str, replicas: u32) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  replicas: {replicas}\n  selector: \
         {{matchLabels: {{app: {name}}}}}\n  template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: c, image: i}}]}}}}\n"
    )
}

fn budget(name: &str) -> String {
    format!(
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{minAvailable: 1, selector: \
         {{matchLabels: {{app: {name}}}}}}}\n"
    )
}

/// A repository in which two Deployments are protected.
fn repository(test: &str) -> Scratch {
    let scratch = Scratch::new(test);
    scratch
        .write("a.yaml", deployment("a", 3))
        .write("b.yaml", deployment("b", 3))
        .write(
            "sub/budgets.yaml",
            format!("{}---\n{}", budget("a"), budget("b")),
        );
    git(&scratch, &["init", "-q", "-b", "main"]);
    commit(&scratch, "first");
    scratch
}

fn git(scratch: &Scratch, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(scratch.path()).args([
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
    ]);
    let output = command.args(arguments).output().expect("git runs");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn commit(scratch: &Scratch, message: &str) {
    git(scratch, &["add", "-A"]);
    git(scratch, &["commit", "-q", "-m", message]);
}

fn since(scratch: &Scratch, reference: &str, more: &[&str]) -> Run {
    let mut arguments = vec!["check", "-o", "json", "--since", reference];
    arguments.extend(["--checks", "liveness-probe,pdb-present"]);
    arguments.extend(more);
    if more.is_empty() {
        arguments.push(".");
    }
    let mut command = command(&arguments);
    command
        .current_dir(scratch.path())
        .output()
        .expect("it runs")
        .into()
}

#[test]
fn only_what_has_changed_is_reported() {
    let scratch = repository("since");
    let run = since(&scratch, "main", &[]);
    assert_eq!(
        (run.results(), run.code),
        (vec![], Some(0)),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr, "note: nothing has changed since main\n");

    // Uncommitted, staged, untracked, and committed on a branch.
    scratch
        .write("a.yaml", deployment("a", 4))
        .write("new.yaml", deployment("new", 1));
    git(&scratch, &["checkout", "-q", "-b", "work"]);
    let expected = [
        "Deployment shop/a liveness-probe Fail",
        "Deployment shop/new liveness-probe Fail",
    ];
    let failing = |run: &Run| -> Vec<String> {
        run.results()
            .into_iter()
            .filter(|line| line.contains("liveness"))
            .collect()
    };
    assert_eq!(failing(&since(&scratch, "main", &[])), expected);
    git(&scratch, &["add", "-A"]);
    assert_eq!(failing(&since(&scratch, "main", &[])), expected);
    commit(&scratch, "second");
    assert_eq!(failing(&since(&scratch, "main", &[])), expected);
    assert_eq!(failing(&since(&scratch, "HEAD", &[])), [] as [&str; 0]);
    // From where the work left the branch, not from where the branch is by now.
    git(&scratch, &["checkout", "-q", "main"]);
    scratch.write("b.yaml", deployment("b", 9));
    commit(&scratch, "elsewhere");
    git(&scratch, &["checkout", "-q", "work"]);
    assert_eq!(failing(&since(&scratch, "main", &[])), expected);
    // Moved is changed; paths narrow it down.
    git(&scratch, &["mv", "b.yaml", "sub/moved.yaml"]);
    assert_eq!(
        failing(&since(&scratch, "main", &["sub"])),
        ["Deployment shop/b liveness-probe Fail"]
    );
}

#[test]
fn what_a_change_does_to_others_is_reported() {
    let scratch = repository("since-context");
    scratch.write("sub/budgets.yaml", budget("a"));
    let expected = ["Deployment shop/b pdb-present Fail"];
    assert_eq!(
        since(&scratch, "HEAD", &[]).results(),
        expected,
        "and nothing else of it"
    );
    std::fs::remove_file(scratch.path().join("sub/budgets.yaml")).expect("it can be removed");
    let run = since(&scratch, "HEAD", &[]);
    assert_eq!(
        run.results(),
        ["Deployment shop/a pdb-present Fail", expected[0]],
        "also where the file is gone"
    );
    assert_eq!(run.code, Some(1));
}

#[test]
fn what_git_cannot_tell_is_said() {
    let scratch = repository("since-errors");
    let error = |run: Run| {
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        run.stderr
    };
    let unknown = error(since(&scratch, "nowhere", &[]));
    assert!(
        unknown.contains("--since nowhere: the repository ")
            && unknown.contains("has no such commit"),
        "{unknown}"
    );
    let option = error(since(&scratch, "--output=x", &["--", "."]));
    assert!(
        !scratch.path().join("x").exists() && !option.is_empty(),
        "{option}"
    );
    let stdin = error(since(&scratch, "HEAD", &["-"]));
    assert!(
        stdin.contains("standard input, which has no history"),
        "{stdin}"
    );
    git(&scratch, &["checkout", "-q", "--orphan", "other"]);
    commit(&scratch, "unrelated");
    let apart = error(since(&scratch, "main", &[]));
    assert!(apart.contains("no commit in common with HEAD"), "{apart}");
    let outside = std::env::temp_dir().join(format!("plimsoll-since-{}", std::process::id()));
    std::fs::create_dir_all(&outside).expect("it can be made");
    std::fs::write(outside.join("a.yaml"), deployment("a", 1)).expect("it can be written");
    let none = error(since(
        &scratch,
        "HEAD",
        &[outside.to_str().expect("it is text")],
    ));
    assert!(none.contains("is in no git repository"), "{none}");
    std::fs::remove_dir_all(outside).expect("it can be removed");
    let mut without = command(&["check", "--since", "HEAD", "."]);
    without
        .current_dir(scratch.path())
        .env("PATH", "/nonexistent");
    let no_git = error(without.output().expect("it runs").into());
    assert!(no_git.contains("git, which is not on the PATH"), "{no_git}");
}

/// A repository inside a repository has a history of its own.
#[test]
fn what_has_changed_in_a_submodule_is_followed() {
    let scratch = repository("since-submodule");
    let inner = Scratch::new("since-submodule-inner");
    inner
        .write("same.yaml", deployment("same", 3))
        .write("inner.yaml", deployment("inner", 3));
    git(&inner, &["init", "-q", "-b", "main"]);
    commit(&inner, "first");
    let add = |scratch: &Scratch, name: &str| {
        let from = inner.argument(".");
        git(
            scratch,
            &[
                "-c",
                "protocol.file.allow=always",
                "submodule",
                "--quiet",
                "add",
                &from,
                name,
            ],
        );
    };
    add(&scratch, "modules/one");
    commit(&scratch, "with a submodule");
    let failing = |reference: &str, more: &[&str]| -> Vec<String> {
        let run = since(&scratch, reference, more);
        let lines = run.results().into_iter();
        lines.filter(|line| line.contains("liveness")).collect()
    };
    assert_eq!(failing("HEAD", &[]), [] as [&str; 0]);
    // Not committed, committed there, and committed here as well.
    let expected = ["Deployment shop/inner liveness-probe Fail"];
    scratch.write("modules/one/inner.yaml", deployment("inner", 4));
    assert_eq!(failing("HEAD", &[]), expected);
    assert_eq!(failing("HEAD", &["modules"]), expected);
    assert_eq!(failing("HEAD", &["sub"]), [] as [&str; 0]);
    let module = scratch.path().join("modules/one");
    for arguments in [&["add", "-A"][..], &["commit", "-q", "-m", "second"]] {
        let mut command = Command::new("git");
        command.current_dir(&module);
        command.args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
        let status = command.args(arguments).status().expect("git runs");
        assert!(status.success());
    }
    assert_eq!(failing("HEAD", &[]), expected);
    commit(&scratch, "the submodule's second commit");
    assert_eq!(failing("HEAD~1", &[]), expected);
    assert_eq!(failing("HEAD", &[]), [] as [&str; 0]);
    // All of one that was not there is new.
    add(&scratch, "modules/two");
    assert_eq!(
        failing("HEAD", &[]),
        [
            "Deployment shop/inner liveness-probe Fail",
            "Deployment shop/same liveness-probe Fail"
        ]
    );
}
