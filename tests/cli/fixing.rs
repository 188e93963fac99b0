//! `plimsoll fix` on what people have besides plain manifests, and how its diffs apply.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::run::{Run, within};
use crate::scratch::Scratch;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: p}}\nspec:\n  containers:\n  - name: a\n    image: i:1\n    ports: [{containerPort: 80}]\n";

const ADDED: &str = "    securityContext:\n      allowPrivilegeEscalation: false\n";

fn fix(directory: &Path, arguments: &[&str]) -> Run {
    let all = [&["fix", "--checks", "privilege-escalation"][..], arguments].concat();
    within(directory, &all)
}

fn read(scratch: &Scratch, name: &str) -> String {
    fs::read_to_string(scratch.path().join(name)).expect("the file is there")
}

/// Has git apply a diff in a directory.
fn apply(directory: &Path, diff: &str) {
    use std::io::Write;

    let mut git = Command::new("git");
    let git = git.current_dir(directory).args(["apply", "-"]);
    let mut child = git
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git runs");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(diff.as_bytes()).expect("it is read");
    drop(stdin);
    let output = child.wait_with_output().expect("git ends");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}\n{diff}");
}

/// A directory that is no part of a repository around it.
fn repository(test: &str) -> Scratch {
    let scratch = Scratch::new(test);
    let init = Command::new("git")
        .current_dir(scratch.path())
        .args(["init", "-q", "."])
        .status();
    assert!(init.expect("git runs").success());
    scratch
}

#[test]
fn a_diff_applies_where_the_command_ran() {
    let scratch = repository("fix-applies");
    let names = [
        "a b/c d.yaml",
        "deep/e.yaml",
        "q\"uote.yaml",
        "plain.yaml",
        "é.yaml",
    ];
    for name in names {
        scratch.write(name, POD);
    }
    // Without a line break at its end, and with others.
    scratch.write("open.yaml", POD.trim_end());
    scratch.write("dos.yaml", POD.replace('\n', "\r\n"));
    let absolute = scratch.argument("deep/e.yaml");
    let run = fix(
        scratch.path(),
        &[
            "a b",
            "deep/../deep/../plain.yaml",
            &absolute,
            "q\"uote.yaml",
            "é.yaml",
            "open.yaml",
            "dos.yaml",
        ],
    );
    assert!(!run.stderr.contains("diff: "), "{}", run.stderr);
    apply(scratch.path(), &run.stdout);
    for name in names {
        assert_eq!(read(&scratch, name), format!("{POD}{ADDED}"), "{name}");
    }
    assert_eq!(
        read(&scratch, "open.yaml"),
        format!("{POD}{ADDED}").trim_end()
    );
    let dos = format!("{POD}{ADDED}").replace('\n', "\r\n");
    assert_eq!(read(&scratch, "dos.yaml"), dos);
}

#[test]
fn a_diff_of_files_elsewhere_says_where_it_applies() {
    let scratch = repository("fix-elsewhere");
    scratch.write("web.yaml", POD).write("sub/own.yaml", POD);
    let sub = scratch.path().join("sub");
    let run = fix(&sub, &["../web.yaml", "own.yaml"]);
    let root = fs::canonicalize(scratch.path()).expect("it is there");
    let hint = format!("git -C {} apply", root.display());
    assert!(run.stderr.contains(&hint), "{}", run.stderr);
    apply(&root, &run.stdout);
    for name in ["web.yaml", "sub/own.yaml"] {
        assert_eq!(read(&scratch, name), format!("{POD}{ADDED}"), "{name}");
    }
}

#[test]
fn a_diff_of_new_files_and_of_many_objects_applies() {
    let scratch = repository("fix-new-files");
    let items: String = (0..30)
        .map(|number| {
            let pod = POD.replace("name: p", &format!("name: p{number}"));
            let pod = pod.replace("app: p", &format!("app: p{number}"));
            format!("- {}\n", pod.trim_end().replace('\n', "\n  "))
        })
        .collect();
    scratch.write(
        "list.yaml",
        format!("kind: List\napiVersion: v1\nitems:\n{items}"),
    );
    let arguments = [
        "fix",
        "--beside",
        "list.yaml",
        "--checks",
        "privilege-escalation,network-policy-ingress",
    ];
    let run = within(scratch.path(), &arguments);
    apply(scratch.path(), &run.stdout);
    let diffed = read(&scratch, "list.yaml");
    assert!(scratch.path().join("list-p29-networkpolicy.yaml").is_file());
    assert_eq!(
        diffed.matches("allowPrivilegeEscalation: false").count(),
        30
    );
    // Writing makes the same.
    scratch.write(
        "list.yaml",
        format!("kind: List\napiVersion: v1\nitems:\n{items}"),
    );
    assert_eq!(fix(scratch.path(), &["--write", "list.yaml"]).code, Some(0));
    assert_eq!(read(&scratch, "list.yaml"), diffed);
}

#[test]
fn what_is_changed_in_part_is_named_and_counted() {
    let scratch = Scratch::new("fix-in-part");
    let both =
        format!("{POD}  - name: b\n    image: i:1\n    securityContext: {{privileged: true}}\n");
    scratch.write("p.yaml", &both);
    let run = fix(scratch.path(), &["p.yaml"]);
    assert!(
        run.stdout
            .contains("+      allowPrivilegeEscalation: false")
    );
    assert_eq!(
        run.stderr,
        "in part: p.yaml:1 Pod p: privilege-escalation: of a, and not of b: Kubernetes refuses it of a privileged container; see plimsoll explain privilege-escalation\n\
         fix: 0 can be fixed, 1 in part: --write does it; 0 not\n"
    );
    let run = fix(scratch.path(), &["--write", "p.yaml"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.starts_with("fixed in part: p.yaml:1 "),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.ends_with("fix: 0 fixed, 1 in part; 0 not\n"),
        "{}",
        run.stderr
    );
    let again = fix(scratch.path(), &["--write", "p.yaml"]);
    assert!(
        again.stderr.ends_with("fix: 0 fixed; 1 not\n"),
        "{}",
        again.stderr
    );
}

#[test]
fn patches_and_what_runs_nothing_are_left_alone() {
    let scratch = Scratch::new("fix-patches");
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n";
    let container = "spec: {template: {spec: {containers: [{name: web, image: i}]}}}\n";
    let files = [
        (
            "delete.yaml",
            format!("{deployment}$patch: delete\n"),
            "it is a patch",
        ),
        (
            "directive.yaml",
            format!(
                "{deployment}spec: {{template: {{spec: {{containers: [{{name: web, $patch: delete}}]}}}}}}\n"
            ),
            "it is a patch",
        ),
        (
            "replicas.yaml",
            format!("{deployment}spec: {{replicas: 2}}\n"),
            "it has no containers",
        ),
        (
            "nodes.yaml",
            format!("{deployment}spec: {{template: {{spec: {{nodeSelector: {{a: b}}}}}}}}\n"),
            "it has no containers",
        ),
    ];
    for (name, text, reason) in files {
        scratch.write(name, &text);
        let run = within(scratch.path(), &["fix", "--write", name]);
        assert_eq!(read(&scratch, name), text, "{name}");
        let line = format!("left alone: {name}:1 Deployment web: {reason}");
        assert!(run.stderr.contains(&line), "{}", run.stderr);
        assert_eq!(run.code, Some(1), "{name}");
    }
    // What it says itself can be changed.
    let account = format!("{deployment}spec: {{template: {{spec: {{serviceAccount: web}}}}}}\n");
    scratch.write("account.yaml", &account);
    let arguments = [
        "fix",
        "--write",
        "--checks",
        "deprecated-service-account,automount-service-account-token",
        "account.yaml",
    ];
    within(scratch.path(), &arguments);
    let renamed = account.replace("serviceAccount:", "serviceAccountName:");
    assert_eq!(read(&scratch, "account.yaml"), renamed);
    // A kustomization says of one with containers that it is a patch.
    scratch
        .write(
            "k/kustomization.yaml",
            "resources: [base.yaml]\npatches: [{path: web.yaml}]\n",
        )
        .write("k/base.yaml", format!("{deployment}{container}"))
        .write("k/web.yaml", format!("{deployment}{container}"));
    let run = fix(scratch.path(), &["--write", "k"]);
    assert_eq!(
        read(&scratch, "k/web.yaml"),
        format!("{deployment}{container}")
    );
    assert!(read(&scratch, "k/base.yaml").contains("allowPrivilegeEscalation"));
    let line = "left alone: k/web.yaml: it is a patch of k/kustomization.yaml";
    assert!(run.stderr.contains(line), "{}", run.stderr);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

#[test]
fn templates_of_charts_are_left_alone() {
    let scratch = Scratch::new("fix-templates");
    let template = POD
        .replace("name: p,", "name: \"{{ .Values.name }}\",")
        .replace(
            "image: i:1\n",
            "image: i:1\n    imagePullPolicy: \"{{ .Values.pull }}\"\n",
        );
    scratch
        .write(
            "shop/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        )
        .write("shop/templates/deep/web.yaml", &template);
    let inside = scratch.path().join("shop/templates/deep");
    for (directory, path) in [(scratch.path(), "."), (inside.as_path(), "web.yaml")] {
        let arguments = [
            "fix",
            "--write",
            "--checks",
            "privilege-escalation,image-pull-policy",
            path,
        ];
        let run = within(directory, &arguments);
        assert_eq!(read(&scratch, "shop/templates/deep/web.yaml"), template);
        assert!(
            run.stderr.contains("is a template of the chart "),
            "{}",
            run.stderr
        );
        assert!(
            run.stderr.contains("set pull: \"Always\" in the values"),
            "{}",
            run.stderr
        );
        assert_eq!(run.code, Some(1), "{}", run.stderr);
    }
}

#[test]
fn what_no_patch_can_say_is_named_and_the_rest_is_written() {
    let scratch = Scratch::new("fix-unnamed");
    let unnamed = POD.replace("name: p,", "generateName: p-,");
    scratch.write("two.yaml", format!("{unnamed}---\n{POD}"));
    let run = fix(scratch.path(), &["--kustomize", "out", "two.yaml"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains(
            "not fixed: two.yaml:1 Pod p-: privilege-escalation: without a name of its own"
        ),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.ends_with("fix: 1 fixed by the patches; 1 not\n"),
        "{}",
        run.stderr
    );
    assert!(read(&scratch, "out/pod-p.yaml").contains("allowPrivilegeEscalation"));
    assert!(!read(&scratch, "out/kustomization.yaml").contains("p-"));
}

#[test]
fn what_is_there_beside_is_said_to_be_there() {
    let scratch = Scratch::new("fix-beside-twice");
    scratch.write("web.yaml", POD);
    let run = || {
        let arguments = [
            "fix",
            "--write",
            "--beside",
            "--checks",
            "network-policy-ingress",
            "web.yaml",
        ];
        within(scratch.path(), &arguments)
    };
    assert_eq!(run().code, Some(0));
    let again = run();
    let words = "web-p-networkpolicy.yaml is there already and is what would be added";
    assert!(again.stderr.contains(words), "{}", again.stderr);
    scratch.write("web-p-networkpolicy.yaml", "a: 1\n");
    let other = run();
    assert!(
        other
            .stderr
            .contains("is there already and is something else"),
        "{}",
        other.stderr
    );
    assert_eq!(read(&scratch, "web-p-networkpolicy.yaml"), "a: 1\n");
}

#[test]
fn a_digest_of_no_image_is_warned_of() {
    let scratch = Scratch::new("fix-digest");
    scratch.write("web.yaml", POD);
    let digest = format!("=sha256:{}", "0a".repeat(32));
    let given = |image: &str| {
        let digest = format!("{image}{digest}");
        within(
            scratch.path(),
            &[
                "fix",
                "--checks",
                "image-digest",
                "--digest",
                &digest,
                "web.yaml",
            ],
        )
    };
    assert!(
        given("i:2")
            .stderr
            .contains("warning: --digest i:2: no container has this image")
    );
    let used = given("i:1");
    assert!(!used.stderr.contains("warning"), "{}", used.stderr);
    assert!(used.stdout.contains("@sha256:"), "{}", used.stdout);
}
