//! Exceptions and other kinds of Plimsoll's own among manifests that are checked.

use expect_test::expect;

use crate::run::{Run, plimsoll};
use crate::scratch::Scratch;

const POLICY: &str = "apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessPolicy
metadata: {name: production}
spec:
  checklists: [team]
---
apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessChecklist
metadata: {name: team}
spec:
  title: Ours
  items:
  - {id: alive, title: Alive, section: S, severity: critical, checks: [liveness-probe]}
  - {id: drainable, title: Drainable, section: S, severity: high, checks: [pdb-drainable]}
";

const APP: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'registry.example/web:1'}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: web}}}
";

fn exception(policy: &str, waives: &str, days: i64) -> String {
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    format!(
        "apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessException\nmetadata: {{name: legacy, namespace: shop}}\n\
         spec: {{policy: {policy}, waives: [{waives}], workloads: {{names: [web]}}, reason: a migration, owner: ada, requestedBy: ada, \
         expiresAt: '{end:.0}'}}\n"
    )
}

fn check(scratch: &Scratch, more: &[&str]) -> Run {
    let (app, policy) = (scratch.argument("app"), scratch.argument("policy.yaml"));
    plimsoll(&[&["check", &app, "--policy", &policy], more].concat())
}

fn scratch(test: &str, exception: &str) -> Scratch {
    let scratch = Scratch::new(test);
    scratch
        .write("policy.yaml", POLICY)
        .write("app/web.yaml", APP)
        .write("app/exception.yaml", exception);
    scratch
}

#[test]
fn what_an_exception_covers_is_waived() {
    let scratch = scratch(
        "an_exception_covers",
        &exception("production", "'team:alive', pdb-drainable", 7),
    );
    let run = check(&scratch, &["-o", "json"]);
    assert_eq!(
        run.results(),
        [
            "Deployment shop/web liveness-probe Waived",
            "PodDisruptionBudget shop/web pdb-drainable Waived"
        ],
        "{}",
        run.stderr
    );
    let result = &run.json()["results"][0];
    assert_eq!(
        (&result["exception"], &result["severity"]),
        (&"legacy".into(), &"critical".into())
    );
    let message = result["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("has no livenessProbe")
            && message.contains("; waived by the exception legacy until "),
        "{message}"
    );
    let summary = &run.json()["summary"];
    assert_eq!(
        (&summary["waived"], &summary["fail"], &summary["objects"]),
        (&2.into(), &0.into(), &3.into())
    );
    assert_eq!(summary["documents"], 3);
    assert_eq!(run.code, Some(0), "nothing is left to fail");
    let table = check(&scratch, &[]).stdout;
    assert!(
        table.contains("  waived    liveness-probe  web  :8  has no livenessProbe"),
        "{table}"
    );
    assert!(table.contains("Waived: 2."), "{table}");
}

#[test]
fn what_it_does_not_name_fails() {
    let scratch = scratch(
        "it_does_not_name",
        &exception("production", "'team:drainable'", 7),
    );
    let run = check(&scratch, &["-o", "json"]);
    assert_eq!(
        run.results(),
        [
            "Deployment shop/web liveness-probe Fail",
            "PodDisruptionBudget shop/web pdb-drainable Waived"
        ]
    );
    assert_eq!(run.code, Some(1));
}

#[test]
fn one_that_does_not_hold_is_listed_with_the_reason() {
    for (exception, reason) in [
        (
            exception("production", "liveness-probe", -1),
            "the exception does not hold: it expired at ",
        ),
        (
            exception("production", "liveness-probe", 90),
            "the exception does not hold: it would last longer than the 30d that its policy allows",
        ),
        (
            exception("other", "liveness-probe", 7),
            "the exception does not hold: its policy \"other\" is none of those that are judged by; give it as --policy",
        ),
    ] {
        let scratch = scratch("one_that_does_not_hold", &exception);
        let run = check(&scratch, &["-o", "json"]);
        let reasons = run.skipped();
        assert!(reasons[0].1.starts_with(reason), "{reasons:?}");
        assert!(
            run.results()
                .contains(&"Deployment shop/web liveness-probe Fail".to_owned()),
            "{:?}",
            run.results()
        );
        assert_eq!(run.json()["summary"]["documents"], 3);
    }
}

#[test]
fn all_kinds_of_our_own_are_known() {
    let scratch = Scratch::new("all_kinds_of_our_own");
    scratch.write("app/web.yaml", APP).write(
        "app/own.yaml",
        "apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessLaunch\nmetadata: {name: web}\nspec: {selector: {}, release: '1'}\n---\n\
         apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessAttestation\nmetadata: {name: a}\n\
         spec: {launch: web, items: ['a:b'], role: qa, approver: {username: ada}, statement: it is}\n---\n\
         apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessReport\nmetadata: {name: r}\n---\n\
         apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessAttestation\nmetadata: {name: b}\n\
         spec: {launch: web, items: ['a:b'], role: qa, approver: {username: ada}, statement: it is, evidenceURL: 'http://insecure.example'}\n---\n\
         apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessThing\nmetadata: {name: t}\n---\n\
         apiVersion: plimsoll.dev/v1\nkind: ReadinessLaunch\nmetadata: {name: t}\n",
    );
    let run = plimsoll(&[
        "check",
        "-o",
        "json",
        "--checks",
        "liveness-probe",
        &scratch.argument("app"),
    ]);
    let lines: Vec<_> = run
        .skipped()
        .into_iter()
        .map(|(_, reason)| reason + "\n")
        .collect();
    expect![[r#"
        plimsoll.dev/v1alpha1/ReadinessLaunch is not judged; `plimsoll checklist -f` fills in its checklists
        plimsoll.dev/v1alpha1/ReadinessAttestation is not judged; only a cluster knows who made it
        plimsoll.dev/v1alpha1/ReadinessReport is not judged; it is written by the operator
        line 18, column 92: spec.evidenceURL: "http://insecure.example" does not match ^https://[^\s/?#]\S*$
        plimsoll.dev/v1alpha1/ReadinessThing is not judged; this program knows the kinds of plimsoll.dev/v1alpha1
        plimsoll.dev/v1/ReadinessLaunch is not judged; this program knows the kinds of plimsoll.dev/v1alpha1
    "#]].assert_eq(&lines.concat());
}

#[test]
fn a_check_of_launches_is_not_asked_of_manifests() {
    let run = plimsoll(&["check", "--checks", "risk-register-complete", "shop"]);
    assert_eq!(
        run.stderr,
        "error: the check `risk-register-complete` is about launches; `plimsoll checklist -f` judges them\n"
    );
    assert_eq!(run.code, Some(2));
}
