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
    expect![[r##"
        # kube-linter of .kube-linter.yaml, as policies of Plimsoll. Each check decides by Plimsoll's own rules: `plimsoll explain ID` has them.
        # Every finding of kube-linter is an error: no check is less than high here, and one that is critical to Plimsoll stays so.
        # Not translated: .kube-linter.yaml: the check no-such-check: Plimsoll has no such check
        # Not translated: .kube-linter.yaml: customChecks[3] our-cel: the template cel-expression with its parameters has no counterpart; a ReadinessChecklist may say it in CEL
        # Not translated: .kube-linter.yaml: checks.exclude readiness-port: probe-ports is judged whole, since it also is liveness-port
        # Not translated: .kube-linter.yaml: checks.ignorePaths vendor/**: a policy has no paths: leave it out of those that `plimsoll check` is given
        ---
        apiVersion: plimsoll.dev/v1alpha1
        kind: ReadinessPolicy
        metadata:
          name: kube-linter
        spec:
          checks:
          - {id: hpa-min-replicas, severity: high} # four-autoscaled
          - {id: image-tag, severity: high} # no-main
          - {id: min-replicas, severity: critical} # minimum-three-replicas
          - {id: owner-label, severity: high} # team-label
          - {id: privileged, severity: critical} # privileged-container
          - {id: probe-ports, severity: critical} # liveness-port; judges what is readiness-port, startup-port there as well
          params:
            hpa-min-replicas: {"min":4}
            image-tag: {"forbidden":["latest","main"]}
            min-replicas: {"min":3}
            owner-label: {"labels":["example.com/team"]}
    "##]].assert_eq(&run.stdout);
    expect![[r#"
        warning: .kube-linter.yaml: the check no-such-check: Plimsoll has no such check
        warning: .kube-linter.yaml: customChecks[3] our-cel: the template cel-expression with its parameters has no counterpart; a ReadinessChecklist may say it in CEL
        warning: .kube-linter.yaml: checks.exclude readiness-port: probe-ports is judged whole, since it also is liveness-port
        warning: .kube-linter.yaml: checks.ignorePaths vendor/**: a policy has no paths: leave it out of those that `plimsoll check` is given
    "#]].assert_eq(&run.stderr);
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
            "Deployment -/web min-replicas Fail",
            "Deployment -/web image-tag Fail"
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
    expect![[r##"
        # polaris of polaris.yaml, as policies of Plimsoll. Each check decides by Plimsoll's own rules: `plimsoll explain ID` has them.
        # danger is critical here, and warning high: `plimsoll check --fail-on critical` is like --set-exit-code-on-danger.
        # Where Polaris refuses what is in danger at admission, the policies want `actions: {critical: Deny}`.
        # Not translated: polaris.yaml: customChecks.ourOwn: a check in JSON Schema has no counterpart; a ReadinessChecklist may say it in CEL
        # Not translated: polaris.yaml: exemptions[2]: an exemption of single containers (proxy, ...) has no counterpart
        # Not translated: polaris.yaml: exemptions[3] from pdbDisruptionsIsZero: pdb-drainable judges objects around workloads, which no condition of a policy is about; annotate them with plimsoll.dev/ignore
        # Not translated: polaris.yaml: mutations: nothing is changed at admission; `plimsoll fix` mends files
        ---
        apiVersion: plimsoll.dev/v1alpha1
        kind: ReadinessPolicy
        metadata:
          name: polaris
        spec:
          checks:
          - {id: added-capabilities, severity: critical} # dangerousCapabilities
          - {id: pdb-drainable, severity: high} # pdbDisruptionsIsZero; judges what is pdbMinAvailableGreaterThanHPAMinReplicas there as well
          - {id: run-as-non-root, severity: high} # runAsRootAllowed
          params:
            added-capabilities: {"allowed":["AUDIT_CONTROL","AUDIT_READ","AUDIT_WRITE","BLOCK_SUSPEND","BPF","CHECKPOINT_RESTORE","CHOWN","DAC_OVERRIDE","DAC_READ_SEARCH","FOWNER","FSETID","IPC_LOCK","IPC_OWNER","KILL","LEASE","LINUX_IMMUTABLE","MAC_ADMIN","MAC_OVERRIDE","MKNOD","NET_BIND_SERVICE","NET_BROADCAST","NET_RAW","PERFMON","SETFCAP","SETGID","SETPCAP","SETUID","SYSLOG","SYS_BOOT","SYS_CHROOT","SYS_MODULE","SYS_NICE","SYS_PACCT","SYS_PTRACE","SYS_RAWIO","SYS_RESOURCE","SYS_TIME","SYS_TTY_CONFIG","WAKE_ALARM"]}
        ---
        apiVersion: plimsoll.dev/v1alpha1
        kind: ReadinessPolicy
        metadata:
          name: polaris-2
        spec:
          match:
            conditions:
            - name: not-exempt-1
              expression: "!(has(object.metadata.name) && object.metadata.name.startsWith(\"ingress\"))"
            - name: not-exempt-2
              expression: "!(object.metadata.namespace == \"kube-system\" && has(object.metadata.name) && (object.metadata.name.startsWith(\"dns-controller\") || object.metadata.name.startsWith(\"ebs\")))"
          checks:
          - {id: host-network, severity: critical} # hostNetworkSet
    "##]].assert_eq(&run.stdout);
    expect![[r#"
        warning: polaris.yaml: customChecks.ourOwn: a check in JSON Schema has no counterpart; a ReadinessChecklist may say it in CEL
        warning: polaris.yaml: exemptions[2]: an exemption of single containers (proxy, ...) has no counterpart
        warning: polaris.yaml: exemptions[3] from pdbDisruptionsIsZero: pdb-drainable judges objects around workloads, which no condition of a policy is about; annotate them with plimsoll.dev/ignore
        warning: polaris.yaml: mutations: nothing is changed at admission; `plimsoll fix` mends files
    "#]].assert_eq(&run.stderr);
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
    expect![[r#"
        # Annotations say the same; `plimsoll migrate --write` writes them:
        # app/web.yaml:9: Deployment shop/web
        #   plimsoll.dev/ignore: |
        #     privileged: needs the kernel, really
        #     cpu-limits, cpu-requests, memory-limits, memory-requests, ephemeral-storage-limits: ignored in kube-score, no reason was given
        #     host-network: exempt in Polaris, no reason was given
        # app/web.yaml:22: Pod p
        #   plimsoll.dev/ignore: |
        #     *: a test
        # Not translated: app/web.yaml: line 10: Deployment shop/web: kube-score/ignore: no-such-check: Plimsoll has no such check
        # Not translated: app/web.yaml: line 17: Deployment shop/web: kube-score/enable: an annotation asks for nothing; list seccomp-profile in a policy that matches the object
    "#]].assert_eq(&run.stdout);
    expect![[r#"
        warning: app/web.yaml: line 10: Deployment shop/web: kube-score/ignore: no-such-check: Plimsoll has no such check
        warning: app/web.yaml: line 17: Deployment shop/web: kube-score/enable: an annotation asks for nothing; list seccomp-profile in a policy that matches the object
    "#]].assert_eq(&run.stderr);
    assert_eq!(run.code, Some(1));
    let unchanged = fs::read_to_string(scratch.path().join("app/web.yaml")).expect("it is there");
    assert_eq!(unchanged, ANNOTATED);
    let run = migrate(&scratch, &["--write", "app"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    let written = fs::read_to_string(scratch.path().join("app/web.yaml")).expect("it is there");
    // Written in the place of metadata.annotations, so that it is indented.
    let added: Vec<_> = written
        .lines()
        .filter(|line| !ANNOTATED.contains(line))
        .filter_map(|line| line.strip_prefix("    "))
        .collect();
    expect![[r#"
            plimsoll.dev/ignore: |
              privileged: needs the kernel, really
              cpu-limits, cpu-requests, memory-limits, memory-requests, ephemeral-storage-limits: ignored in kube-score, no reason was given
              host-network: exempt in Polaris, no reason was given"#]].assert_eq(&added.join("\n"));
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
    let again = migrate(&scratch, &["--write", "app"]);
    assert!(!again.stdout.contains("were written"), "{}", again.stdout);
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
