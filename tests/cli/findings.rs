//! What is said of objects.

use std::process::{Child, Stdio};

use expect_test::expect;

use crate::run::{command, liveness, plimsoll, with_stdin};
use crate::scratch::Scratch;

const TWO: &str = "liveness-probe,cpu-limits";

#[test]
fn people_get_a_table() {
    let run = plimsoll(&["check", "--checks", TWO, "shop"]);
    expect![[r#"
        CronJob report  shop/batch.yaml:1
          critical  cpu-limits  report  :13  has no cpu limit: it can take all idle CPU of its node; set resources.limits.cpu

        StatefulSet db  shop/batch.yaml:15
          critical  cpu-limits  db  :27  unknown: cpu limit `much` is not a quantity

        Deployment shop/web  shop/web.yaml:2
          critical  cpu-limits      proxy  :17  has no cpu limit: it can take all idle CPU of its node; set resources.limits.cpu
          critical  cpu-limits      web    :15  has no cpu limit: it can take all idle CPU of its node; set resources.limits.cpu
          critical  liveness-probe  web    :15  has no livenessProbe: when it hangs, it is never restarted; add one

        Skipped 1 document:
          shop/web.yaml, document 2: v1/PodTemplate is not judged

        Failed checks: 3 critical. Undecided: 1. Read 3 objects (3 workloads) in 2 files; 1 document skipped.
    "#]].assert_eq(&run.stdout);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
}

#[test]
fn all_lists_what_passes() {
    let run = plimsoll(&["check", "--checks", TWO, "--all", "shop/batch.yaml"]);
    expect![[r#"
        CronJob report  shop/batch.yaml:1
          critical  cpu-limits      report  :13  has no cpu limit: it can take all idle CPU of its node; set resources.limits.cpu
          n/a       liveness-probe

        StatefulSet db  shop/batch.yaml:15
          critical  cpu-limits      db  :27  unknown: cpu limit `much` is not a quantity
          pass      liveness-probe

        Failed checks: 1 critical. Undecided: 1. Read 2 objects (2 workloads) in 1 file.
    "#]].assert_eq(&run.stdout);
}

#[test]
fn programs_get_json() {
    let run = plimsoll(&["check", "-o", "json", "--checks", TWO, "shop"]);
    expect![[r#"
        {"results":[
        {"file":"shop/batch.yaml","line":13,"column":13,"apiVersion":"batch/v1","kind":"CronJob","namespace":null,"name":"report","check":"cpu-limits","verdict":"Fail","severity":"critical","container":"report","path":"/spec/jobTemplate/spec/template/spec/containers/0/resources/limits/cpu","message":"has no cpu limit: it can take all idle CPU of its node; set resources.limits.cpu","fix":"Set `resources.limits.cpu`, on the container or on the pod, or let a LimitRange of the namespace set it."},
        {"file":"shop/batch.yaml","line":27,"column":30,"apiVersion":"apps/v1","kind":"StatefulSet","namespace":null,"name":"db","check":"cpu-limits","verdict":"Unknown","severity":"critical","container":"db","path":"/spec/template/spec/containers/0/resources/limits/cpu","message":"cpu limit `much` is not a quantity","fix":"Set `resources.limits.cpu`, on the container or on the pod, or let a LimitRange of the namespace set it."},
        {"file":"shop/web.yaml","line":17,"column":9,"apiVersion":"apps/v1","kind":"Deployment","namespace":"shop","name":"web","check":"cpu-limits","verdict":"Fail","severity":"critical","container":"proxy","path":"/spec/template/spec/containers/1/resources/limits/cpu","message":"has no cpu limit: it can take all idle CPU of its node; set resources.limits.cpu","fix":"Set `resources.limits.cpu`, on the container or on the pod, or let a LimitRange of the namespace set it."},
        {"file":"shop/web.yaml","line":15,"column":9,"apiVersion":"apps/v1","kind":"Deployment","namespace":"shop","name":"web","check":"cpu-limits","verdict":"Fail","severity":"critical","container":"web","path":"/spec/template/spec/containers/0/resources/limits/cpu","message":"has no cpu limit: it can take all idle CPU of its node; set resources.limits.cpu","fix":"Set `resources.limits.cpu`, on the container or on the pod, or let a LimitRange of the namespace set it."},
        {"file":"shop/web.yaml","line":15,"column":9,"apiVersion":"apps/v1","kind":"Deployment","namespace":"shop","name":"web","check":"liveness-probe","verdict":"Fail","severity":"critical","container":"web","path":"/spec/template/spec/containers/0/livenessProbe","message":"has no livenessProbe: when it hangs, it is never restarted; add one","fix":"Give the container a `livenessProbe` that fails only when a restart would help: not one that depends on a database or on another service."}
        ],"refused":[
        ],"skipped":[
        {"file":"shop/web.yaml","document":2,"reason":"v1/PodTemplate is not judged"}
        ],"summary":{"files":2,"documents":4,"objects":3,"workloads":3,"refused":0,"skipped":1,"pass":1,"fail":3,"unknown":1,"notApplicable":1,"waived":0,"critical":3,"high":0,"advice":0}}
    "#]].assert_eq(&run.stdout);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
}

#[test]
fn json_lists_all_when_asked() {
    let arguments = [
        "check",
        "-o",
        "json",
        "--checks",
        "liveness-probe",
        "--all",
        "shop",
    ];
    let run = plimsoll(&arguments);
    assert_eq!(
        run.results(),
        [
            "CronJob -/report liveness-probe NotApplicable",
            "StatefulSet -/db liveness-probe Pass",
            "Deployment shop/web liveness-probe Fail",
        ]
    );
}

#[test]
fn a_clean_run_says_so() {
    let run = plimsoll(&["check", "--checks", "liveness-probe", "shop/batch.yaml"]);
    assert_eq!(
        run.stdout,
        "No check failed (1 passed). Read 2 objects (2 workloads) in 1 file.\n"
    );
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn the_exit_code_is_the_severity_that_was_asked_for() {
    // liveness-probe is critical, startup-probe is high.
    for (checks, fail_on, code) in [
        ("liveness-probe", None, 1),
        ("startup-probe", None, 1),
        ("liveness-probe", Some("critical"), 1),
        ("startup-probe", Some("critical"), 0),
        ("startup-probe", Some("advice"), 1),
        ("liveness-probe", Some("none"), 0),
    ] {
        let mut arguments = vec!["check", "--checks", checks, "shop/web.yaml"];
        arguments.extend(
            fail_on
                .into_iter()
                .flat_map(|severity| ["--fail-on", severity]),
        );
        let run = plimsoll(&arguments);
        assert_eq!(run.code, Some(code), "{checks} {fail_on:?}: {}", run.stdout);
    }
}

#[test]
fn what_is_undecided_counts() {
    let arguments = [
        "check",
        "-o",
        "json",
        "--checks",
        "cpu-limits",
        "shop/batch.yaml",
    ];
    let run = plimsoll(&arguments);
    let results = run.results();
    assert!(
        results.contains(&"StatefulSet -/db cpu-limits Unknown".to_owned()),
        "{results:?}"
    );
    assert_eq!(run.json()["summary"]["unknown"], 1);
}

#[test]
fn files_are_one_whole() {
    // The LimitRange is in another document, and sets what the Pod leaves out.
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n";
    let range = "apiVersion: v1\nkind: LimitRange\nmetadata: {name: r, namespace: default}\n\
                 spec: {limits: [{type: Container, default: {cpu: 1}}]}\n";
    let arguments = ["check", "--checks", "cpu-limits", "-"];
    let alone = with_stdin(&arguments, pod);
    let together = with_stdin(&arguments, &format!("{pod}---\n{range}"));
    assert_eq!((alone.code, together.code), (Some(1), Some(0)));
}

#[test]
fn objects_around_workloads_are_judged_once() {
    let deployment = |name: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\n\
             spec: {{template: {{metadata: {{labels: {{app: a}}}}, spec: {{containers: [{{name: c}}]}}}}}}\n---\n"
        )
    };
    let budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\n\
                  spec: {maxUnavailable: 0, selector: {matchLabels: {app: a}}}\n---\n";
    let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n\
                   metadata: {name: root, namespace: ignored}\n\
                   roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\n\
                   subjects: [{kind: ServiceAccount, name: default, namespace: default}]\n";
    let checks = "pdb-drainable,rbac-cluster-admin";
    let arguments = ["check", "-o", "json", "--checks", checks, "-"];
    let [one, two] = ["one", "two"].map(deployment);
    let expected = [
        "PodDisruptionBudget -/b pdb-drainable Fail",
        "ClusterRoleBinding -/root rbac-cluster-admin Fail",
    ];
    for workloads in [format!("{one}{two}"), String::new()] {
        let run = with_stdin(&arguments, &format!("{workloads}{budget}{binding}"));
        assert_eq!(run.results(), expected, "{workloads}");
        assert_eq!(run.json()["summary"]["fail"], 2, "{workloads}");
    }
}

#[test]
fn owned_objects_are_judged_once() {
    let owner = "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: rs, uid: u1}\n\
                 spec: {template: {spec: {containers: [{name: c, image: i}]}}}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  ownerReferences:\n  \
               - {apiVersion: apps/v1, kind: ReplicaSet, name: rs, uid: u1, controller: true}\n\
               spec: {containers: [{name: c, image: i}]}\n";
    let alone = liveness(pod);
    assert_eq!(alone.results(), ["Pod -/p liveness-probe Fail"]);
    let together = liveness(&format!("{pod}---\n{owner}"));
    assert_eq!(together.results(), ["ReplicaSet -/rs liveness-probe Fail"]);
    assert_eq!(
        together.skipped(),
        [(
            Some(1),
            "ReplicaSet rs owns it and is judged in its place".to_owned()
        )]
    );
}

#[test]
fn every_object_of_a_name_is_judged() {
    let pod = |probe| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\n\
             spec: {{containers: [{{name: c, image: i{probe}}}]}}\n---\n"
        )
    };
    let (bad, good) = (pod(""), pod(", livenessProbe: {exec: {command: [ls]}}"));
    for (documents, failures) in [
        (format!("{bad}{good}"), 1),
        (format!("{good}{bad}"), 1),
        (format!("{bad}{good}{bad}"), 2),
    ] {
        let run = liveness(&documents);
        assert_eq!(run.results().len(), failures, "{documents}");
    }
}

#[test]
fn a_reader_that_leaves_ends_nothing() {
    let (reader, writer) = std::io::pipe().expect("pipes can be made");
    drop(reader);
    let mut command = command(&["check", "-o", "json", "--all", "shop"]);
    let child = command.stdout(writer).stderr(Stdio::piped()).spawn();
    let output = child.and_then(Child::wait_with_output).expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(1), "the verdict stands");
}

#[test]
fn colours_are_only_for_terminals() {
    let arguments = ["check", "--checks", "liveness-probe", "shop"];
    let coloured = |name: &str| {
        let output = command(&arguments).env(name, "1").output();
        let output = output.expect("it runs").stdout;
        output.contains(&0x1b)
    };
    assert!(coloured("CLICOLOR_FORCE"));
    assert!(!coloured("NO_COLOR"));
    assert!(!plimsoll(&arguments).stdout.contains('\u{1b}'));
}

/// Files refer to what is in the cluster alone: that is listed, and counts where it was asked for.
#[test]
fn what_is_undecided_fails_only_where_it_was_asked_for() {
    let scratch = Scratch::new("undecided");
    scratch.write(
        "ingress.yaml",
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec:\n  ingressClassName: public\n  \
         tls: [{hosts: [web.example], secretName: web-tls}]\n  rules:\n  - host: web.example\n    http:\n      paths:\n      - path: /\n        \
         pathType: Prefix\n        backend: {service: {name: web, port: {number: 80}}}\n",
    );
    let file = scratch.argument("ingress.yaml");
    let unasked = plimsoll(&["check", "-o", "json", &file]);
    assert!(
        unasked
            .results()
            .contains(&"Ingress shop/web ingress-backend Unknown".to_owned()),
        "{}",
        unasked.stdout
    );
    assert_eq!(unasked.json()["summary"]["fail"], 0, "{}", unasked.stdout);
    assert_eq!(unasked.code, Some(0));
    let junit = plimsoll(&["check", "-o", "junit", &file]).stdout;
    assert!(
        junit.contains("<skipped") && !junit.contains("<error"),
        "{junit}"
    );

    let asked = ["check", "-o", "junit", "--checks", "ingress-backend", &file];
    let asked = plimsoll(&asked);
    assert!(asked.stdout.contains("<error"), "{}", asked.stdout);
    assert_eq!(asked.code, Some(1));
}
