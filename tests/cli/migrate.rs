//! `plimsoll migrate`.

use std::fs;

use expect_test::expect;

use crate::run::{Run, within};
use crate::scratch::Scratch;

fn migrate(scratch: &Scratch, arguments: &[&str]) -> Run {
    within(scratch.path(), &[&["migrate"], arguments].concat())
}

/// What becomes of a manifest by what a configuration is translated to.
fn judged(scratch: &Scratch, config: &str, manifest: &str) -> Vec<String> {
    let run = migrate(scratch, &[config]);
    scratch
        .write("policy.yaml", &run.stdout)
        .write("app/m.yaml", manifest);
    let run = within(
        scratch.path(),
        &["check", "app", "--policy", "policy.yaml", "-o", "json"],
    );
    assert!(run.code.is_some_and(|code| code < 2), "{}", run.stderr);
    run.results()
}

#[test]
fn kube_linter_becomes_a_policy() {
    let scratch = Scratch::new("kube_linter");
    scratch.write(
        ".kube-linter.yaml",
        "checks:
  doNotAutoAddDefaults: true
  include: [minimum-three-replicas, privileged-container, liveness-port, no-such-check]
  exclude: [readiness-port, run-as-non-root]
  ignorePaths: [vendor/**]
customChecks:
- name: four-autoscaled
  template: hpa-minimum-replicas
  params: {minReplicas: 4}
- name: team-label
  template: required-label
  params: {key: example.com/team}
- name: no-main
  template: latest-tag
  params: {blockList: ['.*:(latest|main)$']}
- name: our-cel
  template: cel-expression
  params: {check: 'true'}
",
    );
    let run = migrate(&scratch, &[".kube-linter.yaml"]);
    expect![[""]].assert_eq(&run.stdout);
    expect![[""]].assert_eq(&run.stderr);
    assert_eq!(run.code, Some(1));
    let manifest = |replicas: u32, tag: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, labels: {{example.com/team: a}}}}\n\
             spec: {{replicas: {replicas}, template: {{spec: {{containers: [{{name: c, image: 'r.example/i:{tag}'}}]}}}}}}\n"
        )
    };
    assert_eq!(
        judged(&scratch, ".kube-linter.yaml", &manifest(3, "1")),
        [""; 0]
    );
    assert_eq!(
        judged(&scratch, ".kube-linter.yaml", &manifest(2, "main")),
        [
            "Deployment -/web image-tag Fail",
            "Deployment -/web min-replicas Fail"
        ]
    );
}

#[test]
fn the_defaults_and_all_of_kube_linter_are_accepted() {
    let scratch = Scratch::new("kube_linter_defaults");
    for (config, least) in [
        ("checks: {addAllBuiltIn: false}\n", 20),
        (
            "checks: {addAllBuiltIn: true, doNotAutoAddDefaults: true}\n",
            45,
        ),
    ] {
        scratch.write("config.yaml", config);
        let run = migrate(&scratch, &["config.yaml"]);
        let rules = run.stdout.matches("  - {id: ").count();
        assert!(rules >= least, "{rules}: {}", run.stdout);
        judged(
            &scratch,
            "config.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c}]}\n",
        );
    }
    assert!(
        migrate(&scratch, &["config.yaml"])
            .stdout
            .contains("min-replicas: {\"min\":3}")
    );
}

#[test]
fn polaris_becomes_policies() {
    let scratch = Scratch::new("polaris");
    scratch.write(
        "polaris.yaml",
        "checks:
  hostNetworkSet: danger
  runAsRootAllowed: warning
  livenessProbeMissing: ignore
  dangerousCapabilities: danger
  pdbDisruptionsIsZero: warning
  ourOwn: warning
customChecks:
  ourOwn: {target: Container, schema: {}}
exemptions:
- namespace: kube-system
  controllerNames: [dns-controller, ebs]
  rules: [hostNetworkSet]
- controllerNames: [ingress]
  rules: [hostNetworkSet, livenessProbeMissing]
- containerNames: [proxy]
  rules: [runAsRootAllowed]
- namespace: legacy
  rules: [pdbDisruptionsIsZero]
mutations: [pullPolicyNotAlways]
",
    );
    let run = migrate(&scratch, &["polaris.yaml"]);
    expect![[""]].assert_eq(&run.stdout);
    expect![[""]].assert_eq(&run.stderr);
    assert_eq!(run.code, Some(1));
    let pod = |namespace: &str, name: &str, capability: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{namespace: {namespace}, name: {name}}}\n\
             spec: {{hostNetwork: true, containers: [{{name: c, securityContext: {{runAsNonRoot: true, capabilities: {{add: [{capability}]}}}}}}]}}\n"
        )
    };
    for (namespace, name, capability, expected) in [
        ("kube-system", "dns-controller-1", "KILL", &[][..]),
        ("kube-system", "web", "KILL", &["host-network Fail"][..]),
        (
            "shop",
            "dns-controller-1",
            "NET_ADMIN",
            &["added-capabilities Fail", "host-network Fail"],
        ),
        ("shop", "ingress-nginx", "SYS_PTRACE", &[]),
    ] {
        let found = judged(&scratch, "polaris.yaml", &pod(namespace, name, capability));
        let expected: Vec<_> = expected
            .iter()
            .map(|line| format!("Pod {namespace}/{name} {line}"))
            .collect();
        assert_eq!(found, expected, "{namespace}/{name}");
    }
}

#[test]
fn a_translation_without_loss_is_exit_code_0() {
    let scratch = Scratch::new("without_loss");
    scratch.write(
        "polaris.yaml",
        "checks: {hostIPCSet: danger, hostPIDSet: ignore}\ndisallowExemptions: true\n",
    );
    let run = migrate(&scratch, &["polaris.yaml"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout
            .contains("{id: host-ipc, severity: critical} # hostIPCSet"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("# Note: polaris.yaml: annotations that exempt are disallowed"),
        "{}",
        run.stdout
    );
}

const ANNOTATED: &str = "# a comment
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  annotations:
    a: b # stays
    ignore-check.kube-linter.io/privileged-container: needs the kernel; really
    kube-score/ignore: container-resources, no-such-check
    polaris.fairwinds.com/hostNetworkSet-exempt: 'true'
    polaris.fairwinds.com/hostPIDSet-exempt: 'false'
spec:
  template:
    metadata:
      annotations:
        kube-score/enable: container-seccomp-profile
    spec: {hostNetwork: true, containers: [{name: web, image: i, securityContext: {privileged: true}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: p, annotations: {kube-linter.io/ignore-all: \"a test\"}}
spec: {containers: [{name: c}]}
";

#[test]
fn annotations_of_others_become_ours() {
    let scratch = Scratch::new("annotations_of_others");
    scratch.write("app/web.yaml", ANNOTATED);
    let run = migrate(&scratch, &["app"]);
    expect![[""]].assert_eq(&run.stdout);
    expect![[""]].assert_eq(&run.stderr);
    assert_eq!(run.code, Some(1));
    let unchanged = fs::read_to_string(scratch.path().join("app/web.yaml")).expect("it is there");
    assert_eq!(unchanged, ANNOTATED);
    let run = migrate(&scratch, &["--write", "app"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    let written = fs::read_to_string(scratch.path().join("app/web.yaml")).expect("it is there");
    let added: Vec<_> = written
        .lines()
        .filter(|line| !ANNOTATED.contains(line))
        .collect();
    expect![[""]].assert_eq(&added.join("\n"));
    let checks = "host-network,privileged,cpu-limits";
    let run = within(
        scratch.path(),
        &["check", "app", "--checks", checks, "-o", "json"],
    );
    let of_web: Vec<_> = run
        .results()
        .into_iter()
        .filter(|line| line.starts_with("Deployment"))
        .collect();
    assert!(
        !of_web.is_empty() && of_web.iter().all(|line| line.ends_with("Waived")),
        "{of_web:?}"
    );
    // Once more changes nothing.
    migrate(&scratch, &["--write", "app"]);
    let again = fs::read_to_string(scratch.path().join("app/web.yaml")).expect("it is there");
    assert_eq!(written, again);
}

#[test]
fn what_is_no_configuration_is_an_error() {
    let scratch = Scratch::new("no_config");
    for (text, message) in [
        (
            "a: 1\n",
            "c.yaml: neither a configuration of kube-linter or Polaris, nor a manifest of Kubernetes",
        ),
        (
            "",
            "c.yaml: neither a configuration of kube-linter or Polaris, nor a manifest of Kubernetes",
        ),
        ("a: [\n", "c.yaml: line "),
    ] {
        scratch.write("c.yaml", text);
        let run = migrate(&scratch, &["c.yaml"]);
        assert!(
            run.stderr.starts_with(&format!("error: {message}")),
            "{}",
            run.stderr
        );
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    }
}
