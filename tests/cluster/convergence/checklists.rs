//! A checklist that changes while a launch is judged by it: the launch follows, and what was said and seen is not lost.

use plimsoll_controlplane::{Components, Options, eventually};
use serde_json::{Value, json};

use super::{agent, checklist, is_missing, item, launch};
use crate::launches::{ADA, BEN, attestation};
use crate::testbed::{PATIENCE, Testbed};

fn attested(id: &str, role: &str) -> Value {
    item(
        id,
        "critical",
        json!({"attestation": {"roles": [role], "validFor": "30d"}}),
    )
}

/// An item that a PodDisruptionBudget of the namespace closes, or somebody where there never was one.
fn budget() -> Value {
    item(
        "budget",
        "critical",
        json!({
            "evidence": [{
                "name": "budget", "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "where": "it has a budget",
                "cel": "object.metadata.namespace == workload.metadata.namespace && object.spec.maxUnavailable == 1",
                "proof": "proves",
            }],
            "attestation": {"roles": ["devops"], "validFor": "30d"},
        }),
    )
}

fn pdb(namespace: &str) -> Value {
    json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "agent", "namespace": namespace},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "agent"}}},
    })
}

fn until(
    testbed: &Testbed,
    namespace: &str,
    what: &str,
    status: &str,
    open: &[(&str, &str, &str)],
) -> Value {
    let found = testbed.until_launch(namespace, "agent", what, |found| {
        found["status"] == *status && is_missing(found, open)
    });
    found["status"].clone()
}

/// What must not be lost whatever becomes of a checklist.
fn lasting(status: &Value) -> Value {
    let memory = &status["memory"];
    json!([
        status["actualDate"],
        memory["since"],
        memory["releases"],
        memory["admitted"]
    ])
}

#[test]
fn a_launch_follows_its_checklist_and_forgets_nothing() {
    let testbed = Testbed::shared();
    let namespace = "evolving";
    testbed.namespace(namespace);
    testbed.people(namespace, &[(&ADA, &["engineering"]), (&BEN, &["devops"])]);
    let write = |items: &[Value]| testbed.apply(&checklist(namespace, items));
    let until = |what: &str, status: &str, open: &[(&str, &str, &str)]| {
        self::until(testbed, namespace, what, status, open)
    };
    let probes = || {
        item(
            "probes",
            "critical",
            json!({"checks": ["readiness-probe"], "scope": "workload"}),
        )
    };
    let (reviewed, rehearsed) = (
        attested("reviewed", "engineering"),
        attested("rehearsed", "devops"),
    );
    let usual = [probes(), budget(), reviewed.clone(), rehearsed.clone()];
    write(&usual);
    testbed.apply(&agent(namespace));
    testbed.apply(&pdb(namespace));
    testbed.apply(&launch(namespace, &[namespace]));
    for (person, role, id) in [
        (&ADA, "engineering", "reviewed"),
        (&BEN, "devops", "rehearsed"),
    ] {
        let key = format!("{namespace}:{id}");
        testbed.create_as(person, &attestation(namespace, id, person, role, &[&key]));
    }
    let ready = until("ready at first", "Ready", &[]);
    let before = lasting(&ready);

    // Added, renamed, taken away, put back.
    write(&[
        probes(),
        budget(),
        reviewed.clone(),
        rehearsed.clone(),
        attested("drilled", "devops"),
    ]);
    let drilled = ("evolving:drilled", "Unknown", "not attested by devops");
    until("another item is asked for", "NotReady", &[drilled]);
    write(&[
        probes(),
        budget(),
        attested("read", "engineering"),
        rehearsed.clone(),
        attested("drilled", "devops"),
    ]);
    let read = ("evolving:read", "Unknown", "not attested by engineering");
    until(
        "what is called otherwise is another",
        "NotReady",
        &[drilled, read],
    );
    write(&[probes(), budget(), rehearsed.clone()]);
    until("what is not asked for is not missing", "Ready", &[]);
    let mut advice = attested("drilled", "devops");
    advice["severity"] = json!("high");
    write(&[
        probes(),
        budget(),
        reviewed.clone(),
        rehearsed.clone(),
        advice,
    ]);
    until(
        "what was attested counts again",
        "ReadyWithRisks",
        &[drilled],
    );

    // Evidence that goes while nobody asks for it has gone; nobody can attest it away.
    write(&[probes(), reviewed, rehearsed]);
    until("nobody asks for the budget", "Ready", &[]);
    testbed.kubectl(&["delete", "pdb", "agent", "-n", namespace]);
    testbed.create_as(
        &BEN,
        &attestation(namespace, "budget", &BEN, "devops", &["evolving:budget"]),
    );
    write(&usual);
    until(
        "it is gone",
        "NotReady",
        &[("evolving:budget", "Fail", "is gone")],
    );
    testbed.apply(&pdb(namespace));
    until("it is there again", "Ready", &[]);

    // What can never mean anything is refused, and changes nothing.
    let broken =
        |more: Value| checklist(namespace, &[probes(), item("odd", "high", more)]).to_string();
    for (more, part) in [
        (
            json!({"cel": {"expression": "workload.spec.replicas >=", "message": "x"}}),
            "odd",
        ),
        (json!({"checks": ["no-such-check"]}), "no-such-check"),
        (
            json!({"metrics": {"query": "sum(up", "pass": "> 0", "for": "1m"}}),
            "odd",
        ),
    ] {
        let refused = testbed
            .plane
            .apply(&broken(more))
            .err()
            .map(|error| error.to_string());
        assert!(
            refused.as_ref().is_some_and(|why| why.contains(part)),
            "{part}: {refused:?}"
        );
    }
    until("nothing has changed", "Ready", &[]);

    // Replaced as some tools do it.
    testbed.kubectl(&["delete", "readinesschecklist", namespace]);
    let no_checklist = testbed.until_launch(namespace, "agent", "it has no checklist", |status| {
        status["conditions"].to_string().contains("NoChecklist")
    });
    assert_eq!(no_checklist["status"]["status"], "NotReady");
    write(&usual);
    let last = until("it is ready as before", "Ready", &[]);
    assert_eq!(lasting(&last), before);
    let history = |status: &Value| status["history"].as_array().cloned().unwrap_or_default();
    let (known, now) = (history(&ready), history(&last));
    assert!(now.len() >= known.len() + 8, "{now:#?}");
    assert!(
        now.ends_with(&known),
        "{now:#?} has lost some of {known:#?}"
    );
}

#[test]
fn a_checklist_that_is_broken_while_nobody_looks_is_shown_and_mended() {
    let testbed = Testbed::install(Options {
        components: Components::Controllers,
        ..Options::default()
    });
    let namespace = "mended";
    testbed.namespace(namespace);
    let good = checklist(
        namespace,
        &[item(
            "probes",
            "critical",
            json!({"checks": ["readiness-probe"]}),
        )],
    );
    let broken = checklist(
        namespace,
        &[item(
            "probes",
            "critical",
            json!({"checks": ["no-such-check"]}),
        )],
    );
    testbed.apply(&good);
    testbed.apply(&agent(namespace));
    testbed.apply(&launch(namespace, &[namespace]));
    let mut operator = testbed.operator();
    let before = lasting(&until(&testbed, namespace, "ready at first", "Ready", &[]));
    operator.end("-KILL");
    testbed.apply(&broken);

    let operator = testbed.operator();
    let accepted = |status: &str| {
        let look = || {
            let object = testbed.get(&["readinesschecklist", namespace]);
            let generation = &object["metadata"]["generation"];
            let condition = &object["status"]["conditions"][0];
            let is_it = condition["type"] == "Accepted" && condition["status"] == *status;
            let is_now = condition["observedGeneration"] == *generation;
            Ok((is_it && is_now).then(|| condition["message"].to_string()))
        };
        eventually("the checklist says so", PATIENCE, look)
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let why = accepted("False");
    assert!(why.contains("no-such-check"), "{why}");
    testbed.until_launch(namespace, "agent", "it cannot be judged", |status| {
        status["status"] == "NotReady"
    });
    drop(operator);
    let _operator = testbed.operator();
    testbed.apply(&good);
    accepted("True");
    let after = lasting(&until(&testbed, namespace, "ready as before", "Ready", &[]));
    assert_eq!(before, after);
}
