//! Match conditions of policies.

use crate::run::{Run, plimsoll};
use crate::scratch::Scratch;

/// Judges manifests by a policy with this match.
fn check(test: &str, matches: &str, manifests: &str) -> Run {
    let scratch = Scratch::new(test);
    let policy = format!(
        "apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessPolicy\nmetadata: {{name: p}}\nspec:\n  checks: [{{id: \
         liveness-probe}}]\n  match:\n{matches}"
    );
    scratch.write("policy.yaml", policy);
    scratch.write("manifests/all.yaml", manifests);
    plimsoll(&[
        "check",
        "-o",
        "json",
        &scratch.argument("manifests"),
        "--policy",
        &scratch.argument("policy.yaml"),
    ])
}

/// A Pod with these lines of metadata.
fn pod(name: &str, metadata: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n{metadata}spec:\n  containers:\n  - {{name: app, image: \
         registry.example/app:1}}\n---\n"
    )
}

#[test]
fn they_say_what_a_policy_covers() {
    let all = [
        pod("ours", "  annotations: {team: shop}\n"),
        pod("theirs", "  annotations: {team: other}\n"),
        pod(
            "elsewhere",
            "  namespace: lab\n  annotations: {team: shop}\n",
        ),
    ];
    let matches = "    conditions:\n    - {name: team, expression: object.metadata.annotations.team == 'shop'}\n    \
                   - {name: place, expression: object.metadata.namespace == 'default'}\n";
    let run = check("they_say_what_a_policy_covers", matches, &all.concat());
    assert_eq!(
        run.results(),
        ["Pod -/ours liveness-probe Fail"],
        "{}",
        run.stderr
    );
    let skipped: Vec<_> = run.skipped().into_iter().map(|(_, why)| why).collect();
    assert_eq!(skipped, ["no policy covers it"; 2]);
    assert_eq!(run.stderr, "");
}

#[test]
fn one_that_cannot_be_evaluated_is_told_once_and_the_policy_judges() {
    let all = [
        pod("a", ""),
        pod("b", ""),
        pod("c", "  annotations: {team: shop}\n"),
    ];
    let matches = "    conditions:\n    - {name: team, expression: object.metadata.annotations.team == 'shop'}\n";
    let run = check("one_that_cannot_be_evaluated", matches, &all.concat());
    assert_eq!(run.results().len(), 3, "{}", run.stderr);
    let said: Vec<_> = run.stderr.lines().collect();
    let [warning] = said.as_slice() else {
        panic!("{said:?}")
    };
    assert!(
        warning.starts_with(
            "warning: spec.match.conditions[team] of the policy p cannot be evaluated for 2 workloads, which in a cluster it \
             would judge and never deny; first Pod default/a: "
        ),
        "{warning}"
    );
}

#[test]
fn what_is_no_expression_is_refused_with_its_place() {
    for (matches, message) in [
        (
            "    conditions:\n    - name: team\n      expression: object.metadata.name = 'a'\n",
            "policy.yaml: line 9, column 7: spec.match.conditions[0].expression: line 1, column 2",
        ),
        (
            "    conditions:\n    - {name: a, expression: 'true'}\n    - {name: b, expression: now > 3}\n",
            "policy.yaml: line 9, column 17: spec.match.conditions[1].expression: line 1, column 1: no variable now; there are \
             object",
        ),
        (
            "    conditions:\n    - {name: a, expression: 'true'}\n    - {name: a, expression: 'false'}\n",
            "spec.match.conditions: two have the name \"a\"; give each its own",
        ),
        (
            "    conditions:\n    - {name: a b, expression: 'true'}\n",
            "spec.match.conditions[0].name",
        ),
    ] {
        let run = check("what_is_no_expression", matches, &pod("a", ""));
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
        assert!(run.stderr.contains(message), "{}", run.stderr);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    }
}
