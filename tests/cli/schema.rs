//! What objects are beside Kubernetes' schema, and the release that they are for.

use crate::run::{Run, plimsoll, with_stdin};

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {}
  template:
    spec:
      containers:
      - name: web
        imagePullPolcy: Always
        env:
        - {name: PORT, value: 8080}
";

fn check(arguments: &[&str], input: &str) -> Run {
    with_stdin(
        &[&["check", "-o", "json"], arguments, &["-"]].concat(),
        input,
    )
}

/// Each result as `line:column message`.
fn places(run: &Run) -> Vec<String> {
    let results = run.json()["results"].clone();
    let rows = results.as_array().expect("results are a list");
    rows.iter()
        .map(|row| {
            let message = row["message"].as_str().unwrap_or_default();
            format!("{} {message}", row["path"].as_str().unwrap_or_default())
        })
        .collect()
}

#[test]
fn what_is_wrong_is_named_with_what_is_meant() {
    let fine = DEPLOYMENT.replace("value: 8080", "value: '8080'");
    let run = check(&["--checks", "schema-valid"], &fine);
    assert_eq!(run.results(), ["Deployment -/web schema-valid Fail"]);
    assert_eq!(
        places(&run),
        [
            "/spec/template/spec/containers/0/imagePullPolcy unknown field spec.template.spec.containers[0].imagePullPolcy, \
             did you mean imagePullPolicy?"
        ]
    );
    assert_eq!(run.code, Some(1));
    // It is on by default, and says where it is.
    let run = with_stdin(&["check", "-o", "github", "-"], &fine);
    let line = run
        .stdout
        .lines()
        .find(|line| line.contains("imagePullPolcy"));
    let line = line.expect("it is told");
    assert!(line.contains("line=10") && line.contains("col=9"), "{line}");
}

/// What cannot be read as its kind is judged by its writing, and listed as not judged further.
#[test]
fn what_cannot_be_read_is_told_all_the_same() {
    let run = check(&["--checks", "schema-valid,liveness-probe"], DEPLOYMENT);
    assert_eq!(
        run.results(),
        [
            "Deployment -/web schema-valid Fail",
            "Deployment -/web schema-valid Fail"
        ]
    );
    assert!(
        places(&run)[0].contains("env[0].value must be text, is a number: quote it")
            || places(&run)[1].contains("env[0].value must be text, is a number: quote it"),
        "{:?}",
        places(&run)
    );
    let skipped = run.skipped();
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0].1.starts_with("line 12, column"), "{skipped:?}");
    let summary = &run.json()["summary"];
    assert_eq!(summary["documents"], 1);
    assert_eq!(summary["objects"], 0);
    assert_eq!(run.code, Some(1));
    // Unasked, it is only listed.
    let run = check(&["--checks", "liveness-probe"], DEPLOYMENT);
    assert_eq!(run.code, Some(2));
}

#[test]
fn a_release_decides_what_is_gone() {
    let cron = "{apiVersion: batch/v1beta1, kind: CronJob, metadata: {name: a}, spec: {jobTemplate: {spec: {template: {spec: \
                {containers: [{name: a}]}}}}}}";
    for (release, expected) in [("1.24", 0), ("v1.25", 1), ("1.33.2", 1)] {
        let arguments = [
            "--checks",
            "deprecated-api",
            "--kubernetes-version",
            release,
        ];
        let run = check(&arguments, cron);
        assert_eq!(run.results().len(), expected, "{release}: {}", run.stdout);
    }
    for release in ["latest", "1", "2.0", ""] {
        let run = plimsoll(&["check", "shop", "--kubernetes-version", release]);
        assert_eq!(run.code, Some(2), "{release:?}");
        assert!(
            run.stderr.contains("no release of Kubernetes"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn what_has_no_later_version_is_told_so() {
    let policy =
        "{apiVersion: policy/v1beta1, kind: PodSecurityPolicy, metadata: {name: a}, spec: {}}";
    let webhook = "{apiVersion: admissionregistration.k8s.io/v1beta1, kind: ValidatingWebhookConfiguration, metadata: {name: b}}";
    let run = check(
        &["--checks", "deprecated-api"],
        &format!("{policy}\n---\n{webhook}\n"),
    );
    assert_eq!(
        places(&run),
        [
            "/apiVersion policy/v1beta1 is not served since Kubernetes 1.25: Kubernetes has no PodSecurityPolicy any more, so leave it out",
            "/apiVersion admissionregistration.k8s.io/v1beta1 is not served since Kubernetes 1.22: write it as \
             admissionregistration.k8s.io/v1",
        ]
    );
}
