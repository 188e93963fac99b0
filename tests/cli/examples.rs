//! What `examples/` holds is what its comments, the README and the demo say of it.

use crate::run::{Run, plimsoll};

const NAMESPACE: &str = "../../../examples/shop/00-namespace.yaml";
const SHOP: &str = "../../../examples/shop";
const REJECTED: &str = "../../../examples/rejected.yaml";
const POLICY: &str = "--policy=../../../examples/policy.yaml";

fn check(arguments: &[&str]) -> Run {
    let run = plimsoll(&[&["check", "-o", "json"], arguments].concat());
    assert!(run.skipped().is_empty(), "{:?}", run.skipped());
    run
}

/// Compare `expected` in `examples/demo.sh`, which are the reports on the same workloads.
#[test]
fn some_of_the_shop_is_ready_and_some_is_not() {
    let run = check(&[POLICY, SHOP]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let (prototype, others): (Vec<_>, Vec<_>) = run
        .results()
        .into_iter()
        .partition(|line| line.contains("shop/recommendations"));
    assert_eq!(prototype.len(), 12);
    let expected = [
        "Deployment shop/catalog hpa-present Fail",
        "Deployment shop/catalog startup-probe Fail",
        "PodDisruptionBudget shop/payments pdb-drainable Fail",
    ];
    assert_eq!(others, expected);
}

/// What is Ready by the policy has nothing to hide from the other checks.
#[test]
fn what_is_ready_passes_every_check() {
    for service in ["cart", "storefront"] {
        let run = check(&[NAMESPACE, &format!("{SHOP}/{service}.yaml")]);
        assert_eq!(run.results(), [""; 0], "{service}");
        assert_eq!(run.code, Some(0));
    }
}

#[test]
fn what_is_rejected_lacks_what_its_comment_says() {
    // The policy selects by the namespace's labels.
    let run = check(&[POLICY, NAMESPACE, REJECTED]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let expected = [
        "cpu-limits",
        "liveness-probe",
        "memory-limits",
        "pdb-present",
        "read-only-root-filesystem",
        "readiness-probe",
        "run-as-non-root",
        "hpa-present",
        "startup-probe",
    ]
    .map(|check| format!("Deployment shop/gift-cards {check} Fail"));
    assert_eq!(run.results(), expected);
}
