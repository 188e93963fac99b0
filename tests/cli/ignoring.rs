//! `plimsoll.dev/ignore`.

use expect_test::expect;

use crate::run::{Run, within};
use crate::scratch::Scratch;

/// A Deployment without probes or limits, with these annotations on itself and on its pods.
fn deployment(own: &str, of_pods: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  annotations:
    unrelated: 'yes'
{own}spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata:
      labels: {{app: web}}
      annotations:
        unrelated: 'yes'
{of_pods}    spec: {{containers: [{{name: web, image: 'registry.example/web:1'}}]}}
"
    )
}

const OWN: &str = "    plimsoll.dev/ignore: \"liveness-probe: it never hangs\"\n";
const OF_PODS: &str = "        plimsoll.dev/ignore: |\n          cpuLimitsMissing: bursts are wanted\n          image-*: rebuilt nightly\n";

fn check(test: &str, manifest: &str, more: &[&str]) -> Run {
    let scratch = Scratch::new(test);
    scratch.write("web.yaml", manifest);
    let arguments = [
        "check",
        "web.yaml",
        "--checks",
        "liveness-probe,cpu-limits,image-digest",
    ];
    within(scratch.path(), &[&arguments, more].concat())
}

#[test]
fn what_is_ignored_is_waived_and_shown_with_its_reason() {
    let run = check("ignored_is_shown", &deployment(OWN, OF_PODS), &[]);
    expect![[r#"
        Deployment shop/web  web.yaml:1
          waived    cpu-limits      web  :19  has no cpu limit: it can take all idle CPU of its node; set resources.limits.cpu; ignored: bursts are wanted
          waived    liveness-probe  web  :19  has no livenessProbe: when it hangs, it is never restarted; add one; ignored: it never hangs
          waived    image-digest    web  :19  image registry.example/web:1 has no digest, so it may be another one tomorrow: name it; ignored: rebuilt nightly

        No check failed (0 passed). Waived: 3. Read 1 object (1 workload) in 1 file.
    "#]].assert_eq(&run.stdout);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let run = check(
        "ignored_in_json",
        &deployment(OWN, OF_PODS),
        &["-o", "json"],
    );
    assert_eq!(
        run.results(),
        [
            "Deployment shop/web cpu-limits Waived",
            "Deployment shop/web liveness-probe Waived",
            "Deployment shop/web image-digest Waived",
        ]
    );
    let results = run.json()["results"].clone();
    assert_eq!(results[1]["ignored"], "it never hangs");
    assert!(results[1].get("exception").is_none());
    let message = results[1]["message"].as_str().unwrap_or_default();
    assert!(message.ends_with("; ignored: it never hangs"), "{message}");
    let summary = run.json()["summary"].clone();
    assert_eq!(
        (&summary["waived"], &summary["fail"]),
        (&3.into(), &0.into())
    );
    assert!(summary.get("unusedIgnores").is_none());
}

#[test]
fn every_format_says_it() {
    let manifest = deployment(OWN, "");
    for (format, expected) in [
        (
            "sarif",
            "\"suppressions\":[{\"justification\":\"it never hangs\",\"kind\":\"inSource\",\"status\":\"accepted\"}]",
        ),
        (
            "junit",
            "<skipped message=\"container web: has no livenessProbe: when it hangs, it is never restarted; add one; ignored: it never hangs\"/>",
        ),
        ("markdown", "| waived | `liveness-probe` |"),
        ("html", "ignored: it never hangs"),
        ("csv", ",it never hangs"),
        ("github", "Waived: 1."),
    ] {
        let run = check("ignored_in_every_format", &manifest, &["-o", format]);
        assert!(run.stdout.contains(expected), "{format}: {}", run.stdout);
    }
    // The operator would not heed it.
    let run = check("ignored_in_reports", &manifest, &["-o", "reports"]);
    assert!(
        run.stdout.contains("check: liveness-probe"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("it never hangs"), "{}", run.stdout);
}

#[test]
fn strict_pays_no_heed_to_it() {
    for annotation in [OWN, "    plimsoll.dev/ignore: liveness-probe\n"] {
        let run = check(
            "strict",
            &deployment(annotation, ""),
            &["--strict", "-o", "json"],
        );
        assert!(
            run.results().iter().all(|line| line.ends_with("Fail")),
            "{}",
            run.stdout
        );
        assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    }
}

#[test]
fn what_cannot_be_understood_is_an_error_with_its_place() {
    for (annotation, message) in [
        (
            "liveness-probe",
            "`liveness-probe` has no reason; write `<check>: <reason>` (a line break or `;` ends a reason)",
        ),
        (
            "'livenes-probe: it never hangs'",
            "no check is called `livenes-probe`; did you mean `liveness-probe`? `plimsoll checks` lists them",
        ),
        ("''", "it says nothing; write `<check>: <reason>`"),
        ("[a]", "it says nothing; write `<check>: <reason>`"),
    ] {
        let own = format!("    plimsoll.dev/ignore: {annotation}\n");
        let run = check("ignored_wrongly", &deployment(&own, ""), &[]);
        let expected =
            format!("error: web.yaml:8: Deployment shop/web: plimsoll.dev/ignore: {message}\n");
        assert_eq!(run.stderr, expected);
        assert_eq!(run.code, Some(2));
        assert!(
            run.stdout.contains("has no livenessProbe"),
            "it is judged all the same"
        );
    }
}

#[test]
fn what_is_not_needed_is_said() {
    let own = "    plimsoll.dev/ignore: \"host-network: a router; liveness-probe: it never hangs; host-pid: not asked\"\n";
    let manifest = deployment(own, "");
    let more = ["--checks", "host-network", "-o", "json"];
    let run = check("ignored_in_vain", &manifest, &more);
    assert_eq!(run.json()["summary"]["unusedIgnores"], 1);
    assert_eq!(
        run.stderr,
        "warning: web.yaml:8: Deployment shop/web: plimsoll.dev/ignore: `host-network` is not needed; take it out\n"
    );
    let table = check("ignored_in_vain_for_people", &manifest, &more[..2]);
    assert!(
        table.stdout.contains("Unused ignores: 1."),
        "{}",
        table.stdout
    );
}

#[test]
fn objects_around_workloads_have_their_own() {
    let budget = "apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop, annotations: {plimsoll.dev/ignore: 'pdb-drainable: never drained'}}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: web}}}
";
    let manifest = format!("{}---\n{budget}", deployment("", ""));
    let run = check(
        "ignored_around",
        &manifest,
        &["--checks", "pdb-drainable", "-o", "json"],
    );
    let expected = "PodDisruptionBudget shop/web pdb-drainable Waived".to_owned();
    assert!(run.results().contains(&expected), "{}", run.stdout);
}
