//! `plimsoll fix`: what is printed, written and answered.

use std::fs;

use serde_json::Value;

use crate::run::{plimsoll, with_stdin};
use crate::scratch::Scratch;

const WEB: &str = "# The shop.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web # it
        image: registry.example/web:1.4.2
        ports:
        - containerPort: 8080
";

fn read(scratch: &Scratch, name: &str) -> String {
    fs::read_to_string(scratch.path().join(name)).expect("the file is there")
}

#[test]
fn nothing_is_written_unless_that_is_asked_for() {
    let scratch = Scratch::new("fix-diff");
    scratch.write("web.yaml", WEB);
    let path = scratch.argument("web.yaml");
    let run = plimsoll(&["fix", "--checks", "privilege-escalation", &path]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(read(&scratch, "web.yaml"), WEB);
    let added = "+        securityContext:\n+          allowPrivilegeEscalation: false\n";
    assert!(run.stdout.ends_with(added), "{}", run.stdout);
    assert!(
        run.stdout.contains("\n@@ -14,3 +14,5 @@\n"),
        "{}",
        run.stdout
    );
    assert!(
        run.stderr
            .contains("fix: 1 can be fixed: --write does it; 0 not\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_written_passes_and_stays() {
    let scratch = Scratch::new("fix-write");
    scratch.write("web.yaml", WEB);
    let path = scratch.argument("web.yaml");
    let ids = "privilege-escalation,run-as-non-root,seccomp-profile,drop-all-capabilities,pdb-present,network-policy-ingress";
    let write = || plimsoll(&["fix", "--write", "--checks", ids, &path]);
    let run = write();
    assert_eq!((run.code, &*run.stdout), (Some(0), ""), "{}", run.stderr);
    assert!(
        run.stderr.contains("mind: run-as-non-root: "),
        "{}",
        run.stderr
    );
    let check = plimsoll(&["check", "--fail-on", "advice", "--checks", ids, &path]);
    assert_eq!(check.code, Some(0), "{}", check.stdout);
    let written = read(&scratch, "web.yaml");
    assert!(written.starts_with(&WEB[..WEB.len() - 1]), "{written}");
    let again = write();
    assert_eq!(
        (again.code, &*again.stderr),
        (Some(0), "fix: nothing to fix\n")
    );
    assert_eq!(read(&scratch, "web.yaml"), written);
}

#[test]
fn what_is_left_is_said_in_a_line_each() {
    let run = with_stdin(
        &["fix", "--checks", "readiness-probe,host-pid", "-"],
        &WEB.replace(
            "      containers:",
            "      hostPID: true\n      containers:",
        ),
    );
    assert_eq!((run.code, &*run.stdout), (Some(1), ""));
    let lines: Vec<_> = run.stderr.lines().collect();
    assert_eq!(
        lines,
        [
            "not fixed: <stdin>:2 Deployment shop/web: host-pid: it may be what the application needs; --unsafe does it; see plimsoll explain host-pid",
            "not fixed: <stdin>:2 Deployment shop/web: readiness-probe: only you know what tells that it works; see plimsoll explain readiness-probe",
            "fix: 0 can be fixed: --write does it; 2 not",
        ]
    );
}

#[test]
fn standard_input_is_filtered() {
    let run = with_stdin(&["fix", "--write", "--checks", "seccomp-profile", "-"], WEB);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let added = "      securityContext:\n        seccompProfile:\n          type: RuntimeDefault\n";
    assert_eq!(run.stdout, format!("{WEB}{added}"));
}

#[test]
fn json_is_json_and_gets_its_objects_beside() {
    let scratch = Scratch::new("fix-json");
    let pod = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"metadata\": {\"name\": \"web\", \"labels\": {\"app\": \"web\"}},\n  \"spec\": {\n    \"containers\": [\n      {\"name\": \"web\", \"image\": \"i:1\", \"ports\": [{\"containerPort\": 80}]}\n    ]\n  }\n}\n";
    scratch.write("in/web.json", pod);
    let path = scratch.argument("in");
    let ids = "privilege-escalation,run-as-non-root,network-policy-ingress";
    let run = plimsoll(&["fix", "--write", "--checks", ids, &path]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let written: Value = serde_json::from_str(&read(&scratch, "in/web.json")).expect("it is JSON");
    assert_eq!(written["spec"]["securityContext"]["runAsNonRoot"], true);
    assert!(
        read(&scratch, "in/web-networkpolicy.yaml")
            .starts_with("apiVersion: networking.k8s.io/v1\n")
    );
    let again = plimsoll(&["fix", "--write", "--checks", ids, &path]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    // By itself, the file does not show what is beside it; that is not written over.
    let alone = plimsoll(&[
        "fix",
        "--write",
        "--checks",
        ids,
        &scratch.argument("in/web.json"),
    ]);
    assert_eq!(alone.code, Some(1), "{}", alone.stderr);
}

#[test]
fn patches_say_only_what_differs() {
    let scratch = Scratch::new("fix-kustomize");
    scratch.write("web.yaml", WEB);
    let (path, folder) = (scratch.argument("web.yaml"), scratch.argument("fixes"));
    let ids = "privilege-escalation,drop-all-capabilities,run-as-non-root,pdb-present";
    let run = plimsoll(&["fix", "--kustomize", &folder, "--checks", ids, &path]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(read(&scratch, "web.yaml"), WEB);
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        securityContext:\n          allowPrivilegeEscalation: false\n          capabilities:\n            drop:\n            - ALL\n      securityContext:\n        runAsNonRoot: true\n";
    assert_eq!(read(&scratch, "fixes/deployment-shop-web.yaml"), patch);
    let whole = read(&scratch, "fixes/kustomization.yaml");
    assert_eq!(
        whole,
        "# Written by plimsoll fix.\napiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- path: deployment-shop-web.yaml\nresources:\n- poddisruptionbudget-shop-web.yaml\n"
    );
    scratch.write("own/kustomization.yaml", "resources: []\n");
    let own = plimsoll(&[
        "fix",
        "--kustomize",
        &scratch.argument("own"),
        "--checks",
        ids,
        &path,
    ]);
    assert_eq!(own.code, Some(2), "{}", own.stderr);
    assert_eq!(read(&scratch, "own/kustomization.yaml"), "resources: []\n");
}

#[test]
fn sarif_has_the_same_changes() {
    let scratch = Scratch::new("fix-sarif");
    scratch.write("web.yaml", WEB);
    let path = scratch.argument("web.yaml");
    let ids = "privilege-escalation,run-as-non-root,pdb-present,readiness-probe";
    let sarif = plimsoll(&["check", "-o", "sarif", "--checks", ids, &path]).json();
    let results = sarif["runs"][0]["results"]
        .as_array()
        .expect("there are results")
        .clone();
    assert_eq!(results.len(), 4);
    for result in results {
        let id = result["ruleId"].as_str().expect("it names the check");
        let diff = plimsoll(&["fix", "--checks", id, &path]);
        if id == "readiness-probe" {
            assert_eq!((&result["fixes"], &*diff.stdout), (&Value::Null, ""));
            continue;
        }
        scratch.write("fixed.yaml", WEB);
        let fixed = plimsoll(&[
            "fix",
            "--write",
            "--checks",
            id,
            &scratch.argument("fixed.yaml"),
        ]);
        assert_eq!(fixed.code, Some(0), "{}", fixed.stderr);
        let replacements = &result["fixes"][0]["artifactChanges"][0]["replacements"];
        assert_eq!(
            replaced(WEB, replacements),
            read(&scratch, "fixed.yaml"),
            "{id}"
        );
    }
}

/// A text with replacements of SARIF, whose columns are characters: here all are ASCII.
fn replaced(text: &str, replacements: &Value) -> String {
    let mut written = text.to_owned();
    let offset = |region: &Value, line: &str, column: &str| {
        let number =
            |key: &str| usize::try_from(region[key].as_u64().expect("a number")).expect("small");
        let before: usize = text
            .split_inclusive('\n')
            .take(number(line) - 1)
            .map(str::len)
            .sum();
        before + number(column) - 1
    };
    for replacement in replacements.as_array().expect("a list").iter().rev() {
        let region = &replacement["deletedRegion"];
        let range =
            offset(region, "startLine", "startColumn")..offset(region, "endLine", "endColumn");
        let new = replacement["insertedContent"]["text"]
            .as_str()
            .expect("text");
        written.replace_range(range, new);
    }
    written
}

#[test]
fn what_is_given_wrong_is_said() {
    for (arguments, words) in [
        (
            &["--digest", "web=latest"][..],
            "`web=latest` gives no digest",
        ),
        (&["--label", "owner"], "write KEY=VALUE"),
        (&["--checks", "no-such"], "no-such"),
        (&["--write", "--diff"], "cannot be used with"),
    ] {
        let run = with_stdin(&[&["fix", "-"], arguments].concat(), WEB);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}

/// Two workloads of one name, in two namespaces.
const TWO: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: one}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web:1}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: two}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web:1}]}}}
";

#[test]
fn objects_of_one_name_are_both_written_beside() {
    let scratch = Scratch::new("fix-two");
    scratch.write("two.yaml", TWO);
    let path = scratch.argument("two.yaml");
    let arguments = ["fix", "--write", "--beside", "--checks", "pdb-present"];
    let run = plimsoll(&[&arguments[..], &[&path]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let written = read(&scratch, "two-web-poddisruptionbudget.yaml");
    for namespace in ["one", "two"] {
        assert!(
            written.contains(&format!("namespace: {namespace}\n")),
            "{written}"
        );
    }
    let again = plimsoll(&["check", "--checks", "pdb-present", &scratch.argument(".")]);
    assert_eq!(again.code, Some(0), "{}", again.stdout);
}

#[test]
fn a_folder_of_somebody_elses_files_is_not_written_into() {
    let scratch = Scratch::new("fix-foreign");
    scratch.write("web.yaml", WEB);
    scratch.write("out/deployment-shop-web.yaml", "mine\n");
    let (path, out) = (scratch.argument("web.yaml"), scratch.argument("out"));
    let run = plimsoll(&[
        "fix",
        "--checks",
        "privilege-escalation",
        "--kustomize",
        &out,
        &path,
    ]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("is there already"), "{}", run.stderr);
    assert_eq!(read(&scratch, "out/deployment-shop-web.yaml"), "mine\n");
}

#[test]
fn an_annotation_that_is_not_understood_stops_it() {
    let scratch = Scratch::new("fix-ignored");
    let own = "  namespace: shop\n  annotations: {plimsoll.dev/ignore: privilege-escalation}\n";
    let web = WEB.replace("  namespace: shop\n", own);
    scratch.write("web.yaml", &web);
    let path = scratch.argument("web.yaml");
    let run = plimsoll(&["fix", "--write", "--checks", "privilege-escalation", &path]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("has no reason"), "{}", run.stderr);
    assert_eq!(read(&scratch, "web.yaml"), web);
}

#[test]
fn what_cannot_be_read_is_no_success_and_is_not_lost() {
    let broken = "a:\n\t- 1\n";
    let scratch = Scratch::new("fix-broken");
    scratch.write("broken.yaml", broken);
    let run = plimsoll(&["fix", &scratch.argument("broken.yaml")]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    scratch.write("web.yaml", WEB);
    let arguments = ["fix", "--write", "--checks", "privilege-escalation"];
    let run = plimsoll(&[&arguments[..], &[&scratch.argument(".")]].concat());
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(read(&scratch, "web.yaml").contains("allowPrivilegeEscalation"));
    let piped = with_stdin(&["fix", "--write", "-"], broken);
    assert_eq!((piped.code, piped.stdout.as_str()), (Some(2), broken));
}

#[test]
fn a_label_that_the_api_server_refuses_is_refused() {
    let scratch = Scratch::new("fix-label");
    scratch.write("web.yaml", WEB);
    let path = scratch.argument("web.yaml");
    for label in ["owner=a b", "owner=-x", "=x", "owner="] {
        let run = plimsoll(&["fix", "--label", label, &path]);
        assert_eq!(run.code, Some(2), "{label}");
        assert!(run.stderr.contains("is no label"), "{}", run.stderr);
    }
}
