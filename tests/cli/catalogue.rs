//! `plimsoll checks`, `plimsoll explain`, and what is wrong with arguments.

use expect_test::expect;

use crate::run::plimsoll;

#[test]
fn the_catalogue_is_for_people_and_programs() {
    let json = plimsoll(&["checks", "-o", "json"]).json();
    let checks = json.as_array().expect("it is a list");
    let keys = [
        "id", "title", "severity", "group", "default", "subjects", "reads", "params", "aliases",
        "since", "source", "why", "fix",
    ];
    let table = plimsoll(&["checks"]).stdout;
    assert!(!checks.is_empty());
    for check in checks {
        let check = check.as_object().expect("a check is an object");
        assert_eq!(check.len(), keys.len());
        assert!(keys.iter().all(|key| check.contains_key(*key)), "{check:?}");
        let line = format!("  {} ", check["id"].as_str().unwrap_or_default());
        assert!(table.contains(&line), "{line} is not in\n{table}");
    }
}

#[test]
fn checks_of_other_tools_are_explained_by_what_they_are_here() {
    let run = plimsoll(&["explain", "polaris/hostIPCSet"]);
    assert_eq!(run.stdout, plimsoll(&["explain", "host-ipc"]).stdout);
    let several = plimsoll(&["explain", "kube-score/container-resources"]);
    for id in ["cpu-limits  critical", "memory-requests  "] {
        assert!(several.stdout.contains(id), "{}", several.stdout);
    }
    let unknown = plimsoll(&["explain", "polaris/hostIPSet"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(2), ""));
}

#[test]
fn checks_are_explained() {
    let run = plimsoll(&["explain", "liveness-probe"]);
    expect![[r#"
        liveness-probe  critical
        Every container has a liveness probe

        A process that hangs still looks alive to the kubelet. Without a liveness probe
        it is never restarted, and its replica is lost until somebody notices.

        What to do
          Give the container a `livenessProbe` that fails only when a restart would
          help: not one that depends on a database or on another service.

        Fails
          apiVersion: v1
          kind: Pod
          metadata: {name: web}
          spec:
            containers:
            - {name: web, image: registry.example/web:1.4.2}

        Passes
          apiVersion: v1
          kind: Pod
          metadata: {name: web}
          spec:
            containers:
            - name: web
              image: registry.example/web:1.4.2
              livenessProbe:
                httpGet: {path: /healthz, port: 8080}

        Group:     Probes
        Judges:    every workload
        Source:    https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
        Elsewhere: polaris/livenessProbeMissing, kube-score/pod-probes,
                   kube-linter/no-liveness-probe, checkov/CKV_K8S_8, kubescape/C-0056,
                   popeye/103
        Since:     0.1.0
    "#]].assert_eq(&run.stdout);
    assert_eq!(run.code, Some(0));
}

#[test]
fn unknown_checks_are_errors_that_help() {
    for (arguments, meant) in [
        (
            &["explain", "livenes-probe"][..],
            "did you mean `liveness-probe`? ",
        ),
        (
            &["explain", "cpuLimitsMissing"],
            "did you mean `cpu-limits`? ",
        ),
        (
            &["check", "--checks", "cpu-limit", "shop"],
            "did you mean `cpu-limits`? ",
        ),
        (&["explain", "zzzzzzzz"], ""),
    ] {
        let run = plimsoll(arguments);
        let id = arguments
            .iter()
            .rfind(|argument| !["shop"].contains(argument));
        let id = id.copied().unwrap_or_default();
        let expected =
            format!("error: no check has the id `{id}`; {meant}`plimsoll checks` lists them\n");
        assert_eq!(run.stderr, expected);
        assert_eq!(run.code, Some(2));
    }
}

#[test]
fn arguments_are_checked() {
    for (arguments, code) in [
        (&["--version"][..], 0),
        (&["--help"], 0),
        (&["check", "--help"], 0),
        (&[], 2),
        (&["check"], 2),
        (&["check", "--fail-on", "never", "shop"], 2),
        (&["chekc"], 2),
    ] {
        assert_eq!(plimsoll(arguments).code, Some(code), "{arguments:?}");
    }
    let version = plimsoll(&["--version"]).stdout;
    assert_eq!(
        version,
        concat!("plimsoll ", env!("CARGO_PKG_VERSION"), "\n")
    );
}
