//! Judging by policies.

use crate::run::{Run, plimsoll};
use crate::scratch::Scratch;

fn by(policy: &str, more: &[&str]) -> Run {
    let arguments = ["check", "-o", "json", "shop", "--policy", policy];
    plimsoll(&[&arguments, more].concat())
}

#[test]
fn policies_say_what_is_judged_and_how_much_it_matters() {
    let run = by("policies/good.yaml", &[]);
    assert_eq!(
        run.results(),
        [
            "Deployment shop/web cpu-limits Fail",
            "Deployment shop/web cpu-limits Fail",
            "Deployment shop/web liveness-probe Fail",
        ],
        "{}",
        run.stderr
    );
    assert_eq!(run.json()["results"][2]["severity"], "advice");
    let uncovered = run
        .skipped()
        .into_iter()
        .filter(|(_, reason)| reason == "no policy covers it");
    assert_eq!(uncovered.count(), 2, "the CronJob and the StatefulSet");
}

#[test]
fn checks_restrict_policies() {
    let run = by("policies/good.yaml", &["--checks", "liveness-probe"]);
    assert_eq!(run.results(), ["Deployment shop/web liveness-probe Fail"]);
    assert_eq!(run.code, Some(0), "it is advice there");
    let run = by("policies/good.yaml", &["--checks", "image-tag"]);
    assert_eq!(
        run.stderr,
        "error: no policy asks for the check `image-tag`; leave it out of --checks\n"
    );
    assert_eq!(run.code, Some(2));
}

#[test]
fn a_wrong_policy_is_refused_with_its_place() {
    let header = "apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessPolicy\nmetadata: {name: p}\n";
    let scratch = Scratch::new("a_wrong_policy");
    for (policy, message) in [
        (
            format!("{header}spec:\n  acton: {{critical: Deny}}\n"),
            "line 5, column 3: spec.acton: no such field; did you mean actions?",
        ),
        (
            format!("{header}spec:\n  checks:\n  - {{id: livenes-probe}}\n"),
            "line 6, column 6: spec.checks[0].id: \"livenes-probe\" is no value that is known; did you mean liveness-probe?",
        ),
        (
            format!("{header}spec:\n  actions: {{high: 1}}\n"),
            "line 5, column 13: spec.actions.high: must be of type string, is 1",
        ),
        (
            format!(
                "{header}spec:\n  match:\n    objectSelector:\n      matchExpressions: [{{key: a, operator: In}}]\n"
            ),
            "line 4, column 1: spec.match.objectSelector: a: the operator must be In or NotIn with values",
        ),
        (
            format!("{}spec: {{}}\n", header.replace("{name: p}", "{}")),
            "line 3, column 1: metadata.name: required",
        ),
        (
            format!("{header}spec: {{}}\n---\n{header}spec: {{}}\n"),
            "the ReadinessPolicy p is given twice",
        ),
        (
            "apiVersion: v1\nkind: Pod\n".to_owned(),
            "line 1, column 1: expected a plimsoll.dev/v1alpha1/ReadinessPolicy, found v1/Pod",
        ),
        ("# nothing\n".to_owned(), "no ReadinessPolicy in it"),
    ] {
        scratch.write("policy.yaml", &policy);
        let run = by(&scratch.argument("policy.yaml"), &[]);
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
        assert!(run.stderr.contains(message), "{}", run.stderr);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    }
    let run = by("policies/none.yaml", &[]);
    assert!(
        run.stderr
            .starts_with("error: cannot read the policy policies/none.yaml: "),
        "{}",
        run.stderr
    );
}

#[test]
fn policies_come_from_a_cluster_as_well() {
    let scratch = Scratch::new("policies_come_from_a_cluster");
    let policy = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: plimsoll.dev/v1alpha1\n  kind: ReadinessPolicy\n  \
                  metadata: {name: p, uid: u, generation: 2}\n  spec: {checks: [{id: liveness-probe}]}\n  \
                  status: {workloads: 3, conditions: []}\n";
    scratch.write("policy.yaml", policy);
    let run = by(&scratch.argument("policy.yaml"), &[]);
    assert_eq!(
        run.results(),
        ["Deployment shop/web liveness-probe Fail"],
        "{}",
        run.stderr
    );
}

#[test]
fn objects_around_workloads_are_judged_by_the_policies_of_those() {
    let scratch = Scratch::new("objects_around_workloads");
    let policy = |selector: &str| {
        format!(
            "apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessPolicy\nmetadata: {{name: p}}\n\
             spec:\n  match: {{objectSelector: {{matchLabels: {{tier: {selector}}}}}}}\n  \
             checks: [{{id: pdb-drainable}}]\n"
        )
    };
    let manifests = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, labels: {tier: front}}\n\
                     spec: {template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c}]}}}\n---\n\
                     apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\n\
                     spec: {maxUnavailable: 0, selector: {matchLabels: {app: a}}}\n";
    scratch
        .write("manifests.yaml", manifests)
        .write("front.yaml", policy("front"))
        .write("back.yaml", policy("back"));
    for (name, expected) in [
        (
            "front.yaml",
            &["PodDisruptionBudget -/b pdb-drainable Fail"][..],
        ),
        ("back.yaml", &[]),
    ] {
        let [policy, manifests] = [name, "manifests.yaml"].map(|name| scratch.argument(name));
        let run = plimsoll(&["check", "-o", "json", "--policy", &policy, &manifests]);
        assert_eq!(run.results(), expected, "{name}: {}", run.stderr);
    }
}
